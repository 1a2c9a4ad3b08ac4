// RFC 6298: the arithmetic of the retransmission timeout, without a connection around it.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RetransmissionTimeout } from '../../src/tcp/recovery/rto.ts';

const rto = (): RetransmissionTimeout => new RetransmissionTimeout(1000, 1000, 60_000, 1);
/** One that the lower bound does not hide. */
const bare = (): RetransmissionTimeout => new RetransmissionTimeout(1000, 0, 60_000, 1);

describe('RFC 6298 §2', () => {
  test('§2.1: one second before the first sample (6298.1)', () => {
    expect(rto().value).toBe(1000);
  });

  test('§2.2: the first sample R gives SRTT = R, RTTVAR = R/2, RTO = 3R (6298.2)', () => {
    const t = bare();
    t.sample(400);
    expect([t.srtt, t.rttvar, t.value]).toEqual([400, 200, 1200]);
  });

  test('§2.3: RTTVAR is updated before SRTT, with the old SRTT (6298.2)', () => {
    const t = bare();
    t.sample(400);
    t.sample(800);
    // RTTVAR = 3/4 * 200 + 1/4 * |400 - 800|; SRTT = 7/8 * 400 + 1/8 * 800.
    expect([t.rttvar, t.srtt, t.value]).toEqual([250, 450, 1450]);
  });

  test('§2.3: K * RTTVAR counts for at least one tick of the clock (6298.3)', () => {
    const t = bare();
    for (let i = 0; i < 200; i++) t.sample(100);
    expect(t.value).toBeCloseTo(101, 6);
  });

  test('§2.3: that tick is a parameter: Linux takes 200 ms', () => {
    const t = new RetransmissionTimeout(1000, 200, 120_000, 200);
    for (let i = 0; i < 200; i++) t.sample(100);
    expect(t.value).toBeCloseTo(300, 6);
  });

  test('RFC 7323 appendix G: of several samples in a round trip each weighs so much less', () => {
    const t = bare();
    t.sample(400);
    t.sample(800, 4);
    // RTTVAR = 200 + 1/16 * (400 - 200); SRTT = 400 + 1/32 * 400.
    expect([t.rttvar, t.srtt]).toEqual([212.5, 412.5]);
  });

  test('§2.4: never below the minimum (6298.3)', () => {
    const t = rto();
    t.sample(1);
    expect(t.value).toBe(1000);
  });

  test('§2.5: never above the maximum (6298.3)', () => {
    const t = rto();
    t.sample(50_000);
    expect(t.value).toBe(60_000);
  });

  test('a round trip of 0 ms is a sample: the next one is smoothed into it', () => {
    const t = bare();
    t.sample(0);
    t.sample(80);
    expect(t.srtt).toBeCloseTo(10, 6);
    expect(t.minRtt).toBe(0);
  });
});

describe('RFC 6298 §5', () => {
  test('§5.5: doubles up to the maximum and stays there', () => {
    const t = rto();
    const values = Array.from({ length: 8 }, () => {
      t.backOff();
      return t.value;
    });
    expect(values).toEqual([2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  test('§5.5: the next sample ends the backing off (6298.8)', () => {
    const t = rto();
    for (let i = 0; i < 20; i++) t.backOff();
    t.sample(100);
    expect([t.value, t.backoffs]).toEqual([1000, 0]);
  });

  test('§5.7: after a lost SYN text starts with three seconds', () => {
    const t = rto();
    t.backOff();
    t.backOff();
    t.afterLostSyn();
    expect(t.value).toBe(3000);
  });
});

test('whatever is sampled, the RTO lies between its bounds and above the smoothed round trip', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 60_000 }), { minLength: 1 }), (samples) => {
      const t = rto();
      for (const sample of samples) t.sample(sample);
      expect(t.value).toBeGreaterThanOrEqual(1000);
      expect(t.value).toBeLessThanOrEqual(60_000);
      expect(t.srtt).toBeLessThanOrEqual(Math.max(...samples) + 1e-6);
      expect(t.srtt).toBeGreaterThanOrEqual(Math.min(...samples) - 1e-6);
      expect(t.minRtt).toBe(Math.min(...samples));
      expect(t.value).toBeGreaterThan(Math.min(t.srtt, 59_999));
    }),
  );
});
