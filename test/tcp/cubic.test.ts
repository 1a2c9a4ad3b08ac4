// RFC 9438, without a connection around it. Windows in bytes, time in milliseconds.

import { describe, expect, test } from 'vitest';
import { Cubic } from '../../src/tcp/congestion/cubic.ts';

const SMSS = 1000;
const C = 0.4;
const BETA = 0.7;
const ALPHA = (3 * (1 - BETA)) / (1 + BETA);

/** A connection with a cwnd of `cwnd` in its first slow start. */
function cubic(cwnd: number): Cubic {
  const c = new Cubic(cwnd / SMSS);
  c.setSegmentSize(SMSS);
  expect(c.cwnd).toBe(cwnd);
  return c;
}

/** One that lost a segment of a full window of `cwnd` and repaired it. */
function repaired(cwnd: number): Cubic {
  const c = cubic(cwnd);
  c.lossDetected(cwnd);
  c.repaired();
  return c;
}

/** Acknowledge one window after another, a smoothed round trip each, for `ms`. Returns the time then. */
function run(c: Cubic, from: number, ms: number, rtt: number, limited = true): number {
  let now = from;
  for (; now < from + ms; now += rtt) {
    const segments = Math.max(Math.floor(c.cwnd / SMSS), 1);
    for (let i = 0; i < segments; i++)
      c.acked(SMSS, limited, { latest: 1, srtt: rtt }, i === 0, now + (rtt * i) / segments);
  }
  return now;
}

/** Figure 1, in bytes. */
const wCubic = (t: number, wMax: number, cwndEpoch: number): number => {
  const k = Math.cbrt((wMax - cwndEpoch) / SMSS / C);
  return SMSS * C * (t - k) ** 3 + wMax;
};

describe('9438.1: a loss', () => {
  test('cwnd and ssthresh become 0.7 of the flight', () => {
    const c = repaired(10_000);
    expect([c.cwnd, c.ssthresh]).toEqual([7_000, 7_000]);
  });

  test('whole bytes, and two segments at least', () => {
    const c = cubic(10_000);
    c.lossDetected(9_999);
    expect(c.ssthresh).toBe(6_999);
    c.lossDetected(1_000);
    expect(c.ssthresh).toBe(2_000);
  });
});

describe('9438.2: the cubic', () => {
  test.each([500, 2_000, 4_000, 6_000, 9_000])('a round trip ahead of W_cubic(t) after %i ms', (ms) => {
    // A large window and a long round trip: Reno would be slower throughout.
    const c = repaired(1_000_000);
    const rtt = 200;
    const now = run(c, 0, ms, rtt);
    const target = wCubic((now + rtt) / 1000, 1_000_000, 700_000);
    // The last window was aimed at the target of each of its ACKs: it lies within what a round trip changes.
    const before = wCubic((now - rtt) / 1000, 1_000_000, 700_000);
    expect(c.cwnd).toBeLessThanOrEqual(target);
    expect(c.cwnd).toBeGreaterThan(before - SMSS / 100);
  });

  test('K seconds after the loss it is back at W_max, and flat there', () => {
    const c = repaired(1_000_000);
    const k = 1000 * Math.cbrt(300 / C);
    const before = run(c, 0, k - 500, 100);
    const { cwnd } = c;
    run(c, before, 1_000, 100);
    expect(cwnd).toBeGreaterThan(995_000);
    expect(c.cwnd).toBeGreaterThan(998_000);
    expect(c.cwnd).toBeLessThan(1_004_000);
  });

  test('time in which something else held the sender back does not count (§5.8)', () => {
    const steady = repaired(1_000_000);
    run(steady, 0, 6_000, 100);
    const pausing = repaired(1_000_000);
    let now = run(pausing, 0, 3_000, 100);
    const { cwnd } = pausing;
    now = run(pausing, now, 30_000, 100, false);
    expect(pausing.cwnd).toBe(cwnd);
    run(pausing, now, 3_000, 100);
    expect(Math.abs(pausing.cwnd - steady.cwnd)).toBeLessThan(2 * SMSS);
  });

  test('nor does silence, and it counts once', () => {
    const steady = repaired(1_000_000);
    run(steady, 0, 6_000, 100);
    const pausing = repaired(1_000_000);
    const now = run(pausing, 0, 3_000, 100) + 30_000;
    pausing.idle(now);
    run(pausing, now, 100, 100, false);
    run(pausing, now + 100, 3_000, 100);
    expect(Math.abs(pausing.cwnd - steady.cwnd)).toBeLessThan(2 * SMSS);
  });

  test('slow start after silence begins another epoch', () => {
    const c = new Cubic(10);
    c.setSegmentSize(SMSS);
    while (c.cwnd < 100_000) c.acked(SMSS, true, { latest: 0, srtt: 100 }, false, 0);
    c.lossDetected(100_000);
    c.repaired();
    const now = run(c, 0, 1_000, 100) + 60_000;
    c.idle(now);
    c.limit(c.initialWindow());
    expect(c.cwnd).toBe(10_000);
    const later = run(c, now, 2_000, 100);
    expect(c.cwnd).toBeGreaterThanOrEqual(c.ssthresh);
    // The epoch is young: W_cubic is concave below W_max, not beyond it.
    expect(c.cwnd).toBeLessThan(100_000);
    run(c, later, 20_000, 100);
    expect(c.cwnd).toBeGreaterThan(100_000);
  });
});

