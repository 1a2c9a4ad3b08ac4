// RFC 5681, 3042, 6582, 6298 and 6928 on the wire, behaviour by behaviour, where no other file shows them.

import { describe, expect, test } from 'vitest';
import { congestionState } from '../../src/tcp/loss.ts';
import type { Parameters } from '../../src/tcp/parameters.ts';
import { diff } from '../../src/tcp/seq.ts';
import { established, Script } from '../support/script.ts';

const info = (t: Script) => t.connection.info(t.now);

/** Without SACK; a round trip of 100 ms, an MSS of 1000 and Reno. */
function opened(parameters: Partial<Parameters> = {}): Script {
  const t = new Script({ parameters }).connect();
  const sack = parameters.sack ? ',sackOK' : '';
  t.after(100).in(`S. 0:0 ack 1 <mss 1000${sack}>`).state('ESTABLISHED').takeSent();
  return t;
}

function flight(n: number, t = opened()): Script {
  t.write(n * 1000);
  expect(t.takeSent()).toHaveLength(n);
  return t;
}

describe('RFC 5681', () => {
  test('slow start: ten ACKs of a segment each let twenty out (5681.1, MUST-19)', () => {
    const t = flight(10).write(50_000).quiet().after(100);
    for (let n = 1001; n <= 10_001; n += 1000) t.in(`. 1:1 ack ${n}`);
    expect(t.takeSent()).toHaveLength(20);
    expect(info(t).cwnd).toBe(20_000);
  });

  test('one ACK of ten segments brings one SMSS (5681.1)', () => {
    const t = flight(10).write(50_000).quiet().in('. 1:1 ack 10001');
    expect(info(t).cwnd).toBe(11_000);
    expect(t.takeSent()).toHaveLength(11);
  });

  test('congestion avoidance: one segment more in a round trip (5681.2, MUST-19)', () => {
    const t = flight(10).after(1000).in('. 1:1 ack 10001');
    let n = 10_001;
    // Slow start to five segments, then one more each time.
    const rounds: number[] = [];
    t.takeSent();
    t.write(200_000);
    for (let i = 0; i < 10; i++) {
      const sent = t.takeSent().length;
      rounds.push(sent);
      t.after(100);
      for (let k = 0; k < sent; k++) {
        n += 1000;
        t.in(`. 1:1 ack ${n}`);
      }
    }
    expect(rounds).toEqual([2, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  test('a loss: half of what was in flight; a timeout: one segment (5681.3)', () => {
    const t = flight(10);
    for (let i = 0; i < 3; i++) t.in('. 1:1 ack 1');
    expect(info(t).ssthresh).toBe(5000);
    const u = flight(10).after(1000);
    expect(info(u)).toMatchObject({ cwnd: 1000, ssthresh: 5000 });
  });

  test('the third duplicate, not the second (5681.4)', () => {
    const t = flight(10).in('. 1:1 ack 1').in('. 1:1 ack 1').quiet();
    t.in('. 1:1 ack 1').out('. 1:1001 ack 1').followed('5681-3.2-fast-retransmit');
  });

  test.each([
    ['with text', (i: number) => `. ${1 + 10 * i}:${11 + 10 * i} ack 1`],
    ['with another window', (i: number) => `. 1:1 ack 1 win ${60_000 + i}`],
  ])('%s it is no duplicate (5681.4)', (_, line) => {
    const t = flight(10);
    for (let i = 0; i < 6; i++) t.in(line(i));
    expect(info(t).counters).toMatchObject({ retransmissions: 0, duplicateAcks: 0 });
  });

  test('out of order: an ACK at once; part of the gap filled: at once too (5681.6)', () => {
    const t = established().in('. 2001:3001 ack 1').out('. 1:1 ack 1');
    t.in('. 1:501 ack 1').out('. 1:1 ack 501').in('. 501:2001 ack 1').out('. 1:1 ack 3001');
  });

  test('every second full segment is acknowledged, one alone within half a second, none twice (5681.7)', () => {
    const t = established().in('. 1:1001 ack 1').quiet().in('. 1001:2001 ack 1').out('. 1:1 ack 2001');
    t.after(1000)
      .quiet()
      .in('. 2001:3001 ack 1')
      .quiet()
      .after(499)
      .out('. 1:1 ack 3001')
      .after(5000)
      .quiet();
  });

  test('the same segment times out again: ssthresh stays (5681.9)', () => {
    const t = flight(10).after(1000).after(2000).after(4000);
    expect(info(t)).toMatchObject({ cwnd: 1000, ssthresh: 5000, counters: { timeouts: 3 } });
  });

  test.each([
    ['with SACK', true],
    ['without', false],
  ])(
    '%s: in flight is never more than both windows allow, but for two segments (5681.10, 3042.1)',
    (_, sack) => {
      const t = opened({ sack });
      t.write(400_000).takeSent();
      let seed = 3;
      const below = (n: number): number => {
        seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
        return (seed >>> 8) % n;
      };
      for (let i = 0; i < 600 && info(t).sendQueue > 0; i++) {
        const { snd, board } = t.connection.tcb;
        const una = diff(snd.una, t.connection.tcb.iss);
        const inFlight = diff(snd.nxt, snd.una);
        const win = 4000 + 1000 * below(60);
        const ack = una + (below(3) === 0 ? 0 : below(Math.floor(inFlight / 1000) + 1) * 1000);
        const left = ack + 1000 * (1 + below(8));
        const report = sack && left + 1000 <= una + inFlight ? ` <sack ${left}:${left + 1000}>` : '';
        const edge = Math.max(diff(snd.una, t.connection.tcb.iss) + snd.wnd, ack + win);
        t.after(below(120)).in(`. 1:1 ack ${ack} win ${win}${report}`);
        const allowed = Math.max(Math.floor(info(t).cwnd), 1000) + 2000;
        if (t.takeSent().length === 0) continue;
        expect(
          board.pipe(snd.nxt) - (sack ? 0 : 1000 * t.connection.tcb.recovery.duplicates),
        ).toBeLessThanOrEqual(allowed);
        expect(diff(snd.nxt, t.connection.tcb.iss)).toBeLessThanOrEqual(edge + win);
        expect(diff(snd.nxt, snd.una)).toBeLessThanOrEqual(65_535);
      }
    },
  );
});

describe('RFC 3042 limited transmit', () => {
  test('each of the first two duplicates lets one new segment out, old ones not (5681.5, 3042.1, 3042.4)', () => {
    const t = flight(10).write(5000).quiet();
    t.in('. 1:1 ack 1').out('. 10001:11001 ack 1').in('. 1:1 ack 1').out('. 11001:12001 ack 1');
    expect(info(t).counters.retransmissions).toBe(0);
  });

  test('cwnd stays what it is, and flight is two above it at most (3042.2)', () => {
    const t = flight(10).write(5000).in('. 1:1 ack 1').in('. 1:1 ack 1');
    expect(info(t).cwnd).toBe(10_000);
    expect(diff(t.connection.tcb.snd.nxt, t.connection.tcb.snd.una)).toBe(12_000);
  });

  test('not beyond the peer’s window (3042.1)', () => {
    const t = new Script().connect().in('S. 0:0 ack 1 win 10500 <mss 1000>');
    t.write(15_000).takeSent();
    t.in('. 1:1 ack 1 win 10500').in('. 1:1 ack 1 win 10500').quiet();
  });

  test('nothing new: nothing leaves (3042.4)', () => {
    flight(10).in('. 1:1 ack 1').in('. 1:1 ack 1').quiet();
  });

  test('with SACK only a duplicate that reports something new lets one out (3042.3)', () => {
    const t = flight(10, opened({ sack: true }))
      .after(100)
      .write(5000)
      .quiet();
    t.in('. 1:1 ack 1').quiet().in('. 1:1 ack 1 <sack 1001:2001>').out('. 10001:11001 ack 1');
    t.in('. 1:1 ack 1 <sack 1001:2001>').quiet();
  });

  test('a window of two: it makes the third duplicate possible (3042.5)', () => {
    const t = flight(2, opened({ initialWindow: 2 }))
      .write(5000)
      .quiet();
    // The first is lost; each duplicate is answered with text that makes the next.
    t.in('. 1:1 ack 1').out('. 2001:3001 ack 1').in('. 1:1 ack 1').out('. 3001:4001 ack 1');
    t.in('. 1:1 ack 1').out('. 1:1001 ack 1').followed('5681-3.2-fast-retransmit');
    expect(info(t).counters.timeouts).toBe(0);
  });
});

describe('RFC 6582 without SACK', () => {
  const repairing = (): Script => {
    const t = flight(10).in('. 1:1 ack 1001');
    t.takeSent();
    t.in('. 1:1 ack 1001').in('. 1:1 ack 1001').in('. 1:1 ack 1001').out('. 1001:2001 ack 1');
    return t;
  };

  test('the repair lasts until all is acknowledged that was sent before it, and no longer (6582.1)', () => {
    const t = repairing().write(10_000);
    t.takeSent();
    t.in('. 1:1 ack 9001');
    expect(congestionState(t.connection.tcb)).toBe('recovery');
    t.in('. 1:1 ack 10001');
    expect(congestionState(t.connection.tcb)).toBe('open');
  });

  test('a partial ACK sends the next hole at once (6582.2)', () => {
    const t = repairing().in('. 1:1 ack 3001').out('. 3001:4001 ack 1').followed('6582-3.2-partial');
    t.in('. 1:1 ack 7001').out('. 7001:8001 ack 1');
  });

  test('with it goes one new segment at most, however much it acknowledges (6582.2)', () => {
    const t = repairing().write(20_000);
    for (let i = 0; i < 6; i++) t.in('. 1:1 ack 1001');
    t.takeSent();
    t.in('. 1:1 ack 3001').out('. 3001:4001 ack 1', '. 14001:15001 ack 1');
    t.in('. 1:1 ack 5001').out('. 5001:6001 ack 1').in('. 1:1 ack 9001').out('P. 9001:10001 ack 1');
  });

  test('the first partial ACK starts the timer anew, the second does not (6582.3)', () => {
    const t = repairing().after(500).in('. 1:1 ack 3001').out('. 3001:4001 ack 1');
    t.after(900).in('. 1:1 ack 5001').out('. 5001:6001 ack 1').after(99).quiet().after(1);
    expect(info(t).counters.timeouts).toBe(1);
  });

  test('after a timeout, duplicates below what was sent before it begin no fast retransmit (6582.4)', () => {
    const t = flight(10).after(1000).in('. 1:1 ack 3001');
    t.takeSent();
    for (let i = 0; i < 6; i++) t.in('. 1:1 ack 3001');
    expect(info(t).counters.fastRetransmits).toBe(0);
  });
});

describe('RFC 6298', () => {
  test('a second for the first SYN, before any sample (6298.1)', () => {
    new Script()
      .connect()
      .out('S 0:0')
      .after(999)
      .quiet()
      .after(1)
      .out('S 0:0')
      .after(1999)
      .quiet()
      .after(1)
      .out('S 0:0');
  });

  test('no sample from a segment that was sent twice, and the RTO stays backed off; the next gives one (6298.4, 6298.8)', () => {
    const t = flight(1).after(1000).out('P. 1:1001 ack 1').after(500).in('. 1:1 ack 1001');
    expect(info(t)).toMatchObject({ rto: 2000, srtt: 100 });
    t.write(1000).out('P. 1001:2001 ack 1').after(1999).quiet().after(1).out('P. 1001:2001 ack 1');
    t.in('. 1:1 ack 2001').write(1000).takeSent();
    t.after(100).in('. 1:1 ack 3001');
    expect(info(t).rto).toBe(1000);
  });

  test('the timer runs from the first segment, anew from each ACK of something new, and stops with the last (6298.5)', () => {
    const first = opened().write(1000).after(500).write(2000);
    first.takeSent();
    first.after(499).quiet().after(1).out('P. 1:1001 ack 1');
    const t = flight(3).after(100).in('. 1:1 ack 1001').after(999).quiet().after(1).out('. 1001:2001 ack 1');
    t.in('. 1:1 ack 3001').after(100_000).quiet();
  });

  test('on expiry the oldest segment alone, twice the RTO, and so on (6298.6, MUST-19)', () => {
    const t = flight(3).after(999).quiet().after(1).out('. 1:1001 ack 1').after(1999).quiet();
    t.after(1).out('. 1:1001 ack 1').after(3999).quiet().after(1).out('. 1:1001 ack 1');
  });

  test('a SYN that had to be sent again: text begins with an RTO of three seconds (6298.7)', () => {
    const t = new Script().connect().after(1000).in('S. 0:0 ack 1 <mss 1000>').write(1000);
    t.takeSent();
    t.after(2999).quiet().after(1).out('P. 1:1001 ack 1');
  });
});

describe('RFC 6928', () => {
  test.each([
    [1460, 10],
    [536, 10],
    [1220, 10],
    [4000, 3],
    [9000, 2],
  ])('an MSS of %i: %i segments leave at first (6928.1, 6928.5)', (mss, segments) => {
    const t = new Script({ mtu: 10_000 }).connect().in(`S. 0:0 ack 1 win 65535 <mss ${mss}>`);
    t.takeSent();
    t.write(60_000);
    expect(t.takeSent()).toHaveLength(segments);
  });

  test('one, if the SYN was lost; and if the SYN,ACK was (6928.2)', () => {
    const active = new Script().connect().after(1000).in('S. 0:0 ack 1 <mss 1000>');
    active.takeSent();
    active.write(10_000).out('. 1:1001 ack 1');
    const passive = new Script().listen().in('S 0:0 <mss 1000>').after(1000).in('. 1:1 ack 1');
    passive.takeSent();
    passive.write(10_000).out('. 1:1001 ack 1');
  });

  test('our first window has room for ten segments (6928.3)', () => {
    const t = new Script().connect();
    const window = Number(/win (\d+)/.exec(t.takeSent()[0]!)?.[1]);
    expect(window).toBeGreaterThanOrEqual(10 * 1460);
  });
});
