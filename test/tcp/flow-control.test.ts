// §3.8.6 flow control: closed windows and their probes, windows that shrink, which segments may change a window.

import { describe, expect, test } from 'vitest';
import { URGENT } from '../../src/tcp/notice.ts';
import { established, Script } from '../support/script.ts';

const info = (t: Script) => t.connection.info(t.now);

/** The peer's window is closed, and `n` bytes wait. */
const shut = (n: number): Script => established().in('. 1:1 ack 1 win 0').write(n).quiet();

describe('§3.8.6.1 zero-window probes', () => {
  test('the first after one RTO, one octet of new text (MUST-36, SHLD-29)', () => {
    const t = shut(500).after(999).quiet().after(1).out('. 1:2 ack 1').followed('9293-3.8.6.1-probe');
    expect(info(t).counters.probes).toBe(1);
  });

  test('at doubling intervals up to the maximum (SHLD-30)', () => {
    const t = shut(500);
    for (let wait = 1000; wait < 500_000; wait *= 2) {
      const next = Math.min(wait, 60_000);
      t.after(next - 1)
        .quiet()
        .after(1)
        .out('. 1:2 ack 1')
        .in('. 1:1 ack 1 win 0')
        .quiet();
    }
  });

  test('the octet is refused: it goes again when the window opens, and the rest with it', () => {
    const t = shut(500).after(1000).out('. 1:2 ack 1').in('. 1:1 ack 1 win 0').quiet();
    t.in('. 1:1 ack 1 win 5000')
      .out('. 1:2 ack 1', 'P. 2:501 ack 1')
      .followed('9293-3.8.6.1-refused')
      .in('. 1:1 ack 501')
      .after(60_000)
      .quiet();
  });

  test('the octet is taken: the next probe carries the next one (A067)', () => {
    const t = shut(500).after(1000).out('. 1:2 ack 1').in('. 1:1 ack 2 win 0').quiet();
    t.after(1999).quiet().after(1).out('. 2:3 ack 1').in('. 1:1 ack 3 win 1000').out('P. 3:501 ack 1');
  });

  test('a window update that comes unasked ends the waiting', () => {
    shut(500)
      .after(500)
      .in('. 1:1 ack 1 win 1000')
      .out('P. 1:501 ack 1')
      .in('. 1:1 ack 501')
      .after(60_000)
      .quiet();
  });

  test('once open, the next closed window is probed after one RTO again', () => {
    const t = shut(500);
    for (const wait of [1000, 2000, 4000]) t.after(wait).out('. 1:2 ack 1').in('. 1:1 ack 1 win 0');
    t.in('. 1:1 ack 1 win 1000').out('. 1:2 ack 1', 'P. 2:501 ack 1').in('. 1:1 ack 501 win 0');
    t.write(10).after(999).quiet().after(1).out('. 501:502 ack 1');
  });

  test('hours of answered probes do not end the connection (MUST-37)', () => {
    const t = shut(500);
    for (let hour = 0; hour < 5; hour++) {
      for (let i = 0; i < 60; i++) {
        t.after(60_000);
        for (const probe of t.takeSent()) {
          expect(probe).toMatch(/^\. 1:2 ack 1 /);
          t.in('. 1:1 ack 1 win 0');
        }
      }
    }
    t.state('ESTABLISHED').in('. 1:1 ack 1 win 1000').out('. 1:2 ack 1', 'P. 2:501 ack 1');
  });

  test('nor does one answer that is lost after hours', () => {
    const t = shut(500);
    for (let i = 0; i < 200; i++) {
      t.after(60_000);
      if (t.takeSent().length > 0 && i < 197) t.in('. 1:1 ack 1 win 0');
    }
    expect(info(t).state).toBe('CLOSED');
    const u = shut(500);
    for (let i = 0; i < 200; i++) {
      u.after(60_000);
      if (u.takeSent().length > 0 && i % 2 === 0) u.in('. 1:1 ack 1 win 0');
    }
    u.state('ESTABLISHED');
  });

  test('a peer that answers no probe is given up after R2', () => {
    const t = shut(500).after(101_000).state('ESTABLISHED').after(60_000).state('CLOSED').error('ETIMEDOUT');
    expect(t.takeSent().filter((segment) => segment.startsWith('. 1:2')).length).toBeGreaterThan(4);
  });

  test('a window that opens after a long silence gives the peer all of R2 again', () => {
    const t = shut(500).after(90_000);
    t.takeSent();
    t.in('. 1:1 ack 1 win 1000').after(98_000).state('ESTABLISHED').after(60_000).state('CLOSED');
  });

  test('a FIN waits for the window too, and is the probe when no text is left (A067)', () => {
    const t = established().in('. 1:1 ack 1 win 0').shutdown().quiet().after(999).quiet().after(1);
    t.out('F. 1:1 ack 1').in('. 1:1 ack 1 win 0').after(1999).quiet().after(1).out('F. 1:1 ack 1');
    t.in('. 1:1 ack 2 win 0').state('FIN-WAIT-2').after(100_000).quiet();
  });

  test('text and FIN behind a closed window (A067)', () => {
    const t = shut(10).shutdown().quiet().after(1000).out('. 1:2 ack 1').in('. 1:1 ack 2 win 100');
    t.out('FP. 2:11 ack 1').in('. 1:1 ack 12').state('FIN-WAIT-2');
  });

  test('the FIN of CLOSE-WAIT takes the same way to LAST-ACK', () => {
    const t = established()
      .in('F. 1:1 ack 1 win 0')
      .out('. 1:1 ack 2')
      .shutdown()
      .quiet()
      .state('CLOSE-WAIT');
    t.after(1000).out('F. 1:1 ack 2').state('LAST-ACK').in('. 2:2 ack 2 win 0').state('CLOSED');
  });

  test('nothing waits, nothing is probed', () => {
    established().in('. 1:1 ack 1 win 0').after(600_000).quiet();
  });
});

