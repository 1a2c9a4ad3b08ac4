// connect: the forms of its arguments, the events of success and failure, what is known of both ends, and when.

import { once } from 'node:events';
import type { Socket } from '../../../src/net/socket.ts';
import {
  ATTEMPT_EVENTS,
  closed,
  freePort,
  HOST,
  type Log,
  listen,
  type Programs,
  pair,
  pause,
  SOCKET_EVENTS,
  stateOf,
  told,
  turn,
  watch,
  watchQuietly,
} from './support.ts';

const ALL = [...SOCKET_EVENTS, ...ATTEMPT_EVENTS];

/** A server that answers what it reads, until the program returns. */
async function withEcho(
  net: Parameters<Programs[string]>[0],
  program: (port: number) => Promise<unknown>,
  options: object = {},
): Promise<unknown> {
  const server = net.createServer(options, (socket) => {
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  const port = await listen(server);
  const result = await program(port);
  server.close();
  await closed(server);
  return result;
}

export const CONNECT: Programs = {
  'connect(port, host, listener)': (net) =>
    withEcho(net, async (port) => {
      const log: Log = [];
      const client = net.connect(port, HOST, () => log.push('listener'));
      watch(client, ALL, log);
      client.end('hello');
      await closed(client);
      return log;
    }),

  'connect(options, listener): the listener is the first to hear, with the socket as `this`': (net) =>
    withEcho(net, async (port) => {
      const log: Log = [];
      const client: Socket = net.connect({ port, host: HOST }, function (this: Socket) {
        log.push(this === client);
      });
      client.on('connect', () => log.push('connect'));
      client.on('ready', () => log.push('ready'));
      await once(client, 'ready');
      client.destroy();
      await closed(client);
      return log;
    }),

  'connect(options) with the port as text': (net) =>
    withEcho(net, async (port) => {
      const client = net.connect({ port: String(port), host: HOST });
      await once(client, 'connect');
      const seen = [client.remotePort === port];
      client.destroy();
      await closed(client);
      return seen;
    }),

  'connect(port as text, host)': (net) =>
    withEcho(net, async (port) => {
      const client = net.connect(String(port), HOST);
      await once(client, 'connect');
      client.destroy();
      await closed(client);
      return stateOf(client);
    }),

  'new Socket().connect(port, host)': (net) =>
    withEcho(net, async (port) => {
      const socket = new net.Socket();
      const states = [stateOf(socket)];
      const log = watch(socket, ALL);
      states.push([socket.connect(port, HOST) === socket, ...stateOf(socket)]);
      await once(socket, 'connect');
      states.push(stateOf(socket));
      socket.end();
      states.push(stateOf(socket));
      await closed(socket);
      states.push(stateOf(socket));
      return { log, states };
    }),

  'Socket and Server without new': (net) => {
    const socket = net.Socket();
    const server = net.Server();
    return [socket instanceof net.Socket, server instanceof net.Server, socket.readyState, server.listening];
  },

  'classes that extend Socket and Server': (net) => {
    class MySocket extends net.Socket {
      readonly mine = 1;
    }
    class MyServer extends net.Server {}
    const socket = new MySocket({ allowHalfOpen: true });
    const server = new MyServer({ pauseOnConnect: true });
    return [
      [socket instanceof MySocket, socket instanceof net.Socket, new net.Socket() instanceof MySocket],
      [server instanceof MyServer, server instanceof net.Server],
      [socket.mine, socket.allowHalfOpen, server.pauseOnConnect],
      [
        socket.constructor.name,
        net.Socket.name,
        new net.Socket().constructor === net.Socket,
        net.Server.name,
      ],
    ];
  },

  'connection refused: events, and the error': async (net) => {
    const client = net.connect(await freePort(net), HOST, () => log.push('never'));
    const log: Log = watch(client, ALL);
    await closed(client);
    return { log, state: stateOf(client), errored: told(client.errored) };
  },

  'connection refused: nobody calls the write back with success': async (net) => {
    const client = net.connect(await freePort(net), HOST);
    const log = watch(client, ['error', 'close']);
    client.write('x', (error) => log.push(['callback', told(error)]));
    client.end('y', () => log.push('finished'));
    await closed(client);
    await turn();
    return log;
  },

  'port 0 refuses': async (net) => {
    const client = net.connect({ port: 0, host: HOST });
    const log = watch(client, ALL);
    await closed(client);
    return log;
  },

  'connect twice in one tick': (net) =>
    withEcho(net, async (port) => {
      const client = net.connect(port, HOST);
      client.connect(port, HOST);
      const log = watch(client, ALL);
      await closed(client);
      return log;
    }),

  'connect when it is connected': (net) =>
    withEcho(net, async (port) => {
      const client = net.connect(port, HOST);
      await once(client, 'connect');
      const log = watch(client, ALL);
      client.connect(port, HOST);
      log.push(stateOf(client));
      await pause();
      client.destroy();
      await closed(client);
      return log;
    }),

  'connect again after close': (net) =>
    withEcho(net, async (port) => {
      const client = net.connect(port, HOST);
      const log = watch(client, ALL);
      client.end('one');
      await closed(client);
      const between = [...stateOf(client), client.bytesRead, client.bytesWritten];
      client.connect(port, HOST);
      client.end('again');
      await closed(client);
      return { log, between, after: [client.bytesRead, client.bytesWritten] };
    }),

  'connect again after a refusal': (net) =>
    withEcho(net, async (port) => {
      const client = net.connect(await freePort(net), HOST);
      const log = watch(client, ALL);
      await closed(client);
      client.connect(port, HOST);
      await once(client, 'connect');
      client.end();
      await closed(client);
      return log;
    }),

  'connect again from the close event': (net) =>
    withEcho(net, async (port) => {
      const client = net.connect(port, HOST);
      const log = watch(client, ALL);
      client.destroy();
      client.once('close', () => client.connect(port, HOST));
      await once(client, 'connect');
      client.end();
      await closed(client);
      return log;
    }),

  'destroyed in the tick of connect': (net) =>
    withEcho(net, async (port) => {
      const client = net.connect(port, HOST);
      const log = watch(client, ALL);
      log.push(client.destroy() === client, stateOf(client));
      await closed(client);
      return log;
    }),

  'destroyed with an error while connecting': (net) =>
    withEcho(net, async (port) => {
      const client = net.connect(port, HOST);
      const log = watch(client, ALL);
      await turn();
      client.destroy(new Error('changed my mind'));
      await closed(client);
      return log.filter((entry) => !['connect', 'ready'].includes((entry as string[])[0]!));
    }),

  'destroyed in its connect event': (net) =>
    withEcho(net, async (port) => {
      const client = net.connect(port, HOST);
      const log = watch(client, ALL);
      client.on('connect', () => client.destroy());
      await closed(client);
      return log;
    }),

  'end() in the tick of connect': (net) =>
    withEcho(net, async (port) => {
      const client = net.connect(port, HOST);
      const log = watch(client, ALL);
      log.push(client.end() === client, stateOf(client));
      await closed(client);
      return log;
    }),

  'writes that wait for the connection: callbacks, and what is counted': (net) =>
    withEcho(net, async (port) => {
      const client = net.connect(port, HOST);
      const log: Log = [];
      const counted = (): void => void log.push([client.bytesWritten, client.writableLength]);
      counted();
      log.push(client.write('one', () => log.push('first')));
      counted();
      log.push(client.write(Buffer.from('two'), () => log.push('second')));
      counted();
      client.on('connect', () => {
        log.push('connect');
        counted();
      });
      client.setEncoding('utf8');
      let text = '';
      client.on('data', (data) => {
        text += data;
        if (text.length === 6) client.end();
      });
      await closed(client);
      counted();
      return { log, text };
    }),

  'localPort is the port that the server sees': async (net) => {
    const localPort = await freePort(net);
    const server = net.createServer();
    const port = await listen(server);
    const client = net.connect({ port, host: HOST, localPort, localAddress: HOST });
    const [accepted] = (await once(server, 'connection')) as [Socket];
    if (client.connecting) await once(client, 'connect');
    const log = [accepted.remotePort === localPort, client.localPort === localPort];
    client.destroy();
    server.close();
    await closed(server);
    return log;
  },

  'localAddress is the address that the server sees': async (net) => {
    const { accepted, client, over } = await pair(net, {}, { localAddress: '127.0.0.3' });
    const log = [accepted.remoteAddress, client.localAddress, client.remoteAddress];
    client.destroy();
    await over;
    return log;
  },

  'localAddress that is not ours': async (net) => {
    const client = net.connect({ port: 80, host: HOST, localAddress: '192.0.2.1' });
    const log = watch(client, ALL);
    await closed(client);
    return log;
  },

  'connection refused, with a local address and port': async (net) => {
    const localPort = await freePort(net);
    const client = net.connect({
      port: await freePort(net),
      host: HOST,
      localAddress: HOST,
      localPort,
    });
    const log = watch(client, ALL);
    await closed(client);
    return log;
  },

  'addresses of both ends, before, during and after': (net) =>
    withEcho(net, async (port) => {
      const log: Log = [];
      const client = net.connect(port, HOST);
      const note = (): void =>
        void log.push([
          [client.remoteAddress, told(client.remotePort), client.remoteFamily],
          [client.localAddress, told(client.localPort), client.localFamily],
          Object.keys(client.address()),
        ]);
      note();
      await once(client, 'connect');
      note();
      client.destroy();
      note();
      await closed(client);
      note();
      return log;
    }),

  'the whole of 127.0.0.0/8 is here': async (net) => {
    const server = net.createServer();
    const port = await listen(server, '127.0.0.2');
    const client = net.connect(port, '127.0.0.2');
    const [accepted] = (await once(server, 'connection')) as [Socket];
    if (client.connecting) await once(client, 'connect');
    const log = [client.remoteAddress, client.localAddress, accepted.localAddress, accepted.remoteAddress];
    client.destroy();
    server.close();
    await closed(server);
    return log;
  },

  'another address of 127.0.0.0/8 refuses': (net) =>
    withEcho(net, async (port) => {
      const client = net.connect(port, '127.9.9.9');
      const log = watch(client, ALL);
      await closed(client);
      return log;
    }),

  'to 0.0.0.0 is to oneself': async (net) => {
    const server = net.createServer();
    const port = await listen(server, '0.0.0.0');
    const client = net.connect(port, '0.0.0.0');
    const [accepted] = (await once(server, 'connection')) as [Socket];
    if (client.connecting) await once(client, 'connect');
    const log = [client.remoteAddress, accepted.localAddress, accepted.remoteFamily];
    client.destroy();
    server.close();
    await closed(server);
    return log;
  },

  'readyState at each moment': async (net) => {
    const log: Log = [];
    const { accepted, client, over } = await pair(net, { allowHalfOpen: true }, { allowHalfOpen: true });
    const note = (): void => void log.push([client.readyState, accepted.readyState]);
    note();
    client.end();
    note();
    accepted.resume();
    await once(accepted, 'end');
    note();
    accepted.end();
    note();
    client.resume();
    await over;
    note();
    return log;
  },

  'the option timeout': (net) =>
    withEcho(net, async (port) => {
      const client = net.connect({ port, host: HOST, timeout: 400 });
      const log = watchQuietly(client);
      log.push(client.timeout);
      await once(client, 'timeout');
      client.destroy();
      await closed(client);
      return log;
    }),

  'noDelay and keepAlive as options': (net) =>
    withEcho(net, async (port) => {
      const client = net.connect({
        port,
        host: HOST,
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: -5,
      });
      await once(client, 'connect');
      client.setNoDelay(false).setKeepAlive(false).setKeepAlive(true, 2_500);
      client.end();
      const log = watch(client);
      await closed(client);
      return log;
    }),

  'a signal that was aborted before': async (net) => {
    const client = net.connect({ port: 80, host: HOST, signal: AbortSignal.abort() });
    const log = watch(client, ALL);
    await closed(client);
    return { log, state: stateOf(client) };
  },

  'a signal, aborted while connecting': (net) =>
    withEcho(net, async (port) => {
      const controller = new AbortController();
      const client = net.connect({ port, host: HOST, signal: controller.signal });
      const log = watch(client, ['error', 'close', 'connect']);
      controller.abort();
      await closed(client);
      return log;
    }),

  'a signal, aborted after connect, with a reason': (net) =>
    withEcho(net, async (port) => {
      const controller = new AbortController();
      const client = net.connect({ port, host: HOST, signal: controller.signal });
      const log = watch(client, ALL);
      await once(client, 'connect');
      controller.abort(new Error('enough'));
      await closed(client);
      log.push(told((client.errored as Error | null)?.cause));
      return log;
    }),

  'a signal, aborted when all is over': (net) =>
    withEcho(net, async (port) => {
      const controller = new AbortController();
      const client = net.connect({ port, host: HOST, signal: controller.signal });
      const log = watch(client, ALL);
      client.end();
      await closed(client);
      controller.abort();
      await pause(5);
      return log;
    }),

  'a socket that never connects: end and destroy': async (net) => {
    const ended = new net.Socket();
    const log = watch(ended);
    ended.end();
    await pause(5);
    log.push(stateOf(ended));
    const socket = new net.Socket();
    watch(socket, SOCKET_EVENTS, log);
    socket.destroy();
    log.push(stateOf(socket));
    await closed(socket);
    ended.destroy();
    await closed(ended);
    return log;
  },

  'a socket of its own: what it is before anything': (net) => {
    const socket = new net.Socket();
    return [
      [socket.bytesRead, socket.bytesWritten, socket.timeout, socket.bufferSize, socket.server],
      [socket.address(), socket.remoteAddress, socket.localPort, socket.autoSelectFamilyAttemptedAddresses],
      [socket.readableHighWaterMark, socket.writableHighWaterMark, socket.allowHalfOpen],
      [socket.readable, socket.writable, socket.readableFlowing, socket.errored, socket.closed],
    ];
  },
};