test('9438.3: at most half as much again in a round trip, however far behind the cubic is', () => {
  const c = repaired(20_000);
  c.acked(SMSS, true, { latest: 100, srtt: 100 }, true, 0);
  const { cwnd } = c;
  // A minute with no ACK at all, and then one for each segment.
  for (let acked = 0; acked < cwnd; acked += SMSS)
    c.acked(SMSS, true, { latest: 100, srtt: 100 }, false, 60_000);
  expect(c.cwnd).toBeGreaterThan(1.4 * cwnd);
  // Each ACK adds its share of half of cwnd.
  expect(c.cwnd).toBeLessThan(cwnd * (1 + 0.5 / 14) ** 15);
});

describe('9438.4: the Reno-friendly region', () => {
  /** Small window, short round trip: W_cubic is slower. */
  test('with the factor that makes up for 0.7, until the window is what it was; then as Reno', () => {
    const c = repaired(20_000);
    let [est, now] = [14_000, 0];
    for (let acks = 0; acks < 400; acks++) {
      now += 0.1;
      est += ((est < 20_000 ? ALPHA : 1) * SMSS * SMSS) / c.cwnd;
      c.acked(SMSS, true, { latest: 1, srtt: 1 }, false, now);
      expect(c.cwnd).toBeCloseTo(est, 3);
    }
    expect(est).toBeGreaterThan(22_000);
  });
});

describe('9438.5: fast convergence', () => {
  /** The window at which growth is slowest, in ten seconds from a repair on: W_max. */
  const plateau = (c: Cubic): number => {
    let now = 0;
    let slowest = Number.POSITIVE_INFINITY;
    let at = 0;
    for (let i = 0; i < 100; i++) {
      const { cwnd } = c;
      now = run(c, now, 100, 100);
      if (c.cwnd - cwnd < slowest) {
        slowest = c.cwnd - cwnd;
        at = cwnd;
      }
    }
    return at;
  };

  test('a loss below the last W_max: it aims lower than where it was', () => {
    const c = repaired(1_000_000);
    run(c, 0, 2_000, 100);
    const { cwnd } = c;
    expect(cwnd).toBeLessThan(1_000_000);
    c.lossDetected(cwnd);
    c.repaired();
    expect(plateau(c) / ((cwnd * (1 + BETA)) / 2)).toBeCloseTo(1, 2);
  });

  test('a loss above it: just there', () => {
    const c = repaired(1_000_000);
    run(c, 0, 14_000, 100);
    const { cwnd } = c;
    expect(cwnd).toBeGreaterThan(1_000_000);
    c.lossDetected(cwnd);
    c.repaired();
    expect(plateau(c) / cwnd).toBeCloseTo(1, 2);
  });
});

describe('9438.6: a timeout', () => {
  test('one segment, slow start to 0.7 of the flight; a second for the same data leaves that', () => {
    const c = cubic(10_000);
    c.timeout(10_000, false);
    expect([c.cwnd, c.ssthresh]).toEqual([SMSS, 7_000]);
    c.timeout(1_000, true);
    expect([c.cwnd, c.ssthresh]).toEqual([SMSS, 7_000]);
    for (let i = 0; i < 6; i++) c.acked(SMSS, true, { latest: 100, srtt: 100 }, false, 0);
    expect(c.cwnd).toBe(7_000);
    c.acked(SMSS, true, { latest: 100, srtt: 100 }, false, 0);
    expect(c.cwnd).toBeLessThan(7_200);
  });

  test('W_max is forgotten: the window at the end of slow start is where the cubic begins, with K = 0', () => {
    const c = repaired(1_000_000);
    c.timeout(700_000, false);
    let now = 0;
    while (c.cwnd < c.ssthresh) c.acked(SMSS, true, { latest: 200, srtt: 200 }, false, now);
    const { cwnd } = c;
    now = run(c, now, 4_000, 200);
    expect(c.cwnd).toBeLessThanOrEqual(wCubic((now + 200) / 1000, cwnd, cwnd));
    expect(c.cwnd).toBeGreaterThanOrEqual(wCubic((now - 200) / 1000, cwnd, cwnd));
  });

  test('of the SYN: nothing, it has no window yet', () => {
    const c = new Cubic(10);
    c.timeout(1, false);
    c.setSegmentSize(SMSS);
    expect([c.cwnd, c.ssthresh]).toEqual([10_000, Number.POSITIVE_INFINITY]);
    c.handshakeLoss();
    expect(c.cwnd).toBe(SMSS);
  });
});

describe('9438.7: no growth while the program or the peer’s window is what limits', () => {
  test('in slow start', () => {
    const c = cubic(10_000);
    c.acked(5_000, false, { latest: 100, srtt: 100 }, true, 0);
    expect(c.cwnd).toBe(10_000);
  });

  test('in congestion avoidance', () => {
    const c = repaired(10_000);
    run(c, 0, 5_000, 100, false);
    expect(c.cwnd).toBe(7_000);
  });
});

test('9438.9: without a loss, HyStart++ ends slow start, and the cubic begins there with K = 0', () => {
  const c = cubic(10_000);
  let now = 0;
  for (const rtt of [100, 150, 150, 150, 150, 150, 150]) {
    for (let i = 0; i < 8; i++) c.acked(SMSS, true, { latest: rtt, srtt: rtt }, i === 0, now);
    now += rtt;
  }
  const start = c.ssthresh;
  expect(start).toBeLessThan(Number.POSITIVE_INFINITY);
  run(c, now, 1_000, 150);
  expect(c.cwnd).toBeGreaterThan(start);
});
