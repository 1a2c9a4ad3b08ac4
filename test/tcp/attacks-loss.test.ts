// Peers and strangers that aim at loss recovery and congestion control: each case ends as it should, or not at all.

import { describe, expect, test } from 'vitest';
import type { Parameters } from '../../src/tcp/parameters.ts';
import { LINUX } from '../../src/tcp/presets.ts';
import { Rack } from '../../src/tcp/recovery/rack.ts';
import { Scoreboard } from '../../src/tcp/recovery/scoreboard.ts';
import { Segment } from '../../src/tcp/segment.ts';
import { add, seq } from '../../src/tcp/seq.ts';
import { ACK } from '../../src/wire/tcp.ts';
import { converge, establish, expectStreams, pair } from '../support/pair.ts';
import { OUR_ISS, PEER_ISS, Script } from '../support/script.ts';

const info = (t: Script) => t.connection.info(t.now);

/** Opened with SACK and D-SACK, a round trip of 100 ms, an MSS of 1000 and Reno. */
function opened(parameters: Partial<Parameters> = {}, mss = 1000): Script {
  const t = new Script({ parameters: { sack: true, dsack: true, ...parameters } }).connect();
  t.after(100).in(`S. 0:0 ack 1 <mss ${mss},sackOK>`).state('ESTABLISHED').takeSent();
  return t;
}

/** `n` segments in flight for 100 ms. */
function flight(n: number, t = opened()): Script {
  t.write(n * 1000);
  expect(t.takeSent()).toHaveLength(n);
  return t.after(100);
}

const sack = (ack: number, ...blocks: string[]): string => `. 1:1 ack ${ack} <sack ${blocks.join(' ')}>`;

describe('what it costs to receive', () => {
  test('A018: ten thousand octets, none beside another: what is held stays within its bound, and the stream is whole', () => {
    const receiveBuffer = 65_535;
    const t = opened({ receiveBuffer });
    for (let i = 0; i < 10_000; i++) {
      t.in(`. ${2 * i + 2}:${2 * i + 3} ack 1`);
      const sent = t.takeSent();
      expect(sent).toHaveLength(1);
    }
    const held = t.connection.tcb.rcv.reassembly!;
    // Each piece costs 256 bytes and itself; twice the buffer is what they may.
    expect(held.count).toBeLessThanOrEqual((2 * receiveBuffer) / 257);
    expect(held.count).toBeGreaterThan(100);
    for (let from = 1; from < 20_001; from += 1000) t.in(`. ${from}:${from + 1000} ack 1`);
    t.reads(20_000);
    expect(t.connection.tcb.rcv.reassembly).toBe(null);
  });

  test('A063: overlaps of every kind, with other bytes: what came first or in order stays, and D-SACK tells just what came again', () => {
    const t = opened();
    t.takeSent();
    const first = new Map<number, number>();
    let seed = 5;
    const below = (n: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
      return (seed >>> 8) % n;
    };
    for (let i = 0; i < 1500; i++) {
      const start = 1 + below(400);
      const length = 1 + below(30);
      const again = new Set<number>();
      const seg = new Segment();
      seg.seq = add(PEER_ISS, start);
      seg.ack = add(OUR_ISS, 1);
      seg.flags = ACK;
      seg.wnd = 65_535;
      seg.textLength = length;
      seg.text = Uint8Array.from({ length }, () => below(256));
      const next = (t.connection.tcb.rcv.nxt - PEER_ISS) | 0;
      for (let k = 0; k < length; k++) {
        const n = start + k;
        if (first.has(n)) again.add(n);
        // What comes in order counts, even where something waits behind it.
        if (!first.has(n) || (start <= next && n >= next)) first.set(n, seg.text[k]!);
      }
      t.do((connection, now) => connection.arrives(seg, now)).after(200);
      const blocks = [...(t.takeSent()[0] ?? '').matchAll(/(\d+):(\d+)(?=[ >])/g)].slice(1);
      const ack = t.connection.tcb.rcv.nxt - PEER_ISS;
      expect(duplicateIn(blocks, ack)).toBe(again.size > 0);
      if (again.size === 0) continue;
      for (let n = Number(blocks[0]![1]); n < Number(blocks[0]![2]); n++) expect(again.has(n)).toBe(true);
    }
    let position = 1;
    for (let text = t.connection.receive(t.now); text !== null; text = t.connection.receive(t.now)) {
      for (const byte of text) expect(byte).toBe(first.get(position++));
    }
    expect(position).toBeGreaterThan(400);
  });

  /** RFC 2883 §4: the first block lies below the ACK, or in the second. */
  const duplicateIn = (blocks: RegExpMatchArray[], ack: number): boolean => {
    if (blocks.length === 0) return false;
    const [[, l1, r1], second] = [blocks[0]!, blocks[1]];
    if (Number(r1) <= (ack | 0)) return true;
    return second !== undefined && Number(l1) >= Number(second[1]) && Number(r1) <= Number(second[2]);
  };
});

