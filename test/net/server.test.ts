// net.Server over scripted listeners: what it asks of the host, and how it treats what it accepts.

import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createNet } from '../../src/net/net.ts';
import type { Server, ServerOptions } from '../../src/net/server.ts';
import type { Socket } from '../../src/net/socket.ts';
import { endpoint, FakeHost, type FakeListener, FakeTransport } from './fake-host.ts';

async function listening(
  options: ServerOptions = {},
  ...where: [string?]
): Promise<{ server: Server; listener: FakeListener; host: FakeHost; sockets: Socket[] }> {
  const host = new FakeHost();
  const sockets: Socket[] = [];
  const server = createNet(host).createServer(options, (socket) => sockets.push(socket));
  server.listen(80, ...where);
  await once(server, 'listening');
  return { server, listener: host.listeners[0]!, host, sockets };
}

const from = (text: string): FakeTransport =>
  Object.assign(new FakeTransport(), { remote: endpoint(text, 7) });

describe('listen', () => {
  test.each([
    [[], { port: 0, address: null, backlog: 511 }, '::'],
    [[80], { port: 80, address: null, backlog: 511 }, '::'],
    [['80', '10.0.0.1'], { port: 80, address: '10.0.0.1', backlog: 511 }, '10.0.0.1'],
    [[80, '10.0.0.1', 5], { port: 80, address: '10.0.0.1', backlog: 5 }, '10.0.0.1'],
    [[80, 5], { port: 80, address: null, backlog: 5 }, '::'],
    [[{ port: 80, host: 'fd00::1', backlog: 9 }], { port: 80, address: 'fd00::1', backlog: 9 }, 'fd00::1'],
    [[{ port: null }], { port: 0, address: null, backlog: 511 }, '::'],
    [[80, '0.0.0.0'], { port: 80, address: null, backlog: 511, family: 4 }, '0.0.0.0'],
    [[{ port: 80, host: '::', ipv6Only: true }], { port: 80, address: null, backlog: 511, family: 6 }, '::'],
    [[80, 'localhost'], { port: 80, address: '127.0.0.1', backlog: 511 }, '127.0.0.1'],
  ])('listen(%j) asks the host for %j', async (args, request, address) => {
    const host = new FakeHost();
    const server = createNet(host).createServer();
    let heard = 0;
    (server.listen as (...args: unknown[]) => Server)(...args, () => heard++);
    await once(server, 'listening');
    const asked = host.requests.map(({ address: at, ...rest }) => ({ ...rest, address: at && String(at) }));
    expect(asked).toEqual([{ ...request, exclusive: true }]);
    expect(server.address()).toMatchObject({ address, port: request.port || 49_153 });
    expect([heard, server.listening]).toEqual([1, true]);
  });

  test('errors come as events, never from inside the call', async () => {
    const host = new FakeHost();
    host.refuse = 'EADDRNOTAVAIL';
    const server = createNet(host).createServer();
    const errors: unknown[] = [];
    server.on('error', (error) => errors.push(error));
    server.listen(80, '10.9.9.9');
    expect(errors).toEqual([]);
    await turn();
    expect(errors).toMatchObject([
      {
        message: 'listen EADDRNOTAVAIL: address not available 10.9.9.9:80',
        code: 'EADDRNOTAVAIL',
        errno: -99,
        syscall: 'listen',
        address: '10.9.9.9',
        port: 80,
      },
    ]);
    expect(server.listening).toBe(false);
  });

  test('closed at once, it never says that it listens', async () => {
    const host = new FakeHost();
    const server = createNet(host).createServer();
    let heard = 0;
    server.listen(80, () => heard++).close();
    await turn();
    expect([heard, host.listeners[0]?.closed]).toEqual([0, true]);
  });

  test('close() overtakes the answer to a lookup', async () => {
    const host = new FakeHost();
    const server = createNet(host).createServer().listen(80, '10.0.0.1');
    server.close();
    await turn();
    expect([host.listeners.length, server.listening]).toEqual([0, false]);
  });
});

