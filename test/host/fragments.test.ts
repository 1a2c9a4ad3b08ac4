import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FragmentTable } from '../../src/host/fragments.ts';
import { DEFAULT_LIMITS, type HostLimits } from '../../src/host/limits.ts';
import type { Address } from '../../src/wire/address.ts';
import { PROTOCOL_TCP, PROTOCOL_UDP } from '../../src/wire/ip.ts';
import {
  bytes,
  FAMILIES,
  fragments,
  header4,
  header6,
  type IpShape,
  ip,
  ipPacket,
  PEER4,
  payloadOf,
  US4,
} from './support.ts';

const table = (limits: Partial<HostLimits> = {}): FragmentTable =>
  new FragmentTable({ ...DEFAULT_LIMITS, ...limits });

function add(t: FragmentTable, packet: Uint8Array, now = 0) {
  return t.add(packet, 0, packet[0]! >> 4 === 4 ? header4(packet) : header6(packet), now);
}

/** One fragment of `length` bytes at `offset`, its payload a function of its place. */
function part(
  offset: number,
  length: number,
  more: boolean,
  shape: IpShape & { source?: Address } = {},
): Uint8Array {
  const { source = PEER4, ...rest } = shape;
  const payload = bytes(length, offset);
  const fragment = { id: 1, offset, more, ...rest };
  return ipPacket(source, US4, rest.protocol ?? PROTOCOL_UDP, payload, fragment);
}

describe.each(FAMILIES)('reassembly over IPv$family', ({ peer, us }) => {
  const payload = bytes(3000);
  const whole = ipPacket(peer, us, PROTOCOL_UDP, payload);

  test('a datagram is whole again, in any order and with duplicates', () => {
    const order = fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7, 0, 3, 7], { minLength: 11 });
    fc.assert(
      fc.property(order, (indexes) => {
        const t = table();
        const parts = fragments(peer, us, PROTOCOL_UDP, payload, 400);
        const results = indexes.map((i) => add(t, parts[i]!)).filter((result) => result !== null);
        // Duplicates that come when the datagram is complete begin another one.
        expect(results.length).toBe(1);
        const result = results[0] as Uint8Array;
        expect(payloadOf(result)).toEqual(payload);
        expect(result.length).toBe(whole.length);
        expect(result[0]! >> 4 === 4 ? header4(result).protocol : header6(result).protocol).toBe(
          PROTOCOL_UDP,
        );
      }),
      { numRuns: 50 },
    );
  });

  test('the header is that of an unfragmented packet', () => {
    const t = table();
    const [first, second] = fragments(peer, us, PROTOCOL_UDP, payload, 1504);
    add(t, first!);
    const result = add(t, second!) as Uint8Array;
    const header = result[0]! >> 4 === 4 ? header4(result) : header6(result);
    expect([header.moreFragments, header.fragmentOffset, header.payloadEnd]).toEqual([
      false,
      0,
      result.length,
    ]);
    expect([t.size, t.charge]).toEqual([0, 0]);
  });

  test('a fragment of another datagram does not fit', () => {
    const t = table();
    const [first] = fragments(peer, us, PROTOCOL_UDP, payload, 1504, 1);
    const [, second] = fragments(peer, us, PROTOCOL_UDP, payload, 1504, 2);
    expect([add(t, first!), add(t, second!)]).toEqual([null, null]);
    expect(t.size).toBe(2);
  });

  test('a bad length, no bytes at all, or a place beyond 65535 (A045: ping of death)', () => {
    const t = table();
    const odd = ipPacket(peer, us, PROTOCOL_UDP, bytes(15), { id: 1, more: true });
    const empty = ipPacket(peer, us, PROTOCOL_UDP, bytes(0), { id: 1, offset: 8, more: true });
    const beyond = ipPacket(peer, us, PROTOCOL_UDP, bytes(100), { id: 1, offset: 65_528 });
    for (const packet of [odd, empty, beyond]) expect(add(t, packet)).toBe('fragment-malformed');
    expect(t.size).toBe(0);
  });

  test('a TCP header cut in two is refused (RFC 1858 §3.2)', () => {
    const shape = { id: 1, offset: 8, more: true };
    expect(add(table(), ipPacket(peer, us, PROTOCOL_TCP, bytes(16), shape))).toBe('fragment-tiny');
  });
});

