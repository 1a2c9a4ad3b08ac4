// What is not TCP: paths and descriptors are the kernel's, and behave as they do in Node.

import { once } from 'node:events';
import { existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Net } from '../../../src/net/net.ts';
import type { Socket } from '../../../src/net/socket.ts';
import {
  ATTEMPT_EVENTS,
  closed,
  type Log,
  not,
  type Programs,
  pause,
  SERVER_EVENTS,
  SOCKET_EVENTS,
  stateOf,
  thrown,
  watch,
} from './support.ts';

const ALL = [...SOCKET_EVENTS, ...ATTEMPT_EVENTS];

/** A directory for the program's pipes; where they are is no part of what it sees. */
const inDirectory =
  (program: (net: Net, path: string) => Promise<unknown>) =>
  async (net: Net): Promise<unknown> => {
    const directory = mkdtempSync(join(tmpdir(), 'synfin-pipe-'));
    try {
      const seen = JSON.stringify(await program(net, join(directory, 'pipe')));
      return JSON.parse(seen.replaceAll(directory, 'DIR'));
    } finally {
      rmSync(directory, { recursive: true });
    }
  };

const serving = (program: (net: Net, path: string, log: Log) => Promise<unknown>) =>
  inDirectory(async (net, path) => {
    const log: Log = [];
    const server = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.pipe(socket);
    });
    server.listen(path);
    await once(server, 'listening');
    const result = await program(net, path, log);
    server.close();
    await closed(server);
    return [log, result ?? null];
  });

export const PIPES: Programs = {
  'listen on a path: address, events, and what is left': inDirectory(async (net, path) => {
    const server = net.createServer();
    const log = watch(server, SERVER_EVENTS);
    log.push(server.listen(path) === server, server.listening, server.address());
    await once(server, 'listening');
    log.push(server.listening, server.address(), existsSync(path));
    server.close();
    log.push(server.listening);
    await closed(server);
    log.push(existsSync(path));
    return log;
  }),
  'listen({ path }), with a callback': inDirectory(async (net, path) => {
    const server = net.createServer();
    const log: Log = [];
    await new Promise<void>((done) => server.listen({ path }, () => done(void log.push(server.address()))));
    server.close(() => log.push('closed'));
    await closed(server);
    return log;
  }),
  'listen on a path that is taken': inDirectory(async (net, path) => {
    const first = net.createServer().listen(path);
    await once(first, 'listening');
    const second = net.createServer();
    const log = watch(second, SERVER_EVENTS);
    second.listen(path);
    await new Promise((failed) => second.once('error', failed));
    log.push(second.listening);
    first.close();
    await closed(first);
    second.listen(path);
    await once(second, 'listening');
    second.close();
    await closed(second);
    return log;
  }),
  'connect(path)': serving(async (net, path, log) => {
    const client = net.connect(path, () => log.push('listener'));
    watch(client as unknown as Socket, ALL, log);
    client.end('over a pipe');
    await closed(client as unknown as Socket);
    return [client instanceof net.Socket, client.address(), client.remoteAddress ?? 'none', client.bytesRead];
  }),
  'connect({ path })': serving(async (net, path, log) => {
    const client = net.connect({ path }) as unknown as Socket;
    watch(client, ALL, log);
    client.end('over a pipe');
    await closed(client);
  }),
  'new Socket().connect(path)': serving(async (net, path, log) => {
    const client = new net.Socket();
    watch(client, ALL, log);
    log.push(client.connect(path) === client, stateOf(client));
    client.write('over ');
    await once(client, 'ready');
    log.push(stateOf(client), client.address(), client.remoteAddress ?? 'none', client.localPort ?? 'none');
    client.end('a pipe');
    await closed(client);
    return [stateOf(client), client.bytesRead, client.bytesWritten];
  }),
  'new Socket().connect(path) to nowhere': inDirectory(async (net, path) => {
    const client = new net.Socket().connect(path);
    const log = watch(client, SOCKET_EVENTS);
    await closed(client);
    return [log, stateOf(client)];
  }),
  'connect(path) to nowhere': inDirectory(async (net, path) => {
    const client = net.connect(path) as unknown as Socket;
    const log = watch(client, SOCKET_EVENTS);
    await closed(client);
    return log;
  }),
  'a reset is not for pipes': serving(async (net, path, log) => {
    const client = new net.Socket().connect(path);
    await once(client, 'connect');
    log.push(thrown(() => client.resetAndDestroy()));
    client.destroy();
    await closed(client);
  }),
  'setNoDelay and setKeepAlive on a pipe do nothing': serving(async (net, path, log) => {
    const client = new net.Socket().connect(path);
    await once(client, 'connect');
    client.setNoDelay(true).setKeepAlive(true, 1_000).unref().ref();
    watch(client, SOCKET_EVENTS, log);
    client.end('x');
    await closed(client);
  }),
  'much text over a pipe, with backpressure': serving(async (net, path) => {
    const client = new net.Socket().connect(path);
    const data = Buffer.alloc(4 << 20, 'synfin');
    client.end(data);
    const parts: Buffer[] = [];
    for await (const part of client) parts.push(part as Buffer);
    return [Buffer.concat(parts).equals(data), client.bytesRead, client.bytesWritten];
  }),
  'a socket over TCP after one over a pipe': serving(async (net, path, log) => {
    const server = net.createServer((socket) => socket.end('tcp')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = new net.Socket().connect(path);
    watch(client, ['connect', 'data', 'error', 'close'], log);
    client.end('pipe');
    await closed(client);
    client.connect((server.address() as { port: number }).port, '127.0.0.1');
    await closed(client);
    server.close();
    await closed(server);
  }),
  'accepted over a path: options and limits of the server': inDirectory(async (net, path) => {
    const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true, highWaterMark: 50 });
    server.maxConnections = 1;
    const log: Log = [];
    server.on('drop', () => log.push('drop'));
    server.listen(path);
    await once(server, 'listening');
    const client = net.connect(path);
    const [accepted] = (await once(server, 'connection')) as [Socket];
    log.push(accepted.allowHalfOpen, accepted.isPaused(), accepted.readableHighWaterMark);
    log.push(accepted.server === server, accepted instanceof net.Socket);
    const second = net.connect(path) as unknown as Socket;
    second.resume().on('error', () => {});
    await closed(second);
    const count = await new Promise((done) => server.getConnections((_error, number) => done(number)));
    accepted.resume();
    client.destroy();
    accepted.destroy();
    server.close();
    await closed(server);
    return [log, count];
  }),
  'a descriptor that is no socket': async (net) => {
    const fd = openSync(import.meta.filename, 'r');
    return thrown(() => new net.Socket({ fd }));
  },
  'listen on a descriptor that is no socket': async (net) => {
    const fd = openSync(import.meta.filename, 'r');
    const server = net.createServer();
    const log = watch(server, SERVER_EVENTS);
    (server.listen as (options: object) => unknown)({ fd });
    await new Promise((failed) => server.once('error', failed));
    await pause(5);
    log.push(server.listening, server.address());
    return log;
  },
  'readableAll of an abstract path': (net) =>
    thrown(() => net.createServer().listen(not({ path: '\0synfin', readableAll: true }))),
};
