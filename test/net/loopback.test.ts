// The network of synfin/net itself, and what its sockets have beyond node:net.

import diagnostics from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { LoopbackLink, loopbackHost } from '../../src/net/loopback.ts';
import { createNet, type Net } from '../../src/net/net.ts';
import type { Socket } from '../../src/net/socket.ts';
import net, { defaultHost } from '../../src/net.ts';
import { Packet } from '../../src/wire/packet.ts';

const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

interface Ends {
  readonly client: Socket;
  readonly accepted: Socket;
  end(): Promise<void>;
}

async function ends(over: Net, listenOptions: object = {}, connectOptions: object = {}): Promise<Ends> {
  const server = over.createServer().listen({ port: 0, host: '127.0.0.1', ...listenOptions });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = over.connect({ port, host: '127.0.0.1', ...connectOptions });
  const [accepted] = (await once(server, 'connection')) as [Socket];
  if (client.connecting) await once(client, 'connect');
  return {
    client,
    accepted,
    async end() {
      client.destroy();
      accepted.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('the network in the process', () => {
  test('is one, made when it is needed, and can be looked at', async () => {
    const { client, end } = await ends(net);
    const host = defaultHost();
    expect(defaultHost()).toBe(host);
    const ports = [...host.sockets()].map(({ local }) => local.port);
    expect(ports).toContain(client.localPort);
    expect([...host.listeners()].map(({ local }) => local.port)).toContain(client.remotePort);
    await end();
  });

  test('another one is another one: nobody is heard there', async () => {
    const other = createNet(loopbackHost());
    const { client, end } = await ends(net);
    const stranger = other.connect(client.remotePort!, '127.0.0.1');
    const [error] = (await once(stranger, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
    await end();
  });

  test('nothing outside is reached from it', async () => {
    const socket = net.connect(80, '192.0.2.1');
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ENETUNREACH');
  });

  test('connections leave nothing behind once TIME-WAIT is over', async () => {
    const host = loopbackHost();
    const own = createNet(host);
    for (let i = 0; i < 20; i++) await (await ends(own)).end();
    const left = (): number => [...host.sockets()].length;
    for (let waited = 0; left() > 0 && waited < 3_000; waited += 50) {
      await new Promise((done) => setTimeout(done, 50));
    }
    expect([left(), [...host.listeners()].length]).toEqual([0, 0]);
  });
});

describe('the link', () => {
  const packet = (...bytes: number[]): Packet =>
    Object.assign(new Packet(), { bytes: Uint8Array.from(bytes), end: bytes.length });

  test('brings back copies in the next turn, all at once, then says so', async () => {
    const link = new LoopbackLink();
    const log: unknown[] = [];
    link.attach({
      receive: ({ bytes, start, end }) => log.push([...bytes.subarray(start, end)]),
      flush: () => log.push('flush'),
      writable: () => log.push('writable'),
      down: () => log.push('down'),
    });
    const first = packet(1, 2);
    link.transmit(first);
    first.bytes[0] = 9;
    link.transmit(packet(3));
    expect(log).toEqual([]);
    await turn();
    expect(log).toEqual([[1, 2], [3], 'flush']);
  });

  test('has room for so many packets, and says when it has again', async () => {
    const link = new LoopbackLink();
    let received = 0;
    let writable = 0;
    link.attach({
      receive: () => received++,
      flush: () => {},
      writable: () => writable++,
      down: () => {},
    });
    let sent = 0;
    while (link.transmit(packet(1))) sent++;
    expect(sent).toBe(4_096);
    await turn();
    expect([received, writable]).toEqual([4_096, 1]);
    expect(link.transmit(packet(1))).toBe(true);
    await turn();
    expect(writable).toBe(1);
  });
});

describe('beyond node:net', () => {
  test('info(): the state of the connection, null without one', async () => {
    const { client, accepted, end } = await ends(net);
    expect(client.info()).toMatchObject({
      state: 'ESTABLISHED',
      congestionControl: 'cubic',
      sendMss: 65_483,
    });
    client.end();
    accepted.resume();
    const state = await new Promise((done) => accepted.once('end', () => done(accepted.info()?.state)));
    expect(state).toBe('CLOSE-WAIT');
    client.destroy();
    expect([client.info(), new net.Socket().info()]).toEqual([null, null]);
    await end();
  });

  test('parameters of a client, and of what a server accepts', async () => {
    const { client, accepted, end } = await ends(
      net,
      { parameters: { congestionControl: 'reno', timestamps: false } },
      { parameters: { receiveBuffer: 20_000, receiveBufferMax: 0 } },
    );
    expect(client.info()).toMatchObject({ congestionControl: 'cubic', timestamps: false });
    expect(client.info()!.rcvWnd).toBeLessThanOrEqual(20_000);
    expect(accepted.info()).toMatchObject({ congestionControl: 'reno' });
    await end();
  });

  test('parameters that there are not are thrown', () => {
    const connect = (parameters: object) => () => net.connect({ port: 1, host: '127.0.0.1', parameters });
    expect(connect({ congestionControl: 'none' })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }),
    );
    expect(connect({ nagel: true })).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }));
    expect(() => net.createServer().listen({ port: 0, parameters: { msl: -1 } })).toThrow(RangeError);
  });

  test('hop limit and codepoint', async () => {
    const { client, accepted, end } = await ends(net, {}, { hopLimit: 9, diffserv: 10 });
    const theirs = [...defaultHost().sockets()].find(({ local }) => local.port === client.localPort);
    const ours = [...defaultHost().sockets()].find(({ remote }) => remote.port === client.localPort);
    expect(theirs?.hopLimit).toBe(9);
    expect(ours?.receivedDiffserv).toBe(10);
    accepted.setTypeOfService(0x48);
    accepted.write('x');
    await once(client, 'data');
    expect(theirs?.receivedDiffserv).toBe(0x12);
    await end();
  });

  test('Node\u2019s diagnostics channels tell of sockets on either side', async () => {
    const told: string[] = [];
    const heard = (_message: unknown, name: string | symbol): void => void told.push(String(name));
    for (const name of ['net.client.socket', 'net.server.socket']) diagnostics.subscribe(name, heard);
    const { end } = await ends(net);
    for (const name of ['net.client.socket', 'net.server.socket']) diagnostics.unsubscribe(name, heard);
    await end();
    expect(told).toEqual(['net.client.socket', 'net.server.socket']);
  });
});

describe('events that one packet brings about', () => {
  test('promises go on between them', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const clients = [1, 2, 3].map(() => net.connect(port, '127.0.0.1'));
    for (const _ of clients) await once(server, 'connection');
    for (const client of clients) client.destroy();
    server.close();
    await once(server, 'close');
  });

  test('what one listener throws does not keep the others from being told', async () => {
    const { client, accepted, end } = await ends(net);
    const second = await ends(net);
    const errors: unknown[] = [];
    process.setUncaughtExceptionCaptureCallback((error) => errors.push(error));
    try {
      client.on('data', () => {
        throw new Error('a bug of the program');
      });
      accepted.write('x');
      second.accepted.write('y');
      const [text] = (await once(second.client, 'data')) as [Buffer];
      expect([String(text), errors.length]).toEqual(['y', 1]);
    } finally {
      process.setUncaughtExceptionCaptureCallback(null);
    }
    await end();
    await second.end();
  });
});
