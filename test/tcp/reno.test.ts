// RFC 5681 §3, RFC 6928 §2: the congestion window, without a connection around it.

import { describe, expect, test } from 'vitest';
import { Reno } from '../../src/tcp/congestion/reno.ts';

const SMSS = 1000;

function reno(smss = SMSS): Reno {
  const control = new Reno(10);
  control.setSegmentSize(smss);
  return control;
}

describe('RFC 6928 §2: min(10 * MSS, max(2 * MSS, 14600))', () => {
  test.each([
    [536, 5360],
    [1000, 10_000],
    [1460, 14_600],
    [4000, 14_600],
    [8960, 17_920],
  ])('MSS %i: %i', (smss, cwnd) => {
    expect(reno(smss).cwnd).toBe(cwnd);
  });
});

describe('RFC 5681 §3.1 slow start', () => {
  test('each ACK adds what it acknowledges, at most one SMSS', () => {
    const c = reno();
    c.acked(400, true);
    expect(c.cwnd).toBe(10_400);
    c.acked(2000, true);
    expect(c.cwnd).toBe(11_400);
  });

  test('no growth while something else held the sender back (RFC 7661 §4.1)', () => {
    const c = reno();
    c.acked(1000, false);
    expect(c.cwnd).toBe(10_000);
  });
});

describe('RFC 5681 §3.1 congestion avoidance', () => {
  test('one SMSS for each window that is acknowledged', () => {
    const c = reno();
    c.lossDetected(20_000);
    c.repaired();
    expect([c.cwnd, c.ssthresh]).toEqual([10_000, 10_000]);
    for (let i = 0; i < 9; i++) c.acked(1000, true);
    expect(c.cwnd).toBe(10_000);
    c.acked(1000, true);
    expect(c.cwnd).toBe(11_000);
    for (let i = 0; i < 11; i++) c.acked(1000, true);
    expect(c.cwnd).toBe(12_000);
  });
});

describe('RFC 5681 §3.2', () => {
  test('a loss: ssthresh is half the flight; cwnd is what PRR says, and in the end ssthresh', () => {
    const c = reno();
    c.lossDetected(9000);
    expect([c.ssthresh, c.cwnd]).toEqual([4500, 10_000]);
    c.repairing(7300);
    expect([c.ssthresh, c.cwnd]).toEqual([4500, 7300]);
    c.repaired();
    expect([c.ssthresh, c.cwnd]).toEqual([4500, 4500]);
  });

  test('ssthresh is at least two segments (equation 4), and whole bytes', () => {
    const c = reno();
    c.lossDetected(1500);
    expect(c.ssthresh).toBe(2000);
    c.timeout(9001, false);
    expect(c.ssthresh).toBe(4500);
  });

  test('what was counted towards the next increase is forgotten at a loss', () => {
    const c = reno();
    c.lossDetected(20_000);
    c.repaired();
    for (let i = 0; i < 9; i++) c.acked(1000, true);
    c.lossDetected(20_000);
    c.repaired();
    c.acked(1000, true);
    expect(c.cwnd).toBe(10_000);
  });

  test('a timeout: one segment; a second for the same data leaves ssthresh', () => {
    const c = reno();
    c.timeout(10_000, false);
    expect([c.cwnd, c.ssthresh]).toEqual([1000, 5000]);
    c.timeout(1000, true);
    expect([c.cwnd, c.ssthresh]).toEqual([1000, 5000]);
  });
});

describe('the rest', () => {
  test('§4.1: after an idle RTO the window is at most the initial one', () => {
    const c = reno();
    for (let i = 0; i < 10; i++) c.acked(1000, true);
    expect(c.cwnd).toBe(20_000);
    c.limit(c.initialWindow());
    expect(c.cwnd).toBe(10_000);
    c.timeout(10_000, false);
    c.limit(c.initialWindow());
    expect(c.cwnd).toBe(1000);
  });

  test('§3.1: a lost SYN leaves one segment, and slow start ahead', () => {
    const c = new Reno(10);
    c.timeout(1, false);
    c.timeout(1, true);
    c.setSegmentSize(SMSS);
    c.handshakeLoss();
    expect(c.cwnd).toBe(1000);
    c.acked(1000, true);
    expect(c.cwnd).toBe(2000);
    expect(c.ssthresh).toBeGreaterThanOrEqual(2000);
  });

  test('smaller segments: as many as before, not as many bytes', () => {
    const c = reno();
    c.setSegmentSize(500);
    expect(c.cwnd).toBe(5000);
    c.setSegmentSize(1000);
    expect(c.cwnd).toBe(5000);
  });
});
