// Server: the forms of listen, its events, what is told of it, closing, limits, signals.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Server } from '../../../src/net/server.ts';
import type { Socket } from '../../../src/net/socket.ts';
import {
  closed,
  HOST,
  hasDispose,
  type Log,
  listen,
  not,
  type Programs,
  pair,
  pause,
  portOf,
  SERVER_EVENTS,
  thrown,
  told,
  turn,
  watch,
} from './support.ts';

/** What a server says of itself. */
const stateOf = (server: Server): unknown[] => {
  const at = server.address() as AddressInfo | null;
  return [server.listening, at === null ? null : [at.address, at.family, told(at.port)]];
};

/** Listen with these arguments, and close once it listens. */
const form =
  (...args: unknown[]) =>
  async (net: Parameters<Programs[string]>[0]): Promise<unknown> => {
    const server = net.createServer();
    const log = watch(server, SERVER_EVENTS);
    const call = server.listen as (...args: unknown[]) => Server;
    log.push(call.apply(server, args) === server, stateOf(server));
    await once(server, 'listening');
    log.push(stateOf(server));
    server.close();
    log.push(stateOf(server));
    await closed(server);
    return log;
  };

/** Listen in the second place while the first is taken. */
const conflict =
  (first: object, second: object) =>
  async (net: Parameters<Programs[string]>[0]): Promise<unknown> => {
    const one = net.createServer().listen({ port: 0, ...first });
    await once(one, 'listening');
    const two = net.createServer();
    const log = watch(two, SERVER_EVENTS);
    two.listen({ port: portOf(one), ...second });
    await Promise.race([once(two, 'listening'), once(two, 'error')]).catch(() => {});
    await turn();
    log.push(stateOf(two));
    two.close();
    one.close();
    await closed(one);
    return log;
  };