describe('what it costs to be told', () => {
  test('A020: more segments than 16 bits count, all of them reported', () => {
    const board = new Scoreboard(seq(0));
    const rack = new Rack(seq(0));
    board.smss = 48;
    for (let i = 1; i <= 70_000; i++) board.sent(seq(48 * i), 0);
    expect(board.sack(seq(48), seq(48 * 70_000), rack)).toBe(48 * 69_999);
    expect([board.sackedCount, board.sackedSegments(), board.delivered]).toEqual([69_999, 69_999, 69_999]);
    expect(board.acknowledge(seq(48 * 70_000), rack)).toBe(48);
    expect([board.count, board.sacked, board.sackedCount, board.delivered]).toEqual([0, 0, 0, 70_000]);
  });

  test('A020: an MSS of 8 is one of 48, and a thousand such segments are repaired as others are', () => {
    const t = opened({ initialWindow: 1000 }, 8).write(48_000);
    expect(t.takeSent()).toHaveLength(1000);
    t.after(100).in(sack(1, '49:48001')).out('. 1:49 ack 1').in('. 1:1 ack 48001').quiet();
    expect(info(t)).toMatchObject({ cwnd: 24_000, counters: { retransmissions: 1, delivered: 1001 } });
  });

  test('A021: reports of single octets: records are bounded, and nothing is lost of the stream', () => {
    const t = flight(10);
    for (let i = 0; i < 1000; i++) {
      const at = 1001 + 8 * i;
      t.in(sack(1, `${at}:${at + 1}`, `${at + 2}:${at + 3}`, `${at + 4}:${at + 5}`));
    }
    const { board } = t.connection.tcb;
    expect(board.count).toBeLessThan(6100);
    expect(board.sacked).toBe(3000);
    t.in('. 1:1 ack 10001').after(100_000);
    expect([board.count, board.sacked, board.lost]).toEqual([0, 0, 0]);
  });

  test('A025: window updates and duplicates without end: nothing is sent, nothing grows', () => {
    const t = flight(10).write(50_000);
    t.takeSent();
    const before = JSON.stringify([t.connection.tcb.board.count, info(t).cwnd]);
    for (let i = 0; i < 20_000; i++) t.in(`. 1:1 ack 1 win ${60_000 + (i % 3)}`);
    for (let i = 0; i < 20_000; i++) t.in('. 1:1 ack 1 win 60000');
    t.quiet();
    expect(JSON.stringify([t.connection.tcb.board.count, info(t).cwnd])).toBe(before);
  });

  test('A070: reports of what can’t be: nothing changes', () => {
    const t = flight(10).in('. 1:1 ack 1001');
    const lies = [
      '20000:30000',
      '4001:3001',
      '1001:2001',
      '1:900',
      '5001:5001',
      '10000:10002',
      '2147480000:2147490000',
    ];
    for (const lie of lies) t.in(sack(1001, lie, lie, lie, lie));
    const { board } = t.connection.tcb;
    expect([board.count, board.sacked, board.lost]).toEqual([9, 0, 0]);
    t.quiet().in('. 1:1 ack 10001').quiet();
    expect(info(t).counters.retransmissions).toBe(0);
  });

  test('A069: reported, and then not: it is sent again', () => {
    const t = flight(10)
      .in(sack(1, '1001:10001'))
      .out('. 1:1001 ack 1')
      .after(100)
      .in('. 1:1 ack 1001')
      .quiet();
    for (let n = 1001; n < 10_001; n += 1000) {
      t.after(60_000);
      expect(t.takeSent().some((line) => line.includes(` ${n}:`))).toBe(true);
      t.in(`. 1:1 ack ${n + 1000}`);
    }
    expect(t.connection.tcb.snd.una).toBe(t.connection.tcb.snd.nxt);
  });
});

