// §3.8.6 flow control: closed windows and their probes, windows that shrink, silly windows at both ends.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { URGENT } from '../../src/tcp/notice.ts';
import { established, Script } from '../support/script.ts';

const info = (t: Script) => t.connection.info(t.now);

/** The peer's window is closed, and `n` bytes wait. */
const shut = (n: number): Script => established().in('. 1:1 ack 1 win 0').write(n).quiet();

describe('§3.8.6.1 zero-window probes', () => {
  test('MUST-36, SHLD-29: the first after one RTO, one octet of new text', () => {
    const t = shut(500).after(999).quiet().after(1).out('. 1:2 ack 1').followed('9293-3.8.6.1-probe');
    expect(info(t).counters.probes).toBe(1);
  });

  test('SHLD-30: at doubling intervals up to the maximum', () => {
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
      .in('. 1:1 ack 501')
      .after(60_000)
      .quiet();
  });

  test('the octet is taken: the next probe carries the next one', () => {
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

  test('MUST-37: hours of answered probes do not end the connection', () => {
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

  test('a FIN waits for the window too, and is the probe when no text is left', () => {
    const t = established().in('. 1:1 ack 1 win 0').shutdown().quiet().after(999).quiet().after(1);
    t.out('F. 1:1 ack 1').in('. 1:1 ack 1 win 0').after(1999).quiet().after(1).out('F. 1:1 ack 1');
    t.in('. 1:1 ack 2 win 0').state('FIN-WAIT-2').after(100_000).quiet();
  });

  test('text and FIN behind a closed window', () => {
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

describe('MUST-34: a window that shrinks', () => {
  test('nothing new beyond its edge; what is in flight is not forgotten', () => {
    const t = established().in('. 1:1 ack 1 win 3000').write(5000);
    t.out('. 1:1001 ack 1', '. 1001:2001 ack 1', '. 2001:3001 ack 1');
    t.in('. 1:1 ack 1001 win 500').quiet().in('. 1:1 ack 3001 win 2000');
    t.out('. 3001:4001 ack 1', 'P. 4001:5001 ack 1');
  });

  test('SHLD-16: what lies inside goes again as ever, what lies beyond waits', () => {
    const t = established().write(4000);
    t.takeSent();
    t.in('. 1:1 ack 1001 win 1000').quiet().after(1000).out('. 1001:2001 ack 1');
    // The congestion window is two segments again, the peer's one.
    t.in('. 1:1 ack 2001 win 1000')
      .out('. 2001:3001 ack 1')
      .in('. 1:1 ack 3001 win 1000')
      .out('P. 3001:4001 ack 1');
  });

  test('MUST-35: shrunk to nothing, the oldest goes again and again, as a probe would', () => {
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

  test('SHLD-17: a peer that answers is not given up for what its window no longer takes', () => {
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

describe('§3.8.6.2.1 silly windows at the sender (MUST-38)', () => {
  test('a small part of the text waits for a larger window, but not for ever', () => {
    const t = established().in('. 1:1 ack 1 win 400').write(2000).quiet().after(999).quiet().after(1);
    t.out('. 1:401 ack 1').followed('9293-3.8.6.2.1-override');
  });

  test('the override comes within 0.1 to 1 s whatever the RTO', () => {
    const t = new Script().connect().out('S 0:0').after(900).in('S. 0:0 ack 1 <mss 1000>').out('. 1:1 ack 1');
    expect(info(t).rto).toBe(2700);
    t.in('. 1:1 ack 1 win 400').write(2000).after(999).quiet().after(1).out('. 1:401 ack 1');
  });

  test('all the text, when it fits, goes at once', () => {
    established().in('. 1:1 ack 1 win 400').write(400).out('P. 1:401 ack 1');
  });

  test('half of the largest window the peer ever offered is enough', () => {
    const t = new Script().connect().out('S 0:0').in('S. 0:0 ack 1 win 1500 <mss 1000>').out('. 1:1 ack 1');
    t.write(5000).out('. 1:1001 ack 1').in('. 1:1 ack 1001 win 749').quiet();
    t.in('. 1:1 ack 1001 win 750').out('. 1001:1751 ack 1');
  });

  test('a peer with less buffer than one MSS gets its whole window at a time', () => {
    const t = new Script().connect().out('S 0:0').in('S. 0:0 ack 1 win 300 <mss 1000>').out('. 1:1 ack 1');
    t.write(1000).out('. 1:301 ack 1').in('. 1:1 ack 301 win 300').out('. 301:601 ack 1');
  });
});

describe('§3.8.6.2.2 silly windows at the receiver (MUST-39)', () => {
  /** `n` bytes of the 10000 that fit have arrived and wait to be read. */
  const filled = (n: number): Script => {
    const t = established({ parameters: { receiveBuffer: 10_000 } });
    for (let from = 1; from <= n; from += 1000) t.in(`. ${from}:${from + 1000} ack 1`);
    t.after(1000).takeSent();
    return t;
  };

  test('SHLD-14: as text comes and nobody reads, the right edge stays where it is', () => {
    const t = established({ parameters: { receiveBuffer: 10_000 } });
    t.in('. 1:1001 ack 1').in('. 1001:2001 ack 1').out('. 1:1 ack 2001 win 8000');
    t.in('. 2001:3001 ack 1').in('. 3001:4001 ack 1').out('. 1:1 ack 4001 win 6000');
  });

  test('a slow reader opens the closed window by a segment at a time', () => {
    const t = filled(10_000).readSome(1000).quiet().readSome(459).quiet().readSome(1);
    t.out('. 1:1 ack 10001 win 1460').followed('9293-3.8.6.2.2-update').readSome(540).quiet();
  });

  test('meanwhile other segments still carry the closed window', () => {
    filled(10_000).readSome(1000).readSome(459).write(10).out('P. 1:11 ack 10001 win 0');
  });

  test('a buffer smaller than two segments opens by half', () => {
    const t = established({ parameters: { receiveBuffer: 1000 } })
      .in('. 1:1001 ack 1')
      .after(200);
    t.out('. 1:1 ack 1001 win 0').readSome(499).quiet().readSome(1).out('. 1:1 ack 1001 win 500');
  });

  test('reading from a window that is wide open tells nobody', () => {
    filled(4000).readSome(1000).quiet().readSome(1000).quiet();
  });

  test('all read at once: one update', () => {
    filled(10_000).reads(10_000).out('. 1:1 ack 10001 win 10000');
  });

  test('no update once the peer’s FIN is here', () => {
    const t = filled(8000).in('F. 8001:8001 ack 1').out('. 1:1 ack 8002').reads(8000).quiet();
    t.state('CLOSE-WAIT');
  });

  test('an update that is lost is found by the peer’s probe', () => {
    const t = filled(10_000).reads(10_000);
    t.takeSent();
    t.in('. 10001:10002 ack 1').after(200).out('. 1:1 ack 10002 win 9999');
  });
});

describe('MUST-66: a closed window', () => {
  const full = (): Script =>
    established({ parameters: { receiveBuffer: 1000 } })
      .in('. 1:1001 ack 1')
      .after(200)
      .out('. 1:1 ack 1001 win 0');

  test('a probe is answered with where we stand; its octet is not taken', () => {
    const t = full().in('. 1001:1002 ack 1').out('. 1:1 ack 1001 win 0').reads(1000);
    t.out('. 1:1 ack 1001 win 1000').in('. 1001:1002 ack 1').reads(1);
  });

  test('the ACK of a segment whose text is refused counts', () => {
    const t = full()
      .write(500)
      .out('P. 1:501 ack 1001')
      .in('P. 1001:1101 ack 501')
      .out('. 501:501 ack 1001 win 0');
    expect(info(t)).toMatchObject({ sendQueue: 0, receiveQueue: 1000 });
  });

  test('so does a bare ACK, and its window', () => {
    const t = full().write(500).out('P. 1:501 ack 1001').in('. 1001:1001 ack 501 win 77').quiet();
    expect(info(t)).toMatchObject({ sendQueue: 0, sndWnd: 77 });
  });

  test('so does a RST, at RCV.NXT and nowhere else', () => {
    full()
      .in('R 1002:1002')
      .quiet()
      .state('ESTABLISHED')
      .in('R 1001:1001')
      .state('CLOSED')
      .error('ECONNRESET');
  });

  test('so does the urgent pointer', () => {
    full().in('U. 1001:1001 ack 1 urg 10').told(URGENT).state('ESTABLISHED');
  });

  test('a FIN does not: it has no room', () => {
    const t = full().in('F. 1001:1001 ack 1').out('. 1:1 ack 1001 win 0').state('ESTABLISHED').reads(1000);
    t.out('. 1:1 ack 1001 win 1000').in('F. 1001:1001 ack 1').out('. 1:1 ack 1002').state('CLOSE-WAIT');
  });
});

describe('what was offered once is honoured (RFC 7323 §2.4)', () => {
  const step = fc.record({ length: fc.integer({ min: 1, max: 3000 }), read: fc.nat(4) });

  test.each([
    ['no scaling', false, 20_000],
    ['scaling', true, 200_000],
    ['scaling, an odd buffer', true, 1_234_567],
  ])(
    '%s: a peer that fills the largest window it saw loses nothing',
    (_name, windowScaling, receiveBuffer) => {
      fc.assert(
        fc.property(fc.array(step, { minLength: 20, maxLength: 120 }), fc.nat(40), (steps, burst) => {
          const t = new Script({ parameters: { windowScaling, receiveBuffer } }).connect();
          const scale = windowScaling ? info(t).receiveScale : 0;
          t.takeSent();
          t.in(`S. 0:0 ack 1 <mss 1460${windowScaling ? ',wscale 0' : ''}>`);
          const shift = windowScaling ? info(t).receiveScale : scale;
          let edge = 0;
          let last = 0;
          const look = (): void => {
            for (const segment of t.takeSent()) {
              const [, ack, win] = /ack (\d+) win (\d+)/.exec(segment) as unknown as [string, string, string];
              last = Number(ack) + Number(win) * 2 ** shift;
              expect(last).toBeGreaterThan(edge - 2 ** shift);
              expect(Number(ack) + receiveBuffer + 2 ** shift).toBeGreaterThan(last);
              edge = Math.max(edge, last);
            }
          };
          look();
          let next = 1;
          for (const { length, read } of steps) {
            for (let i = 0; i <= burst; i++) {
              const n = Math.min(length, edge - next);
              if (n <= 0) break;
              t.in(`. ${next}:${next + n} ack 1`);
              next += n;
              look();
            }
            for (let i = 0; i < read; i++) t.readSome(length);
            t.after(200);
            look();
            expect(info(t).rcvNxt).toBe((0xfffffffa + next) >>> 0);
          }
        }),
        { numRuns: 20 },
      );
    },
  );
});
