// The whole way: net over two hosts on a memory link.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Host } from '../../src/host/host.ts';
import type { TcpSocket } from '../../src/host/socket.ts';
import type { Server } from '../../src/net/server.ts';
import type { Socket } from '../../src/net/socket.ts';
import { type MemoryWorld, memoryWorld } from './worlds.ts';

async function listen(world: MemoryWorld, server: Server, address = world.serverAddress): Promise<number> {
  server.listen(0, address);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function pair(world: MemoryWorld, options = {}): Promise<{ client: Socket; accepted: Socket }> {
  const server = world.server.createServer(options);
  const port = await listen(world, server);
  const client = world.client.connect(port, world.serverAddress);
  const [accepted] = (await world.run(once(server, 'connection'))) as [Socket];
  if (client.connecting) await world.run(once(client, 'connect'));
  server.close();
  return { client, accepted };
}

const closed = (socket: Socket): Promise<void> => new Promise((done) => socket.once('close', () => done()));

const only = (host: Host): TcpSocket => {
  const [socket, ...others] = host.sockets();
  expect(others).toEqual([]);
  return socket!;
};

/** Some time passes, and what follows from it. */
async function pass(world: MemoryWorld, ms: number): Promise<void> {
  for (let i = 0; i < 10; i++) {
    world.box.clock.advance(ms / 10);
    await turn();
  }
}

describe('the end', () => {
  test('a socket that was closed lets go of its connection: in TIME-WAIT it is a record', async () => {
    const world = memoryWorld();
    const { client, accepted } = await pair(world);
    const whole = only(world.box.client);
    expect(only(world.box.client)).toBe(whole);
    accepted.resume();
    const both = Promise.all([closed(client), closed(accepted)]);
    client.resume().end('that is all');
    await world.run(both);
    await pass(world, 1000);
    expect([whole.state, only(world.box.client).state]).toEqual(['TIME-WAIT', 'TIME-WAIT']);
    expect(only(world.box.client)).not.toBe(whole);
  });
});

describe('text', () => {
  test('a reader who pauses closes the window of the connection', async () => {
    const world = memoryWorld();
    const { client, accepted } = await pair(world, { pauseOnConnect: true });
    client.write(Buffer.alloc(4 << 20));
    await pass(world, 2_000);
    const receiver = only(world.box.server);
    expect(accepted.bytesRead).toBe(0);
    expect(receiver.readable).toBe(receiver.info().receiveQueue);
    expect(only(world.box.client).info().sndWnd).toBeLessThan(1460);
    expect(client.writableNeedDrain).toBe(true);
    accepted.resume();
    await world.run(once(client, 'drain'));
    await world.run(
      new Promise<void>((done) => {
        accepted.on('data', () => accepted.bytesRead === 4 << 20 && done());
      }),
    );
    expect(client.bytesWritten).toBe(4 << 20);
  });

  test('what is retransmitted is what was written, though the buffer was used again since', async () => {
    const world = memoryWorld();
    const { client, accepted } = await pair(world);
    world.box.link.filter = (_packet, direction) => (direction === 'a->b' ? 'drop' : 'pass');
    const buffer = Buffer.from('original');
    await world.run(new Promise<void>((written) => client.write(buffer, () => written())));
    buffer.fill('X');
    await pass(world, 10);
    world.box.link.filter = null;
    const [data] = (await world.run(once(accepted, 'data'))) as [Buffer];
    expect(String(data)).toBe('original');
    expect(only(world.box.client).info().counters.retransmissions).toBeGreaterThan(0);
  });

  test('a corked response is one segment', async () => {
    const world = memoryWorld();
    const { client, accepted } = await pair(world);
    const before = only(world.box.client).info().counters.segmentsSent;
    client.cork();
    for (const part of ['HTTP/1.1 200 OK\r\n', 'content-length: 2\r\n', '\r\n', 'ok']) client.write(part);
    client.uncork();
    const [data] = (await world.run(once(accepted, 'data'))) as [Buffer];
    expect(String(data)).toContain('ok');
    expect(only(world.box.client).info().counters.segmentsSent).toBe(before + 1);
  });

  test('a question, its answer and both FINs take three segments each way', async () => {
    const world = memoryWorld();
    const server = world.server.createServer((socket) => socket.on('data', () => socket.end('a')));
    const port = await listen(world, server);
    const client = world.client.connect(port, world.serverAddress, () => client.write('q'));
    client.resume();
    await world.run(once(client, 'connect'));
    const connection = only(world.box.server);
    await world.run(closed(client));
    await pass(world, 10);
    const { segmentsSent } = connection.info().counters;
    expect(segmentsSent).toBe(3);
    server.close();
  });

  test('both ways at once through a link that loses, duplicates and reorders', async () => {
    const world = memoryWorld({
      seed: 7,
      loss: 0.02,
      duplicate: 0.02,
      reorder: { probability: 0.02, extraDelay: 3 },
      delay: 2,
    });
    const server = world.server.createServer((socket) => socket.pipe(socket));
    const port = await listen(world, server);
    const client = world.client.connect(port, world.serverAddress);
    const data = Buffer.from(Uint32Array.from({ length: 1 << 16 }, (_, i) => i).buffer);
    const parts: Buffer[] = [];
    client.on('data', (part) => parts.push(part));
    client.end(data);
    await world.run(closed(client));
    expect(Buffer.concat(parts).equals(data)).toBe(true);
  });

  test('IPv6, a hundred connections at once', async () => {
    const world = memoryWorld();
    const server = world.server.createServer((socket) => socket.end(`you are ${socket.remotePort}`));
    const port = await listen(world, server, 'fd00::2');
    const clients = Array.from({ length: 100 }, () => world.client.connect(port, 'fd00::2'));
    const answers = clients.map(async (client) => {
      await once(client, 'connect');
      const family = client.remoteFamily;
      const [answer] = (await once(client, 'data')) as [Buffer];
      return [String(answer), family];
    });
    const told = await world.run(Promise.all(answers));
    expect(new Set(told.map(([answer]) => answer)).size).toBe(100);
    expect(told.every(([, family]) => family === 'IPv6')).toBe(true);
  });
});

describe('options', () => {
  test('noDelay and keepAlive reach the connection', async () => {
    const world = memoryWorld();
    const { client } = await pair(world);
    const { tcb } = only(world.box.client).connection;
    client.setNoDelay().setKeepAlive(true, 5_000);
    expect([tcb.nagle, tcb.keepAlive, tcb.keepAliveIdle]).toEqual([false, true, 5_000]);
    client.setNoDelay(false).setKeepAlive(true);
    expect([tcb.nagle, tcb.keepAlive, tcb.keepAliveIdle]).toEqual([true, true, 7_200_000]);
  });

  test('keep-alive finds out that the peer is gone', async () => {
    const world = memoryWorld();
    const { client } = await pair(world);
    client.setKeepAlive(true, 1_000);
    const failure = once(client, 'error');
    world.box.link.cut();
    for (let i = 0; i < 20; i++) await pass(world, 75_000);
    expect((await failure)[0]).toMatchObject({ message: 'read ETIMEDOUT', code: 'ETIMEDOUT', errno: -110 });
  });
});

describe('failures', () => {
  test('nobody answers: the connect times out', async () => {
    const world = memoryWorld();
    world.box.link.cut();
    const client = world.client.connect(80, world.serverAddress);
    const failure = once(client, 'error');
    for (let i = 0; i < 20; i++) await pass(world, 20_000);
    expect((await failure)[0]).toMatchObject({
      message: 'connect ETIMEDOUT 10.0.0.2:80',
      errno: -110,
      syscall: 'connect',
    });
  });

  test('no way there', async () => {
    const world = memoryWorld();
    const client = world.client.connect(80, '203.0.113.1');
    const [error] = await once(client, 'error');
    expect(error).toMatchObject({
      message: 'connect ENETUNREACH 203.0.113.1:80 - Local (0.0.0.0:0)',
      errno: -101,
      port: 80,
    });
  });

  test('a local port that is taken', async () => {
    const world = memoryWorld();
    const server = world.server.createServer();
    const port = await listen(world, server);
    const options = { port, host: world.serverAddress, localPort: 4_000 };
    const first = world.client.connect(options);
    await world.run(once(first, 'connect'));
    const [error] = await once(world.client.connect(options), 'error');
    expect(error).toMatchObject({ message: 'bind EADDRINUSE 0.0.0.0:4000', syscall: 'bind' });
  });

  test('the host goes: sockets, new connects and listeners hear of it', async () => {
    const world = memoryWorld();
    const { client, accepted } = await pair(world);
    const failures = [once(client, 'error'), once(accepted, 'error')];
    world.box.client.close();
    const connect = once(world.client.connect(80, world.serverAddress), 'error');
    const listening = once(world.client.createServer().listen(80), 'error');
    const errors = await world.run(Promise.all([...failures, connect, listening]));
    expect(errors.map(([error]) => (error as Error).message)).toEqual([
      'read ECONNABORTED',
      'read ECONNRESET',
      'connect ENETDOWN 10.0.0.2:80 - Local (0.0.0.0:0)',
      'listen ENETDOWN: network is down :::80',
    ]);
  });

  test('the link goes: ENETDOWN', async () => {
    const world = memoryWorld();
    const { client } = await pair(world);
    const failure = once(client, 'error');
    world.box.client.removeInterface(world.box.client.interfaces[0]!);
    expect((await failure)[0]).toMatchObject({ message: 'read ENETDOWN', errno: -100 });
  });
});
