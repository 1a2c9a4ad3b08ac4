import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Address } from '../../src/wire/address.ts';
import {
  foldChecksum,
  isChecksumValid,
  pseudoHeaderSum,
  pseudoHeaderSumOf,
  sumBytes,
} from '../../src/wire/checksum.ts';

/** RFC 1071 §4.1, word by word and folded at each step. */
function reference(bytes: Uint8Array, start: number, end: number, sum: number): number {
  let total = sum % 0xffff;
  for (let i = start; i < end; i += 2) {
    total += bytes[i]! * 256 + (i + 1 < end ? bytes[i + 1]! : 0);
    total = (total & 0xffff) + (total >>> 16);
  }
  return ~((total & 0xffff) + (total >>> 16)) & 0xffff;
}

/** One's complement has two zeros; a sum of some non-zero words is never the one, so compare modulo 65535. */
const sameZero = (checksum: number): number => checksum % 0xffff;

test("RFC 1071 §3: the memo's own example", () => {
  const bytes = Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7);
  expect(foldChecksum(sumBytes(bytes, 0, 8))).toBe(~0xddf2 & 0xffff);
});

test('an empty range adds nothing, an odd byte counts as the high one', () => {
  const bytes = Uint8Array.of(0x12, 0x34);
  expect(sumBytes(bytes, 1, 1, 7)).toBe(7);
  expect(sumBytes(bytes, 1, 2)).toBe(0x3400);
});

test('every alignment and every length around the change from bytes to words', () => {
  const buffer = new Uint8Array(700).map((_, i) => (i * 7919) >> 3);
  for (let offset = 0; offset < 5; offset++) {
    const bytes = buffer.subarray(offset);
    for (let start = 0; start < 5; start++) {
      for (const length of [0, 1, 2, 3, 7, 8, 9, 254, 255, 256, 257, 258, 259, 260, 511, 600]) {
        const end = start + length;
        expect(foldChecksum(sumBytes(bytes, start, end)), `${offset} ${start} ${length}`).toBe(
          reference(bytes, start, end, 0),
        );
      }
    }
  }
});

test('64 KiB of ones, and far more, do not overflow', () => {
  for (const length of [65535, 65536, 65537, 200_001, 1 << 20]) {
    const ones = new Uint8Array(length + 1).fill(0xff);
    expect(foldChecksum(sumBytes(ones, 1, length + 1, 0xffffffff))).toBe(
      reference(ones, 1, length + 1, 0xffff),
    );
  }
});

test('a buffer that has changed since, and two buffers in turn', () => {
  const first = new Uint8Array(600).fill(1);
  const second = new Uint8Array(600).fill(2);
  const check = (bytes: Uint8Array): void =>
    expect(foldChecksum(sumBytes(bytes, 2, 598))).toBe(reference(bytes, 2, 598, 0));
  for (const bytes of [first, second, first]) check(bytes);
  first[300] = 77;
  check(first);
});

test('the buffer of packets is kept for the next one, a large buffer is not', async () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const summed = (length: number): WeakRef<Uint8Array> => {
    const bytes = new Uint8Array(length);
    sumBytes(bytes, 0, 1000);
    return new WeakRef(bytes);
  };
  const isKept = async (length: number): Promise<boolean> => {
    const bytes = summed(length);
    await new Promise((resolve) => setImmediate(resolve)); // A WeakRef lives for the turn it was made in.
    collect();
    return bytes.deref() !== undefined;
  };
  expect(await isKept(0x20000)).toBe(true);
  expect(await isKept(0x20001)).toBe(false);
});

test('property: any range of any bytes, any starting sum, in one piece or in two', () => {
  const bytes = fc.uint8Array({ maxLength: 1200 });
  const sum = fc.integer({ min: 0, max: 0xffffffff });
  fc.assert(
    fc.property(bytes, fc.nat(7), fc.nat(7), sum, fc.nat(600), (bytes, offset, cut, sum, split) => {
      const view = bytes.subarray(Math.min(offset, bytes.length));
      const end = Math.max(0, view.length - cut);
      const expected = sameZero(reference(view, 0, end, sum));
      expect(sameZero(foldChecksum(sumBytes(view, 0, end, sum)))).toBe(expected);
      const middle = Math.min(end, 2 * split);
      const first = sumBytes(view, 0, middle, sum);
      expect(sameZero(foldChecksum(sumBytes(view, middle, end, first)))).toBe(expected);
    }),
    { numRuns: 500 },
  );
});

test('foldChecksum takes any unsigned 32-bit sum', () => {
  expect(foldChecksum(0)).toBe(0xffff);
  expect(foldChecksum(0xffff)).toBe(0);
  expect(foldChecksum(0x1fffe)).toBe(0);
  expect(foldChecksum(0xffffffff)).toBe(0);
  expect(foldChecksum(0x00010000)).toBe(0xfffe);
});

test('a range with its checksum in place is valid, and any flipped bit shows', () => {
  const bytes = new Uint8Array(301).map((_, i) => i * 3);
  bytes.fill(0, 16, 18);
  const checksum = foldChecksum(sumBytes(bytes, 0, 301, 99));
  bytes[16] = checksum >> 8;
  bytes[17] = checksum;
  expect(isChecksumValid(bytes, 0, 301, 99)).toBe(true);
  expect(isChecksumValid(bytes, 0, 301, 98)).toBe(false);
  for (let i = 0; i < 301; i++) {
    bytes[i]! ^= 0x10;
    expect(isChecksumValid(bytes, 0, 301, 99)).toBe(false);
    bytes[i]! ^= 0x10;
  }
});

const word = fc.integer();

test('property: the pseudo-header summed from addresses, from a packet and byte by byte is the same', () => {
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 8, maxLength: 8 }),
      fc.boolean(),
      fc.nat(70_000),
      (w, v6, length) => {
        const make = (i: number): Address =>
          v6 ? new Address(6, w[i]!, w[i + 1]!, w[i + 2]!, w[i + 3]!) : new Address(4, 0, 0, 0xffff, w[i]!);
        const [source, destination] = [make(0), make(4)];
        // RFC 8200 §8.1; with IPv4's shorter addresses it has the words of RFC 9293 §3.1.
        const size = v6 ? 16 : 4;
        const header = new Uint8Array(2 * size + 8);
        source.writeTo(header, 0);
        destination.writeTo(header, size);
        new DataView(header.buffer).setUint32(2 * size, length);
        header[2 * size + 7] = 6;
        const expected = reference(header, 0, header.length, 0);
        expect(foldChecksum(pseudoHeaderSum(source, destination, 6, length))).toBe(expected);
        const packet = new Uint8Array(50);
        packet[3] = v6 ? 0x60 : 0x45;
        packet.set(header.subarray(0, 2 * size), 3 + (v6 ? 8 : 12));
        expect(foldChecksum(pseudoHeaderSumOf(packet, 3, 6, length))).toBe(expected);
      },
    ),
  );
});
