// RFC 1122 §3.2.1.3 (g): loopback addresses stay inside a machine, here two hosts that stand for one.

import { describe, expect, test } from 'vitest';
import { Host } from '../../src/host/host.ts';
import type { TcpSocket } from '../../src/host/socket.ts';
import { VirtualClock } from '../../src/sim/clock.ts';
import { createLink } from '../../src/sim/link.ts';
import { Address } from '../../src/wire/address.ts';
import { SYN } from '../../src/wire/tcp.ts';
import { bytes, drops, PEER4, tcpPacket, US4, world } from './support.ts';

const OWN = ['127.0.0.1/8', '::1/128', '10.0.0.9/32'];

function machine() {
  const clock = new VirtualClock();
  const link = createLink({ clock });
  const random = (count: number): Uint8Array => new Uint8Array(count).fill(count);
  const client = new Host({ name: 'client', clock, random });
  const server = new Host({ name: 'server', clock, random });
  client.addInterface(link.a, OWN, { loopback: true });
  server.addInterface(link.b, OWN, { loopback: true });
  const accepted = (port: number, address: string | null): (() => TcpSocket | null) => {
    const listener = server.listen({ port, address });
    return () => {
      clock.advance(10);
      return listener.accept();
    };
  };
  return { clock, client, server, accepted };
}

describe('a loopback interface', () => {
  test.each([
    ['127.0.0.1', '127.0.0.1'],
    ['127.9.8.7', '127.0.0.1'],
    ['::1', '::1'],
    ['10.0.0.9', '10.0.0.9'],
  ])('connects to %s, from %s', (address, from) => {
    const { client, accepted } = machine();
    const accept = accepted(80, null);
    const socket = client.connect({ address, port: 80 });
    const peer = accept();
    expect(socket.state).toBe('ESTABLISHED');
    expect(String(socket.local.address)).toBe(from);
    expect([String(peer?.local.address), String(peer?.remote.address)]).toEqual([address, from]);
  });

  test('carries text both ways', () => {
    const { clock, client, accepted } = machine();
    const accept = accepted(80, '127.0.0.1');
    const socket = client.connect({ address: '127.0.0.1', port: 80 });
    const peer = accept()!;
    socket.send(bytes(3));
    clock.advance(10);
    peer.send(peer.receive()!);
    clock.advance(10);
    expect(socket.receive()).toEqual(bytes(3));
  });

  test('any address of 127.0.0.0/8 can be listened on, and is told from the others', () => {
    const { clock, client, accepted } = machine();
    accepted(80, '127.0.0.2');
    const refused = client.connect({ address: '127.0.0.3', port: 80 });
    clock.advance(10);
    expect(refused.error).toBe('ECONNREFUSED');
  });

  test('what is beyond it is not reachable', () => {
    const { client } = machine();
    expect(() => client.connect({ address: '10.0.0.8', port: 80 })).toThrow('no route');
  });
});

describe('any other interface', () => {
  test('has no loopback address, and connects to none', () => {
    const { host } = world();
    const link = createLink({ clock: new VirtualClock() });
    expect(() => host.addInterface(link.a, ['127.0.0.1/8'])).toThrow('cannot be the address of an interface');
    expect(() => host.connect({ address: '127.0.0.1', port: 80 })).toThrow('not the address of another host');
  });

  test('drops packets to and from loopback addresses', () => {
    const { host, link } = world();
    const loopback = Address.parse('127.0.0.1')!;
    host.listen({ port: 80 });
    link.exchange(tcpPacket(PEER4, 5000, loopback, 80, { flags: SYN }));
    link.exchange(tcpPacket(loopback, 5000, US4, 80, { flags: SYN }));
    expect(drops(host)).toEqual({ 'not-ours': 1, 'bad-source': 1 });
  });
});
