// Where a host keeps its connections, whole and put away: rows come, change what they have, go, and are given back.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Interface } from '../../src/host/interface.ts';
import { Profiles } from '../../src/host/profiles.ts';
import { Rows } from '../../src/host/rows.ts';
import { LINUX, RFC9293 } from '../../src/tcp/presets.ts';
import { ip } from './support.ts';

/** As records.ts does it: a record's first word is its ports. */
function putAway(rows: Rows<string>, row: number, ports: number): void {
  rows.toRecord(row)[rows.wordsAt(row)] = ports;
}

describe('rows', () => {
  test('have a flow or a record, as a Map has it, whatever is done', () => {
    const operation = fc.record({
      n: fc.nat(2000),
      what: fc.constantFrom('take', 'take', 'away', 'back', 'free'),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 3000, size: 'max' }), (operations) => {
        const rows = new Rows<string>();
        const model = new Map<number, string | number>();
        for (const { n, what } of operations) {
          const row = [...model.keys()][n % Math.max(model.size, 1)];
          if (what === 'take') {
            const taken = rows.take(`flow ${n}`);
            expect(model.has(taken)).toBe(false);
            model.set(taken, `flow ${n}`);
          } else if (row === undefined) continue;
          else if (what === 'free') {
            rows.free(row);
            model.delete(row);
          } else if (what === 'away' && typeof model.get(row) === 'string') {
            putAway(rows, row, n + 1);
            model.set(row, n + 1);
          } else if (what === 'back' && typeof model.get(row) === 'number') {
            rows.toFlow(row, `again ${n}`);
            model.set(row, `again ${n}`);
          }
        }
        for (const [row, kept] of model) {
          expect([rows.isFlow(row), rows.isRecord(row)]).toEqual([
            typeof kept === 'string',
            typeof kept === 'number',
          ]);
          if (typeof kept === 'string') expect(rows.flowAt(row)).toBe(kept);
          else expect(rows.wordsOf(row)[rows.wordsAt(row)]).toBe(kept);
        }
        for (const row of model.keys()) rows.free(row);
        expect(rows.chunks).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  test('of 5,000 that were freed nothing is kept, and they are taken again from the first on', () => {
    const rows = new Rows<string>();
    const taken = Array.from({ length: 5000 }, () => rows.take('flow'));
    expect([rows.chunks.length, new Set(taken).size]).toEqual([Math.ceil(5000 / 512), 5000]);
    for (const row of taken) putAway(rows, row, 7);
    expect(rows.chunks.every((chunk) => chunk?.flows === null)).toBe(true);
    for (const row of taken.slice(0, 4096)) rows.toFlow(row, 'again');
    expect(rows.chunks.slice(0, 8).every((chunk) => chunk?.words === null)).toBe(true);
    for (const row of taken.slice(512)) rows.free(row);
    expect(rows.chunks.length).toBe(1);
    expect([rows.isFlow(4000), rows.isRecord(4999), rows.isFlow(-1)]).toEqual([false, false, false]);
    rows.free(taken[3]!);
    expect([rows.take('next'), rows.take('after') >> 9]).toEqual([taken[3], 1]);
  });
});

describe('conditions', () => {
  const [first, second] = [{}, {}] as Interface[];
  const of = (via: Interface, last: number, hopLimit: number, parameters = RFC9293) => ({
    via,
    local: ip(`10.0.0.${last}`),
    parameters,
    hopLimit,
    trafficClass: 0,
    listener: null,
  });

  test('that are the same have one number, until all who took it have given it back', () => {
    const profiles = new Profiles();
    const all = [
      of(first!, 1, 64),
      of(second!, 1, 64),
      of(first!, 2, 64),
      of(first!, 1, 9),
      of(first!, 1, 64, LINUX),
    ];
    const numbers = all.map((conditions) => profiles.take(conditions));
    expect([new Set(numbers).size, profiles.count]).toEqual([5, 5]);
    expect(all.map((conditions) => profiles.take(conditions))).toEqual(numbers);
    for (const number of numbers) profiles.giveBack(number);
    expect(numbers.map((number) => profiles.at(number))).toMatchObject(all);
    for (const number of numbers) profiles.giveBack(number);
    expect(profiles.count).toBe(0);
    expect(profiles.take(of(second!, 7, 1))).toBeLessThan(5);
  });
});