describe('overlaps discard everything (RFC 5722, A045: Teardrop)', () => {
  test.each([
    ['the front of the next', part(8, 16, true)],
    ['the end of the one before', part(24, 16, true)],
    ['all of one', part(0, 64, true)],
    ['the inside of one', part(24, 8, true)],
  ])('%s', (_, overlapping) => {
    const t = table();
    for (const packet of [part(0, 16, true), part(16, 16, true), part(48, 8, true)]) add(t, packet);
    expect(add(t, overlapping)).toBe('fragment-overlap');
    // What is missing comes, and is discarded too; later, so is what was there already.
    expect(add(t, part(56, 8, false))).toBe('fragment-overlap');
    expect(add(t, part(0, 16, true))).toBe('fragment-overlap');
    expect(t.charge).toBeLessThan(200);
  });

  test('the same place with other bytes is no duplicate', () => {
    const t = table();
    add(t, part(0, 16, true));
    expect(add(t, part(0, 16, true))).toBeNull();
    const forged = part(0, 16, true);
    forged[30]! ^= 1;
    expect(add(t, forged)).toBe('fragment-overlap');
  });

  test.each([
    ['two different ends', [part(32, 8, false), part(40, 8, false)]],
    ['an end inside', [part(32, 8, true), part(16, 8, false)]],
    ['bytes behind the end', [part(16, 8, false), part(24, 8, true)]],
    ['the same bytes as the end and as not the end', [part(16, 8, true), part(16, 8, false)]],
  ])('%s', (_, packets) => {
    const t = table();
    expect(packets.map((packet) => add(t, packet))).toEqual([null, 'fragment-overlap']);
  });

  test('IPv4: a whole too long for the header is no packet', () => {
    const t = table();
    const payload = bytes(65_530);
    const results = fragments(PEER4, US4, PROTOCOL_UDP, payload, 1480).map((packet) => add(t, packet));
    expect(results.at(-1)).toBe('fragment-malformed');
    expect(t.charge).toBe(0);
  });
});

describe('bounds (A019: FragmentSmack)', () => {
  test('tiny pieces: a datagram of more than 256 parts is given up', () => {
    const t = table();
    const results = Array.from({ length: 300 }, (_, i) => add(t, part(8 * i, 8, true)));
    expect(results.indexOf('fragment-limit')).toBe(256);
    expect(results.slice(257).every((result) => result === 'fragment-overlap')).toBe(true);
    expect(t.charge).toBeLessThan(200);
  });

  test('one source: its oldest datagrams go, others stay', () => {
    const t = table({ fragmentSetsPerSource: 4 });
    const other = ip('10.0.0.9');
    add(t, part(0, 8, true, { source: other, id: 500 }));
    for (let id = 0; id < 100; id++) add(t, part(0, 8, true, { id }));
    expect(t.size).toBe(5);
    expect(add(t, part(8, 8, false, { source: other, id: 500 }))).toBeInstanceOf(Uint8Array);
    expect(add(t, part(8, 8, false, { id: 99 }))).toBeInstanceOf(Uint8Array);
    expect(add(t, part(8, 8, false, { id: 95 }))).toBeNull();
  });

  test('bytes of one source, and bytes in all', () => {
    const limits = { fragmentBytes: 40_000, fragmentBytesPerSource: 10_000 };
    const t = table(limits);
    for (let i = 0; i < 2000; i++) {
      const source = ip(`10.0.${1 + (i % 10)}.1`);
      add(t, part(8 * (i % 7) * 200, 1400, true, { source, id: i % 97 }));
      expect(t.charge).toBeLessThanOrEqual(limits.fragmentBytes);
    }
    const t2 = table(limits);
    for (let i = 0; i < 100; i++) add(t2, part(0, 1400, true, { id: i }));
    expect(t2.charge).toBeLessThanOrEqual(limits.fragmentBytesPerSource);
    expect(t2.charge).toBeGreaterThan(limits.fragmentBytesPerSource / 2);
  });

  test('sources without number: 64 datagrams in all', () => {
    const t = table();
    for (let i = 0; i < 1000; i++) add(t, part(0, 8, true, { source: ip(`10.${i >> 8}.${i & 255}.1`) }));
    expect(t.size).toBe(64);
  });

  test('time: a datagram is given up 60 s after its first fragment', () => {
    const t = table();
    add(t, part(0, 8, true), 100);
    add(t, part(16, 8, true), 50_000);
    expect(t.next()).toBe(60_100);
    expect(t.takeExpired(60_099)).toBeNull();
    const late = t.takeExpired(60_100);
    expect(payloadOf(late!.quote!)).toEqual(bytes(8));
    expect([t.size, t.charge, t.next()]).toEqual([0, 0, Infinity]);
  });

  test('time: nothing to quote without the first fragment', () => {
    const t = table();
    add(t, part(8, 8, true), 0);
    expect(t.takeExpired(60_000)).toEqual({ quote: null });
  });
});
