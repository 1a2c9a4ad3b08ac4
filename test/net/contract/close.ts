// How connections end: FIN from either side, from both, half-closed, resets, errors, and calls that come too late.

import { once } from 'node:events';
import type { Socket } from '../../../src/net/socket.ts';
import {
  closed,
  freePort,
  HOST,
  hasDispose,
  type Log,
  listen,
  type Pair,
  type Programs,
  pair,
  pause,
  SOCKET_EVENTS,
  stateOf,
  thrown,
  told,
  turn,
  watch,
  watchQuietly,
} from './support.ts';

const HALF = { allowHalfOpen: true };

interface Logs {
  client: Log;
  accepted: Log;
}

const watchBoth = ({ client, accepted }: Pair): Logs => ({
  client: watch(client),
  accepted: watch(accepted),
});

/** A pair, both ends watched, on which `program` acts until all is closed. */
const story =
  (program: (ends: Pair, logs: Logs) => unknown, serverOptions: object = {}, clientOptions: object = {}) =>
  async (net: Parameters<Programs[string]>[0]): Promise<unknown> => {
    const ends = await pair(net, serverOptions, clientOptions);
    const logs = watchBoth(ends);
    const result = await program(ends, logs);
    await ends.over;
    await turn();
    return {
      logs,
      result: Array.isArray(result) ? result : told(result),
      states: [stateOf(ends.client), stateOf(ends.accepted)],
    };
  };