describe('what it is worth', () => {
  test('A023: an ACK of what was not sent is refused; octet by octet brings no more than at once', () => {
    const t = flight(10).in('. 1:1 ack 10002');
    expect(info(t)).toMatchObject({ cwnd: 10_000, sndUna: info(t).iss + 1 });
    const whole = flight(10).write(10_000).in('. 1:1 ack 2001');
    const divided = flight(10).write(10_000);
    for (let n = 2; n <= 2001; n++) divided.in(`. 1:1 ack ${n}`);
    expect(info(divided).cwnd).toBeLessThanOrEqual(info(whole).cwnd + 1000);
    expect(info(divided).cwnd).toBeLessThanOrEqual(12_000);
  });

  test('A086: ACKs ahead of what arrived: the window is what it was and what was acknowledged, no more', () => {
    const t = opened();
    t.write(500_000);
    let acked = 1;
    for (let i = 0; i < 40; i++) {
      t.after(1);
      const sent = t.takeSent().length;
      acked += 1000 * sent;
      if (sent > 0) t.in(`. 1:1 ack ${acked}`);
      expect(info(t).cwnd).toBeLessThanOrEqual(10_000 + acked - 1);
    }
  });

  test('A086: duplicates put in by a stranger slow it down once, and it recovers', () => {
    const t = opened({ sack: false });
    t.write(200_000).after(100).in('. 1:1 ack 1001').takeSent();
    for (let i = 0; i < 500; i++) t.in('. 1:1 ack 1001');
    expect(info(t).ssthresh).toBeGreaterThanOrEqual(2000);
    expect(info(t).counters.fastRetransmits).toBe(1);
    finish(t);
    expect(info(t).cwnd).toBeGreaterThan(10_000);
  });

  test('A087: timeout after timeout, in and out of repairs: two segments are the least, and it goes on', () => {
    const t = opened();
    t.write(200_000).takeSent();
    let acked = 1;
    for (let i = 0; i < 12; i++) {
      t.after(70_000).takeSent();
      acked += 1000;
      t.in(`. 1:1 ack ${acked}`)
        .in(sack(acked, `${acked + 1000}:${acked + 1001}`))
        .in(`. 1:1 ack ${acked}`);
      expect(info(t).ssthresh).toBeGreaterThanOrEqual(2000);
      expect(info(t).cwnd).toBeGreaterThanOrEqual(1000);
    }
    expect(info(t).counters.timeouts).toBeGreaterThan(12);
    finish(t);
    expect(info(t).cwnd).toBeGreaterThan(2000);
  });

  /** A peer that has all that was sent, at each round trip, until nothing is left. */
  function finish(t: Script): void {
    for (let i = 0; i < 1000 && info(t).sendQueue > 0; i++) {
      t.after(100)
        .in(`. 1:1 ack ${(info(t).sndNxt - info(t).iss) >>> 0}`)
        .takeSent();
    }
    expect(info(t).sendQueue).toBe(0);
  }

  test('A089: made-up D-SACKs: no more are believed than there were retransmissions, and none takes a loss back', () => {
    const t = flight(10).in(sack(1, '1001:4001')).out('. 1:1001 ack 1').after(100).in('. 1:1 ack 10001');
    let n = 10_001;
    for (let i = 0; i < 20; i++) {
      t.write(5000)
        .after(100)
        .in(sack(n, `${n - 1000}:${n}`));
      n += 5000;
      t.in(`. 1:1 ack ${n}`).takeSent();
    }
    expect(info(t).counters).toMatchObject({ dsackDuplicates: 20, undos: 0 });
    expect(info(t).ssthresh).toBe(5000);
    // The one that was believed widened the window for reordering by a quarter of the round trip.
    t.write(3000).after(100).takeSent();
    t.in(sack(n, `${n + 1000}:${n + 2000}`))
      .after(49)
      .quiet()
      .after(1)
      .out(`. ${n}:${n + 1000} ack 1`);
  });

  test('A089: believed or not, the window for reordering ends at SRTT', () => {
    const rack = new Rack(seq(0));
    const board = new Scoreboard(seq(0));
    for (let i = 1; i <= 50; i++) rack.adapt(seq(10 * i), seq(10 * i), true, false);
    board.sent(seq(1000), 0);
    board.sent(seq(2000), 0);
    rack.ackArrives(100, Number.POSITIVE_INFINITY, 100);
    board.sack(seq(1000), seq(2000), rack);
    expect(rack.detectLoss(board, false, 100, 120, 100)).toBe(120);
  });
});

describe('A028: loss in bursts, once a second, as the timer would have it', () => {
  test.each([
    [20, 100, 1000],
    [20, 60, 500],
    [80, 150, 1000],
  ])('delay %i ms, %i ms of each %i ms lost: both streams arrive', (delay, lost, period) => {
    const t = pair({
      delay,
      parameters: { ...LINUX, r2: 1e9 },
      client: { bytes: 300_000, closing: 'when-sent' },
      server: { bytes: 300_000, closing: 'when-sent' },
    });
    establish(t);
    const began = t.clock.now();
    t.link.filter = () => ((t.clock.now() - began) % period < lost ? 'drop' : 'pass');
    converge(t);
    expectStreams(t, 300_000, 300_000);
    expect(t.clock.now() - began).toBeLessThan(600_000);
  });
});
