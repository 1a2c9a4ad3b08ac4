// RFC 2018 §5, 8; RFC 2883 §4; RFC 6675; RFC 8985; RFC 9937: what a sender makes of the SACKs it receives.

import { describe, expect, test } from 'vitest';
import type { Parameters } from '../../src/tcp/parameters.ts';
import { Script } from '../support/script.ts';

const info = (t: Script) => t.connection.info(t.now);

/** Opened with SACK, a round trip of 100 ms, an MSS of 1000 and Reno; ten segments make the window. */
function opened(parameters: Partial<Parameters> = {}, superSegment?: number): Script {
  const options = { parameters: { sack: true, ...parameters } };
  const t = new Script(superSegment === undefined ? options : { ...options, superSegment }).connect();
  t.after(100).in('S. 0:0 ack 1 <mss 1000,sackOK>').state('ESTABLISHED').takeSent();
  return t;
}

/** `n` segments in flight for 100 ms. */
function flight(n: number, t = opened()): Script {
  t.write(n * 1000);
  expect(t.takeSent()).toHaveLength(n);
  return t.after(100);
}

/** The peer has the first `ack` bytes, and these ranges. */
const sack = (ack: number, ...blocks: string[]): string => `. 1:1 ack ${ack} <sack ${blocks.join(' ')}>`;

describe('one segment is lost', () => {
  test('2018.7, 8985.2: the third segment beyond it tells; it alone goes again', () => {
    const t = flight(10).in(sack(1, '1001:2001')).in(sack(1, '1001:3001')).quiet();
    t.in(sack(1, '1001:4001')).out('. 1:1001 ack 1').followed('8985-6.2-lost');
    for (let right = 5001; right <= 10_001; right += 1000) t.in(sack(1, `1001:${right}`)).quiet();
    t.after(100).in('. 1:1 ack 10001').quiet();
    expect(info(t).counters).toMatchObject({ retransmissions: 1, fastRetransmits: 1, timeouts: 0 });
  });

  test('6675.1: so does one ACK that reports three', () => {
    const t = flight(10).in(sack(1, '7001:8001', '5001:6001', '3001:4001'));
    // All below the highest are lost; as many leave as arrived.
    t.out('. 1:1001 ack 1', '. 1001:2001 ack 1', '. 2001:3001 ack 1');
    expect(t.connection.tcb.board.lost).toBe(2000);
  });

  test('8985.1, 8985.6: fewer tell after a quarter of a round trip, by a timer', () => {
    const t = flight(10).in(sack(1, '1001:2001')).after(24).quiet().after(1).out('. 1:1001 ack 1');
    expect(info(t)).toMatchObject({ ssthresh: 5000, counters: { fastRetransmits: 1, timeouts: 0 } });
  });

  test('8985.6: what comes in time was reordered, not lost', () => {
    const t = flight(10).in(sack(1, '1001:2001')).after(20).in('. 1:1 ack 2001').after(60).quiet();
    expect(info(t).counters).toMatchObject({ retransmissions: 0 });
  });

  test('6675.4, 9937.4: the repair ends at its recovery point; then cwnd is ssthresh', () => {
    const t = flight(10).in(sack(1, '1001:4001')).out('. 1:1001 ack 1');
    t.write(20_000).in(sack(1, '1001:10001'));
    const sent = t.takeSent().length;
    expect(sent).toBe(4); // Half of what arrived, less the retransmission, and up to ssthresh.
    t.after(100).in('. 1:1 ack 9001');
    expect(t.connection.tcb.recovery.active).toBe(true);
    t.in('. 1:1 ack 10001');
    expect(t.connection.tcb.recovery.active).toBe(false);
    expect(info(t)).toMatchObject({ cwnd: 5000, ssthresh: 5000 });
    expect(10_001 + 1000 * (sent + t.takeSent().length)).toBe(10_001 + 5000);
  });

  test('9937.6, 9438.1, MAY-18: CUBIC ends it at 0.7 of the flight', () => {
    const t = flight(10, opened({ congestionControl: 'cubic' }));
    t.in(sack(1, '1001:4001')).out('. 1:1001 ack 1').after(100).in('. 1:1 ack 10001').quiet();
    expect(info(t)).toMatchObject({ cwnd: 7000, ssthresh: 7000 });
  });

  test('RFC 5681 §3.2: what leaves before the loss is known does not count in ssthresh', () => {
    const t = flight(10).write(5000).quiet();
    t.in(sack(1, '1001:2001')).out('. 10001:11001 ack 1');
    t.in(sack(1, '1001:3001')).out('. 11001:12001 ack 1').in(sack(1, '1001:4001')).out('. 1:1001 ack 1');
    expect(info(t).ssthresh).toBe(5000);
  });
});

