// What is counted of loss and its repair, and what a program may ask of it: Linux's tcp_info has the same.

import { describe, expect, test } from 'vitest';
import { congestionState } from '../../src/tcp/loss.ts';
import type { Parameters } from '../../src/tcp/parameters.ts';
import { Script } from '../support/script.ts';

const counters = (t: Script) => t.connection.info(t.now).counters;
const board = (t: Script) => t.connection.tcb.board;
const state = (t: Script) => congestionState(t.connection.tcb);
const now = (t: Script) => [board(t).sackedSegments(), board(t).lostSegments(), board(t).resentSegments()];

function opened(parameters: Partial<Parameters> = {}, superSegment = 1500): Script {
  const t = new Script({ parameters: { sack: true, ...parameters }, superSegment }).connect();
  t.after(100).in('S. 0:0 ack 1 <mss 1000,sackOK>').state('ESTABLISHED').takeSent();
  return t;
}

const sack = (ack: number, ...blocks: string[]): string => `. 1:1 ack ${ack} <sack ${blocks.join(' ')}>`;

describe('counters', () => {
  test('segments with text, sent and received; retransmissions and their bytes', () => {
    const t = opened()
      .write(2500)
      .after(100)
      .in('. 1:1001 ack 1')
      .in('. 1:1001 ack 1')
      .in('. 1001:1101 ack 1');
    expect(counters(t)).toMatchObject({ textSegmentsSent: 3, textSegmentsReceived: 3, retransmissions: 0 });
    t.after(2000);
    const { retransmissions, bytesRetransmitted, textSegmentsSent } = counters(t);
    expect(retransmissions).toBeGreaterThan(1);
    expect(textSegmentsSent).toBe(3 + retransmissions);
    // The probe had the last 500 bytes.
    expect(bytesRetransmitted).toBe(500 + 1000 * (retransmissions - 1));
  });

  test('a FIN is no text', () => {
    const t = opened().shutdown().after(3000);
    expect(counters(t)).toMatchObject({ textSegmentsSent: 0, bytesRetransmitted: 0 });
    expect(counters(t).retransmissions).toBeGreaterThan(0);
  });

  test('super-segments count as what they stand for, either way', () => {
    const t = opened({}, 65_535).write(9500).out('P. 1:9501 ack 1');
    expect(counters(t)).toMatchObject({ textSegmentsSent: 10, segmentsSent: 3 });
    t.in(sack(1, '1001:4001')).in('. 1:1 ack 9501');
    expect(counters(t).delivered).toBe(1 + 10);
  });

  test('delivered: each segment once, however it was told; the SYN too', () => {
    const t = opened().write(5000);
    expect(counters(t).delivered).toBe(1);
    t.in(sack(1, '2001:3001'));
    expect(counters(t).delivered).toBe(2);
    t.in(sack(1, '2001:4001')).in('. 1:1 ack 4001');
    expect(counters(t).delivered).toBe(1 + 4);
  });

  test('reordering: each ACK that shows it, once', () => {
    const t = opened().write(8000).after(100).in(sack(1, '3001:4001'));
    t.after(5).in(sack(1, '1001:2001', '3001:4001'));
    expect(counters(t).reorderings).toBe(1);
    t.in(sack(1, '5001:6001', '3001:4001', '1001:2001')).in('. 1:1 ack 8001');
    expect(counters(t).reorderings).toBe(2);
  });

  test('duplicates that the peer reports, in segments', () => {
    const t = opened()
      .write(5000)
      .after(100)
      .in('. 1:1 ack 5001')
      .in(sack(5001, '1:3001'))
      .in(sack(5001, '4501:5001'));
    expect(counters(t).dsackDuplicates).toBe(4);
    // Not those that lie beyond what was sent, or are larger than any window.
    t.in(sack(5001, '5001:5002')).in(sack(5001, '2147483648:5001'));
    expect(counters(t).dsackDuplicates).toBe(4);
  });
});

describe('now', () => {
  test('reported, lost, sent again; and the state: open, disorder, recovery, open', () => {
    const t = opened().write(10_000).after(100);
    t.takeSent();
    expect([state(t), now(t)]).toEqual(['open', [0, 0, 0]]);
    t.in(sack(1, '1001:2001'));
    expect([state(t), now(t)]).toEqual(['disorder', [1, 0, 0]]);
    t.in(sack(1, '1001:2001', '4001:6001'));
    t.out('. 1:1001 ack 1');
    expect([state(t), now(t)]).toEqual(['recovery', [3, 2, 1]]);
    t.after(100).in('. 1:1 ack 10001');
    expect([state(t), now(t)]).toEqual(['open', [0, 0, 0]]);
  });

  test('loss, after a timeout, until all of it is acknowledged', () => {
    const t = opened().write(5000).after(2000);
    expect(state(t)).toBe('loss');
    t.in('. 1:1 ack 3001');
    expect(state(t)).toBe('loss');
    t.in('. 1:1 ack 5001');
    expect(state(t)).toBe('open');
  });

  test('disorder without SACK: a duplicate', () => {
    const t = opened({ sack: false }).write(5000).in('. 1:1 ack 1');
    expect(state(t)).toBe('disorder');
    t.in('. 1:1 ack 1001');
    expect(state(t)).toBe('open');
  });

  test('a lost SYN is no repair', () => {
    const t = new Script().connect().after(1000);
    expect(state(t)).toBe('open');
    t.in('S. 0:0 ack 1');
    expect(state(t)).toBe('open');
  });
});

describe('parameters', () => {
  test('`reordering`: so many duplicates, or reported segments, tell loss (5681.4, 6675.1)', () => {
    const plain = opened({ sack: false, reordering: 5 }).write(10_000).in('. 1:1 ack 1001');
    plain.takeSent();
    for (let i = 0; i < 4; i++) plain.in('. 1:1 ack 1001');
    expect(counters(plain).fastRetransmits).toBe(0);
    plain.in('. 1:1 ack 1001');
    expect(counters(plain).fastRetransmits).toBe(1);
    const t = opened({ reordering: 5 }).write(10_000).after(100);
    t.takeSent();
    t.in(sack(1, '1001:5001')).quiet().in(sack(1, '1001:6001')).out('. 1:1001 ack 1');
  });

  test('`tailLossProbe` off: the timer alone', () => {
    const t = opened({ tailLossProbe: false }).write(3000);
    t.takeSent();
    t.after(999).quiet().after(1).out('. 1:1001 ack 1');
  });
});
