// The index of connections, against a Map as its model.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HashIndex } from '../../src/lib/hash-index.ts';
import { Prng } from '../../src/lib/prng.ts';

/** What tells numbers of one hash apart: here the numbers themselves. */
const only = (wanted: number) => ({ matches: (n: number): boolean => n === wanted });
const find = (index: HashIndex, hash: number, n: number): number => index.find(hash, only(n));

describe('the hash index', () => {
  test('keeps numbers with one hash apart', () => {
    const index = new HashIndex();
    for (let n = 0; n < 100; n++) index.add(-7, n);
    for (let n = 0; n < 100; n += 2) expect(index.remove(-7, n)).toBe(true);
    expect(index.remove(-7, 0)).toBe(false);
    for (let n = 0; n < 100; n++) expect(find(index, -7, n)).toBe(n % 2 === 0 ? -1 : n);
    expect(index.size).toBe(50);
  });

  test('refuses to search for ever among what has the same hash', () => {
    const index = new HashIndex();
    expect(() => {
      for (let n = 0; n < 1000; n++) index.add(1, n);
    }).toThrow('same hash');
    expect(find(index, 1, 100_000)).toBe(-1);
  });

  test('behaves like a Map, whatever is added and removed', () => {
    const operation = fc.record({ add: fc.boolean(), n: fc.nat(60), spread: fc.constantFrom(0, 1, 2 ** 23) });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 500 }), (operations) => {
        const index = new HashIndex();
        const model = new Map<number, number>();
        for (const { add, n, spread } of operations) {
          const known = model.get(n);
          const hash = known ?? Math.imul(n % 7, spread);
          if (add && known === undefined) {
            index.add(hash, n);
            model.set(n, hash);
          } else if (!add) {
            expect(index.remove(hash, n)).toBe(known !== undefined);
            model.delete(n);
          }
          for (const [each, where] of model) expect(find(index, where, each)).toBe(each);
        }
        expect(new Set(index)).toEqual(new Set(model.keys()));
      }),
      { numRuns: 100 },
    );
  });

  test('with 100,000 numbers, growing and shrinking, as a Map has them; the room is given back', () => {
    const index = new HashIndex();
    const model = new Map<number, number>();
    const prng = new Prng(3);
    const COUNT = 100_000;
    for (let n = 0; n < COUNT; n++) {
      const hash = prng.uint32() | 0;
      index.add(hash, n);
      model.set(n, hash);
      if (n % 3 !== 0) continue;
      const other = prng.below(n + 1);
      const where = model.get(other);
      if (where === undefined) continue;
      expect(index.remove(where, other)).toBe(true);
      model.delete(other);
    }
    expect(index.size).toBe(model.size);
    for (const [n, hash] of model) if (find(index, hash, n) !== n) throw new Error(`${n} was lost`);
    expect(index.tableCount).toBeGreaterThan(COUNT / 1000);
    for (const [n, hash] of model) if (n !== 5) index.remove(hash, n);
    expect([...index]).toEqual(model.has(5) ? [5] : []);
    expect(index.tableCount).toBe(1);
  });
});