export const LISTEN: Programs = {
  'listen()': form(),
  'listen(0)': form(0),
  "listen('0')": form('0'),
  'listen(null)': form(null),
  'listen(undefined)': form({ port: undefined }),
  'listen({ port: null })': form({ port: null }),
  'listen(0, host)': form(0, HOST),
  'listen(0, host, backlog)': form(0, HOST, 5),
  'listen(0, backlog)': form(0, 5),
  'listen({ port, host, backlog })': form({ port: 0, host: HOST, backlog: 3 }),
  'listen({ port, host, exclusive })': form({ port: 0, host: HOST, exclusive: true }),
  'listen on 0.0.0.0': form(0, '0.0.0.0'),
  'listen on ::': form(0, '::'),
  'listen on ::, IPv6 only': form({ port: 0, host: '::', ipv6Only: true }),
  'listen on ::1': form(0, '::1'),
  'listen on an empty host': form(0, ''),
  'listen on an IPv4-mapped address': form(0, '::ffff:127.0.0.1'),

  'listeners of listen: called once, with the server as `this`, in the order of registration': async (
    net,
  ) => {
    const server = net.createServer();
    const log: Log = [];
    server.on('listening', () => log.push('first'));
    server.listen(0, HOST, function (this: Server) {
      log.push(['given', this === server]);
    });
    await once(server, 'listening');
    server.close();
    await closed(server);
    server.listen(0, HOST);
    await once(server, 'listening');
    server.close();
    await closed(server);
    return log;
  },

  'the same place twice': conflict({ host: HOST }, { host: HOST }),
  'any address, then one': conflict({ host: '0.0.0.0' }, { host: HOST }),
  'one address, then any': conflict({ host: HOST }, { host: '0.0.0.0' }),
  'both families, then IPv4': conflict({ host: '::' }, { host: '0.0.0.0' }),
  'IPv4, then both families': conflict({ host: '0.0.0.0' }, { host: '::' }),
  'no host, then no host': conflict({}, {}),
  'IPv6 only, then IPv4': conflict({ host: '::', ipv6Only: true }, { host: '0.0.0.0' }),
  'IPv4, then IPv6 only': conflict({ host: '0.0.0.0' }, { host: '::', ipv6Only: true }),
  'two addresses, one port': conflict({ host: HOST }, { host: '127.0.0.2' }),
  'one address of each family, one port': conflict({ host: HOST }, { host: '::1' }),

  'an address that is not ours': async (net) => {
    const server = net.createServer();
    const log = watch(server, SERVER_EVENTS);
    server.listen(4_711, '192.0.2.1');
    await new Promise((failed) => server.once('error', failed));
    log.push(stateOf(server));
    server.listen(0, HOST);
    await once(server, 'listening');
    server.close();
    await closed(server);
    return log;
  },

  'listen twice': async (net) => {
    const server = net.createServer().listen(0);
    const log: Log = [thrown(() => server.listen(0))];
    await once(server, 'listening');
    log.push(thrown(() => server.listen(0, HOST)));
    server.close();
    await closed(server);
    return log;
  },

  'a server of IPv4 alone refuses IPv6, and the other way about': async (net) => {
    const log: Log = [];
    for (const [host, target] of [
      ['0.0.0.0', '::1'],
      [HOST, '::1'],
      ['::1', HOST],
    ]) {
      const server = net.createServer();
      const port = await listen(server, host);
      const client = net.connect(port, target!);
      watch(client, ['connect', 'error', 'close'], log);
      await closed(client);
      server.close();
      await closed(server);
    }
    return log;
  },

  'IPv6 only: IPv4 is refused': async (net) => {
    const server = net.createServer().listen({ port: 0, host: '::', ipv6Only: true });
    await once(server, 'listening');
    const client = net.connect(portOf(server), HOST);
    const log = watch(client, ['connect', 'error', 'close']);
    await closed(client);
    server.close();
    await closed(server);
    return log;
  },

  'over ::1': async (net) => {
    const server = net.createServer();
    const port = await listen(server, '::1');
    const client = net.connect(port, '::1');
    const [accepted] = (await once(server, 'connection')) as [Socket];
    if (client.connecting) await once(client, 'connect');
    const log = [client.remoteAddress, client.remoteFamily, accepted.remoteAddress, accepted.localFamily];
    client.destroy();
    server.close();
    await closed(server);
    return log;
  },

  'of both families: IPv4 peers have mapped addresses': async (net) => {
    const server = net.createServer().listen(0);
    await once(server, 'listening');
    const client = net.connect(portOf(server), HOST);
    const [accepted] = (await once(server, 'connection')) as [Socket];
    const log = [accepted.remoteAddress, accepted.remoteFamily, accepted.localAddress];
    client.destroy();
    server.close();
    await closed(server);
    return log;
  },

  'localhost, and a client that does not say where': async (net) => {
    const server = net.createServer().listen(0);
    await once(server, 'listening');
    const client = net.connect(portOf(server));
    const log = watch(client, ['connect', 'ready', 'close']);
    await once(client, 'connect');
    client.destroy();
    await closed(client);
    server.close();
    await closed(server);
    return log;
  },

  'listen on localhost, connect to localhost': async (net) => {
    const server = net.createServer();
    const port = await listen(server, 'localhost');
    const client = net.connect(port, 'localhost');
    await once(client, 'connect');
    const log = [client.readyState];
    client.destroy();
    server.close();
    await closed(server);
    return log;
  },

  'the options of a server are its properties': (net) => {
    const told = ({
      allowHalfOpen,
      pauseOnConnect,
      noDelay,
      keepAlive,
      keepAliveInitialDelay,
      highWaterMark,
    }: Server): unknown[] => [
      allowHalfOpen,
      pauseOnConnect,
      noDelay,
      keepAlive,
      keepAliveInitialDelay,
      highWaterMark,
    ];
    return [
      told(net.createServer()),
      told(
        net.createServer({
          allowHalfOpen: true,
          pauseOnConnect: true,
          noDelay: true,
          keepAlive: true,
          keepAliveInitialDelay: 2_500,
          highWaterMark: 10,
        }),
      ),
      told(net.createServer({ keepAliveInitialDelay: -1, highWaterMark: -1 })),
      told(net.createServer(not(null))),
      [net.createServer().maxConnections, net.createServer().listening, net.createServer().address()],
    ];
  },

  'the listener for connections: given alone, after options, or not a function': async (net) => {
    const listener = (): void => {};
    return [
      net.createServer(listener).listeners('connection').length,
      net.createServer({}, listener).listeners('connection').length,
      net.createServer(not(undefined), listener).listeners('connection').length,
      net.createServer({}, not(5)).listeners('connection').length,
      new net.Server(listener).listeners('connection').length,
    ];
  },

  'accepted sockets: server, options, state': async (net) => {
    const { accepted, client, over, server } = await pair(net, { allowHalfOpen: true, highWaterMark: 100 });
    const log = [
      accepted.server === server,
      accepted instanceof net.Socket,
      accepted.allowHalfOpen,
      accepted.readableHighWaterMark,
      accepted.writableHighWaterMark,
      accepted.readyState,
      accepted.pending,
      accepted.timeout,
      client.server,
    ];
    client.destroy();
    accepted.destroy();
    await over;
    return log;
  },

  'close: its callback, and the event': async (net) => {
    const server = net.createServer();
    await listen(server);
    const log = watch(server, SERVER_EVENTS);
    log.push(server.close((error) => log.push(['callback', told(error)])) === server);
    log.push(stateOf(server));
    await closed(server);
    await turn();
    return log;
  },

  'close of what does not listen': async (net) => {
    const server = net.createServer();
    const log = watch(server, SERVER_EVENTS);
    server.close((error) => log.push(['callback', told(error)]));
    await closed(server);
    return log;
  },

  'close twice': async (net) => {
    const server = net.createServer();
    await listen(server);
    const log = watch(server, SERVER_EVENTS);
    server.close((error) => log.push(['first', told(error)]));
    server.close((error) => log.push(['second', told(error)]));
    await pause();
    return log;
  },

  'close before it listens': async (net) => {
    const log: Log = [];
    for (const host of [undefined, HOST]) {
      const server = net.createServer();
      watch(server, SERVER_EVENTS, log);
      server.listen(0, host, () => log.push('never'));
      server.close();
      await closed(server);
      await pause(5);
    }
    return log;
  },

  'close from the event listening, and listen again from close': async (net) => {
    const server = net.createServer();
    const log = watch(server, SERVER_EVENTS);
    server.once('listening', () => server.close());
    const again = new Promise<void>((done) => {
      server.once('close', () => {
        server.once('close', () => done());
        server.listen(0, HOST, () => server.close());
      });
    });
    server.listen(0, HOST);
    await again;
    return log;
  },

  'close waits for connections': async (net) => {
    const { accepted, client, server } = await pair(net);
    const log = watch(server, SERVER_EVENTS);
    await pause();
    log.push('still open');
    client.end();
    accepted.resume();
    client.resume();
    await closed(server);
    return log;
  },

  'after close, the port refuses': async (net) => {
    const { client, over, port } = await pair(net);
    const late = net.connect(port, HOST);
    const log = watch(late, ['connect', 'error', 'close']);
    await closed(late);
    client.destroy();
    await over;
    return log;
  },

  getConnections: async (net) => {
    const server = net.createServer();
    const port = await listen(server);
    const count = (): Promise<unknown> =>
      new Promise((done) => server.getConnections((error, number) => done([told(error), number])));
    const log = [await count()];
    const clients = [net.connect(port, HOST), net.connect(port, HOST)];
    await once(server, 'connection');
    await once(server, 'connection');
    log.push(await count());
    for (const client of clients) client.destroy();
    await pause();
    log.push(await count());
    server.close();
    await closed(server);
    return log;
  },

  'maxConnections: drop, and the connection is closed': async (net) => {
    const server = net.createServer();
    server.maxConnections = 1;
    const log: Log = [];
    server.on('drop', (data) => {
      const sorted = Object.entries(data as object).sort(([a], [b]) => (a < b ? -1 : 1));
      log.push(['drop', sorted.map(([name, value]) => [name, told(value)])]);
    });
    server.on('connection', () => log.push('connection'));
    const port = await listen(server);
    const first = net.connect(port, HOST);
    await once(server, 'connection');
    const second = net.connect(port, HOST);
    const events = watch(second, ['connect', 'end', 'error', 'close']);
    await closed(second);
    first.destroy();
    await pause();
    const third = net.connect(port, HOST);
    await once(server, 'connection');
    third.destroy();
    server.close();
    await closed(server);
    return { log, events };
  },

  'maxConnections 0': async (net) => {
    const server = net.createServer((socket) => socket.end('served'));
    server.maxConnections = 0;
    const port = await listen(server);
    const client = net.connect(port, HOST);
    const log = watch(client, ['data', 'end', 'close']);
    await closed(client);
    server.close();
    await closed(server);
    return log;
  },

  'maxConnections that was lifted': async (net) => {
    const server = net.createServer();
    server.maxConnections = 1;
    const port = await listen(server);
    const first = net.connect(port, HOST);
    await once(server, 'connection');
    server.maxConnections = 2;
    const second = net.connect(port, HOST);
    await once(server, 'connection');
    first.destroy();
    second.destroy();
    server.close();
    await closed(server);
    return 'served';
  },

  'ref and unref of a server': async (net) => {
    const server = net.createServer();
    const log = [server.ref() === server, server.unref() === server];
    await listen(server);
    log.push(server.unref() === server, server.ref() === server);
    server.close();
    await closed(server);
    return log;
  },

  'listen with a signal that was aborted': async (net) => {
    const server = net.createServer();
    const log = watch(server, SERVER_EVENTS);
    server.listen({ port: 0, host: HOST, signal: AbortSignal.abort() });
    await closed(server);
    await pause(5);
    log.push(server.listening);
    return log;
  },

  'listen with a signal that is aborted': async (net) => {
    const controller = new AbortController();
    const server = net.createServer();
    const log = watch(server, SERVER_EVENTS);
    server.listen({ port: 0, host: HOST, signal: controller.signal });
    await once(server, 'listening');
    controller.abort();
    log.push(server.listening);
    await closed(server);
    return log;
  },

  'asyncDispose of a server': async (net) => {
    if (!hasDispose(net.Server.prototype)) return 'not in this Node';
    const server = net.createServer();
    const log = watch(server, SERVER_EVENTS);
    await server[Symbol.asyncDispose]();
    await listen(server);
    await server[Symbol.asyncDispose]();
    log.push(server.listening);
    return log;
  },

  'what a listener for connections throws does not keep the next from being served': async (net) => {
    const server = net.createServer();
    const port = await listen(server);
    const log: Log = [];
    server.on('connection', (socket: Socket) => {
      log.push('connection');
      socket.end();
    });
    const clients = [1, 2, 3].map(() => net.connect(port, HOST).resume());
    await Promise.all(clients.map(closed));
    server.close();
    await closed(server);
    return log;
  },

  'many connections at once': async (net) => {
    const server = net.createServer((socket) => socket.end('x'));
    const port = await listen(server);
    const texts = await Promise.all(
      Array.from({ length: 100 }, async () => {
        let text = '';
        for await (const data of net.connect(port, HOST)) text += data;
        return text;
      }),
    );
    server.close();
    await closed(server);
    return texts.join('');
  },
};
