// RFC 9406: when slow start ends before anything is lost.

import { describe, expect, test } from 'vitest';
import { Cubic } from '../../src/tcp/congestion/cubic.ts';
import { HyStart } from '../../src/tcp/congestion/hystart.ts';

const SMSS = 1000;

/** One round of ACKs with these round trips. Returns whether slow start ended in it. */
function round(hystart: HyStart, ...rtts: number[]): boolean {
  let ended = false;
  for (const [i, rtt] of rtts.entries()) ended = hystart.acked(rtt, i === 0) || ended;
  return ended;
}

const eight = (rtt: number): number[] => new Array<number>(8).fill(rtt);

/** In conservative slow start, from a round trip of 100 ms to one of `rtt`. */
function conservative(rtt = 120): HyStart {
  const hystart = new HyStart();
  round(hystart, ...eight(100));
  round(hystart, ...eight(rtt));
  expect(hystart.divisor).toBe(4);
  return hystart;
}

describe('9406.1: the rise of the round trip that counts', () => {
  test.each([
    [8, 4],
    [32, 4],
    [80, 10],
    [128, 16],
    [500, 16],
  ])('a smallest of %i ms: %i ms more, an eighth but 4 to 16', (rtt, rise) => {
    const below = new HyStart();
    round(below, ...eight(rtt));
    round(below, ...eight(rtt + rise - 0.5));
    expect(below.divisor).toBe(1);
    const above = new HyStart();
    round(above, ...eight(rtt));
    round(above, ...eight(rtt + rise));
    expect(above.divisor).toBe(4);
  });

  test('only from the eighth sample of the round on', () => {
    const hystart = new HyStart();
    round(hystart, ...eight(100));
    round(hystart, ...eight(150).slice(1));
    expect(hystart.divisor).toBe(1);
    hystart.acked(150, false);
    expect(hystart.divisor).toBe(4);
  });

  test('the smallest of the round counts: one fast ACK is enough', () => {
    const hystart = new HyStart();
    round(hystart, ...eight(100));
    round(hystart, 101, ...eight(200));
    expect(hystart.divisor).toBe(1);
  });

  test('the last round’s smallest is what it is compared with, not the first one’s', () => {
    const hystart = new HyStart();
    for (const rtt of [100, 110, 120, 130, 140]) round(hystart, ...eight(rtt));
    expect(hystart.divisor).toBe(1);
  });

  test('a round without any sample is nothing to compare with', () => {
    const hystart = new HyStart();
    round(hystart, ...eight(100));
    round(hystart, 0, 0);
    round(hystart, ...eight(500));
    expect(hystart.divisor).toBe(1);
  });
});

describe('9406.2: conservative slow start', () => {
  test('lasts five rounds, the one it began in among them', () => {
    const hystart = conservative();
    for (let i = 2; i <= 5; i++) expect(round(hystart, ...eight(120))).toBe(false);
    expect(hystart.acked(120, true)).toBe(true);
  });

  test('grows by a quarter', () => {
    const c = new Cubic(10);
    c.setSegmentSize(SMSS);
    for (const rtt of [100, 120]) {
      for (let i = 0; i < 8; i++) c.acked(SMSS, true, { latest: rtt, srtt: rtt }, i === 0, 0);
    }
    const { cwnd } = c;
    c.acked(SMSS, true, { latest: 120, srtt: 120 }, false, 0);
    expect(c.cwnd - cwnd).toBe(250);
  });

  test('then congestion avoidance: ssthresh is cwnd', () => {
    const c = new Cubic(10);
    c.setSegmentSize(SMSS);
    let now = 0;
    for (const rtt of [100, 120, 120, 120, 120, 120]) {
      for (let i = 0; i < 8; i++) c.acked(SMSS, true, { latest: rtt, srtt: rtt }, i === 0, now);
      now += rtt;
    }
    const { cwnd } = c;
    expect(c.ssthresh).toBe(Number.POSITIVE_INFINITY);
    c.acked(SMSS, true, { latest: 120, srtt: 120 }, true, now);
    expect([c.ssthresh, c.cwnd]).toEqual([cwnd, cwnd]);
  });
});

describe('9406.3: the rise was a passing one', () => {
  test('below the round trip that led to it: slow start again, with its watch', () => {
    const hystart = conservative();
    round(hystart, ...eight(119));
    expect(hystart.divisor).toBe(1);
    round(hystart, ...eight(140));
    expect(hystart.divisor).toBe(4);
    for (let i = 0; i < 4; i++) expect(round(hystart, ...eight(140))).toBe(false);
  });

  test('not on fewer than eight samples', () => {
    const hystart = conservative();
    round(hystart, ...eight(50).slice(1));
    expect(hystart.divisor).toBe(4);
  });

  test('not at that round trip', () => {
    const hystart = conservative();
    round(hystart, ...eight(120));
    expect(hystart.divisor).toBe(4);
  });
});

test('9406.4: a loss ends it', () => {
  const c = new Cubic(10);
  c.setSegmentSize(SMSS);
  c.lossDetected(10_000);
  c.repaired();
  expect(c.cwnd).toBe(c.ssthresh);
  c.acked(SMSS, true, { latest: 100, srtt: 100 }, true, 0);
  expect(c.cwnd - c.ssthresh).toBeLessThan(SMSS / 2);
});

describe('9406.5: the limit of one ACK', () => {
  test('eight segments in the first slow start', () => {
    const c = new Cubic(10);
    c.setSegmentSize(SMSS);
    c.acked(50_000, true, { latest: 100, srtt: 100 }, true, 0);
    expect(c.cwnd).toBe(18_000);
    c.acked(3_000, true, { latest: 100, srtt: 100 }, false, 0);
    expect(c.cwnd).toBe(21_000);
  });

  test('one in any later (RFC 5681 §3.1), which is not watched: it ends at ssthresh', () => {
    const c = new Cubic(10);
    c.setSegmentSize(SMSS);
    c.timeout(100_000, false);
    c.acked(50_000, true, { latest: 100, srtt: 100 }, true, 0);
    expect(c.cwnd).toBe(2_000);
    for (const rtt of [100, 200]) {
      for (let i = 0; i < 8; i++) c.acked(SMSS, true, { latest: rtt, srtt: rtt }, i === 0, 0);
    }
    expect([c.cwnd, c.ssthresh]).toEqual([18_000, 70_000]);
  });
});

test('turned off, slow start goes on however the round trip grows, a segment for each ACK', () => {
  const c = new Cubic(10, 8, false);
  c.setSegmentSize(SMSS);
  let now = 0;
  for (const rtt of [100, 150, 200, 300, 400, 500, 600, 700]) {
    for (let i = 0; i < 10; i++) c.acked(2 * SMSS, true, { latest: rtt, srtt: rtt }, i === 0, now);
    now += rtt;
  }
  expect([c.cwnd, c.ssthresh]).toEqual([90_000, Number.POSITIVE_INFINITY]);
});
