// Attacks that abuse ECN: a peer that lies about marks, and a path that forges them.

import { describe, expect, test } from 'vitest';
import { Script } from '../support/script.ts';

const open = (): Script =>
  new Script({ parameters: { ecn: 'request' } })
    .connect()
    .out('SEW 0:0')
    .in('SE. 0:0 ack 1 win 65535 <mss 1000>')
    .out('. 1:1 ack 1');

const plain = (): Script =>
  new Script({ parameters: { ecn: 'accept' } })
    .connect()
    .out('S 0:0')
    .in('S. 0:0 ack 1 win 65535 <mss 1000>')
    .out('. 1:1 ack 1');

const control = (t: Script) => t.connection.tcb.congestion;

describe('ECE without CE', () => {
  test('a hundred echoes in one round trip cost one reduction (A088, 3168.5)', () => {
    const t = open().write(30_000);
    t.in('E. 1:1 ack 1001');
    const { ssthresh } = control(t);
    for (let i = 0; i < 100; i++) t.in('E. 1:1 ack 1001 win 65535');
    for (let ack = 2001; ack <= 10_001; ack += 1000) t.in(`E. 1:1 ack ${ack}`);
    expect([ssthresh, control(t).ssthresh]).toEqual([5000, 5000]);
  });

  test('a peer that echoes for ever gets one reduction a round trip, to two segments and no lower (A088, 3168.6)', () => {
    const t = open().write(200_000);
    let reductions = 0;
    let rounds = 0;
    for (let end = 0; t.connection.sendQueue > 0; rounds++) {
      const before = control(t).ssthresh;
      end = t.connection.info(t.now).sndNxt - t.connection.info(t.now).iss;
      t.in(`E. 1:1 ack ${end >>> 0}`);
      if (control(t).ssthresh < before) reductions += 1;
      expect(control(t).ssthresh).toBeGreaterThanOrEqual(2000);
      expect(rounds).toBeLessThan(200);
    }
    expect(reductions).toBeLessThanOrEqual(rounds);
    expect(control(t).ssthresh).toBe(2000);
    expect(control(t).cwnd).toBeLessThanOrEqual(3000);
  });

  test('nor does an echo for what was never marked slow a connection without ECN (A088)', () => {
    const t = plain().write(10_000);
    t.takeSent();
    t.in('E. 1:1 ack 1001').in('EW. 1:1 ack 2001').in('E. 1:1 ack 2001');
    expect(control(t).ssthresh).toBe(Infinity);
    expect(control(t).cwnd).toBe(10_000);
  });

  test('an ACK from outside the window is no echo (A088)', () => {
    const t = open().write(10_000);
    t.takeSent();
    t.in('E. 900001:900001 ack 1001').in('E. 1:1 ack 90001');
    expect(control(t).ssthresh).toBe(Infinity);
  });
});

describe('forged marks', () => {
  test('CE on a connection without ECN is no mark', () => {
    plain().in('[ce] . 1:1001 ack 1').in('[ce] W. 1001:2001 ack 1').out('. 1:1 ack 2001');
  });

  test('a flood of CE costs what one does: an echo, and no ACK more', () => {
    const t = open();
    const text = Array.from({ length: 20 }, (_, i) => `[ce] . ${1 + 1000 * i}:${1001 + 1000 * i} ack 1`);
    t.batch(...text).out('E. 1:1 ack 20001');
  });

  test('a CWR that answers nothing ends nothing', () => {
    open()
      .in('[ect0] W. 1:1001 ack 1')
      .out('. 1:1 ack 1001')
      .in('[ect0] . 1001:2001 ack 1')
      .after(200)
      .out('. 1:1 ack 2001');
  });
});
