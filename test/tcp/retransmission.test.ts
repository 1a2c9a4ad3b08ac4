// §3.8.1-3.8.3: RFC 6298's timer on a connection, R1 and R2, fast retransmit, NewReno, limited transmit.

import { describe, expect, test } from 'vitest';
import { ERROR, SOFT_ERROR } from '../../src/tcp/notice.ts';
import { accepted, established, Script } from '../support/script.ts';

const info = (t: Script) => t.connection.info(t.now);

/** `n` full segments of 1000 in flight, taken. */
function flight(n: number, t = established()): Script {
  t.write(n * 1000);
  expect(t.takeSent()).toHaveLength(n);
  return t;
}

describe('RFC 6298 §5', () => {
  test('retransmit, back off, recover', () => {
    const t = established().write(2500);
    t.out('. 1:1001 ack 1', '. 1001:2001 ack 1', 'P. 2001:2501 ack 1');
    t.after(999).quiet();
    t.after(1).out('. 1:1001 ack 1');
    t.after(1999).quiet();
    t.after(1).out('. 1:1001 ack 1');
    t.in('. 1:1 ack 1001').out('. 1001:2001 ack 1', 'P. 2001:2501 ack 1');
    t.in('. 1:1 ack 2501').after(100_000).quiet();
  });

  test('§5.2: all acknowledged, no timer', () => {
    const t = established().write(100).out('P. 1:101 ack 1').in('. 1:1 ack 101');
    expect(t.connection.deadline).toBe(Number.POSITIVE_INFINITY);
  });

  test('§5.3: an ACK of something new starts the timer anew, another does not', () => {
    const t = flight(3).after(600).in('. 1:1 ack 1001').after(600).in('. 1:1 ack 1001').after(399).quiet();
    t.after(1).out('. 1001:2001 ack 1');
  });

  test('§5.1: sending more does not start it anew', () => {
    const t = flight(1).after(600).write(1000).out('P. 1001:2001 ack 1').after(399).quiet();
    t.after(1).out('P. 1:1001 ack 1');
  });

  test('§5.5: doubles to the maximum of 60 s; Linux’s to 120 s', () => {
    for (const rtoMax of [60_000, 120_000]) {
      const t = flight(1, established({ parameters: { rtoMax, r2: 1_000_000 } }));
      for (let rto = 1000; rto < 300_000; rto *= 2) {
        const wait = Math.min(rto, rtoMax);
        t.after(wait - 1)
          .quiet()
          .after(1)
          .out('P. 1:1001 ack 1');
      }
    }
  });

  test('the minimum is a parameter: 200 ms as Linux has it', () => {
    const t = flight(1, established({ parameters: { rtoMin: 200 } }));
    t.after(199).quiet().after(1).out('P. 1:1001 ack 1').after(399).quiet().after(1).out('P. 1:1001 ack 1');
  });

  test('the RTO follows the round trips (§2.2, §2.3)', () => {
    const t = new Script().connect().out('S 0:0').after(800).in('S. 0:0 ack 1 <mss 1000>').out('. 1:1 ack 1');
    expect(info(t)).toMatchObject({ srtt: 800, rttvar: 400, rto: 2400 });
    t.write(1000).out('P. 1:1001 ack 1').after(800).in('. 1:1 ack 1001');
    expect(info(t)).toMatchObject({ srtt: 800, rttvar: 300, rto: 2000 });
  });

  test('SYN,ACK lost once: text starts with three seconds (§5.7) and one segment', () => {
    const t = new Script()
      .listen()
      .in('S 0:0 <mss 1000>')
      .out('S. 0:0 ack 1')
      .after(1000)
      .out('S. 0:0 ack 1');
    t.in('. 1:1 ack 1').write(3000).out('. 1:1001 ack 1').after(2999).quiet().after(1).out('. 1:1001 ack 1');
  });
});

