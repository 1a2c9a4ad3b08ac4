// RFC 3168 §6.1.2: what an echo does to the sender.

import { describe, expect, test } from 'vitest';
import type { Parameters } from '../../src/tcp/parameters.ts';
import type { Script, ScriptOptions } from '../support/script.ts';
import { asked, cwnd, ssthresh } from './ecn.ts';

describe('RFC 3168 §6.1.2: the sender', () => {
  /** Ten segments of 1000 bytes are in flight, ten more wait. */
  const busy = (more: Partial<Parameters> = {}, options: ScriptOptions = {}): Script => {
    const t = asked(more, options).write(20_000);
    t.takeSent();
    return t;
  };

  test('an echo halves the window over one round trip, and CWR goes with the first new text (3168.5, 3168.6, 9937.5, SHLD-8)', () => {
    const t = busy().in('E. 1:1 ack 1001').out('[ect0] W. 10001:11001 ack 1').followed('3168-6.1.2-ece');
    expect(ssthresh(t)).toBe(5000);
    t.in('E. 1:1 ack 2001').quiet().in('E. 1:1 ack 3001').quiet();
    t.in('E. 1:1 ack 4001').out('[ect0] . 11001:12001 ack 1');
    t.in('E. 1:1 ack 5001').quiet().in('E. 1:1 ack 6001').out('. 12001:13001 ack 1');
    t.in('E. 1:1 ack 8001').quiet();
    t.in('E. 1:1 ack 10001').out('. 13001:14001 ack 1', '. 14001:15001 ack 1');
    expect([ssthresh(t), cwnd(t)]).toEqual([5000, 5000]);
    t.in('. 1:1 ack 11001').out('. 15001:16001 ack 1');
    expect(t.connection.tcb.ecn.reducing).toBe(false);
    expect(cwnd(t)).toBeGreaterThanOrEqual(5000);
  });

  test('CUBIC answers a mark as it answers a loss (3168.6)', () => {
    const t = busy({ congestionControl: 'cubic' }).in('E. 1:1 ack 1001').out('W. 10001:11001 ack 1');
    expect(ssthresh(t)).toBe(7000);
  });

  test('never below two segments (3168.6)', () => {
    const t = asked({ initialWindow: 2 }).write(2000).out('. 1:1001 ack 1', 'P. 1001:2001 ack 1');
    t.in('E. 1:1 ack 1001');
    expect(ssthresh(t)).toBe(2000);
  });

  test('once CWR has arrived, the next echo is a new one (3168.5)', () => {
    const t = busy().in('E. 1:1 ack 1001').in('E. 1:1 ack 10001');
    t.takeSent();
    const first = ssthresh(t);
    t.in('E. 1:1 ack 10001').takeSent();
    expect(ssthresh(t)).toBe(first);
    t.in('E. 1:1 ack 11001');
    expect(ssthresh(t)).toBeLessThan(first);
    expect(t.takeSent()[0]).toMatch(/^\[ect0\] W/);
  });

  test('a mark that is echoed while the window is closed costs one reduction: no probe can carry CWR (3168.5, A088)', () => {
    const t = busy().in('E. 1:1 ack 10001 win 0');
    t.takeSent();
    const first = ssthresh(t);
    t.after(60_000);
    expect(t.takeSent().length).toBeGreaterThan(2);
    t.in('E. 1:1 ack 10002 win 0').after(60_000).in('E. 1:1 ack 10003 win 65535');
    expect(ssthresh(t)).toBe(first);
    expect(cwnd(t)).toBeGreaterThanOrEqual(1000);
    expect(t.takeSent().some((segment) => segment.includes('W. '))).toBe(true);
    // It is on its way; what was sent before is acknowledged, with the echo still.
    t.in('E. 1:1 ack 10003');
    expect(ssthresh(t)).toBe(first);
  });

  test('CWR waits for new text: what goes again does not say it (3168.5)', () => {
    const t = asked().write(5000);
    t.takeSent();
    t.in('E. 1:1 ack 1001').quiet().after(1000).out('[noecn] . 1001:2001 ack 1');
    t.in('. 1:1 ack 5001')
      .write(1000)
      .out('[ect0] PW. 5001:6001 ack 1')
      .write(1000)
      .out('[ect0] P. 6001:7001 ack 1');
  });

  test('a window reduced for a loss is told of by CWR too (3168.5)', () => {
    const t = busy().in('. 1:1 ack 1').in('. 1:1 ack 1');
    t.takeSent();
    t.in('. 1:1 ack 1').out('[noecn] . 1:1001 ack 1');
    for (let i = 0; i < 6; i++) t.in('. 1:1 ack 1');
    expect(t.takeSent()[0]).toMatch(/^\[ect0\] W/);
  });

  test('and one reduced for a timeout (3168.5)', () => {
    const t = asked().write(3000);
    t.takeSent();
    t.after(1000).out('. 1:1001 ack 1').in('. 1:1 ack 3001').write(1000).out('[ect0] PW. 3001:4001 ack 1');
  });

  test('a loss in the window that was marked costs no second reduction (3168.5)', () => {
    const t = busy().in('E. 1:1 ack 1001');
    t.takeSent();
    for (let i = 0; i < 3; i++) t.in('E. 1:1 ack 1001');
    t.followed('5681-3.2-fast-retransmit');
    expect(t.takeSent()[0]).toMatch(/^\. 1001:2001 /);
    expect([ssthresh(t), t.connection.tcb.ecn.reducing]).toEqual([5000, false]);
    t.in('. 1:1 ack 11001');
    expect(cwnd(t)).toBe(5000);
  });

  test('nor does a timeout lower SSTHRESH again (3168.5)', () => {
    const t = busy().in('E. 1:1 ack 1001').in('E. 1:1 ack 7001');
    t.after(1000);
    expect([ssthresh(t), cwnd(t)]).toEqual([5000, 1000]);
  });

  test('an echo during a repair costs nothing more (3168.5)', () => {
    const t = busy();
    for (let i = 0; i < 3; i++) t.in('. 1:1 ack 1');
    const before = ssthresh(t);
    t.in('E. 1:1 ack 5001').in('E. 1:1 ack 6001');
    expect(ssthresh(t)).toBe(before);
  });

  test('an echo when nothing is in flight is about nothing', () => {
    const t = asked().in('E. 1:1 ack 1').write(1000).out('[ect0] P. 1:1001 ack 1');
    expect(ssthresh(t)).toBe(Infinity);
  });

  test('where the link cuts super-segments, CWR leaves on a segment of its own (3168.5)', () => {
    const t = asked({}, { superSegment: 65_535 }).write(30_000).out('[ect0] . 1:10001 ack 1');
    t.in('E. 1:1 ack 10001').out('[ect0] W. 10001:11001 ack 1', '[ect0] . 11001:15001 ack 1');
    t.in('. 1:1 ack 11001').takeSent();
    t.in('. 1:1 ack 30001').takeSent();
    expect(t.connection.info(t.now).deliveredCe).toBe(10);
  });
});
