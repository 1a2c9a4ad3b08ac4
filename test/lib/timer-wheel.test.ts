// The timer wheel, against a sorted list as its model.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Prng } from '../../src/lib/prng.ts';
import { CHUNK_BITS, TimerChunk, TimerWheel } from '../../src/lib/timer-wheel.ts';

const DAY = 86_400_000;

function rowsFor(count: number): { readonly chunks: TimerChunk[] } {
  return { chunks: Array.from({ length: (count >> CHUNK_BITS) + 1 }, () => new TimerChunk()) };
}

const wheelFor = (count: number, start = 0): TimerWheel => new TimerWheel(rowsFor(count), start);

function takeAll(wheel: TimerWheel, now: number): number[] {
  const taken: number[] = [];
  for (let n = wheel.takeDue(now); n >= 0; n = wheel.takeDue(now)) taken.push(n);
  return taken;
}

describe('the timer wheel', () => {
  test('gives what is due, in the order of milliseconds, then of setting', () => {
    const wheel = wheelFor(10);
    for (const [n, deadline] of [
      [0, 70.5],
      [1, 70],
      [2, 5000],
      [3, 9],
      [4, 70.25],
    ] as const)
      wheel.set(n, deadline);
    expect([wheel.size, wheel.next(), takeAll(wheel, 8.9)]).toEqual([5, 9, []]);
    expect(takeAll(wheel, 70.3)).toEqual([3, 1, 4]);
    expect(wheel.next()).toBe(70.5);
    expect(takeAll(wheel, 1e9)).toEqual([0, 2]);
    expect([wheel.size, wheel.next(), wheel.first()]).toEqual([0, Infinity, -1]);
  });

  test('moves and takes out', () => {
    const wheel = wheelFor(3);
    for (const n of [0, 1, 2]) wheel.set(n, 100);
    wheel.set(0, 200);
    wheel.set(1, Infinity);
    wheel.remove(1);
    expect([wheel.deadlineOf(0), wheel.deadlineOf(1), wheel.size]).toEqual([200, Infinity, 2]);
    expect([takeAll(wheel, 150), takeAll(wheel, 250)]).toEqual([[2], [0]]);
    expect(() => wheel.set(0, Number.NaN)).toThrow(RangeError);
  });

  test('of equal deadlines what was set first comes first, however far ahead each was set', () => {
    const wheel = wheelFor(40);
    const deadline = 40 * DAY + 12_345;
    for (let n = 0; n < 40; n++) {
      expect(wheel.takeDue(n * DAY)).toBe(-1);
      wheel.set(n, deadline);
      expect(wheel.first()).toBe(0);
    }
    expect(takeAll(wheel, deadline)).toEqual(Array.from({ length: 40 }, (_, n) => n));
  });

  test('begins at any time, and goes on for longer than 32 bits of milliseconds', () => {
    for (const start of [-3 * DAY, 0, 0.5, 1.7e12, 2 ** 31 - 5, 2 ** 30 - 1]) {
      const wheel = wheelFor(4, start);
      for (let now = start; now < start + 100 * DAY; now += 13.7 * DAY) {
        wheel.set(0, now + 20);
        wheel.set(1, now + 3 * DAY);
        wheel.set(2, now + 30 * DAY);
        wheel.set(3, now - 1);
        expect(takeAll(wheel, now)).toEqual([3]);
        expect([takeAll(wheel, now + 19.9), takeAll(wheel, now + 20)]).toEqual([[], [0]]);
        expect([takeAll(wheel, now + 3 * DAY - 1), takeAll(wheel, now + 3 * DAY)]).toEqual([[], [1]]);
        expect(wheel.next()).toBe(now + 30 * DAY);
      }
    }
  });

  test('is as good as a sorted list, whatever is done to it', () => {
    const operation = fc.record({
      n: fc.nat(30),
      what: fc.constantFrom('set', 'set', 'set', 'remove', 'pass'),
      ahead: fc.oneof(fc.nat(200), fc.nat(100_000), fc.nat(3_000_000_000)),
      fraction: fc.constantFrom(0, 0, 0.25, 0.5),
    });
    fc.assert(
      fc.property(
        fc.array(operation, { maxLength: 300 }),
        fc.integer({ min: -1e6, max: 1e13 }),
        (operations, start) => {
          const wheel = wheelFor(31, start);
          const model = new Map<number, number>();
          let now = start;
          for (const { n, what, ahead, fraction } of operations) {
            if (what === 'set') {
              wheel.set(n, now + ahead + fraction);
              model.set(n, now + ahead + fraction);
            } else if (what === 'remove') {
              wheel.remove(n);
              model.delete(n);
            } else {
              now += (ahead % 10_000) + fraction;
              const due = [...model].filter(([, deadline]) => deadline <= now);
              const taken = takeAll(wheel, now);
              expect([...taken].sort((a, b) => a - b)).toEqual(
                due.map(([each]) => each).sort((a, b) => a - b),
              );
              const ticks = taken.map((each) => Math.floor(model.get(each)!));
              expect(ticks).toEqual([...ticks].sort((a, b) => a - b));
              for (const each of taken) model.delete(each);
            }
            expect(wheel.size).toBe(model.size);
            const soonest = Math.min(...model.values());
            expect(wheel.next()).toBeLessThanOrEqual(soonest);
            if (model.size > 0) expect(wheel.next()).toBeGreaterThan(now - 1);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test('100,000 deadlines: each is told when it comes, none is lost', () => {
    const COUNT = 100_000;
    const wheel = wheelFor(COUNT);
    const prng = new Prng(7);
    const deadlines = Float64Array.from({ length: COUNT }, () => prng.below(240_000) + prng.below(4) / 4);
    for (let n = 0; n < COUNT; n++) wheel.set(n, prng.below(1_000_000));
    for (let n = 0; n < COUNT; n++) wheel.set(n, deadlines[n]!);
    let told = 0;
    while (wheel.size > 0) {
      const now = wheel.next();
      for (const n of takeAll(wheel, now)) {
        expect(deadlines[n]).toBe(now);
        told += 1;
      }
    }
    expect(told).toBe(COUNT);
  });
});