describe('a window that shrinks', () => {
  test('nothing new beyond its edge; what is in flight is not forgotten (MUST-34, SHLD-15, A068)', () => {
    const t = established().in('. 1:1 ack 1 win 3000').write(5000);
    t.out('. 1:1001 ack 1', '. 1001:2001 ack 1', '. 2001:3001 ack 1');
    t.in('. 1:1 ack 1001 win 500').quiet().in('. 1:1 ack 3001 win 2000');
    t.out('. 3001:4001 ack 1', 'P. 4001:5001 ack 1');
  });

  test('what lies inside goes again as ever, what lies beyond waits (MUST-34, SHLD-16, A068)', () => {
    const t = established().write(4000);
    t.takeSent();
    t.in('. 1:1 ack 1001 win 1000').quiet().after(1000).out('. 1001:2001 ack 1');
    // The congestion window is two segments again, the peer's one.
    t.in('. 1:1 ack 2001 win 1000')
      .out('. 2001:3001 ack 1')
      .in('. 1:1 ack 3001 win 1000')
      .out('P. 3001:4001 ack 1');
  });

  test('shrunk to nothing, the oldest goes again and again, beyond the edge as it is (MUST-35, MAY-7)', () => {
    const t = established()
      .write(2000)
      .out('. 1:1001 ack 1', 'P. 1001:2001 ack 1')
      .in('. 1:1 ack 1 win 0')
      .quiet();
    for (let wait = 1000; wait < 100_000; wait *= 2) {
      const next = Math.min(wait, 60_000);
      t.after(next - 1)
        .quiet()
        .after(1)
        .out('. 1:1001 ack 1')
        .in('. 1:1 ack 1 win 0')
        .quiet();
    }
    t.in('. 1:1 ack 1001 win 1000').out('P. 1001:2001 ack 1').in('. 1:1 ack 2001').after(100_000).quiet();
  });

  test('a peer that answers is not given up for what its window no longer takes (SHLD-17, MUST-34)', () => {
    const t = established().write(3000);
    t.takeSent();
    t.in('. 1:1 ack 1001 win 0');
    for (let i = 0; i < 300; i++) {
      t.after(10_000);
      if (t.takeSent().length > 0) t.in('. 1:1 ack 1001 win 0');
    }
    t.state('ESTABLISHED');
  });
});

describe('§3.10.7.4 fifth: which segments may change SND.WND', () => {
  test('an older segment does not: WL1, then WL2', () => {
    const t = established()
      .write(100)
      .out('P. 1:101 ack 1')
      .in('P. 11:21 ack 101 win 2000')
      .out('. 101:101 ack 1');
    expect(info(t).sndWnd).toBe(2000);
    t.in('P. 1:11 ack 101 win 9000').out('. 101:101 ack 21');
    expect(info(t).sndWnd).toBe(2000);
    t.in('. 21:21 ack 51 win 9000');
    expect(info(t).sndWnd).toBe(9000);
    t.in('. 21:21 ack 101 win 4000').in('. 21:21 ack 51 win 7000');
    expect(info(t).sndWnd).toBe(4000);
  });

  test('the same numbers with another window do', () => {
    const t = established().in('. 1:1 ack 1 win 5').in('. 1:1 ack 1 win 7');
    expect(info(t).sndWnd).toBe(7);
  });
});

