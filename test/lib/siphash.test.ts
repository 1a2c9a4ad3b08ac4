import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SipHash } from '../../src/lib/siphash.ts';

const MASK = 0xffff_ffff_ffff_ffffn;

/** SipHash-2-4 over bytes, in BigInt and from the paper's definition. */
function reference(key: Uint8Array, message: Uint8Array): bigint {
  const word = (bytes: Uint8Array, at: number): bigint =>
    bytes.subarray(at, at + 8).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const rotate = (x: bigint, n: bigint): bigint => ((x << n) | (x >> (64n - n))) & MASK;
  const [k0, k1] = [word(key, 0), word(key, 8)];
  let v0 = k0 ^ 0x736f6d6570736575n;
  let v1 = k1 ^ 0x646f72616e646f6dn;
  let v2 = k0 ^ 0x6c7967656e657261n;
  let v3 = k1 ^ 0x7465646279746573n;
  const rounds = (n: number): void => {
    for (let i = 0; i < n; i++) {
      v0 = (v0 + v1) & MASK;
      v2 = (v2 + v3) & MASK;
      v1 = rotate(v1, 13n) ^ v0;
      v3 = rotate(v3, 16n) ^ v2;
      v0 = (rotate(v0, 32n) + v3) & MASK;
      v2 = (v2 + v1) & MASK;
      v3 = rotate(v3, 21n) ^ v0;
      v1 = rotate(v1, 17n) ^ v2;
      v2 = rotate(v2, 32n);
    }
  };
  for (let at = 0; at <= message.length; at += 8) {
    const last = at + 8 > message.length ? BigInt(message.length & 255) << 56n : 0n;
    const m = word(message, at) | last;
    v3 ^= m;
    rounds(2);
    v0 ^= m;
  }
  v2 ^= 0xffn;
  rounds(4);
  return v0 ^ v1 ^ v2 ^ v3;
}

function hash(sip: SipHash, words: Int32Array, count: number): bigint {
  const low = sip.hashWords(words, count);
  return (BigInt(sip.high >>> 0) << 32n) | BigInt(low >>> 0);
}

const KEY = Uint8Array.from({ length: 16 }, (_, i) => i);

/** The words whose little-endian bytes are 00 01 02 ... */
const COUNTING = Int32Array.from({ length: 16 }, (_, i) => 0x03020100 + Math.imul(4 * i, 0x01010101));

/** The published results for key 00..0f and messages 00 01 02 ... of n bytes, for whole words. */
const VECTORS = new Map([
  [0, 0x726fdb47dd0e0e31n],
  [4, 0xcf2794e0277187b7n],
  [8, 0x93f5f5799a932462n],
  [12, 0x751e8fbc860ee5fbn],
  [16, 0x3f2acc7f57c29bdbn],
  [20, 0xbed65cf21aa2ee98n],
  [24, 0xb8ad50c6f649af94n],
  [28, 0xde4daaaca71dc9a5n],
  [32, 0x7127512f72f27ccen],
  [36, 0x314dffbe0815a3b4n],
  [40, 0x0e3ea96b5304a7d0n],
  [44, 0xf935451de4f21df2n],
]);

test('the published SipHash-2-4 vectors', () => {
  const sip = new SipHash(KEY);
  for (const [length, expected] of VECTORS) expect(hash(sip, COUNTING, length / 4)).toBe(expected);
});

test("the reference of these tests gives the paper's example of 15 bytes", () => {
  expect(reference(KEY, KEY.subarray(0, 15))).toBe(0xa129ca6149be45e5n);
});

test('property: any key and words hash as the definition says, longer than 255 bytes too', () => {
  const key = fc.uint8Array({ minLength: 16, maxLength: 16 });
  const words = fc.int32Array({ minLength: 0, maxLength: 70 });
  fc.assert(
    fc.property(key, words, (key, words) => {
      const bytes = new Uint8Array(4 * words.length);
      const view = new DataView(bytes.buffer);
      for (const [i, word] of words.entries()) view.setInt32(4 * i, word, true);
      expect(hash(new SipHash(key), words, words.length)).toBe(reference(key, bytes));
    }),
    { numRuns: 300 },
  );
});

test('results are int32, and words behind the count are not looked at', () => {
  const sip = new SipHash(KEY);
  const low = sip.hashWords(Int32Array.of(1, 2, 3), 2);
  expect(low | 0).toBe(low);
  expect(sip.high | 0).toBe(sip.high);
  expect(sip.hashWords(Int32Array.of(1, 2, 99), 2)).toBe(low);
  expect(sip.hashWords(Int32Array.of(1, 2, 3), 3)).not.toBe(low);
});

test('a key has 16 bytes', () => {
  expect(() => new SipHash(new Uint8Array(15))).toThrow(RangeError);
});
