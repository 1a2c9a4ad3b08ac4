import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Prng } from '../../src/lib/prng.ts';

const MASK = 0xffffffffn;

/** xoshiro128** once more, in BigInt and from the algorithm's definition. */
function reference(state: bigint[], n: number): bigint[] {
  const s = [...state] as [bigint, bigint, bigint, bigint];
  const rotate = (x: bigint, k: bigint): bigint => ((x << k) | (x >> (32n - k))) & MASK;
  return Array.from({ length: n }, () => {
    const result = (rotate((s[1] * 5n) & MASK, 7n) * 9n) & MASK;
    const t = (s[1] << 9n) & MASK;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 11n);
    return result;
  });
}

test('uint32 is xoshiro128**', () => {
  for (const seed of [0, 1, 2, -1, 0x7fffffff, 12345]) {
    const prng = new Prng(seed);
    const { s0, s1, s2, s3 } = prng as unknown as Record<'s0' | 's1' | 's2' | 's3', number>;
    const state = [s0, s1, s2, s3].map((word) => BigInt(word >>> 0));
    expect(Array.from({ length: 100 }, () => BigInt(prng.uint32()))).toEqual(reference(state, 100));
  }
});

test('the published first numbers of state 1, 2, 3, 4', () => {
  const prng = new Prng(0);
  Object.assign(prng, { s0: 1, s1: 2, s2: 3, s3: 4 });
  expect([prng.uint32(), prng.uint32(), prng.uint32(), prng.uint32()]).toEqual([11520, 0, 5927040, 70819200]);
});

test('equal seeds give equal sequences, different seeds and forks different ones', () => {
  const draw = (prng: Prng): number[] => Array.from({ length: 8 }, () => prng.uint32());
  expect(draw(new Prng(7))).toEqual(draw(new Prng(7)));
  expect(draw(new Prng(7))).not.toEqual(draw(new Prng(8)));
  const parent = new Prng(7);
  const fork = parent.fork();
  expect(draw(fork)).toEqual(draw(new Prng(7).fork()));
  expect(draw(fork)).not.toEqual(draw(parent));
});

test('property: below(n) stays below n and is an integer', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 2 ** 32 }), (seed, n) => {
      const value = new Prng(seed).below(n);
      expect(Number.isInteger(value) && value >= 0 && value < n).toBe(true);
    }),
  );
});

test('below(n) favours nothing, also where n does not divide 2^32', () => {
  const prng = new Prng(1);
  const n = 3 * 2 ** 30;
  let low = 0;
  for (let i = 0; i < 3000; i++) if (prng.below(n) < 2 ** 30) low++;
  // A remainder alone would put half of the draws there, instead of a third.
  expect(low).toBeGreaterThan(900);
  expect(low).toBeLessThan(1100);
});

test('below refuses what it cannot draw', () => {
  const prng = new Prng(1);
  for (const n of [0, -1, 1.5, Number.NaN, 2 ** 32 + 1]) expect(() => prng.below(n)).toThrow(RangeError);
});

test('float lies in [0, 1); chance follows its probability and always draws once', () => {
  const prng = new Prng(3);
  let sum = 0;
  for (let i = 0; i < 1000; i++) {
    const value = prng.float();
    expect(value >= 0 && value < 1).toBe(true);
    sum += value;
  }
  expect(Math.abs(sum / 1000 - 0.5)).toBeLessThan(0.05);
  const always = new Prng(5);
  const never = new Prng(5);
  expect([always.chance(1), never.chance(0)]).toEqual([true, false]);
  expect(always.uint32()).toBe(never.uint32());
});
