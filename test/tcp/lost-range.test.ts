// What a sender without SACK holds lost: one range, filled by a timeout or a third duplicate ACK.

import { describe, expect, test } from 'vitest';
import { LostRange } from '../../src/tcp/recovery/lost-range.ts';
import { add, seq } from '../../src/tcp/seq.ts';

/** Every range crosses the sign change. */
const base = seq(0x7ffffff0);
const at = (n: number) => add(base, n);

function range(from: number, to: number): LostRange {
  const lost = new LostRange();
  lost.mark(at(from), at(to));
  return lost;
}

const left = (lost: LostRange): [number, number] => [(lost.nxt - base) | 0, lost.length];

describe('LostRange', () => {
  test('what is sent again is no longer waiting', () => {
    const lost = range(0, 100);
    lost.sent(at(40));
    expect(left(lost)).toEqual([40, 60]);
    lost.sent(at(100));
    expect(lost.length).toBe(0);
  });

  test('sending beyond the range ends it', () => {
    const lost = range(0, 100);
    lost.sent(at(250));
    expect(left(lost)).toEqual([100, 0]);
  });

  test('what is acknowledged need not go again', () => {
    const lost = range(0, 100);
    lost.acknowledge(at(30));
    expect(left(lost)).toEqual([30, 70]);
  });

  test('an ACK below what was already sent again changes nothing', () => {
    const lost = range(0, 100);
    lost.sent(at(60));
    lost.acknowledge(at(20));
    expect(left(lost)).toEqual([60, 40]);
  });

  test('an ACK of everything, or more, empties it', () => {
    for (const una of [100, 300]) {
      const lost = range(0, 100);
      lost.acknowledge(at(una));
      expect(left(lost)).toEqual([una, 0]);
    }
  });

  test('remembers what it is sent again for, as long as nothing else is said', () => {
    const lost = new LostRange();
    lost.mark(at(0), at(100), '1191-6.3-too-big');
    lost.sent(at(50));
    lost.acknowledge(at(60));
    expect(lost.why).toBe('1191-6.3-too-big');
    lost.mark(at(60), at(100), '6298-5.4-retransmit');
    expect(lost.why).toBe('6298-5.4-retransmit');
  });

  test('covers the first, not the one behind the last', () => {
    const lost = range(10, 20);
    expect([9, 10, 19, 20].map((n) => lost.covers(at(n)))).toEqual([false, true, true, false]);
  });

  test('empty, it follows SND.UNA round the sequence space', () => {
    const lost = range(0, 0);
    let una = base;
    for (let i = 0; i < 12; i++) {
      una = add(una, 0x30000000);
      lost.sent(una);
      lost.acknowledge(una);
      expect(lost.length).toBe(0);
      expect(lost.covers(una)).toBe(false);
    }
  });
});
