import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Address } from '../../../src/wire/address.ts';
import { joinBytes } from '../../wire/captures.ts';
import { half, ipv4, ipv6, sealed, see, tcp, word } from './frames.ts';

const V4 = sealed(ipv4(tcp(3)));
const V6 = sealed(ipv6(tcp(3)));
const MACS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
const ethernet = (type: number, ...rest: readonly ArrayLike<number>[]): Uint8Array =>
  joinBytes(MACS, half(type), ...rest);

const LAYOUTS: readonly (readonly [string, number, Uint8Array])[] = [
  ['Ethernet, IPv4', 1, ethernet(0x0800, V4)],
  ['Ethernet, IPv6', 1, ethernet(0x86dd, V6)],
  ['Ethernet, padded to 60 bytes', 1, ethernet(0x0800, V4, new Uint8Array(9))],
  ['Ethernet, VLAN', 1, ethernet(0x8100, half(5), half(0x0800), V4)],
  ['Ethernet, QinQ', 1, ethernet(0x88a8, half(5), half(0x8100), half(6), half(0x86dd), V6)],
  ['Linux cooked v1', 113, joinBytes(half(0), half(1), half(6), MACS.slice(0, 8), half(0x0800), V4)],
  [
    'Linux cooked v1, VLAN',
    113,
    joinBytes(half(0), half(1), half(6), MACS.slice(0, 8), half(0x8100), half(1), half(0x0800), V4),
  ],
  ['Linux cooked v2', 276, joinBytes(half(0x86dd), half(0), word(2), half(1), [0, 6], MACS.slice(0, 8), V6)],
  ['raw IP 101, IPv4', 101, V4],
  ['raw IP 101, IPv6', 101, V6],
  ['raw IP 12', 12, V4],
  ['raw IP 14', 14, V4],
  ['raw IPv4 228', 228, V4],
  ['raw IPv6 229', 229, V6],
  ['loopback NULL, little-endian IPv4', 0, joinBytes([2, 0, 0, 0], V4)],
  ['loopback NULL, big-endian IPv6 of Darwin', 0, joinBytes([0, 0, 0, 30], V6)],
  ['loopback NULL, little-endian IPv6 of FreeBSD', 0, joinBytes([28, 0, 0, 0], V6)],
  ['loopback LOOP', 108, joinBytes([0, 0, 0, 2], V4)],
];

describe('link types', () => {
  test.each(LAYOUTS)('%s', (_name, linkType, bytes) => {
    const { packet, reader } = see({ linkType, bytes });
    expect(packet).toMatchObject({ number: 1, checksum: 'good', capturedLength: 3 });
    const { ip, segment } = packet!;
    const ends = [ip.source, ip.destination].map((words) => String(Address.fromWords(ip.family, words)));
    expect(ends).toEqual(ip.family === 4 ? ['10.0.0.1', '10.0.0.2'] : ['fd00::1', 'fd00::2']);
    expect(segment).toMatchObject({
      sourcePort: 1000,
      destinationPort: 80,
      seq: 5,
      ack: 6,
      wnd: 512,
      textLength: 3,
    });
    expect([...segment.text.subarray(segment.textStart, segment.textStart + 3)]).toEqual([0, 1, 2]);
    expect(reader.counts).toMatchObject({ frames: 1, segments: 1, malformed: 0 });
  });

  test('other protocols, an unknown link type, frames that are too short', () => {
    expect(see({ linkType: 1, bytes: ethernet(0x0806, new Uint8Array(28)) }).reader.counts.other).toBe(1);
    const udp = ipv4(tcp(0));
    udp[9] = 17;
    expect(see({ linkType: 101, bytes: udp }).reader.counts.other).toBe(1);
    expect(see({ linkType: 147, bytes: V4 }).reader.counts.unknownLink).toBe(1);
    for (const [, linkType, bytes] of LAYOUTS) {
      for (let length = 0; length < bytes.length - V6.length; length++) {
        const { packet, reader } = see({ linkType, bytes: bytes.subarray(0, length) });
        expect(packet).toBeNull();
        expect(reader.counts.malformed).toBe(1);
      }
    }
  });
});

