// RFC 1122 §3.2.1.3 (g): a host's own network. What comes over it must be from the host, and what is from the host
// must come over it.

import { describe, expect, test } from 'vitest';
import type { Host } from '../../src/host/host.ts';
import type { Interface } from '../../src/host/interface.ts';
import type { HostLimits } from '../../src/host/limits.ts';
import { SYN } from '../../src/wire/tcp.ts';
import { drops, FakeLink, ip, PEER4, prefix, tcpPacket, US4, type World, world } from './support.ts';

interface Looped extends World {
  /** Nothing comes back unless it is delivered by hand. */
  readonly lo: FakeLink;
  readonly own: Interface;
}

const ADDRESSES = ['127.0.0.1/8', '::1/128'];

function looped(limits: Partial<HostLimits> = {}): Looped {
  const w = world({}, { limits });
  const lo = new FakeLink('lo', { mtu: 65_535 });
  return { ...w, lo, own: w.host.addInterface(lo, ADDRESSES, { loopback: true }) };
}

const LO = ip('127.0.0.1');
const syn = (source = LO, destination = LO): Uint8Array =>
  tcpPacket(source, 5000, destination, 80, { flags: SYN, mss: 1460 });

/** Bring back what leaves, as long as anything does. */
function carry({ lo }: Looped): void {
  for (let packets = lo.take(); packets.length > 0; packets = lo.take()) {
    for (const { bytes, checksum } of packets) lo.deliver(bytes, checksum);
    lo.receiver.flush();
  }
}

const counted = (host: Host): number => [...host.sockets()].length;

describe('a loopback interface', () => {
  test('only such an interface has loopback addresses', () => {
    const { host } = world();
    const add = (options?: object): unknown => host.addInterface(new FakeLink('lo'), ADDRESSES, options);
    const refused = expect.objectContaining({ code: 'EINVAL' });
    expect(() => add()).toThrow(refused);
    expect(() => add({ loopback: false })).toThrow(refused);
    expect(() => add({ loop: true })).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }));
    add({ loopback: true });
    expect(host.interfaces.length).toBe(2);
  });

  test.each([
    ['IPv4', '127.0.0.1', '127.0.0.1'],
    ['another address of 127.0.0.0/8', '127.1.2.3', '127.0.0.1'],
    ['IPv6', '::1', '::1'],
  ])('a host talks to itself: %s', (_, address, from) => {
    const w = looped();
    const listener = w.host.listen({ port: 80, address });
    const socket = w.host.connect({ address, port: 80 });
    carry(w);
    const accepted = listener.accept()!;
    expect([socket.state, accepted.state]).toEqual(['ESTABLISHED', 'ESTABLISHED']);
    expect([String(socket.local.address), String(accepted.local.address)]).toEqual([from, address]);
    accepted.send(Uint8Array.of(1, 2, 3));
    carry(w);
    expect(socket.receive()).toEqual(Uint8Array.of(1, 2, 3));
  });

  test('any address of its prefixes may be called from, and listened on', () => {
    const w = looped();
    const listener = w.host.listen({ port: 80, address: '127.0.0.9' });
    const socket = w.host.connect({ address: '127.0.0.9', port: 80, localAddress: '127.7.7.7' });
    carry(w);
    expect([socket.state, String(listener.accept()?.remote.address)]).toEqual(['ESTABLISHED', '127.7.7.7']);
  });

  test('a port nobody listens on refuses', () => {
    const w = looped();
    const socket = w.host.connect({ address: '127.0.0.1', port: 81 });
    carry(w);
    expect([socket.state, socket.error]).toEqual(['CLOSED', 'ECONNREFUSED']);
  });

  test('no connection to a closed port finds itself, whatever port it is given', () => {
    const w = looped({ firstEphemeralPort: 20_000, lastEphemeralPort: 20_001 });
    for (let i = 0; i < 20; i++) {
      const socket = w.host.connect({ address: '127.0.0.1', port: 20_000 });
      expect(socket.local.port).toBe(20_001);
      socket.abort();
      carry(w);
    }
    expect(counted(w.host)).toBe(0);
  });
});