describe('MUST-18: Karn’s algorithm', () => {
  test('no sample from what was sent twice; the backed-off RTO stays until there is one', () => {
    const t = flight(1).after(1000).out('P. 1:1001 ack 1').after(500).in('. 1:1 ack 1001');
    expect(info(t)).toMatchObject({ rto: 2000 });
    expect(info(t).srtt).toBeLessThan(1);
    t.write(1000).out('P. 1001:2001 ack 1').after(1999).quiet().after(1).out('P. 1001:2001 ack 1');
  });

  test('the next text that is sent once gives one', () => {
    const t = flight(1).after(1000).out('P. 1:1001 ack 1').in('. 1:1 ack 1001');
    t.write(1000).out('P. 1001:2001 ack 1').after(10).in('. 1:1 ack 2001');
    expect(info(t).rto).toBe(1000);
  });

  test('a timestamp tells which copy was answered (RFC 7323 §4)', () => {
    const t = new Script({ parameters: { timestamps: true } }).connect();
    t.takeSent();
    t.in('S. 0:0 ack 1 <mss 1012,TS val 1 ecr 1000000>')
      .out('. 1:1 ack 1')
      .write(1000)
      .out('P. 1:1001 ack 1');
    t.after(1000).out('P. 1:1001 ack 1').after(300).in('. 1:1 ack 1001 <TS val 2 ecr 1001000>');
    expect(info(t).srtt).toBeCloseTo(300 / 8, 3);
    expect(info(t).rto).toBe(1000);
  });
});

describe('§3.8.3 giving up', () => {
  test('SHLD-9: R1 retransmissions are told; the connection goes on', () => {
    const t = flight(1).after(3000).untold(SOFT_ERROR).after(4000).told(SOFT_ERROR).state('ESTABLISHED');
    expect(info(t).softError).toBe('ETIMEDOUT');
    t.followed('9293-3.8.3-r1').in('. 1:1 ack 1001').state('ESTABLISHED');
    expect(info(t).softError).toBe(null);
  });

  test('MUST-20, SHLD-11: after R2, 100 s at the earliest, the connection is closed', () => {
    const t = flight(1).after(100_000).state('ESTABLISHED').after(60_000).state('CLOSED');
    t.error('ETIMEDOUT').told(ERROR).followed('9293-3.8.3-r2');
  });

  test('MUST-21: R2 is a parameter', () => {
    const t = flight(1, established({ parameters: { r2: 900_000 } }));
    t.after(900_000).state('ESTABLISHED').after(60_000).state('CLOSED').error('ETIMEDOUT');
  });

  test('any progress ends the count', () => {
    const t = flight(2).after(60_000).in('. 1:1 ack 1001');
    t.takeSent();
    t.after(99_000).state('ESTABLISHED').after(61_000).state('CLOSED');
  });
});

