// §3.4 arithmetic modulo 2^32, against BigInt.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { add, diff, geq, gt, leq, lt, max, min, seq, unsigned } from '../../src/tcp/seq.ts';

const number32 = fc.integer({ min: 0, max: 0xffffffff });
const distance = fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 - 1 });
const wrapped = (n: number): number => Number(BigInt.asUintN(32, BigInt(n)));

test('add wraps, diff undoes it', () => {
  fc.assert(
    fc.property(number32, distance, (a, n) => {
      const b = add(seq(a), n);
      expect(unsigned(b)).toBe(wrapped(a + n));
      expect(diff(b, seq(a))).toBe(n);
      expect(Object.is(diff(seq(a), seq(a)), 0)).toBe(true);
    }),
  );
});

test('before and behind are told by the shorter way round', () => {
  fc.assert(
    fc.property(number32, distance, (n, d) => {
      const a = seq(n);
      const b = add(a, d);
      expect([lt(a, b), leq(a, b), gt(a, b), geq(a, b)]).toEqual([d > 0, d >= 0, d < 0, d <= 0]);
      expect(max(a, b)).toBe(d > 0 ? b : a);
      expect(min(a, b)).toBe(d > 0 ? a : b);
    }),
  );
});

test('int32 inside, unsigned for people', () => {
  expect([seq(0xffffffff), unsigned(seq(-1)), unsigned(add(seq(0x7fffffff), 1))]).toEqual([
    -1, 0xffffffff, 0x80000000,
  ]);
});