describe('connections', () => {
  test('each is told in a tick of its own, in order', async () => {
    const { server, listener, sockets } = await listening();
    const order: string[] = [];
    server.on('connection', (socket: Socket) => {
      order.push(`connection ${socket.remoteAddress}`);
      process.nextTick(() => order.push('tick'));
    });
    listener.takes(from('10.0.0.7'), from('fd00::8'));
    expect(sockets).toEqual([]);
    await turn();
    expect(order).toEqual(['connection ::ffff:10.0.0.7', 'tick', 'connection fd00::8', 'tick']);
    expect(sockets.map(({ server: from }) => from === server)).toEqual([true, true]);
  });

  test('they start with the options of the server', async () => {
    const { listener, sockets } = await listening({
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 5_000,
      highWaterMark: 7,
    });
    const wire = from('10.0.0.7');
    listener.takes(wire);
    await turn();
    const [socket] = sockets as [Socket];
    expect(wire.calls).toEqual(['noDelay true', 'keepAlive true 5000']);
    expect([socket.allowHalfOpen, socket.readableHighWaterMark, socket.writableHighWaterMark]).toEqual([
      true,
      7,
      7,
    ]);
  });

  test('text and FIN that were there before accept are read', async () => {
    const { server, listener } = await listening();
    const seen: string[] = [];
    server.on('connection', (socket: Socket) => {
      socket.on('data', (data) => seen.push(`data ${data}`));
      for (const event of ['end', 'close']) socket.on(event, () => seen.push(event));
    });
    const wire = from('10.0.0.7');
    wire.delivers('early');
    wire.finishes();
    listener.takes(wire);
    await turn();
    await turn();
    expect(seen).toEqual(['data early', 'end', 'close']);
  });

  test('above maxConnections they are closed and told as drop', async () => {
    const { server, listener, sockets } = await listening({}, '10.0.0.2');
    const drops: unknown[] = [];
    server.maxConnections = 1;
    server.on('drop', (drop) => drops.push(drop));
    const [first, second, third] = [from('10.0.0.7'), from('10.0.0.8'), from('10.0.0.9')];
    listener.takes(first, second);
    await turn();
    expect([sockets.length, second.calls]).toEqual([1, ['close']]);
    expect(drops).toMatchObject([{ remoteAddress: '10.0.0.8', remotePort: 7, remoteFamily: 'IPv4' }]);
    sockets[0]!.destroy();
    listener.takes(third);
    await turn();
    expect(sockets.length).toBe(2);
  });
});

describe('close', () => {
  test('the listener is closed at once, close is told after the last connection', async () => {
    const { server, listener, sockets } = await listening();
    const seen: string[] = [];
    server.on('close', () => seen.push('close'));
    listener.takes(from('10.0.0.7'), from('10.0.0.8'));
    await turn();
    server.close((error) => seen.push(`callback ${error}`));
    expect([listener.closed, server.listening, server.address()]).toEqual([true, false, null]);
    sockets[0]!.destroy();
    await turn();
    expect(seen).toEqual([]);
    sockets[1]!.destroy();
    await turn();
    expect(seen).toEqual(['close', 'callback undefined']);
  });

  test('a socket that connects again no longer counts for the server that once accepted it', async () => {
    const { server, listener, sockets } = await listening();
    listener.takes(from('10.0.0.7'), from('10.0.0.8'));
    await turn();
    const [socket] = sockets as [Socket];
    socket.destroy();
    await once(socket, 'close');
    socket.connect(80, '10.0.0.9');
    socket.destroy();
    const count = await new Promise((counted) => server.getConnections((_error, open) => counted(open)));
    expect(count).toBe(1);
  });

  test('asynchronous disposal waits for close', async () => {
    const { server } = await listening();
    let closed = false;
    server.once('close', () => {
      closed = true;
    });
    await server[Symbol.asyncDispose]();
    expect(closed).toBe(true);
    await expect(server[Symbol.asyncDispose]()).resolves.toBeUndefined();
  });

  test('a server keeps the process running until it is closed, unless unref', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    const { server } = await listening();
    expect(timers()).toBe(before + 1);
    server.unref();
    expect(timers()).toBe(before);
    server.ref();
    expect(timers()).toBe(before + 1);
    server.close();
    expect(timers()).toBe(before);
  });
});
