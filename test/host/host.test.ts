import { describe, expect, test } from 'vitest';
import type { HostOptions } from '../../src/host/host.ts';
import type { HostProbe } from '../../src/host/probe.ts';
import { CLOSED } from '../../src/tcp/notice.ts';
import { SYN } from '../../src/wire/tcp.ts';
import { bytes, drops, icmpPacket, PEER4, readTcp, tcpPacket, US4, udpPacket, world } from './support.ts';

/** Writes down what a host tells of packets, and nothing of what the engine tells. */
function recorder(log: string[]): HostProbe {
  const note = (what: string) => (host: string, link: string, packet: { start: number; end: number }) => {
    log.push(`${what} ${host} ${link} ${packet.end - packet.start}`);
  };
  const nothing = (): void => {};
  return {
    packetSent: note('sent'),
    packetReceived: note('received'),
    packetDropped: (host, link, packet, reason) => note(`dropped ${reason}`)(host, link, packet),
    segmentArrives: nothing,
    segmentSent: nothing,
    segmentDropped: nothing,
    stateChange: nothing,
    timerSet: nothing,
    timerFired: nothing,
    rule: nothing,
    userCall: nothing,
  };
}

describe('the probe', () => {
  test('is told of packets received, dropped after that, and sent once they are', () => {
    const log: string[] = [];
    const { link } = world({}, { probe: recorder(log) });
    link.room = 0;
    link.deliver(udpPacket(PEER4, US4, 9, bytes(4)));
    expect(log).toEqual(['received host link 32', 'dropped udp-closed-port host link 32']);
    link.receiver.flush();
    expect(log.length).toBe(2);
    link.room = 1;
    link.receiver.writable();
    expect(log.slice(2)).toEqual(['sent host link 60']);
  });

  test('sees the same counts as the counters', () => {
    const log: string[] = [];
    const { host, link } = world({}, { probe: recorder(log) });
    host.listen({ port: 80 });
    link.exchange(
      tcpPacket(PEER4, 5000, US4, 80, { flags: SYN }),
      bytes(3),
      icmpPacket(PEER4, US4, 8, 0, 1, bytes(3)),
    );
    const { packetsReceived, packetsSent, bytesReceived } = host.counters;
    expect([packetsReceived, packetsSent, bytesReceived]).toEqual([3, 2, 40 + 3 + 31]);
    expect(log.filter((line) => line.startsWith('dropped'))).toEqual(['dropped ip-malformed host link 3']);
    expect(drops(host)).toEqual({ 'ip-malformed': 1 });
  });
});

describe('limits', () => {
  test.each<NonNullable<HostOptions['limits']>>([
    { fragmentSets: 0 },
    { icmpRate: NaN },
    { firstEphemeralPort: 5000, lastEphemeralPort: 4999 },
    { lastEphemeralPort: 65_536 },
    { firstEphemeralPort: 1.5 },
  ])('%j cannot be kept', (limits) => {
    expect(() => world({}, { limits })).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  });
});

describe('calls and what is told of them', () => {
  test('a call sends at once, and tells afterwards', () => {
    const w = world();
    const socket = w.host.connect({ address: PEER4, port: 80 });
    const told: number[] = [];
    socket.notify = (bits) => told.push(bits);
    socket.abort();
    expect([socket.state, [...w.host.sockets()], told]).toEqual(['CLOSED', [], []]);
    w.clock.advance(0);
    expect(told).toEqual([CLOSED]);
    w.clock.advance(600_000);
    expect([told.length, w.clock.next]).toEqual([1, Infinity]);
  });

  test('without anyone to tell, no alarm is set', () => {
    const w = world();
    w.host.connect({ address: PEER4, port: 80 }).abort();
    expect(w.clock.next).toBe(Infinity);
  });

  test('a socket opened in a callback sends in the same flush', () => {
    const w = world();
    const first = w.host.connect({ address: PEER4, port: 80 });
    const syn = readTcp(w.link.take()[0]);
    first.notify = () => w.host.connect({ address: PEER4, port: 81 });
    const sent = w.link.exchange(
      tcpPacket(PEER4, 80, US4, syn.sourcePort, { seq: 1, ack: syn.seq + 1, flags: 0x14 }),
    );
    expect(sent.map((packet) => readTcp(packet).destinationPort)).toEqual([81]);
    expect(first.error).toBe('ECONNREFUSED');
  });

  test('the same seed makes the same ports and numbers; another one others', () => {
    const syn = (seed: number) => {
      const w = world({}, {}, seed);
      w.host.connect({ address: PEER4, port: 80 });
      return w.link.take()[0]!.bytes;
    };
    expect(syn(5)).toEqual(syn(5));
    expect(syn(5)).not.toEqual(syn(6));
  });
});
