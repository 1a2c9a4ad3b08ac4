import { expect, test } from 'vitest';
import { Differences } from '../../src/lib/differences.ts';
import { Prng } from '../../src/lib/prng.ts';

/** What `values` come back as, when others were kept meanwhile; and how many numbers were kept of them. */
function roundTrip(kept: Differences, records: readonly (readonly number[])[]): number[][] {
  const kinds = records.map((values) => {
    kept.note();
    for (const value of values) kept.number(value);
    return kept.keep(null);
  });
  return kinds.map((record, i) => {
    kept.recall(record);
    return records[i]!.map(() => kept.number(0));
  });
}

const AWKWARD = [0, -1, 0.1, 2 ** 53, 2 ** 31, -(2 ** 31), Infinity, -Infinity, Number.MIN_VALUE];

test('what was noted is returned, in any order of records and with any marks', () => {
  for (let seed = 0; seed < 200; seed++) {
    const prng = new Prng(seed);
    const length = 1 + prng.below(100);
    const records = Array.from({ length: 5 }, () =>
      Array.from({ length }, () => AWKWARD[prng.chance(0.7) ? 0 : prng.below(AWKWARD.length)]!),
    );
    expect(roundTrip(new Differences(length), records), `seed ${seed}`).toEqual(records);
  }
});

test('a record is as long as it differs from the first, and one of the same length is used again', () => {
  const kept = new Differences(64);
  const keep = (values: readonly number[], old: number[] | null) => {
    kept.note();
    for (const value of values) kept.number(value);
    return kept.keep(old);
  };
  const first = keep([1, 2, 3], null);
  const second = keep([1, 5, 3], null);
  expect(second.length).toBe(first.length + 1);
  expect(keep([1, 2, 9], second)).toBe(second);
  expect(keep([7, 7, 7], second)).not.toBe(second);
  kept.recall(second);
  expect([kept.number(0), kept.number(0), kept.number(0)]).toEqual([1, 2, 9]);
});

test('sequence numbers are kept by their distance, across the end of the circle; truths as they are', () => {
  const kept = new Differences(8);
  const pass = (base: number, near: number, flag: boolean) => {
    expect(kept.near(near, base)).toBe(near);
    expect(kept.flag(flag)).toBe(flag);
  };
  kept.note();
  pass(0x7fffffff, -0x80000000, true);
  const usual = kept.keep(null);
  kept.note();
  pass(5, 6, true);
  expect(kept.keep(null).length).toBe(usual.length);
  kept.recall(usual);
  expect(kept.near(0, 0x7fffffff)).toBe(-0x80000000);
  expect(kept.flag(false)).toBe(true);
});
