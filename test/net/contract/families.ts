// Names: what a lookup is asked and what becomes of its answers; addresses of both families, tried in turn.

import type { LookupFunction } from 'node:net';
import type { Net } from '../../../src/net/net.ts';
import {
  ATTEMPT_EVENTS,
  closed,
  freePort,
  HOST,
  type Log,
  listen,
  not,
  type Programs,
  pause,
  thrown,
  told,
  turn,
  watch,
} from './support.ts';

const EVENTS = ['lookup', ...ATTEMPT_EVENTS, 'connect', 'error', 'close'];

const V4 = { address: HOST, family: 4 };
const V6 = { address: '::1', family: 6 };

/** A lookup that answers so. */
const answering =
  (...answer: unknown[]): LookupFunction =>
  (_name, _options, callback) =>
    void setImmediate(callback as (...args: unknown[]) => void, ...answer);

/** Connect to a name that stands for `addresses`, where a server listens on `host`, or nobody does. */
const through =
  (host: string | null, addresses: unknown, options: object = {}) =>
  async (net: Net): Promise<unknown> => {
    const server = net.createServer((socket) => socket.end());
    const port = await listen(server, host ?? HOST);
    if (host === null) await new Promise((done) => server.close(done));
    const client = net.connect({
      port,
      host: 'name.test',
      lookup: answering(null, addresses),
      autoSelectFamily: true,
      ...options,
    });
    const log = watch(client, EVENTS);
    client.resume();
    await closed(client);
    if (host !== null) {
      server.close();
      await closed(server);
    }
    const tried = client.autoSelectFamilyAttemptedAddresses as string[] | undefined;
    return { log, tried: tried?.map((text) => text.replace(/\d+$/, 'PORT')) };
  };

/** Connect with a lookup that answers so, and nobody to answer behind it. */
const answered =
  (answer: unknown[], options: object = {}) =>
  async (net: Net): Promise<unknown> => {
    const client = net.connect({
      port: await freePort(net),
      host: 'name.test',
      autoSelectFamily: false,
      lookup: answering(...answer),
      ...options,
    });
    const log = watch(client, EVENTS);
    await closed(client);
    return log;
  };

/** What the lookup is asked for these options. */
const asked =
  (options: object) =>
  async (net: Net): Promise<unknown> => {
    const log: Log = [];
    const lookup: LookupFunction = (name, how, callback) => {
      const sorted = Object.entries(how).sort(([a], [b]) => (a < b ? -1 : 1));
      log.push(name, sorted);
      setImmediate(() => callback(new Error('no answer'), ''));
    };
    const client = net.connect({ port: 80, host: 'name.test', lookup, ...options });
    watch(client, EVENTS, log);
    await closed(client);
    return log;
  };

const noSuchName = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });

export const FAMILIES: Programs = {
  'a lookup is asked': asked({}),
  'a lookup is asked for IPv4': asked({ family: 4 }),
  'a lookup is asked for IPv6': asked({ family: 6 }),
  "a lookup is asked for 'IPv4'": asked({ family: 'IPv4' }),
  'a lookup is asked for both families': asked({ family: 0 }),
  'a lookup is asked with hints': asked({ hints: 8 }),
  'a lookup is asked without autoSelectFamily': asked({ autoSelectFamily: false }),
  'a lookup is asked from a local address': asked({ localAddress: HOST }),

  'a lookup answers with an address': answered([null, HOST, 4]),
  'a lookup answers with an address of the other family': answered([null, '::1', 6]),
  'a lookup answers with an error': answered([noSuchName]),
  'a lookup answers with no address': answered([null, 'nowhere', 4]),
  'a lookup answers with a family that there is not': answered([null, HOST, 5]),
  'a lookup answers with nothing': answered([null]),
  'a lookup of all answers with an error': answered([noSuchName], { autoSelectFamily: true }),
  'a lookup of all answers with one text': answered([null, HOST, 4], { autoSelectFamily: true }),
  'a lookup that throws': (net) =>
    thrown(() =>
      net.connect({
        port: 80,
        host: 'name.test',
        lookup: () => {
          throw new Error('no lookup today');
        },
      }),
    ),
  'a lookup is not asked for an address': async (net) => {
    const log: Log = [];
    const lookup: LookupFunction = () => log.push('asked');
    const client = net.connect({ port: await freePort(net), host: HOST, lookup });
    watch(client, EVENTS, log);
    await closed(client);
    return log;
  },
  'destroyed in the event lookup': async (net) => {
    const client = net.connect({
      port: 80,
      host: 'name.test',
      autoSelectFamily: false,
      lookup: answering(null, HOST, 4),
    });
    const log = watch(client, EVENTS);
    client.once('lookup', () => client.destroy());
    await closed(client);
    return log;
  },
  'destroyed in the event lookup of several': async (net) => {
    const client = net.connect({
      port: 80,
      host: 'name.test',
      autoSelectFamily: true,
      lookup: answering(null, [V6, V4]),
    });
    const log = watch(client, EVENTS);
    client.once('lookup', () => client.destroy());
    await closed(client);
    return log;
  },
  'destroyed before the answer': async (net) => {
    const client = net.connect({ port: 80, host: 'name.test', lookup: answering(null, [V6, V4]) });
    const log = watch(client, EVENTS);
    client.destroy();
    await closed(client);
    await turn();
    await turn();
    return log;
  },

  'the first of two answers': through(HOST, [V4, V6]),
  'the first refuses, the second answers': through(HOST, [V6, V4]),
  'IPv4 refuses, IPv6 answers': through('::1', [V4, V6]),
  'both refuse': through(null, [V6, V4]),
  'one address alone refuses': through(null, [V4]),
  'one address alone answers': through(HOST, [V4]),
  'the same address twice': through(null, [V4, V4]),
  'several of each family take turns': through(null, [
    V4,
    { address: '127.0.0.2', family: 4 },
    { address: '127.0.0.3', family: 4 },
    V6,
  ]),
  'more of the second family': through(null, [
    V6,
    { address: '127.0.0.2', family: 4 },
    { address: '127.0.0.3', family: 4 },
    V4,
  ]),
  'what is no address is passed over': through(HOST, [
    { address: 'nowhere', family: 4 },
    { address: '127.0.0.9', family: 5 },
    V4,
  ]),
  'nothing but what is no address': through(null, [{ address: 'nowhere', family: 4 }]),
  'an attempt is given as long as is said': through(HOST, [V6, V4], { autoSelectFamilyAttemptTimeout: 500 }),
  'an attempt from a local port': async (net) => {
    const localPort = await freePort(net);
    return through(null, [V6, V4], { localPort })(net);
  },
  'autoSelectFamily false takes the first': through(HOST, HOST, {
    autoSelectFamily: false,
    lookup: answering(null, HOST, 4),
  }),

  'autoSelectFamily by default': (net) => {
    const log: Log = [net.getDefaultAutoSelectFamily(), net.getDefaultAutoSelectFamilyAttemptTimeout()];
    log.push(thrown(() => net.setDefaultAutoSelectFamily(not('x'))));
    log.push(thrown(() => net.setDefaultAutoSelectFamilyAttemptTimeout(not('x'))));
    log.push(thrown(() => net.setDefaultAutoSelectFamilyAttemptTimeout(0)));
    log.push(thrown(() => net.setDefaultAutoSelectFamilyAttemptTimeout(-1)));
    return log;
  },
  'a refusal, and destroyed before the next attempt': async (net) => {
    const client = net.connect({
      port: await freePort(net),
      host: 'name.test',
      autoSelectFamily: true,
      lookup: answering(null, [V6, V4]),
    });
    const log = watch(client, EVENTS);
    client.once('connectionAttemptFailed', () => client.destroy(new Error('enough')));
    await closed(client);
    await pause(5);
    log.push(told(client.errored));
    return log;
  },
};