describe('several are lost', () => {
  /** The first, the fourth and the seventh of ten. */
  const blocks = ['7001:10001', '4001:6001', '1001:3001'] as const;

  test('2018.7: the holes, lowest first, and nothing between them', () => {
    const t = flight(10)
      .in(sack(1, ...blocks))
      .out('. 1:1001 ack 1', '. 3001:4001 ack 1', '. 6001:7001 ack 1');
    t.after(100)
      .in(sack(3001, '7001:10001', '4001:6001'))
      .quiet();
    t.in(sack(6001, '7001:10001')).quiet().in('. 1:1 ack 10001').quiet();
    expect(info(t).counters).toMatchObject({ retransmissions: 3, fastRetransmits: 1, timeouts: 0 });
  });

  test('new text comes after the holes', () => {
    const t = flight(10)
      .write(5000)
      .quiet()
      .in(sack(1, ...blocks));
    // Three are in flight again, ssthresh is 5; seven arrived: then two more.
    t.out(
      '. 1:1001 ack 1',
      '. 3001:4001 ack 1',
      '. 6001:7001 ack 1',
      '. 10001:11001 ack 1',
      '. 11001:12001 ack 1',
    );
  });

  test('6675.2: no more leaves than the window has room for beside what is in the network', () => {
    const t = flight(10).in(sack(1, '9001:10001')).after(25);
    // Nine are lost, one arrived: the one that PRR forces; then one and its bonus for each that arrives.
    t.out('. 1:1001 ack 1')
      .after(75)
      .in(sack(1001, '9001:10001'))
      .out('. 1001:2001 ack 1', '. 2001:3001 ack 1');
    t.in(sack(2001, '9001:10001')).out('. 3001:4001 ack 1', '. 4001:5001 ack 1');
    expect(t.connection.tcb.board.pipe(t.connection.tcb.snd.nxt)).toBeLessThanOrEqual(info(t).cwnd);
  });

  test('a segment lost behind the last SACK is found when the retransmission arrives', () => {
    const t = flight(10).in(sack(1, '1001:9001')).out('. 1:1001 ack 1');
    t.after(100).in('. 1:1 ack 9001').out('P. 9001:10001 ack 1').after(100).in('. 1:1 ack 10001').quiet();
    expect(info(t).counters).toMatchObject({ retransmissions: 2, fastRetransmits: 1, timeouts: 0 });
  });
});

describe('8985.4: a retransmission is lost too', () => {
  test('what is sent after it arrives: it goes again, without a timeout, and no second reduction', () => {
    const t = flight(10).in(sack(1, '1001:4001')).out('. 1:1001 ack 1');
    t.write(20_000).after(1).in(sack(1, '1001:10001'));
    expect(t.takeSent().length).toBeGreaterThan(0);
    t.after(100).in(sack(1, '1001:11001'));
    expect(t.takeSent()[0]).toMatch(/^\. 1:1001 /);
    expect(info(t)).toMatchObject({ ssthresh: 5000, counters: { fastRetransmits: 1, timeouts: 0 } });
    t.after(100).in('. 1:1 ack 11001');
    expect(t.connection.tcb.recovery.active).toBe(false);
  });

  test('8985.10: nothing is sent after it: the timer goes off', () => {
    const t = flight(10).in(sack(1, '1001:10001')).out('. 1:1001 ack 1').after(899).quiet();
    t.after(1).out('. 1:1001 ack 1');
    expect(info(t)).toMatchObject({ cwnd: 1000, counters: { timeouts: 1 } });
  });
});

/** Ten segments are acknowledged; the first was sent again, and came twice. */
function resentForNothing(): Script {
  const t = flight(10).in(sack(1, '1001:4001')).out('. 1:1001 ack 1').after(100);
  return t.in('. 1:1 ack 10001').in(sack(10_001, '1:1001')).quiet();
}

