// socket.setTcpOptions(): before and while there is a connection, and what cannot be meant.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createNet } from '../../src/net/net.ts';
import type { TcpOptions } from '../../src/net/tcp-options.ts';
import { loopbackHost } from '../../src/net.ts';
import { FakeHost } from './fake-host.ts';

const ALL: TcpOptions = {
  congestionControl: 'reno',
  userTimeout: 5_000,
  cork: true,
  hopLimit: 7,
  diffserv: 46,
};
const CALLS = ['congestionControl reno', 'userTimeout 5000', 'cork true', 'hopLimit 7', 'diffserv 46'];

async function connecting(options: TcpOptions | null) {
  const host = new FakeHost();
  const socket = createNet(host).connect(80, '10.0.0.1');
  if (options !== null) socket.setTcpOptions(options);
  await pause(1);
  return { socket, transport: host.connections[0]! };
}

describe('setTcpOptions', () => {
  test('of a socket that connects: as soon as there is a connection', async () => {
    const { transport } = await connecting(ALL);
    expect(transport.calls).toEqual(CALLS);
  });

  test('of a connection: at once, and what is not named stays', async () => {
    const { socket, transport } = await connecting(null);
    expect(socket.setTcpOptions(ALL)).toBe(socket);
    socket.setTcpOptions({ cork: false });
    expect(transport.calls).toEqual([...CALLS, 'cork false']);
  });

  test('the stack does it: another algorithm takes over, and is told by info()', async () => {
    const net = createNet(loopbackHost());
    const server = net.createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'connect');
    expect(socket.info()!.congestionControl).toBe('cubic');
    expect(socket.setTcpOptions({ congestionControl: 'reno' }).info()!.congestionControl).toBe('reno');
    socket.end('x').resume();
    await once(socket, 'close');
    server.close();
  });

  test.each([
    [{ congestionControl: 'vegas' }, 'congestionControl'],
    [{ userTimeout: -1 }, 'userTimeout'],
    [{ cork: 1 }, 'cork'],
    [{ hopLimit: 0 }, 'a hop limit is 1 to 255'],
    [{ diffserv: 64 }, 'a codepoint is 0 to 63'],
    [{ nagle: false }, 'setTcpOptions has no option called nagle'],
  ])('%o is refused, and nothing is set', async (wrong, message) => {
    const { socket, transport } = await connecting(null);
    expect(() => socket.setTcpOptions({ userTimeout: 1, ...wrong } as TcpOptions)).toThrow(message);
    expect(transport.calls).toEqual([]);
  });
});
