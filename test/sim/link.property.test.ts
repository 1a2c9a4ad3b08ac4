import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Impairments } from '../../src/sim/faults.ts';
import type { LinkEvent } from '../../src/sim/link-events.ts';
import type { Path } from '../../src/sim/path.ts';
import { bench, numbered } from './support.ts';

const probability = fc.double({ min: 0, max: 1, noNaN: true });
const span = fc.nat(40);

const impairments: fc.Arbitrary<Partial<Impairments>> = fc.record(
  {
    delay: span,
    jitter: span,
    rate: fc.constantFrom(Infinity, 8000, 123_457, 1e9),
    queueBytes: fc.constantFrom(Infinity, 0, 700),
    queuePackets: fc.constantFrom(0, 1, 5, 1000),
    queueFull: fc.constantFrom('drop', 'refuse'),
    loss: probability,
    burstLoss: fc.oneof(fc.constant(null), fc.record({ enter: probability, leave: probability })),
    duplicate: probability,
    reorder: fc.oneof(fc.constant(null), fc.record({ probability, extraDelay: span })),
    corrupt: probability,
  },
  { requiredKeys: [] },
);

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ send: fc.constantFrom('a', 'b'), size: fc.integer({ min: 1, max: 1600 }) }),
  },
  { weight: 4, arbitrary: fc.record({ advance: fc.nat(200) }) },
  { weight: 2, arbitrary: fc.record({ set: impairments }) },
  { weight: 1, arbitrary: fc.record({ call: fc.constantFrom('cut', 'restore') }) },
);

function total(path: Path): { readonly in: number; readonly out: number } {
  const { offered, duplicated, delivered, lost } = path.counters;
  const gone = Object.values(lost).reduce((sum, count) => sum + count);
  return { in: offered + duplicated, out: delivered + gone + path.inFlight };
}

test('property: every packet is delivered, lost for a reason or on its way, at the time that was announced', () => {
  fc.assert(
    fc.property(fc.integer(), impairments, fc.array(step, { maxLength: 80 }), (seed, first, steps) => {
      const due = new Map<string, number>();
      const observer = ({ kind, direction, index, due: at }: LinkEvent): void => {
        const name = `${direction} ${index}`;
        if (kind === 'sent') due.set(name, at);
        if (kind === 'delivered') expect(due.get(name)).toBe(at);
      };
      const t = bench({ seed, ...first, observer });
      const paths = [t.link.aToB, t.link.bToA];
      for (const step of steps) {
        if ('send' in step) {
          const before = t.link.aToB.counters.offered + t.link.bToA.counters.offered;
          const taken = t.link[step.send === 'a' ? 'a' : 'b'].transmit(numbered(0, step.size));
          const offered = t.link.aToB.counters.offered + t.link.bToA.counters.offered - before;
          expect(offered).toBe(taken ? 1 : 0);
        } else if ('advance' in step) t.clock.advance(step.advance);
        else if ('set' in step) t.link.set(step.set);
        else t.link[step.call === 'cut' ? 'cut' : 'restore']();
        for (const path of paths) expect(total(path).out).toBe(total(path).in);
      }
      t.link.restore();
      t.clock.advance(10_000_000);
      expect(paths.map((path) => path.inFlight)).toEqual([0, 0]);
      expect(t.clock.next()).toBe(Infinity);
      expect(t.b.arrivals).toHaveLength(t.link.aToB.counters.delivered);
      expect(t.b.batches.every((count) => count > 0)).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test('property: without reordering, order is kept whatever else changes', () => {
  const steady = impairments.map(({ reorder: _, duplicate: __, corrupt: ___, ...rest }) => rest);
  fc.assert(
    fc.property(fc.integer(), fc.array(fc.tuple(steady, fc.nat(20)), { maxLength: 40 }), (seed, changes) => {
      const t = bench({ seed });
      for (const [number, [change, wait]] of changes.entries()) {
        t.link.set(change);
        t.link.a.transmit(numbered(number));
        t.clock.advance(wait);
      }
      t.clock.advance(1_000_000);
      expect(t.b.numbers).toEqual(t.b.numbers.toSorted((x, y) => x - y));
    }),
  );
});
