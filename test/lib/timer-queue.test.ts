import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type TimerEntry, TimerQueue } from '../../src/lib/timer-queue.ts';

interface Named extends TimerEntry {
  readonly name: number;
}

const entry = (name: number): Named => ({
  name,
  deadline: Number.POSITIVE_INFINITY,
  heapIndex: -1,
  order: 0,
});

test('an empty queue is never due', () => {
  const queue = new TimerQueue<Named>();
  expect(queue.next()).toBe(Number.POSITIVE_INFINITY);
  expect(queue.takeDue(Number.MAX_VALUE)).toBeNull();
  expect(queue.size).toBe(0);
});

test('an entry is due at its deadline and not before, and is out once taken', () => {
  const queue = new TimerQueue<Named>();
  const one = entry(1);
  queue.set(one, 100);
  expect(queue.next()).toBe(100);
  expect(queue.takeDue(99.9)).toBeNull();
  expect(queue.takeDue(100)).toBe(one);
  expect(one.heapIndex).toBe(-1);
  expect(queue.next()).toBe(Number.POSITIVE_INFINITY);
});

test('equal deadlines fire in the order in which they were last set', () => {
  const queue = new TimerQueue<Named>();
  const entries = [0, 1, 2, 3, 4].map(entry);
  for (const one of entries) queue.set(one, 5);
  queue.set(entries[1]!, 7);
  queue.set(entries[1]!, 5);
  const fired = entries.map(() => queue.takeDue(5)!.name);
  expect(fired).toEqual([0, 2, 3, 4, 1]);
});

test('Infinity removes; removing what is not in does nothing; NaN is refused', () => {
  const queue = new TimerQueue<Named>();
  const one = entry(1);
  queue.remove(one);
  queue.set(one, 3);
  queue.set(one, Number.POSITIVE_INFINITY);
  expect(one).toMatchObject({ heapIndex: -1, deadline: Number.POSITIVE_INFINITY });
  expect(queue.size).toBe(0);
  expect(() => queue.set(one, Number.NaN)).toThrow(RangeError);
  expect(queue.size).toBe(0);
});

type Step =
  | { do: 'set'; who: number; at: number }
  | { do: 'remove'; who: number }
  | { do: 'due'; now: number };

const who = fc.nat(11);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('set' as const), who, at: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('due' as const), now: fc.nat(20) }) },
);

interface Expected {
  readonly name: number;
  readonly at: number;
  readonly order: number;
}

test('property: any operations give what a sorted list gives', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const queue = new TimerQueue<Named>();
      const entries = Array.from({ length: 12 }, (_, i) => entry(i));
      let model: Expected[] = [];
      for (const [order, one] of steps.entries()) {
        if (one.do === 'due') {
          const first = model[0];
          const due = first !== undefined && first.at <= one.now ? first : undefined;
          expect(queue.takeDue(one.now)?.name).toBe(due?.name);
          model = model.filter((item) => item !== due);
        } else {
          model = model.filter((item) => item.name !== one.who);
          if (one.do === 'set') {
            queue.set(entries[one.who]!, one.at);
            model.push({ name: one.who, at: one.at, order });
            model.sort((a, b) => a.at - b.at || a.order - b.order);
          } else {
            queue.remove(entries[one.who]!);
          }
        }
        expect(queue.next()).toBe(model[0]?.at ?? Number.POSITIVE_INFINITY);
        expect(queue.size).toBe(model.length);
      }
      expect(model.map(() => queue.takeDue(20)!.name)).toEqual(model.map((item) => item.name));
    }),
    { numRuns: 300 },
  );
});