describe('IP', () => {
  test('IPv4 options are passed over', () => {
    const { packet } = see({ linkType: 101, bytes: ipv4(tcp(3), { options: [1, 1, 1, 0] }) });
    expect(packet?.segment.textLength).toBe(3);
  });

  test('RFC 8200 §4: extension headers, a routing header with segments left too', () => {
    const chain = [43, 0, 1, 4, 0, 0, 0, 0, ...[60, 0, 4, 1, 0, 0, 0, 0], ...[6, 0, 1, 4, 0, 0, 0, 0]];
    const routed = [43, 0, 1, 4, 0, 0, 0, 0, 60, 0, 4, 1, 0, 0, 0, 0, 6, 0, 1, 4, 0, 0, 0, 0, ...tcp(3)];
    expect(chain.length).toBe(24);
    expect(see({ linkType: 101, bytes: ipv6(routed, 0) }).packet?.segment.textLength).toBe(3);
  });

  test('RFC 6946: a fragment header on a packet that is whole', () => {
    const atomic = [6, 0, 0, 0, ...word(9), ...tcp(3)];
    expect(see({ linkType: 101, bytes: ipv6(atomic, 44) }).packet?.segment.textLength).toBe(3);
  });

  for (const order of [
    [0, 1, 2],
    [2, 0, 1],
  ] as const) {
    test(`IPv4 fragments, in the order ${order.join(' ')}, are one segment`, () => {
      const payload = [...sealed(ipv4(tcp(60))).subarray(20)];
      const parts = [
        ipv4(payload.slice(0, 24), { fragment: 0x2000 }),
        ipv4(payload.slice(24, 48), { fragment: 0x2003 }),
        ipv4(payload.slice(48), { fragment: 6 }),
      ];
      const { packet, reader } = see(...order.map((i) => ({ linkType: 101, bytes: parts[i]! })));
      expect(packet).toMatchObject({ number: 3, reassembled: true, checksum: 'good', capturedLength: 60 });
      expect(reader.counts).toMatchObject({ fragments: 3, segments: 1, malformed: 0 });
    });
  }

  test('IPv6 fragments are one segment', () => {
    const payload = [...sealed(ipv6(tcp(60))).subarray(40)];
    const part = (field: number, from: number, to: number): Uint8Array =>
      ipv6([6, 0, ...half(field), ...word(77), ...payload.slice(from, to)], 44);
    const frames = [part(1, 0, 40), part(40, 40, 80)].map((bytes) => ({ linkType: 101, bytes }));
    expect(see(...frames).packet).toMatchObject({ reassembled: true, checksum: 'good', capturedLength: 60 });
  });
});

describe('ICMP errors about TCP', () => {
  const about = (family: 4 | 6, type: number, code: number, value = 0, quoted?: readonly number[]) => {
    const inner = quoted ?? [...(family === 4 ? V4 : V6)];
    const message = [type, code, 0, 0, ...word(value), ...inner];
    const bytes = family === 4 ? ipv4(message) : ipv6(message, 58);
    if (family === 4) bytes[9] = 1;
    return see({ linkType: 101, bytes }).reader;
  };

  test.each([
    [4, 3, 0, 'net'],
    [4, 3, 4, 'too-big'],
    [4, 3, 10, 'prohibited'],
    [4, 11, 0, 'time-exceeded'],
    [4, 11, 1, 'other'],
    [4, 12, 0, 'other'],
    [6, 1, 0, 'net'],
    [6, 1, 3, 'host'],
    [6, 1, 4, 'port'],
    [6, 1, 5, 'prohibited'],
    [6, 2, 0, 'too-big'],
    [6, 3, 0, 'time-exceeded'],
  ] as const)('IPv%i, type %i, code %i: %s', (family, type, code, reason) => {
    const { counts, hasIcmp, icmp } = about(family, type, code, 1300);
    expect([hasIcmp, counts.icmp, counts.other]).toEqual([true, 1, 0]);
    expect(icmp).toMatchObject({ reason, mtu: reason === 'too-big' ? 1300 : 0, sourcePort: 1000, seq: 5 });
    expect(icmp.quoted.destination[3]! & 255).toBe(2);
  });

  test('8 bytes of the segment are enough (RFC 792), and less are not', () => {
    expect(about(4, 3, 1, 0, [...V4.subarray(0, 28)]).hasIcmp).toBe(true);
    expect(about(4, 3, 1, 0, [...V4.subarray(0, 27)]).counts).toMatchObject({ icmp: 0, other: 1 });
  });

  test('echoes, and errors about other protocols, are none', () => {
    expect(about(4, 8, 0).counts).toMatchObject({ icmp: 0, other: 1 });
    expect(about(6, 128, 0).counts).toMatchObject({ icmp: 0, other: 1 });
    const udp = [...V4];
    udp[9] = 17;
    expect(about(4, 3, 3, 0, udp).counts).toMatchObject({ icmp: 0, other: 1 });
  });
});

