// What every congestion controller owes the engine, whatever its algorithm: RFC 5681 §3, RFC 6928, RFC 7661 §4.

import { describe, expect, test } from 'vitest';
import type { CongestionControl } from '../../src/tcp/congestion/control.ts';
import { Cubic } from '../../src/tcp/congestion/cubic.ts';
import { Reno } from '../../src/tcp/congestion/reno.ts';

const SMSS = 1000;
const RTT = { latest: 100, srtt: 100 };

const CONTROLLERS: readonly (readonly [
  string,
  (segments: number, limit?: number) => CongestionControl,
  number,
])[] = [
  ['reno', (segments, limit) => new Reno(segments, limit), 0.5],
  ['cubic', (segments, limit) => new Cubic(segments, limit), 0.7],
  ['cubic without HyStart++', (segments, limit) => new Cubic(segments, limit, false), 0.7],
];

describe.each(CONTROLLERS)('%s', (name, make, beta) => {
  const opened = (segments = 10, limit?: number): CongestionControl => {
    const control = make(segments, limit);
    control.setSegmentSize(SMSS);
    return control;
  };
  /** Acknowledge `rounds` full windows, a round trip each. */
  const run = (control: CongestionControl, rounds: number, from: number): number => {
    for (let i = 0; i < rounds; i++) {
      const segments = Math.floor(control.cwnd / SMSS);
      for (let k = 0; k < segments; k++)
        control.acked(SMSS, true, RTT, k === 0, from + 100 * i + (100 * k) / segments);
    }
    return from + 100 * rounds;
  };

  test('says its name', () => {
    expect(name).toContain(opened().name);
  });

  test.each([
    [536, 5360],
    [1220, 12_200],
    [1460, 14_600],
    [8960, 17_920],
  ])('initial window for an MSS of %i: %i (6928.1, 6928.5)', (smss, cwnd) => {
    const control = make(10);
    control.setSegmentSize(smss);
    expect([control.cwnd, control.initialWindow()]).toEqual([cwnd, cwnd]);
  });

  test('one segment when the SYN was lost (6928.2)', () => {
    const control = make(10);
    control.timeout(1, false, 0);
    control.setSegmentSize(SMSS);
    control.handshakeLoss();
    expect(control.cwnd).toBe(SMSS);
    expect(control.ssthresh).toBe(Number.POSITIVE_INFINITY);
  });

  test('slow start: what is acknowledged, an SMSS for each ACK at most once a loss was seen (5681.1, 9406.5)', () => {
    const control = opened();
    control.timeout(10_000, false, 0);
    control.acked(400, true, RTT, false, 1);
    expect(control.cwnd).toBe(1400);
    control.acked(3000, true, RTT, false, 2);
    expect(control.cwnd).toBe(2400);
  });

  test('slow start without a limit: what is acknowledged, up to ssthresh', () => {
    const control = opened(10, Number.POSITIVE_INFINITY);
    control.acked(9000, true, RTT, false, 1);
    expect(control.cwnd).toBe(19_000);
    control.timeout(20_000, false, 2);
    control.acked(3000, true, RTT, false, 3);
    expect(control.cwnd).toBe(4000);
    control.acked(900_000, true, RTT, false, 4);
    expect(control.cwnd).toBe(control.ssthresh);
  });

  test('never grows while something else limits (7661.1, 9438.7)', () => {
    const control = opened();
    for (let i = 0; i < 100; i++) control.acked(SMSS, false, RTT, true, i * 100);
    expect(control.cwnd).toBe(10_000);
    control.lossDetected(10_000, 10_000);
    control.repaired();
    const { cwnd } = control;
    for (let i = 0; i < 100; i++) control.acked(SMSS, false, RTT, true, 10_000 + i * 100);
    expect(control.cwnd).toBe(cwnd);
  });

  test(`a loss: ssthresh is ${beta} of the flight, two segments at least (5681.3, 9438.1)`, () => {
    const control = opened(20);
    control.lossDetected(20_000, 0);
    expect(control.ssthresh).toBe(20_000 * beta);
    control.repairing(17_500);
    expect(control.cwnd).toBe(17_500);
    control.repaired();
    expect(control.cwnd).toBe(20_000 * beta);
    control.lossDetected(1000, 1);
    expect(control.ssthresh).toBe(2 * SMSS);
  });

  test('a timeout: one segment; for the same data again, ssthresh stays (5681.3, 5681.9)', () => {
    const control = opened(20);
    control.timeout(20_000, false, 0);
    expect([control.cwnd, control.ssthresh]).toEqual([SMSS, 20_000 * beta]);
    control.timeout(1000, true, 1000);
    expect([control.cwnd, control.ssthresh]).toEqual([SMSS, 20_000 * beta]);
  });

  test('ten timeouts in a row, each for other data: ssthresh is still two segments, and it grows again (A087)', () => {
    const control = opened(20);
    for (let i = 0; i < 10; i++) control.timeout(SMSS, false, i * 1000);
    expect([control.cwnd, control.ssthresh]).toEqual([SMSS, 2 * SMSS]);
    run(control, 20, 20_000);
    expect(control.cwnd).toBeGreaterThan(5 * SMSS);
  });

  test('congestion avoidance: more each round trip, but not by half of it (5681.2, 9438.3)', () => {
    const control = opened(40);
    control.lossDetected(40_000, 0);
    control.repaired();
    let now = 1000;
    for (let i = 0; i < 40; i++) {
      const before = control.cwnd;
      now = run(control, 1, now);
      expect(control.cwnd).toBeGreaterThan(before);
      expect(control.cwnd).toBeLessThanOrEqual(before * 1.5 + SMSS);
    }
  });

  test('what a spurious loss took is given back, and a second undo takes nothing (9438.8)', () => {
    const control = opened(20);
    control.lossDetected(20_000, 0);
    control.repaired();
    run(control, 5, 1000);
    const { cwnd, ssthresh } = control;
    control.remember();
    control.timeout(Math.floor(cwnd), false, 2000);
    control.timeout(1000, true, 4000);
    control.undo();
    expect([control.cwnd, control.ssthresh]).toEqual([cwnd, ssthresh]);
    run(control, 5, 5000);
    const grown = control.cwnd;
    control.undo();
    expect(control.cwnd).toBe(grown);
  });

  test('smaller segments: as many as before, then and after an undo', () => {
    const control = opened(20);
    control.remember();
    control.lossDetected(20_000, 0);
    control.setSegmentSize(500);
    control.undo();
    expect(control.cwnd).toBe(10_000);
    control.setSegmentSize(1000);
    expect(control.cwnd).toBe(10_000);
  });

  test('limit and lower: never up; lower leaves three quarters to slow start (7661.2)', () => {
    const control = opened(40);
    control.limit(50_000);
    expect(control.cwnd).toBe(40_000);
    control.lower(20_000);
    expect(control.cwnd).toBe(20_000);
    control.lossDetected(20_000, 0);
    control.repaired();
    const { cwnd } = control;
    control.lower(5000);
    expect([control.cwnd, control.ssthresh]).toEqual([5000, Math.max(control.ssthresh, 0.75 * cwnd)]);
    control.limit(2000);
    expect(control.cwnd).toBe(2000);
  });

  test('idle time changes nothing of the window', () => {
    const control = opened();
    control.idle(60_000);
    expect(control.cwnd).toBe(10_000);
  });

  test('always finite, and never below a segment, whatever comes', () => {
    const control = opened();
    let seed = 99;
    const below = (n: number): number => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) | 0;
      return (seed >>> 1) % n;
    };
    for (let now = 0; now < 60_000; now += 1 + below(50)) {
      const what = below(100);
      if (what < 90)
        control.acked(1 + below(8000), below(4) > 0, { latest: below(300), srtt: 100 }, below(10) === 0, now);
      else if (what < 93) control.lossDetected(below(100_000), now);
      else if (what < 95) control.repaired();
      else if (what < 96) control.timeout(below(100_000), below(2) === 0, now);
      else if (what < 97) control.idle(now);
      else if (what < 98) control.remember();
      else control.undo();
      expect(control.cwnd).toBeGreaterThanOrEqual(SMSS);
      expect(Number.isFinite(control.cwnd)).toBe(true);
    }
  });
});
