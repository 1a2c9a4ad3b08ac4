// RFC 9937 §6: the arithmetic of proportional rate reduction, without a connection around it.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProportionalRateReduction } from '../../src/tcp/recovery/prr.ts';

const SMSS = 1000;

function begun(flight: number, ssthresh: number, exact = true): ProportionalRateReduction {
  const prr = new ProportionalRateReduction();
  prr.begin(flight, ssthresh, exact);
  return prr;
}

/** What may leave on an ACK that delivered `bytes` and left `pipe` in flight. */
const room = (prr: ProportionalRateReduction, bytes: number, pipe: number, safe = false): number =>
  prr.acked(bytes, pipe, safe, SMSS) - pipe;

describe('9937.1: above ssthresh', () => {
  test('in whole segments, if so told', () => {
    const prr = new ProportionalRateReduction();
    prr.begin(10_000, 5_000, true, SMSS);
    expect(room(prr, 3_000, 6_000)).toBe(2 * SMSS);
    prr.sent(2 * SMSS);
    expect(room(prr, 1_000, 6_000)).toBe(0);
    expect(room(prr, 1_000, 6_000)).toBe(SMSS);
  });

  test('what has left is to what has arrived as ssthresh to the flight, rounded up', () => {
    const prr = begun(10_000, 5_000);
    // 500 is raised to one segment; then ceil(0.5 * delivered) less the segment that has left.
    expect(room(prr, 1_000, 8_000)).toBe(SMSS);
    prr.sent(SMSS);
    expect(room(prr, 1_000, 8_000)).toBe(0);
    expect(room(prr, 1_000, 7_000)).toBe(500);
    expect(room(prr, 1_001, 6_000)).toBe(1_001);
    prr.sent(SMSS);
    expect(room(prr, 999, 6_000)).toBe(500);
    expect(room(begun(3_000, 2_000), 1, 2_500)).toBe(SMSS);
    const third = begun(3_000, 1_000);
    third.sent(1);
    expect(room(third, 1000, 2_500)).toBe(334 - 1);
  });

  test('RecoverFS stays what it was at entry, whatever is sent meanwhile', () => {
    const prr = begun(10_000, 5_000);
    prr.sent(1_000);
    room(prr, 4_000, 9_000);
    prr.sent(50_000);
    expect(room(prr, 0, 9_000)).toBe(0);
    expect(room(prr, 98_000, 9_000)).toBe(0);
    expect(room(prr, 1_000, 9_000)).toBe(500);
  });

  test('nothing may leave that was sent ahead of its time', () => {
    const prr = begun(10_000, 5_000);
    prr.sent(3_000);
    expect(room(prr, 1_000, 9_000)).toBe(0);
  });
});

describe('9937.2: at or below ssthresh', () => {
  test('the conservative bound: as much as arrived', () => {
    const prr = begun(10_000, 7_000);
    prr.sent(1_000);
    expect(room(prr, 1_000, 3_000)).toBe(1_000);
    prr.sent(1_000);
    expect(room(prr, 2_000, 3_000)).toBe(2_000);
  });

  test('and what it had left over before', () => {
    const prr = begun(10_000, 7_000);
    prr.sent(1_000);
    room(prr, 4_000, 8_000);
    expect(room(prr, 1_000, 3_000)).toBe(4_000);
  });

  test('one segment more on an ACK that advances and shows no new loss', () => {
    const prr = begun(10_000, 7_000);
    prr.sent(1_000);
    expect(room(prr, 1_000, 3_000, true)).toBe(2_000);
  });

  test('never beyond ssthresh', () => {
    const prr = begun(10_000, 7_000);
    prr.sent(1_000);
    expect(room(prr, 5_000, 6_500, true)).toBe(500);
    expect(room(prr, 5_000, 7_000, true)).toBe(0);
  });
});

describe('9937.3: the first retransmission', () => {
  test.each([
    ['nothing delivered, as when a timer tells of the loss', 0, 9_000],
    ['little delivered', 1_000, 9_000],
    ['as much in flight as may be', 1_000, 5_000],
  ])('leaves at once: %s', (_, bytes, pipe) => {
    expect(room(begun(10_000, 5_000), bytes, pipe)).toBe(SMSS);
  });

  test('once something has left, nothing is forced', () => {
    const prr = begun(10_000, 5_000);
    prr.sent(SMSS);
    expect(room(prr, 0, 9_000)).toBe(0);
  });
});

test('without SACK no more is believed to arrive than was in flight (§6.2): duplicates can be made up', () => {
  const prr = begun(4_000, 2_000, false);
  prr.sent(1_000);
  for (let i = 0; i < 100; i++) room(prr, 1_000, 0);
  prr.sent(2_000);
  expect(room(prr, 1_000, 0)).toBe(1_000);
  prr.sent(1_000);
  expect(room(prr, 1_000, 0)).toBe(0);
  const exact = begun(4_000, 2_000);
  exact.sent(1_000);
  for (let i = 0; i < 100; i++) room(exact, 1_000, 0);
  expect(room(exact, 1_000, 0)).toBe(2_000);
});

/** A repair to its end: `lost` of `flight` segments must go again; one ACK for each that arrives. */
function repair(flight: number, lost: number, ssthresh: number): { peak: number; end: number; sent: number } {
  const prr = begun(flight * SMSS, ssthresh);
  let pipe = (flight - lost) * SMSS;
  let [peak, sent, credit] = [0, 0, 0];
  for (let arrived = 0; arrived < flight; arrived++) {
    if (pipe === 0) break;
    pipe -= SMSS;
    credit = prr.acked(SMSS, pipe, arrived > 0, SMSS) - pipe;
    while (credit >= SMSS) {
      prr.sent(SMSS);
      credit -= SMSS;
      pipe += SMSS;
      sent += SMSS;
    }
    peak = Math.max(peak, pipe);
  }
  return { peak, end: pipe, sent };
}

test('9937.4, 9937.6: whatever ssthresh and however much is lost, it ends within a segment of ssthresh', () => {
  const flights = fc.integer({ min: 4, max: 200 });
  fc.assert(
    fc.property(
      flights,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.constantFrom(0.5, 0.7, 0.85),
      (flight, share, beta) => {
        const lost = 1 + Math.floor(share * (flight - 2));
        const ssthresh = Math.max(Math.floor(beta * flight * SMSS), 2 * SMSS);
        const { peak, end } = repair(flight, lost, ssthresh);
        expect(Math.abs(end - ssthresh)).toBeLessThanOrEqual(SMSS);
        expect(peak).toBeLessThanOrEqual(Math.max(ssthresh, (flight - lost) * SMSS) + SMSS);
      },
    ),
  );
});