describe('what a capture does to packets', () => {
  test('cut by the snapshot length: the true length is known, the checksum is not', () => {
    const whole = ethernet(0x0800, sealed(ipv4(tcp(1000))));
    const { packet } = see({ linkType: 1, bytes: whole.subarray(0, 96), originalLength: whole.length });
    expect(packet).toMatchObject({ checksum: 'unchecked', capturedLength: 96 - 54 });
    expect(packet!.segment.textLength).toBe(1000);
  });

  test('cut within the options: those that are there count', () => {
    const options = [2, 4, 5, 180, 1, 3, 3, 7, 4, 2, 0, 0];
    const whole = ipv4(tcp(10, options));
    const { packet } = see({ linkType: 101, bytes: whole.subarray(0, 44), originalLength: whole.length });
    expect(packet!.segment).toMatchObject({ mss: 1460, windowScale: -1, textLength: 10 });
    expect(packet!.capturedLength).toBe(0);
  });

  test('a super-segment whose length the hardware was to write', () => {
    const packet = ipv4(tcp(3000), { totalLength: 0 });
    expect(see({ linkType: 101, bytes: packet }).packet?.segment.textLength).toBe(3000);
    expect(see({ linkType: 101, bytes: ipv6(tcp(3000), 6, 0) }).packet?.segment.textLength).toBe(3000);
  });

  test('checksums: good, left to the hardware, bad', () => {
    const seal = (kind: 'full' | 'partial') => see({ linkType: 101, bytes: sealed(ipv4(tcp(9)), kind) });
    expect(seal('full').packet?.checksum).toBe('good');
    expect(seal('partial').packet?.checksum).toBe('partial');
    expect(see({ linkType: 101, bytes: ipv4(tcp(9)) }).packet?.checksum).toBe('bad');
  });

  test('times count from the first frame, and may go backwards', () => {
    const at = (time: number) => ({ linkType: 101, bytes: V4, time });
    const { packet, reader } = see(at(1500), at(250));
    expect(packet?.time).toBe(-1250);
    expect(reader.epoch).toBe(1_700_000_001_500);
  });
});

test('property: any bytes on any link give a segment within them, or a count', () => {
  const links = fc.constantFrom(...LAYOUTS.map(([, linkType]) => linkType), 147);
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 120 }),
    fc
      .tuple(
        fc.constantFrom(...LAYOUTS),
        fc.array(fc.tuple(fc.nat(100), fc.nat(255)), { maxLength: 5 }),
        fc.nat(99),
      )
      .map(([[, , layout], hits, cut]) => {
        const hurt = layout.slice(0, Math.max(0, layout.length - cut));
        for (const [at, byte] of hits) if (at < hurt.length) hurt[at] = byte;
        return hurt;
      }),
  );
  fc.assert(
    fc.property(links, bytes, (linkType, data) => {
      const { packet, reader } = see({ linkType, bytes: data });
      const { segments, icmp, other, fragments, malformed, unknownLink } = reader.counts;
      expect(segments + icmp + other + fragments + malformed + unknownLink).toBe(1);
      if (packet === null) return;
      const { segment, capturedLength } = packet;
      expect(capturedLength).toBeGreaterThanOrEqual(0);
      expect(segment.textLength).toBeGreaterThanOrEqual(0);
      expect(segment.textStart + capturedLength).toBeLessThanOrEqual(3 + data.length);
    }),
    { numRuns: 3000 },
  );
});