describe('our window is closed', () => {
  const full = (): Script =>
    established({ parameters: { receiveBuffer: 1000 } })
      .in('. 1:1001 ack 1')
      .after(200)
      .out('. 1:1 ack 1001 win 0');

  test('a probe is answered with where we stand; its octet is not taken', () => {
    const t = full().in('. 1001:1002 ack 1').out('. 1:1 ack 1001 win 0').reads(1000);
    t.out('. 1:1 ack 1001 win 1000').in('. 1001:1002 ack 1').reads(1);
  });

  test('the ACK of a segment whose text is refused counts (MUST-66, U-7)', () => {
    const t = full()
      .write(500)
      .out('P. 1:501 ack 1001')
      .in('P. 1001:1101 ack 501')
      .out('. 501:501 ack 1001 win 0');
    expect(info(t)).toMatchObject({ sendQueue: 0, receiveQueue: 1000 });
  });

  test('so does a bare ACK, and its window (MUST-66, U-7)', () => {
    const t = full().write(500).out('P. 1:501 ack 1001').in('. 1001:1001 ack 501 win 77').quiet();
    expect(info(t)).toMatchObject({ sendQueue: 0, sndWnd: 77 });
  });

  test('so does a RST, at RCV.NXT and nowhere else (MUST-66, U-7)', () => {
    full()
      .in('R 1002:1002')
      .quiet()
      .state('ESTABLISHED')
      .in('R 1001:1001')
      .state('CLOSED')
      .error('ECONNRESET');
  });

  test('so does the urgent pointer (MUST-66, U-7)', () => {
    full().in('U. 1001:1001 ack 1 urg 10').told(URGENT).state('ESTABLISHED');
  });

  test('a FIN does not: it has no room', () => {
    const t = full().in('F. 1001:1001 ack 1').out('. 1:1 ack 1001 win 0').state('ESTABLISHED').reads(1000);
    t.out('. 1:1 ack 1001 win 1000').in('F. 1001:1001 ack 1').out('. 1:1 ack 1002').state('CLOSE-WAIT');
  });
});

describe('a window that is closed from the start, or for good', () => {
  test('in the SYN,ACK: text waits, is probed, and leaves when it opens (A067)', () => {
    const t = new Script().connect().out('S 0:0').in('S. 0:0 ack 1 win 0 <mss 1000>').out('. 1:1 ack 1');
    t.write(1500).after(999).quiet().after(1).out('. 1:2 ack 1').in('. 1:1 ack 1 win 0').quiet();
    t.in('. 1:1 ack 2 win 3000').out('. 2:1002 ack 1', 'P. 1002:1501 ack 1');
  });

  test('in the SYN: the same (A067)', () => {
    const t = new Script().listen().in('S 0:0 win 0 <mss 1000>').out('S. 0:0 ack 1').in('. 1:1 ack 1 win 0');
    t.write(500)
      .after(1000)
      .out('. 1:2 ack 1')
      .in('. 1:1 ack 1 win 500')
      .out('. 1:2 ack 1', 'P. 2:501 ack 1');
  });

  test('ours may stay closed for days: every probe is answered (MAY-8, A031)', () => {
    const t = established({ parameters: { receiveBuffer: 1000 } })
      .in('. 1:1001 ack 1')
      .after(200);
    t.out('. 1:1 ack 1001 win 0');
    for (let i = 0; i < 5000; i++) t.after(60_000).in('. 1001:1002 ack 1').out('. 1:1 ack 1001 win 0');
    t.state('ESTABLISHED').reads(1000);
  });

  test('nobody reads: what is kept, in order and out of order, stays within the buffer (A031)', () => {
    const t = established({ parameters: { receiveBuffer: 10_000 } });
    for (let from = 2001; from < 60_000; from += 1000) t.in(`. ${from}:${from + 1000} ack 1`);
    t.in('. 1:1001 ack 1');
    expect(info(t).receiveQueue).toBe(1000);
    t.in('. 1001:2001 ack 1');
    expect(info(t)).toMatchObject({ receiveQueue: 10_000, rcvWnd: 0 });
    expect(t.connection.tcb.rcv.reassembly).toBeNull();
  });

  test('nobody reads, and single octets come out of order: what keeping each costs counts, too (A031)', () => {
    const t = established({ parameters: { receiveBuffer: 10_000 } });
    const held = (): number => t.connection.tcb.rcv.reassembly?.count ?? 0;
    for (let from = 3; from < 10_000; from += 2) t.in(`. ${from}:${from + 1} ack 1`);
    t.followed('9293-3.10.7.4-seventh-no-room');
    expect(held()).toBeGreaterThan(50);
    expect(held()).toBeLessThan(100);
    // What was turned away comes again, in order, and nothing is missing.
    t.in('. 1:1001 ack 1').in('. 1001:10001 ack 1');
    expect(info(t)).toMatchObject({ receiveQueue: 10_000, rcvWnd: 0 });
    t.reads(10_000);
  });

  test('a peer that sends on all the same: nothing is kept, each is answered by an ACK (A032)', () => {
    const t = established({ parameters: { receiveBuffer: 1000 } })
      .in('. 1:1001 ack 1')
      .after(200);
    t.out('. 1:1 ack 1001 win 0');
    for (let from = 1001; from < 200_000; from += 1000) {
      t.in(`. ${from}:${from + 1000} ack 1`).out('. 1:1 ack 1001 win 0');
    }
    expect(info(t)).toMatchObject({ receiveQueue: 1000, rcvWnd: 0 });
    expect(t.connection.tcb.rcv.reassembly).toBeNull();
    t.reads(1000);
  });
});