describe('D-SACK', () => {
  test('2883.5: below SEG.ACK it is no news: no repair, no limited transmit', () => {
    const t = flight(10).in('. 1:1 ack 2001').write(5000);
    t.takeSent();
    for (let i = 0; i < 5; i++) t.in(sack(2001, '1:1001')).quiet();
    expect(info(t).counters).toMatchObject({ fastRetransmits: 0, retransmissions: 0 });
    expect(t.connection.tcb.board.sacked).toBe(0);
  });

  test('2883.5: nor is one inside the second block', () => {
    const t = flight(10)
      .in(sack(1, '4001:6001'))
      .in(sack(1, '4001:5001', '4001:6001'))
      .quiet();
    expect(t.connection.tcb.board.sackedCount).toBe(2);
  });

  test('2883.6, 8985.3: it widens the window for reordering', () => {
    const t = resentForNothing().write(3000).after(100);
    t.takeSent();
    t.in(sack(10_001, '11001:12001')).after(49).quiet().after(1).out('. 10001:11001 ack 1');
  });

  test('unless nothing of ours was sent twice: then it was the network’s doing (A089)', () => {
    const t = flight(10).in(sack(2001, '1:1001')).in(sack(2001, '3001:4001')).after(24).quiet();
    t.after(1).out('. 2001:3001 ack 1');
    expect(info(t).counters.dsackDuplicates).toBe(1);
  });
});

test('8985.3: a timeout’s repair counts among the sixteen that narrow the window again', () => {
  const t = resentForNothing();
  let n = 10_001;
  for (let i = 0; i < 16; i++) {
    t.write(1000).after(3000);
    t.in(`. 1:1 ack ${n + 1000}`)
      .write(1000)
      .after(100);
    n += 2000;
    t.in(`. 1:1 ack ${n}`).takeSent();
  }
  expect(info(t).counters.timeouts).toBe(16);
  // The window, one segment now, has to grow to two.
  t.write(2000).after(100);
  t.in(`. 1:1 ack ${n + 1000}`).after(100);
  n += 2000;
  t.in(`. 1:1 ack ${n}`).write(2000).after(100).takeSent();
  t.in(sack(n, `${n + 1000}:${n + 2000}`))
    .after(24)
    .quiet()
    .after(1)
    .out(`. ${n}:${n + 1000} ack 1`);
});

describe('2018.8, A070: blocks that can’t be', () => {
  test.each([
    ['the right edge is the left one', '3001:3001'],
    ['the right edge lies before the left one', '4001:3001'],
    ['beyond SND.NXT', '3001:10002'],
    ['far beyond', '500000:600000'],
    ['it begins below SND.UNA', '501:4001'],
    ['it begins at SND.UNA: the acknowledgment would say so', '1001:5001'],
    ['half of the sequence space', '2001:2147489000'],
  ])('%s', (_, block) => {
    const t = flight(10).in('. 1:1 ack 1001');
    const { board } = t.connection.tcb;
    for (let i = 0; i < 5; i++) t.in(sack(1001, block, '8001:9001'));
    expect([board.sacked, board.count]).toEqual([1000, 9]);
    t.quiet().in('. 1:1 ack 10001').quiet();
    expect(info(t).counters).toMatchObject({ retransmissions: 0 });
  });

  test('a late ACK with blocks that are acknowledged by now', () => {
    const t = flight(10)
      .in('. 1:1 ack 8001')
      .in(sack(1, '1001:3001', '5001:7001'))
      .quiet();
    expect(t.connection.tcb.board.sacked).toBe(0);
  });
});

/** Ten segments in flight, and nothing came of them: a probe, and then the timer. */
const timedOut = (): Script =>
  flight(10).after(100).out('P. 9001:10001 ack 1').after(999).quiet().after(1).out('. 1:1001 ack 1');