describe('what it takes', () => {
  test.each([
    ['MUST-63 from another host', syn(PEER4), 'bad-source'],
    ['MUST-63 from an address of another interface', syn(US4), 'bad-source'],
    ['MUST-63 from the broadcast address', syn(ip('127.255.255.255')), 'bad-source'],
    ['MUST-63 from IPv6 that is not ours', syn(ip('::2'), ip('::1')), 'bad-source'],
    ['MUST-57 to the broadcast address', syn(LO, ip('127.255.255.255')), 'broadcast'],
    ['to an address of another interface', syn(LO, US4), 'not-ours'],
    ['to another host', syn(LO, PEER4), 'not-ours'],
  ])('%s: dropped', (_, packet, reason) => {
    const w = looped();
    w.host.listen({ port: 80 });
    expect(w.lo.exchange(packet)).toEqual([]);
    expect(drops(w.host)).toEqual({ [reason]: 1 });
  });

  test.each([
    ['MUST-63 from 127.0.0.1', syn(LO, US4), 'bad-source'],
    ['MUST-63 from ::1', syn(ip('::1'), ip('fd00::1')), 'bad-source'],
    ['to 127.0.0.1', syn(PEER4, LO), 'not-ours'],
    ['A015 LAND', tcpPacket(US4, 80, US4, 80, { flags: SYN }), 'own-source'],
  ])('the other interfaces take as little as ever: %s', (_, packet, reason) => {
    const w = looped();
    w.host.listen({ port: 80 });
    expect(w.link.exchange(packet)).toEqual([]);
    expect(drops(w.host)).toEqual({ [reason]: 1 });
  });

  test('the address of another interface is not reached over it (MUST-46)', () => {
    const w = looped();
    const call = (address: string) => () => w.host.connect({ address, port: 80 });
    const refused = expect.objectContaining({ code: 'EINVAL' });
    expect(call('10.0.0.1')).toThrow(refused);
    expect(call('127.255.255.255')).toThrow(refused);
    w.host.removeInterface(w.own);
    expect(call('127.0.0.1')).toThrow(refused);
  });
});

describe('listeners of one family', () => {
  const at = (w: Looped, destination: string): string => {
    const address = ip(destination);
    const [answer] = w.lo.exchange(tcpPacket(address, 5000, address, 80, { flags: SYN }));
    const tcp = answer!.bytes[0]! >> 4 === 4 ? 20 : 40;
    return (answer!.bytes[tcp + 13]! & 0x04) !== 0 ? 'refused' : 'answered';
  };

  test.each([
    [4 as const, 'answered', 'refused'],
    [6 as const, 'refused', 'answered'],
    [null, 'answered', 'answered'],
  ])('any address, family %s', (family, four, six) => {
    const w = looped();
    w.host.listen({ port: 80, family });
    expect([at(w, '127.0.0.1'), at(w, '::1')]).toEqual([four, six]);
  });

  test('each family has its port; both have it together', () => {
    const { host } = looped();
    const taken = expect.objectContaining({ code: 'EADDRINUSE' });
    host.listen({ port: 80, family: 4 });
    host.listen({ port: 80, family: 6 });
    expect(() => host.listen({ port: 80 })).toThrow(taken);
    expect(() => host.listen({ port: 80, family: 6 })).toThrow(taken);
    expect(() => host.listen({ port: 81, family: 5 as never })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
    );
  });

  test('exclusive: not beside one for any address, nor the other way about', () => {
    const { host } = looped();
    const taken = expect.objectContaining({ code: 'EADDRINUSE' });
    host.listen({ port: 80 });
    host.listen({ port: 80, address: '127.0.0.1' });
    expect(() => host.listen({ port: 80, address: '127.0.0.2', exclusive: true })).toThrow(taken);
    host.listen({ port: 81, address: '127.0.0.1' });
    expect(() => host.listen({ port: 81, exclusive: true })).toThrow(taken);
    expect(() => host.listen({ port: 81, family: 4, exclusive: true })).toThrow(taken);
    host.listen({ port: 81, family: 6, exclusive: true });
    host.listen({ port: 81, address: '127.0.0.2', exclusive: true });
  });

  test('a port that is listened on for the other family alone is free for a connection', () => {
    const w = looped();
    const { host } = w;
    expect(() => host.listen({ port: 80, family: 6 })).not.toThrow();
    const socket = host.connect({ address: '127.0.0.1', port: 90, localPort: 80 });
    expect(socket.local.port).toBe(80);
    expect(prefix('127.0.0.1/8').matches(new Int32Array([0, 0, 0xffff, 0x7f010203]))).toBe(true);
  });
});
