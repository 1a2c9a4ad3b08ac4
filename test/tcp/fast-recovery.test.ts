// RFC 5681 §3.2, RFC 6582 §3.2 and RFC 6675 §5: when a repair may begin, and when it ends.

import { describe, expect, test } from 'vitest';
import { FastRecovery } from '../../src/tcp/recovery/fast-recovery.ts';
import { add, seq } from '../../src/tcp/seq.ts';

const iss = seq(0x7ffffffa);
const at = (n: number) => add(iss, n);

/** One that repairs what was sent up to `nxt`. */
function begun(nxt: number): FastRecovery {
  const recovery = new FastRecovery(iss);
  recovery.begin(at(nxt));
  return recovery;
}

describe('FastRecovery', () => {
  test('the first window may be repaired; while one repair lasts, no other begins', () => {
    const recovery = new FastRecovery(iss);
    expect([recovery.mayBegin(at(1), false), recovery.mayBegin(at(1), true)]).toEqual([true, true]);
    recovery.begin(at(5001));
    expect([recovery.active, recovery.recover]).toEqual([true, at(5001)]);
    expect([recovery.mayBegin(at(6001), false), recovery.mayBegin(at(6001), true)]).toEqual([false, false]);
  });

  test('an ACK between duplicates starts the count anew', () => {
    const recovery = new FastRecovery(iss);
    recovery.duplicates = 2;
    expect(recovery.newAck(at(1001), 1)).toBe('none');
    expect(recovery.duplicates).toBe(0);
  });

  test('partial ACKs keep it, the ACK of `recover` ends it', () => {
    const recovery = begun(5001);
    for (const una of [2001, 3001, 5000]) {
      expect(recovery.newAck(at(una), 1)).toBe('partial');
      expect(recovery.isRepairing(at(una))).toBe(true);
    }
    expect(recovery.partials).toBe(3);
    expect(recovery.newAck(at(5001), 1)).toBe('full');
    expect([recovery.active, recovery.isRepairing(at(5001))]).toEqual([false, false]);
  });

  test('a partial ACK takes with it the duplicates of all but the segment that was missing', () => {
    const recovery = begun(9001);
    recovery.duplicates = 5;
    recovery.newAck(at(1001), 1);
    expect(recovery.duplicates).toBe(5);
    recovery.newAck(at(4001), 3);
    expect(recovery.duplicates).toBe(3);
    recovery.newAck(at(8901), 5);
    expect(recovery.duplicates).toBe(0);
  });

  test('RFC 6582 §3.2 step 1: without SACK, duplicates of the ACK that ended one begin none', () => {
    const recovery = begun(5001);
    recovery.newAck(at(5001), 4);
    expect(recovery.mayBegin(at(5001), false)).toBe(false);
    recovery.newAck(at(5002), 1);
    expect(recovery.mayBegin(at(5002), false)).toBe(true);
  });

  test('RFC 6675 §5: with SACK, that ACK already may', () => {
    const recovery = begun(5001);
    recovery.newAck(at(5001), 4);
    expect(recovery.mayBegin(at(5001), true)).toBe(true);
  });

  test('6675.6, RFC 6582 §4: nothing below what a timeout resends begins one', () => {
    const recovery = new FastRecovery(iss);
    recovery.timeout(at(5001));
    recovery.newAck(at(2001), 1);
    expect([recovery.mayBegin(at(2001), false), recovery.mayBegin(at(2001), true)]).toEqual([false, false]);
    expect(recovery.isRepairing(at(2001))).toBe(true);
    recovery.newAck(at(5001), 3);
    expect([recovery.mayBegin(at(5001), false), recovery.mayBegin(at(5001), true)]).toEqual([false, true]);
    expect(recovery.isRepairing(at(5001))).toBe(false);
  });

  test('a timeout takes over a repair', () => {
    const recovery = begun(5001);
    recovery.duplicates = 4;
    recovery.timeout(at(7001));
    expect([recovery.active, recovery.duplicates, recovery.recover]).toEqual([false, 0, at(7001)]);
  });

  test('`recover` follows SND.UNA: after 2^31 bytes it is not ahead again', () => {
    const recovery = new FastRecovery(iss);
    for (let gib = 1; gib <= 9; gib++) {
      const una = gib * 2 ** 30;
      recovery.newAck(at(una), 1);
      expect([recovery.mayBegin(at(una), false), recovery.isRepairing(at(una))]).toEqual([true, false]);
      recovery.begin(at(una + 5000));
      recovery.newAck(at(una + 5000), 5);
    }
  });
});
