// RFC 5681 §3.2 and RFC 6582 §3.2: when three duplicates start a repair, and when it ends.

import { describe, expect, test } from 'vitest';
import { FastRecovery } from '../../src/tcp/recovery/fast-recovery.ts';
import { add, seq } from '../../src/tcp/seq.ts';

const iss = seq(0x7ffffffa);
const at = (n: number) => add(iss, n);

/** `n` duplicates of SND.UNA = `una` with SND.NXT = `nxt`: which of them started a repair? */
function duplicates(recovery: FastRecovery, n: number, una: number, nxt: number): number[] {
  const started: number[] = [];
  for (let i = 1; i <= n; i++) if (recovery.duplicateAck(at(una), at(nxt))) started.push(i);
  return started;
}

describe('FastRecovery', () => {
  test('the third duplicate starts it, later ones do not start another', () => {
    const recovery = new FastRecovery(iss);
    expect(duplicates(recovery, 6, 1, 5001)).toEqual([3]);
    expect([recovery.active, recovery.recover]).toEqual([true, at(5001)]);
  });

  test('an ACK between duplicates starts the count anew', () => {
    const recovery = new FastRecovery(iss);
    expect(duplicates(recovery, 2, 1, 5001)).toEqual([]);
    expect(recovery.newAck(at(1001))).toBe('none');
    expect(duplicates(recovery, 2, 1001, 5001)).toEqual([]);
    expect(duplicates(recovery, 1, 1001, 5001)).toEqual([1]);
  });

  test('partial ACKs keep it, the ACK of `recover` ends it', () => {
    const recovery = new FastRecovery(iss);
    duplicates(recovery, 3, 1, 5001);
    expect([2001, 3001, 5000].map((una) => recovery.newAck(at(una)))).toEqual([
      'partial',
      'partial',
      'partial',
    ]);
    expect(recovery.partials).toBe(3);
    expect(recovery.newAck(at(5001))).toBe('full');
    expect(recovery.active).toBe(false);
  });

  test('RFC 6582 §3.2 step 1: duplicates of what a repair covered start none', () => {
    const recovery = new FastRecovery(iss);
    duplicates(recovery, 3, 1, 5001);
    recovery.newAck(at(5001));
    expect(duplicates(recovery, 5, 5001, 9001)).toEqual([]);
    recovery.newAck(at(5002));
    expect(duplicates(recovery, 3, 5002, 9001)).toEqual([3]);
  });

  test('RFC 6582 §4: nor do duplicates that a timeout’s resending causes', () => {
    const recovery = new FastRecovery(iss);
    recovery.timeout(at(5001));
    recovery.newAck(at(2001));
    expect(duplicates(recovery, 5, 2001, 5001)).toEqual([]);
    recovery.newAck(at(5001));
    expect(duplicates(recovery, 5, 5001, 9001)).toEqual([]);
    recovery.newAck(at(6001));
    expect(duplicates(recovery, 3, 6001, 9001)).toEqual([3]);
  });

  test('a timeout ends a repair', () => {
    const recovery = new FastRecovery(iss);
    duplicates(recovery, 3, 1, 5001);
    recovery.timeout(at(7001));
    expect([recovery.active, recovery.duplicates, recovery.recover]).toEqual([false, 0, at(7001)]);
  });

  test('`recover` follows SND.UNA: after 2^31 bytes it is not ahead again', () => {
    const recovery = new FastRecovery(iss);
    for (let gib = 1; gib <= 9; gib++) {
      const una = gib * 2 ** 30;
      recovery.newAck(at(una));
      expect(duplicates(recovery, 3, una, una + 5000)).toEqual([3]);
      recovery.newAck(at(una + 5000));
      recovery.newAck(at(una + 6000));
    }
  });
});
