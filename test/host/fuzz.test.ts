// Any bytes from a link, in any order, at any time: counted, dropped, answered; never thrown, never kept for good.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/host/limits.ts';
import { SYN } from '../../src/wire/tcp.ts';
import {
  type FakeLink,
  fragments,
  icmpPacket,
  ipPacket,
  PEER4,
  PEER6,
  payloadOf,
  refreshIpv4,
  tcpPacket,
  US4,
  US6,
  udpPacket,
  type World,
  world,
} from './support.ts';

const BACKLOG = 8;
/** Packets that get far; the fuzzer flips bytes of them. */
const seeds: readonly Uint8Array[] = (
  [
    [PEER4, US4],
    [PEER6, US6],
  ] as const
).flatMap(([peer, us]) => {
  const quote = tcpPacket(us, 80, peer, 5000, { seq: 1, flags: SYN });
  const v4 = peer.family === 4;
  return [
    tcpPacket(peer, 5000, us, 80, { seq: 9, flags: SYN, mss: 1460, windowScale: 7, sackPermitted: true }),
    tcpPacket(peer, 5000, us, 80, { seq: 10, ack: 1, flags: 0x19, text: new Uint8Array(40) }),
    udpPacket(peer, us, 9, new Uint8Array(30)),
    icmpPacket(peer, us, v4 ? 8 : 128, 0, 1, new Uint8Array(30)),
    icmpPacket(peer, us, v4 ? 3 : 1, 1, 0, quote),
    icmpPacket(peer, us, v4 ? 3 : 2, v4 ? 4 : 0, 1300, quote),
    ...fragments(peer, us, 17, payloadOf(udpPacket(peer, us, 9, new Uint8Array(120))), 64),
    ipPacket(peer, us, 60, new Uint8Array(48)),
    ipPacket(peer, us, 43, new Uint8Array(48)),
    ipPacket(peer, us, 0, new Uint8Array(48)),
  ];
});

const flips = fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 6 });
const mutated = fc
  .tuple(fc.constantFrom(...seeds), flips, fc.nat(200), fc.boolean())
  .map(([packet, changes, cut, keepSums]) => {
    const copy = cut < 20 ? packet.slice(0, cut * 4) : packet.slice();
    for (const [at, value] of changes) if (at < copy.length) copy[at] = value;
    const hasHeader = copy.length >= 20 && copy[0]! >> 4 === 4 && (copy[0]! & 15) * 4 <= copy.length;
    return keepSums && hasHeader ? refreshIpv4(copy) : copy;
  });
const random = fc.uint8Array({ maxLength: 120 });
const checksum = fc.constantFrom('full', 'verified', 'partial');
const event = fc.tuple(
  fc.oneof({ weight: 5, arbitrary: mutated }, random),
  checksum,
  fc.nat(3),
  fc.nat(2000),
);

function expectBounded({ host, link, clock }: World): void {
  const sockets = [...host.sockets()].length;
  // Two listeners' children, and our own connection.
  expect(sockets).toBeLessThanOrEqual(2 * BACKLOG + 1);
  expect(link.sent.length).toBeLessThanOrEqual(host.counters.packetsSent);
  clock.advance(DEFAULT_LIMITS.fragmentTimeout);
}

function fuzz(
  link: FakeLink,
  clock: World['clock'],
  events: readonly (readonly [Uint8Array, string, number, number])[],
): void {
  for (const [packet, state, flush, wait] of events) {
    link.deliver(packet, state as 'full', flush === 3 ? 1400 : 0);
    if (flush > 0) link.receiver.flush();
    if (wait > 1900) clock.advance(wait * 10);
  }
  link.receiver.flush();
}

test('whatever arrives, nothing is thrown and everything is bounded', () => {
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 60 }), (events) => {
      const w = world();
      w.host.listen({ port: 80, backlog: BACKLOG });
      w.host.listen({ port: 80, address: US6, backlog: BACKLOG });
      w.host.connect({ address: PEER4, port: 5000, localPort: 81 });
      fuzz(w.link, w.clock, events);
      expect(w.host.counters.packetsReceived).toBe(events.length);
      expectBounded(w);
      w.host.close();
      expect([...w.host.sockets()]).toEqual([]);
      expect(w.clock.next).toBe(Infinity);
    }),
    { numRuns: 400 },
  );
});

test('a link that takes packets only now and then changes nothing of that', () => {
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 40 }), fc.nat(5), (events, room) => {
      const w = world({ superSegment: 65_535, checksumOffload: true, headroom: 10 });
      w.host.listen({ port: 80, backlog: BACKLOG });
      w.link.room = room;
      fuzz(w.link, w.clock, events);
      w.link.room = Infinity;
      w.link.receiver.writable();
      w.clock.advance(1000);
      expect(w.link.sent.length).toBe(w.host.counters.packetsSent);
      expectBounded(w);
      w.host.close();
      expect(w.clock.next).toBe(Infinity);
    }),
    { numRuns: 150 },
  );
});

test('every packet is delivered, kept, or dropped for one reason', () => {
  fc.assert(
    fc.property(fc.oneof(mutated, random), (packet) => {
      const { host, link } = world();
      link.exchange(packet);
      const { counters } = host;
      // What we failed to send does not count against what arrived.
      const unsent = counters.dropped['icmp-rate-limit'] + counters.dropped['reply-queue-full'];
      const dropped = Object.values(counters.dropped).reduce((sum, n) => sum + n, 0) - unsent;
      expect(dropped).toBeLessThanOrEqual(1);
      if (counters.packetsSent > 0) {
        const reasons = [
          'tcp-no-connection',
          'udp-closed-port',
          'unknown-protocol',
          'ip-option',
          'fragment-malformed',
        ] as const;
        const answered =
          counters.echoReplies + reasons.reduce((sum, reason) => sum + counters.dropped[reason], 0);
        expect(answered).toBe(1);
      }
    }),
    { numRuns: 1500 },
  );
});
