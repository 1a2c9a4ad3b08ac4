import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Address } from '../../src/wire/address.ts';
import { pseudoHeaderSum } from '../../src/wire/checksum.ts';
import { PROTOCOL_UDP } from '../../src/wire/ip.ts';
import { encodeIpv4, Ipv4Header } from '../../src/wire/ipv4.ts';
import { encodeIpv6, Ipv6Header } from '../../src/wire/ipv6.ts';
import { decodeUdp, encodeUdp, isUdpChecksumValid, UdpHeader } from '../../src/wire/udp.ts';

/** A whole packet, and where its datagram starts. */
function packet(family: 4 | 6, payload: Uint8Array): { bytes: Uint8Array; at: number } {
  const header = family === 4 ? new Ipv4Header() : new Ipv6Header();
  const [source, destination] = ['1', '2'].map(
    (host) => Address.parse(family === 4 ? `10.0.0.${host}` : `fd00::${host}`)!,
  );
  source!.toWords(header.source);
  destination!.toWords(header.destination);
  header.protocol = PROTOCOL_UDP;
  const bytes = new Uint8Array((family === 4 ? 28 : 48) + payload.length);
  const at = header.family === 4 ? encodeIpv4(header, bytes, 0) : encodeIpv6(header, bytes, 0);
  bytes.set(payload, at + 8);
  const length = 8 + payload.length;
  encodeUdp(
    bytes,
    at,
    5000,
    53,
    payload.length,
    pseudoHeaderSum(source!, destination!, PROTOCOL_UDP, length),
  );
  return { bytes, at };
}

test('property: what was encoded is decoded, and its checksum holds', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(4 as const, 6 as const),
      fc.uint8Array({ maxLength: 300 }),
      (family, payload) => {
        const { bytes, at } = packet(family, payload);
        const into = new UdpHeader();
        expect(decodeUdp(bytes, at, bytes.length, into)).toBeNull();
        expect(into).toMatchObject({
          sourcePort: 5000,
          destinationPort: 53,
          length: 8 + payload.length,
          payloadStart: at + 8,
          payloadEnd: bytes.length,
        });
        expect(into.checksum).not.toBe(0);
        expect(isUdpChecksumValid(bytes, 0, into)).toBe(true);
        bytes[bytes.length - 1]! ^= 1;
        expect(decodeUdp(bytes, at, bytes.length, into) === null && isUdpChecksumValid(bytes, 0, into)).toBe(
          false,
        );
      },
    ),
  );
});

test('RFC 768: a checksum that comes out as zero is sent as ones', () => {
  const { bytes, at } = packet(4, new Uint8Array(2));
  const into = new UdpHeader();
  decodeUdp(bytes, at, bytes.length, into);
  const zero = packet(4, Uint8Array.of(into.checksum >> 8, into.checksum));
  decodeUdp(zero.bytes, at, zero.bytes.length, into);
  expect(into.checksum).toBe(0xffff);
  expect(isUdpChecksumValid(zero.bytes, 0, into)).toBe(true);
});

test('no checksum is right for IPv4 and wrong for IPv6 (RFC 8200 §8.1)', () => {
  for (const family of [4, 6] as const) {
    const { bytes, at } = packet(family, Uint8Array.of(1));
    bytes.fill(0, at + 6, at + 8);
    const into = new UdpHeader();
    decodeUdp(bytes, at, bytes.length, into);
    expect(isUdpChecksumValid(bytes, 0, into)).toBe(family === 4);
  }
});

test('A056: a length below 8 or beyond the packet is a fault; bytes behind it are padding', () => {
  const { bytes, at } = packet(4, new Uint8Array(4));
  const into = new UdpHeader();
  const withLength = (length: number): string | null => {
    bytes[at + 4] = length >> 8;
    bytes[at + 5] = length;
    return decodeUdp(bytes, at, bytes.length, into);
  };
  expect(withLength(0)).toBe('length');
  expect(withLength(7)).toBe('length');
  expect(withLength(13)).toBe('length');
  expect(withLength(65535)).toBe('length');
  expect(withLength(10)).toBeNull();
  expect([into.payloadStart, into.payloadEnd]).toEqual([at + 8, at + 10]);
  expect(decodeUdp(bytes, at, at + 7, into)).toBe('truncated');
  expect(decodeUdp(bytes, at, 0, into)).toBe('truncated');
});

test('property: any bytes are read or refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(45), (bytes, start) => {
      const into = new UdpHeader();
      if (decodeUdp(bytes, start, bytes.length, into) === null) {
        expect(into.payloadEnd).toBeLessThanOrEqual(bytes.length);
        expect(into.payloadEnd).toBeGreaterThanOrEqual(into.payloadStart);
      }
    }),
    { numRuns: 1000 },
  );
});