describe('2018.5, 2018.6, A069: the peer may renege', () => {
  test('what it reported is kept and sent again, if it turns out not to have it', () => {
    const t = flight(10).in(sack(1, '1001:4001')).out('. 1:1001 ack 1');
    t.in(sack(1, '1001:10001')).after(100).in('. 1:1 ack 1001').quiet();
    // Half a round trip later, as no ACK has corrected it.
    t.after(49).quiet().after(1).out('. 1001:2001 ack 1');
    t.after(100).in('. 1:1 ack 2001').out('. 2001:3001 ack 1', '. 3001:4001 ack 1');
    t.in('. 1:1 ack 4001').takeSent();
    t.in('. 1:1 ack 10001').quiet().write(1000).out('P. 10001:11001 ack 1');
  });

  test('after a timeout the oldest goes again; what was reported does not, but for reneging', () => {
    const t = flight(10).in(sack(1, '1001:4001')).out('. 1:1001 ack 1').in(sack(1, '1001:9001'));
    t.after(900).out('. 1:1001 ack 1').followed('6298-5.4-retransmit');
    t.after(100).in('. 1:1 ack 9001').out('P. 9001:10001 ack 1').in('. 1:1 ack 10001').quiet();
  });

  test('6675.6: nothing sent before the timeout begins a fast recovery after it', () => {
    const t = timedOut();
    expect(info(t).ssthresh).toBe(5000);
    t.after(100).in(sack(1001, '5001:8001'));
    t.takeSent();
    expect(info(t)).toMatchObject({ ssthresh: 5000, counters: { fastRetransmits: 0, timeouts: 1 } });
    expect(t.connection.tcb.recovery.active).toBe(false);
  });

  test('8985.4: a retransmission of the timer’s is found lost as well', () => {
    const t = timedOut().after(100).in('. 1:1 ack 1001');
    t.out('. 1001:2001 ack 1', '. 2001:3001 ack 1').after(100).in(sack(1001, '2001:3001'));
    expect(t.takeSent()[0]).toMatch(/^\. 1001:2001 /);
    expect(info(t).counters).toMatchObject({ timeouts: 1, fastRetransmits: 0 });
  });
});

describe('6675.5, 3042.3: a duplicate ACK without SACK says nothing', () => {
  test('neither loss nor room', () => {
    const t = flight(10).write(5000).quiet();
    for (let i = 0; i < 6; i++) t.in('. 1:1 ack 1').quiet();
    t.in(sack(1, '1001:2001')).out('. 10001:11001 ack 1').in(sack(1, '1001:2001')).quiet();
    expect(info(t).counters).toMatchObject({ fastRetransmits: 0 });
  });

  test('but text that comes with a SACK does say it', () => {
    const t = flight(10);
    for (let i = 1; i <= 3; i++) t.in(`. ${i}:${i + 1} ack 1 <sack 1001:${1001 + 1000 * i}>`);
    expect(t.takeSent().some((line) => line.startsWith('. 1:1001 '))).toBe(true);
  });
});

describe('what else is in flight', () => {
  test('a FIN: reported, it is not sent again; the hole before it is', () => {
    const t = opened().write(3000).shutdown().after(100);
    expect(t.takeSent()).toHaveLength(4);
    t.in(sack(1, '1001:3002'))
      .out('. 1:1001 ack 1')
      .after(100)
      .in('. 1:1 ack 3002')
      .state('FIN-WAIT-2')
      .quiet();
    expect(info(t).counters).toMatchObject({ retransmissions: 1 });
  });

  test('a lost FIN goes again by itself', () => {
    const t = opened().write(3000).shutdown().after(100);
    t.takeSent();
    t.in(sack(1, '1001:3001')).after(25).takeSent();
    t.after(100).in('. 1:1 ack 3001').out('F. 3001:3001 ack 1').in('. 1:1 ack 3002').state('FIN-WAIT-2');
  });

  test('part of a super-segment: counted as the segments it was cut into (6675.1)', () => {
    const t = opened({}, 65_535).write(10_000).out('P. 1:10001 ack 1').after(100);
    // Three segments of the one that was sent (6675.1: more bytes than two segments hold).
    t.in(sack(1, '1001:3001', '5001:6001')).out('. 1:1001 ack 1');
    t.in(sack(1, '7001:10001', '1001:3001', '5001:6001'));
    t.out('. 3001:4001 ack 1', '. 4001:5001 ack 1', '. 6001:7001 ack 1');
    t.after(100).in('. 1:1 ack 10001').quiet();
    expect(info(t).counters).toMatchObject({ retransmissions: 4, fastRetransmits: 1 });
  });

  test('a range that no segment of ours begins or ends at', () => {
    const t = flight(10).in(sack(1, '1501:7501')).out('. 1:1001 ack 1', '. 1001:1501 ack 1');
    expect(t.connection.tcb.board.sacked).toBe(6000);
    t.after(100).in('. 1:1 ack 7501').after(100).in('. 1:1 ack 10001').after(60_000);
  });
});