describe('large windows', () => {
  test('the field is unsigned: 65535 is a window, and so is 32768 (MUST-1)', () => {
    for (const wnd of [32_768, 65_535]) {
      const t = established({ parameters: { initialWindow: 100 } })
        .in(`. 1:1 ack 1 win ${wnd}`)
        .write(100_000);
      expect(info(t).sndNxt - info(t).sndUna).toBe(wnd - (wnd % 1000));
    }
  });

  test('2^30 bytes, across the wrap of the numbers: no sign goes wrong (A061, REC-1)', () => {
    const t = new Script({ parameters: { windowScaling: true, initialWindow: 30, sendBuffer: 1 << 24 } });
    t.connect().takeSent();
    t.in('S. 0:0 ack 1 win 65535 <mss 1000,wscale 14>').in('. 1:1 ack 1 win 65535');
    expect(info(t).sndWnd).toBe(65_535 * 2 ** 14);
    t.write(20_000);
    expect(t.takeSent().filter((segment) => !segment.startsWith('. 1:1 '))).toHaveLength(20);
    t.in('. 1:1 ack 20001 win 65535').write(1000).out('P. 20001:21001 ack 1');
    // The window shrinks by nearly all of that, and nothing new leaves.
    t.in('. 1:1 ack 20001 win 0').write(1000).quiet();
    expect(info(t).sndWnd).toBe(0);
  });
});

describe('a closed window and the other direction', () => {
  test('while our probe is in flight, an ACK carries a number that the peer accepts', () => {
    const t = established();
    t.in('. 1:1 ack 1 win 0').quiet().write(10).quiet();
    t.after(1000).out('. 1:2 ack 1');
    // The peer's window is closed at 1: SND.NXT, 2, would lie outside of it.
    t.in('. 1:1001 ack 1 win 0').in('. 1001:2001 ack 1 win 0').out('. 1:1 ack 2001').reads(2000);
  });

  test('and so does a RST', () => {
    const t = established();
    t.in('. 1:1 ack 1 win 0').write(10).after(1000).out('. 1:2 ack 1').abort().out('R 1:1');
  });

  test('the override sends one segment at most', () => {
    const t = established({ parameters: { r2: 1e9 } });
    // A congestion window of one small segment, then a path that carries more.
    t.do((connection) => connection.setPathMtu(100))
      .write(60_000)
      .takeSent();
    t.after(1000).takeSent();
    t.do((connection) => connection.setPathMtu(1500));
    for (let i = 0; i < 50; i++) {
      for (const text of t.after(1000).takeSent()) {
        const [, from, to] = /(\d+):(\d+)/.exec(text) as unknown as [string, string, string];
        expect(Number(to) - Number(from)).toBeLessThanOrEqual(1000);
        t.in(`. 1:1 ack ${to}`);
      }
    }
  });
});