describe('RFC 5681 §3.2 fast retransmit', () => {
  const dup = '. 1:1 ack 1001';

  /** Ten segments in flight, the first acknowledged: RFC 6582's `recover` lies behind. */
  const begun = (): Script => {
    const t = flight(10).in(dup);
    t.takeSent();
    return t;
  };

  test('the third duplicate sends the missing segment, without its timer', () => {
    const t = begun().in(dup).in(dup).quiet().in(dup);
    t.out('. 1001:2001 ack 1').followed('5681-3.2-fast-retransmit');
    expect(info(t).counters).toMatchObject({ fastRetransmits: 1, timeouts: 0 });
  });

  test('further duplicates do not send it again', () => {
    begun().in(dup).in(dup).in(dup).out('. 1001:2001 ack 1').in(dup).in(dup).in(dup).quiet();
  });

  test.each([
    ['nothing is outstanding (a)', '. 1:1 ack 10001', '. 1:1 ack 10001'],
    ['they carry text (b)', '. 1:1 ack 1001', 'text'],
    ['the FIN is set (c)', '. 1:1 ack 1001', 'F. 501:501 ack 1001'],
    ['the acknowledgment is older (d)', '. 1:1 ack 1001', '. 1:1 ack 501'],
    ['the window changes (e)', '. 1:1 ack 1001', 'window'],
  ])('none when %s', (_what, first, duplicate) => {
    const t = flight(10).in(first);
    t.takeSent();
    for (let i = 0; i < 5; i++) {
      if (duplicate === 'text') t.in(`. ${1 + 10 * i}:${11 + 10 * i} ack 1001`);
      else if (duplicate === 'window') t.in(`. 1:1 ack 1001 win ${50_000 + i}`);
      else t.in(duplicate);
    }
    expect(info(t).counters).toMatchObject({ fastRetransmits: 0, retransmissions: 0 });
  });

  test('text that our closed window refuses is no bare ACK either (b)', () => {
    const t = established({ parameters: { receiveBuffer: 1000 } })
      .in('. 1:1001 ack 1')
      .after(200)
      .out('. 1:1 ack 1001 win 0');
    flight(10, t).in('. 1001:1001 ack 1001');
    t.takeSent();
    for (let i = 0; i < 5; i++) t.in('. 1001:1002 ack 1001').out('. 10001:10001 ack 1001 win 0');
    expect(info(t).counters).toMatchObject({ fastRetransmits: 0, duplicateAcks: 0 });
  });

  test('RFC 3042: the first two duplicates each let a new segment out', () => {
    const t = flight(10).write(5000).quiet().in('. 1:1 ack 1').out('. 10001:11001 ack 1');
    t.in('. 1:1 ack 1').out('. 11001:12001 ack 1');
    t.in('. 1:1 ack 1').out('. 1:1001 ack 1');
    // What limited transmit sent does not count (RFC 5681 §3.2); then PRR's one for every two that arrive,
    // until as much is in flight, and one for one from there.
    expect(info(t).ssthresh).toBe(5000);
    t.in('. 1:1 ack 1').in('. 1:1 ack 1').quiet().in('. 1:1 ack 1').out('. 12001:13001 ack 1');
    t.in('. 1:1 ack 1').in('. 1:1 ack 1').quiet().in('. 1:1 ack 1').out('. 13001:14001 ack 1');
    t.in('. 1:1 ack 1').out('P. 14001:15001 ack 1').in('. 1:1 ack 12001');
    expect(info(t).cwnd).toBe(5000);
  });

  test('RFC 6582: each partial ACK sends the next hole, the full ACK ends the repair', () => {
    const t = begun().in(dup).in(dup).in(dup).out('. 1001:2001 ack 1');
    t.in('. 1:1 ack 3001').out('. 3001:4001 ack 1').in('. 1:1 ack 6001').out('. 6001:7001 ack 1');
    t.followed('6582-3.2-partial').in('. 1:1 ack 10001').quiet();
    expect(info(t).cwnd).toBeLessThanOrEqual(info(t).ssthresh);
    expect(info(t).ssthresh).toBe(4500);
  });

  test('9937.4: the full ACK leaves cwnd at ssthresh', () => {
    const t = begun().in(dup).in(dup).in(dup).out('. 1001:2001 ack 1').in(dup).in(dup);
    expect(info(t).ssthresh).toBe(4500);
    t.in('. 1:1 ack 10001');
    expect(info(t).cwnd).toBe(4500);
  });

  test('RFC 6582 §4: only the first partial ACK starts the timer anew (Impatient)', () => {
    const t = begun().in(dup).in(dup).in(dup).out('. 1001:2001 ack 1');
    t.after(500).in('. 1:1 ack 3001').out('. 3001:4001 ack 1');
    t.after(500).in('. 1:1 ack 5001').out('. 5001:6001 ack 1').after(499).quiet();
    t.after(1).out('. 5001:6001 ack 1');
  });

  test('the first window too can be repaired so', () => {
    flight(4).in('. 1:1 ack 1').in('. 1:1 ack 1').in('. 1:1 ack 1').out('. 1:1001 ack 1');
  });
});

describe('RFC 9937: RFC 6582’s repair at PRR’s pace', () => {
  const dup = '. 1:1 ack 1';

  test('9937.1: two holes of ten: half of what arrives may leave, and each hole at its partial ACK', () => {
    const t = flight(10).write(20_000).quiet();
    // The first and the fifth are lost: eight duplicates, two of which let a segment out.
    t.in(dup).out('. 10001:11001 ack 1').in(dup).out('. 11001:12001 ack 1').in(dup).out('. 1:1001 ack 1');
    for (let i = 4; i <= 8; i++) t.in(dup);
    expect(t.takeSent()).toHaveLength(1);
    t.in('. 1:1 ack 4001');
    expect(t.takeSent()[0]).toMatch(/^\. 4001:5001 /);
    expect(t.connection.tcb.recovery.active).toBe(true);
    t.in('. 1:1 ack 12001');
    expect(info(t)).toMatchObject({ cwnd: 5000, ssthresh: 5000 });
  });

  test('what duplicates told of, the partial ACK does not tell again (9937 §6.2)', () => {
    const t = flight(20, established({ parameters: { initialWindow: 20 } }))
      .in(dup)
      .in(dup)
      .in(dup);
    t.out('. 1:1001 ack 1').in('. 1:1 ack 4001').out('. 4001:5001 ack 1');
    // Of these four segments one is news: two of 18 have arrived, and one has left. 15 are in flight.
    expect(info(t).cwnd).toBe(15_000 + Math.ceil((2000 * 10_000) / 18_000) - 1000);
  });

  test('duplicates of segments that were small do not count for more than was in flight', () => {
    const t = established({ parameters: { nagle: false } });
    for (let i = 0; i < 5; i++) t.write(10);
    t.takeSent();
    t.in(dup).in(dup).in(dup).out('P. 1:11 ack 1').in(dup).write(10).out('P. 51:61 ack 1');
  });

  test('A023: made-up duplicates let out no more than was in flight', () => {
    const t = flight(10).write(60_000).quiet();
    for (let i = 0; i < 1000; i++) t.in(dup);
    expect(t.takeSent().length).toBeLessThanOrEqual(2 + 10);
  });
});

