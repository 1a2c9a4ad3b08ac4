// Packets in the script's notation: what is printed is read back as the same packet.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeOptionItems, optionsFault } from '../../src/packetdrill/option-bytes.ts';
import { parseScript } from '../../src/packetdrill/parser.ts';
import { printPacket, printTime } from '../../src/packetdrill/print.ts';
import type { Action, OptionItem } from '../../src/packetdrill/script.ts';
import { ACK, AE, CWR, ECE } from '../../src/wire/tcp.ts';

type Packet = Extract<Action, { kind: 'tcp' | 'icmp' | 'udp' }>;

const parse = (text: string): Packet =>
  parseScript('a.pkt', `0 ${text}`, new Map()).events[0]!.action as Packet;

describe('as it was written', () => {
  test.each([
    '< S 0:0(0) win 32792 <mss 1000,sackOK,nop,nop,nop,wscale 7>',
    '> S. 0:0(0) ack 1 <...>',
    '> . 1:1(0) ack 1',
    '< [ect0] 4000 > 80 PU. 1:1001(1000) ack 5 win 257 urg 7 <nop,nop,TS val 2 ecr 1>',
    '> [tos 0x02, ttl 64, flowlabel 0xabc] F. 4294967295:9(10) ack 1 win 0',
    '< R 5:5(0) win 0',
    '< - 5:5(0) win 7',
    '> S.5 0:0(0) ack 1',
    '> .0 1:1(0) ack 1 <nop,ECN e0b 1 ceb 0 e1b 1>',
    '> . 1:1(0) ack 1 <nop,nop,sack 1001:2001 3001:4001>',
    '> S 0:0(0) <mss 1460,nop,nop,FO,FOEXP 01020304,gen 30 0001,eol,eol,eol,eol>',
    '> . 1:1(0) ack 1 <nop,nop,md5 000102030405060708090a0b0c0d0e0f>',
    '< icmp unreachable frag_needed mtu 1400 [1:1461(1460)]',
    '> icmp echo_reply id 7 [raw (8)]',
    '< udp 53 > 4000 (100)',
    '> [ce] udp (0)',
  ])('%s', (text) => {
    expect(printPacket(parse(text))).toBe(text);
  });
});

test('times, to the microsecond', () => {
  expect([0, 0.001, 100, 61_000.5].map(printTime)).toEqual(['0.000000', '0.000001', '0.100000', '61.000500']);
});

const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const orNull = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(of, { nil: null });

const optionItems: fc.Arbitrary<OptionItem[]> = fc
  .array(fc.uint8Array({ minLength: 4, maxLength: 4 }), { maxLength: 10 })
  .map((words) => decodeOptionItems(Uint8Array.from(words.flatMap((word) => [...word])), 0, words.length * 4))
  .filter(
    (items) =>
      optionsFault(items) === null && items.every((item) => item.kind !== 'unknown' || item.number > 1),
  );

const tcp: fc.Arbitrary<Packet> = fc
  .record({
    kind: fc.constant('tcp' as const),
    direction: fc.constantFrom('in' as const, 'out' as const),
    ip: orNull(
      fc.record({
        ecn: fc.constant(null),
        tos: orNull(fc.integer({ min: 0, max: 255 })),
        ttl: fc.integer({ min: 0, max: 255 }),
        flowLabel: orNull(fc.integer({ min: 0, max: 0xfffff })),
      }),
    ),
    ports: orNull(fc.record({ source: u16, destination: u16 })),
    flags: fc.integer({ min: 0, max: 0x1ff }),
    ace: orNull(fc.integer({ min: 0, max: 7 })),
    seq: u32,
    length: u16,
    ack: orNull(u32),
    wnd: orNull(u16),
    up: orNull(u16),
    options: fc.oneof(fc.constant('any' as const), optionItems),
  })
  .map((packet) => {
    const { ace } = packet;
    if (ace === null) return packet;
    const bits = (ace & 4 ? AE : 0) | (ace & 2 ? CWR : 0) | (ace & 1 ? ECE : 0);
    return { ...packet, flags: (packet.flags & ~(AE | CWR | ECE)) | ACK | bits };
  })
  .map((packet) => ({
    ...packet,
    ack: packet.flags & ACK ? (packet.ack ?? 1) : null,
    wnd: packet.direction === 'in' ? (packet.wnd ?? 2) : packet.wnd,
  }));

test('any TCP packet is read back', () => {
  fc.assert(
    fc.property(tcp, (packet) => {
      expect(parse(printPacket(packet))).toEqual(packet);
    }),
    { numRuns: 2000 },
  );
});