export const CLOSE: Programs = {
  'the client ends': story(({ client }) => client.end()),
  'the server ends': story(({ accepted }) => accepted.end()),
  'both end at once': story(({ client, accepted }) => {
    client.end();
    accepted.end();
  }),
  'the client ends with text': story(({ client }) => client.end('bye')),
  'the server ends with text, and the client answers': story(
    ({ client, accepted }) => {
      accepted.end('bye');
      client.on('end', () => client.end('thanks'));
    },
    HALF,
    HALF,
  ),
  'the client destroys': story(({ client }) => client.destroy()),
  'the server destroys': story(({ accepted }) => accepted.destroy()),
  'both destroy at once': story(({ client, accepted }) => {
    client.destroy();
    accepted.destroy();
  }),
  'destroyed with an error': story(({ client }) => client.destroy(new Error('no more'))),
  'destroyed twice, the second time with an error': story(({ client }) => {
    client.destroy();
    client.destroy(new Error('too late'));
  }),
  'ended, then destroyed in the same tick': story(({ client }) => {
    client.end('gone?');
    client.destroy();
  }),
  'destroyed, then ended': story(({ client }) => {
    const log: Log = [];
    client.destroy();
    client.end('x', () => log.push('never'));
    return log;
  }),
  'end twice': story(async ({ client }) => {
    const log: Log = [];
    client.end(() => log.push('first'));
    client.end((error?: Error) => log.push(['second', told(error)]));
    await closed(client);
    return log;
  }),
  'end again when it has finished': story(
    async ({ client, accepted }) => {
      const log: Log = [];
      client.end();
      await once(client, 'finish');
      client.end((error?: Error) => log.push(told(error)));
      await pause();
      accepted.end();
      return log;
    },
    HALF,
    HALF,
  ),
  'end(text, encoding, callback)': story(async ({ client }) => {
    const log: Log = [];
    client.end('68656c6c6f', 'hex', () => log.push('finished'));
    await closed(client);
    return log;
  }),
  'end(callback) is called before close': story(async ({ client }, logs) => {
    client.end(() => logs.client.push('callback'));
  }),
  'a write after end': story(({ client }) => {
    const log: Log = [];
    client.end();
    log.push(client.write('late', (error) => log.push(told(error))));
    return turn().then(() => log);
  }),
  'a write after destroy': story(async ({ client }) => {
    const log: Log = [];
    client.destroy();
    log.push(client.write('late', (error) => log.push(told(error))));
    await turn();
    return log;
  }),
  'a write after the FIN of the peer ended both ways': story(async ({ client, accepted }) => {
    const log: Log = [];
    accepted.end();
    await once(client, 'end');
    await turn();
    log.push(client.write('late', (error) => log.push(told(error))));
    return log;
  }),
  'half-open: the server answers after the FIN of the client': story(({ client, accepted }) => {
    client.end('question');
    accepted.on('end', () => setTimeout(() => accepted.end('answer'), 5));
  }, HALF),
  'half-open: the client goes on after the FIN of the server': story(
    ({ client, accepted }) => {
      accepted.end('first');
      client.on('end', () => setTimeout(() => client.end('second'), 5));
    },
    {},
    HALF,
  ),
  'half-open at both ends: nothing closes by itself': story(
    async ({ client, accepted }) => {
      client.end();
      await once(accepted, 'end');
      await pause();
      const states = [stateOf(client), stateOf(accepted)];
      accepted.end();
      return states;
    },
    HALF,
    HALF,
  ),
  'half-open that is lifted later': story(
    async ({ client, accepted }) => {
      client.allowHalfOpen = false;
      accepted.end();
      await once(client, 'finish');
    },
    {},
    HALF,
  ),
  'a server that is not half-open ends when the client does': story(
    async ({ client, accepted }) => {
      client.end();
      await once(accepted, 'finish');
      return [accepted.writableEnded, accepted.writableFinished];
    },
    {},
    HALF,
  ),

  'nobody reads: end comes when there is nothing to read': async (net) => {
    const { client, accepted, over } = await pair(net);
    const log = watchQuietly(client);
    accepted.resume();
    accepted.end();
    await over;
    return log;
  },
  'nobody reads: end waits for what there is to read': async (net) => {
    const { client, accepted, over } = await pair(net);
    const log = watchQuietly(client);
    accepted.resume();
    accepted.end('unread');
    await pause();
    const before = [...log, stateOf(client), client.readableLength];
    client.resume();
    await over;
    return { before, log };
  },
  'destroyed with text unread: the peer is reset': async (net) => {
    const { client, accepted, over } = await pair(net, { pauseOnConnect: true });
    const log = watch(client);
    client.write('nobody reads this');
    await pause();
    accepted.destroy();
    await over;
    return log;
  },

  'resetAndDestroy of the accepted': story(({ accepted }) => accepted.resetAndDestroy() === accepted),
  'resetAndDestroy of the client': story(({ client }) => client.resetAndDestroy() === client),
  'resetAndDestroy twice': story(({ client }) => {
    client.resetAndDestroy();
    client.resetAndDestroy();
  }),
  'resetAndDestroy after destroy': story(async ({ client }) => {
    client.destroy();
    client.resetAndDestroy();
  }),
  'a reset while the peer is half-closed': story(
    async ({ client, accepted }) => {
      client.end();
      await once(accepted, 'end');
      accepted.resetAndDestroy();
    },
    HALF,
    HALF,
  ),
  'resetAndDestroy while connecting: after the connection': async (net) => {
    const server = net.createServer();
    const port = await listen(server);
    const client = net.connect(port, HOST);
    const log = watch(client);
    server.on('connection', (socket: Socket) => watch(socket, ['error', 'close', 'end', 'data']));
    log.push(client.resetAndDestroy() === client, stateOf(client));
    await closed(client);
    server.close();
    await closed(server);
    return log;
  },
  'resetAndDestroy of what was never connected': async (net) => {
    const socket = new net.Socket();
    const log = watch(socket);
    log.push(socket.resetAndDestroy() === socket);
    await closed(socket);
    return { log, errored: told(socket.errored) };
  },

  'destroySoon: after what was written': story(({ client }) => {
    client.write('written');
    client.destroySoon();
    return stateOf(client);
  }),
  'destroySoon of what has ended': story(async ({ client }) => {
    client.end();
    client.destroySoon();
  }),
  'destroySoon when it has finished': story(
    async ({ client, accepted }) => {
      client.end();
      await once(client, 'finish');
      client.destroySoon();
      accepted.end();
      return stateOf(client);
    },
    HALF,
    HALF,
  ),
  'destroySoon while connecting': async (net) => {
    const server = net.createServer((socket) => void socket.resume());
    const port = await listen(server);
    const client = net.connect(port, HOST);
    const log = watch(client);
    client.destroySoon();
    await closed(client);
    server.close();
    await closed(server);
    return log;
  },

  'writing to a peer that closed both ways': async (net) => {
    const { client, accepted, over } = await pair(net, {}, HALF);
    const log = watch(client);
    accepted.destroy();
    await once(client, 'end');
    client.write('to nobody');
    await pause();
    client.write('once more', (error) => log.push(['callback', told(error)]));
    await over;
    return log;
  },
  'asyncDispose of a socket': async (net) => {
    if (!hasDispose(net.Socket.prototype)) return 'not in this Node';
    const { client, over } = await pair(net);
    const log = watch(client);
    const disposing = client[Symbol.asyncDispose]().then(
      () => log.push('disposed'),
      (error) => log.push(['rejected', told(error)]),
    );
    await disposing;
    await over;
    return log;
  },
  'closed, errored, destroyed: what the stream says': async (net) => {
    const { client, over } = await pair(net);
    const told = (): unknown[] => [client.closed, client.destroyed, client.errored, client.readableAborted];
    const log = [told()];
    client.on('close', () => log.push(told()));
    client.destroy();
    log.push(told());
    await over;
    log.push(told());
    return log;
  },
  'events come after the calls that cause them': async (net) => {
    const { client, over } = await pair(net);
    const log: Log = [];
    client.on('close', () => log.push('close'));
    client.on('error', () => log.push('error'));
    client.destroy(new Error('x'));
    log.push('destroyed');
    process.nextTick(() => log.push('tick'));
    await over;
    return log;
  },
  'close comes when promises are done': async (net) => {
    const { client, over } = await pair(net);
    const log: Log = [];
    client.on('close', () => log.push('close'));
    client.destroy();
    for (let i = 0; i < 5; i++) await Promise.resolve();
    log.push('promises');
    await over;
    return log;
  },
  'an error in the callback of connect does not undo the connection': async (net) => {
    const client = net.connect(await freePort(net), HOST);
    const log = watch(client, ['error', 'close']);
    client.once('error', () => log.push(stateOf(client)));
    await closed(client);
    log.push(thrown(() => client.end()));
    return log;
  },
  'removed from its server by close, not by end': async (net) => {
    const server = net.createServer(HALF);
    const port = await listen(server);
    const client = net.connect({ port, host: HOST, allowHalfOpen: true });
    const [accepted] = (await once(server, 'connection')) as [Socket];
    const count = (): Promise<number> =>
      new Promise((done) => server.getConnections((_error, number) => done(number)));
    accepted.resume();
    client.end();
    await once(accepted, 'end');
    const log = [await count()];
    accepted.end();
    client.resume();
    await closed(accepted);
    log.push(await count());
    server.close();
    await closed(server);
    return log;
  },
  'every event of an unread, paused, ended connection': async (net) => {
    const { client, accepted, over } = await pair(net);
    const log = watch(client, [...SOCKET_EVENTS, 'pause', 'resume', 'prefinish']);
    accepted.end('text');
    await over;
    return log;
  },
};