describe('RFC 5681 §3.1 after a timeout', () => {
  test('one segment; slow start to half the flight', () => {
    const t = flight(10).after(1000).out('. 1:1001 ack 1');
    expect(info(t)).toMatchObject({ cwnd: 1000, ssthresh: 5000 });
    t.in('. 1:1 ack 1001').out('. 1001:2001 ack 1', '. 2001:3001 ack 1');
    t.in('. 1:1 ack 3001').out('. 3001:4001 ack 1', '. 4001:5001 ack 1', '. 5001:6001 ack 1');
  });

  test('what the peer already has is not sent again', () => {
    flight(10).after(1000).out('. 1:1001 ack 1').in('. 1:1 ack 10001').quiet();
  });

  test('a second timeout of the same segment leaves ssthresh', () => {
    const t = flight(10).after(1000).after(2000);
    t.takeSent();
    expect(info(t)).toMatchObject({ cwnd: 1000, ssthresh: 5000 });
  });

  test('a timeout of other text halves it, though no sample has come since', () => {
    const t = flight(10).after(1000).in('. 1:1 ack 10001');
    t.takeSent();
    t.write(20_000);
    const sent = t.takeSent().length;
    expect(sent).toBeGreaterThan(0);
    t.after(2000);
    expect(info(t).ssthresh).toBe(Math.max(2000, sent * 500));
  });

  test('duplicates that the resending causes start no fast retransmit (RFC 6582 §4)', () => {
    const t = flight(10).after(1000).out('. 1:1001 ack 1').in('. 1:1 ack 2001');
    t.takeSent();
    for (let i = 0; i < 4; i++) t.in('. 1:1 ack 2001');
    expect(info(t).counters.fastRetransmits).toBe(0);
  });
});

describe('what is lost while closing', () => {
  test('FIN: sent again until acknowledged', () => {
    const t = established()
      .shutdown()
      .out('F. 1:1 ack 1')
      .after(1000)
      .out('F. 1:1 ack 1')
      .followed('6298-5.4-fin');
    t.after(2000).out('F. 1:1 ack 1').in('. 1:1 ack 2').state('FIN-WAIT-2').after(60_000).quiet();
  });

  test('text and FIN behind it go again together', () => {
    const t = established().write(500).shutdown().out('P. 1:501 ack 1', 'F. 501:501 ack 1');
    t.after(1000).out('FP. 1:501 ack 1').in('. 1:1 ack 502').state('FIN-WAIT-2');
  });

  test('C22: text in CLOSE-WAIT, then text and FIN in LAST-ACK', () => {
    const t = established().in('F. 1:1 ack 1').out('. 1:1 ack 2').state('CLOSE-WAIT');
    t.write(1500).out('. 1:1001 ack 2', 'P. 1001:1501 ack 2').after(1000).out('. 1:1001 ack 2');
    t.in('. 2:2 ack 1001').out('P. 1001:1501 ack 2').shutdown().out('F. 1501:1501 ack 2').state('LAST-ACK');
    t.after(2000).out('FP. 1001:1501 ack 2').in('. 2:2 ack 1502').state('CLOSED').error(null);
  });

  test('C32: FIN-WAIT-1, CLOSING and LAST-ACK are given up when the peer is silent', () => {
    const inFinWait1 = established().shutdown();
    const inClosing = established().shutdown().in('F. 1:1 ack 1').state('CLOSING');
    const inLastAck = accepted().in('F. 1:1 ack 1').shutdown().state('LAST-ACK');
    for (const t of [inFinWait1, inClosing, inLastAck]) t.after(200_000).state('CLOSED').error('ETIMEDOUT');
  });
});
