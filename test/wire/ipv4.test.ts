import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Address } from '../../src/wire/address.ts';
import { foldChecksum, sumBytes } from '../../src/wire/checksum.ts';
import { isFragment } from '../../src/wire/ip.ts';
import { decodeIpv4, encodeIpv4, Ipv4Header } from '../../src/wire/ipv4.ts';

const header = fc.record({
  trafficClass: fc.nat(255),
  totalLength: fc.integer({ min: 20, max: 65535 }),
  identification: fc.nat(65535),
  dontFragment: fc.boolean(),
  moreFragments: fc.boolean(),
  fragmentOffset: fc.nat(0x1fff).map((n) => 8 * n),
  hopLimit: fc.nat(255),
  protocol: fc.nat(255),
});

/** A header with these options (a multiple of 4 bytes) and a right checksum, then `payload` bytes. */
function packet(options: readonly number[], payload = 0): Uint8Array {
  const bytes = new Uint8Array(20 + options.length + payload);
  const fields = new Ipv4Header();
  fields.totalLength = bytes.length;
  encodeIpv4(fields, bytes, 0);
  bytes[0] = 0x45 + options.length / 4;
  bytes.set(options, 20);
  seal(bytes);
  return bytes;
}

function seal(bytes: Uint8Array): void {
  bytes.fill(0, 10, 12);
  const checksum = foldChecksum(sumBytes(bytes, 0, (bytes[0]! & 15) * 4));
  bytes[10] = checksum >> 8;
  bytes[11] = checksum;
}

test('property: what was encoded is decoded', () => {
  fc.assert(
    fc.property(
      header,
      fc.integer(),
      fc.integer(),
      fc.nat(4),
      fc.nat(100),
      (given, source, destination, at, rest) => {
        const from = Object.assign(new Ipv4Header(), given);
        from.source[3] = source;
        from.destination[3] = destination;
        const bytes = new Uint8Array(at + 20 + rest);
        expect(encodeIpv4(from, bytes, at)).toBe(20);
        const into = new Ipv4Header();
        expect(decodeIpv4(bytes, at, bytes.length, into)).toBeNull();
        expect({ ...into }).toEqual({
          ...from,
          payloadStart: at + 20,
          payloadEnd: Math.min(bytes.length, at + given.totalLength),
        });
        expect(isFragment(into)).toBe(given.moreFragments || given.fragmentOffset > 0);
      },
    ),
  );
});

test('RFC 791 §3.1: a header, bit by bit; addresses are those of Address', () => {
  const fields = new Ipv4Header();
  Address.parse('10.0.0.1')!.toWords(fields.source);
  Address.parse('192.168.1.255')!.toWords(fields.destination);
  Object.assign(fields, {
    totalLength: 0x54,
    identification: 0x1234,
    protocol: 6,
    hopLimit: 64,
    trafficClass: 2,
  });
  const bytes = new Uint8Array(20);
  encodeIpv4(fields, bytes, 0);
  expect(foldChecksum(sumBytes(bytes, 0, 20))).toBe(0);
  bytes.fill(0, 10, 12);
  expect([...bytes]).toEqual([
    0x45, 2, 0, 0x54, 0x12, 0x34, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 192, 168, 1, 255,
  ]);
});

test('A039: the payload ends with the packet or with the buffer, whichever is first', () => {
  const bytes = packet([], 30);
  const into = new Ipv4Header();
  const padded = new Uint8Array(60);
  padded.set(bytes);
  expect(decodeIpv4(padded, 0, 60, into)).toBeNull();
  expect([into.payloadStart, into.payloadEnd]).toEqual([20, 50]);
  expect(decodeIpv4(bytes, 0, 40, into)).toBeNull();
  expect([into.payloadStart, into.payloadEnd, into.totalLength]).toEqual([20, 40, 50]);
});

test('faults', () => {
  const into = new Ipv4Header();
  const good = packet([1, 1, 1, 1], 8);
  const broken = (change: (bytes: Uint8Array) => void, end = good.length): string | null => {
    const bytes = good.slice();
    change(bytes);
    return decodeIpv4(bytes, 0, end, into);
  };
  const sealed = (at: number, value: number): string | null =>
    broken((bytes) => {
      bytes[at] = value;
      seal(bytes);
    });
  expect(broken(() => {})).toBeNull();
  expect(broken(() => {}, 19)).toBe('truncated');
  expect(broken(() => {}, 0)).toBe('truncated');
  expect(broken(() => {}, 23)).toBe('truncated');
  expect(sealed(0, 0x66)).toBe('version');
  expect(sealed(0, 0x36)).toBe('version');
  expect(sealed(0, 0x44)).toBe('header-length');
  expect(sealed(3, 23)).toBe('total-length');
  expect(broken((bytes) => bytes.fill(0, 10, 12))).toBe('checksum');
  for (let at = 1; at < 24; at++) {
    if (at === 2 || at === 3) continue;
    expect(
      broken((bytes) => bytes.fill(bytes[at]! ^ 4, at, at + 1)),
      `byte ${at}`,
    ).toBe('checksum');
  }
});

test('a quoted header is read without its checksum', () => {
  const bytes = packet([], 8);
  bytes[8] = 1;
  expect(decodeIpv4(bytes, 0, bytes.length, new Ipv4Header())).toBe('checksum');
  expect(decodeIpv4(bytes, 0, bytes.length, new Ipv4Header(), false)).toBeNull();
});

test.each([
  ['loose', [131, 7, 4, 1, 2, 3, 4, 0], true],
  ['strict, behind others', [1, 7, 3, 4, 137, 3, 4, 0], true],
  ['record route', [7, 7, 4, 0, 0, 0, 0, 0], false],
  ['behind the end', [0, 131, 3, 4], false],
  ['inside another option', [7, 4, 131, 3], false],
  ['length 0', [7, 0, 131, 3], false],
  ['length 1', [7, 1, 131, 3], false],
  ['length beyond the header', [7, 255, 131, 3], false],
  ['type in the last byte', [1, 1, 1, 7], false],
  ['source route in the last byte', [1, 1, 1, 131], true],
] as const)('MUST-50, A042: options are skipped, source routes reported: %s', (_, options, expected) => {
  const into = new Ipv4Header();
  const bytes = packet(options, 5);
  expect(decodeIpv4(bytes, 0, bytes.length, into)).toBeNull();
  expect(into.sourceRoute).toBe(expected);
  expect(into.payloadStart).toBe(20 + options.length);
  expect(decodeIpv4(packet([]), 0, 20, into)).toBeNull();
  expect(into.sourceRoute).toBe(false);
});

test('property: any bytes are read or refused', () => {
  const bytes = fc.uint8Array({ maxLength: 90 });
  fc.assert(
    fc.property(bytes, fc.nat(5), fc.boolean(), (bytes, start, likely) => {
      if (likely && bytes.length > start) bytes[start] = 0x40 | (bytes[start]! & 15);
      const into = new Ipv4Header();
      if (decodeIpv4(bytes, start, bytes.length, into, !likely) !== null) return;
      expect(into.payloadStart >= start + 20).toBe(true);
      expect(into.payloadEnd >= into.payloadStart && into.payloadEnd <= bytes.length).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
