// RFC 9293 §3.10.7 and the sections around it, requirement by requirement: what arrives, what is answered, where
// the state goes. Each test names the ids of docs/requirements that it proves.

import { describe, expect, test } from 'vitest';
import { END, ERROR, READABLE } from '../../src/tcp/notice.ts';
import { resetFor } from '../../src/tcp/reset.ts';
import { Segment } from '../../src/tcp/segment.ts';
import { seq } from '../../src/tcp/seq.ts';
import { ACK, RST, SYN } from '../../src/wire/tcp.ts';
import { established, Script } from '../support/script.ts';
import { reach } from '../tcp/states.ts';

describe('§3.1 and §3.6 at the interface to the application', () => {
  test('the window field is unsigned: 40000 and 65535 are large windows (MUST-1)', () => {
    for (const win of [40_000, 65_535]) {
      const t = established({ parameters: { initialWindow: 100 } });
      t.in(`. 1:1 ack 1 win ${win}`).write(70_000);
      const sent = t.takeSent();
      expect(sent).toHaveLength(Math.floor(win / 1000));
      expect(t.connection.info(t.now).sndWnd).toBe(win);
    }
  });

  test('a FIN is an end, a RST is an error: the application can tell (MUST-12)', () => {
    established()
      .in('F. 1:1 ack 1')
      .told(END | READABLE)
      .untold(ERROR)
      .error(null)
      .state('CLOSE-WAIT');
    established().in('R 1:1').told(ERROR).untold(END).error('ECONNRESET').state('CLOSED');
  });

  test('the active closer answers for 2 MSL, and then no more (MUST-13)', () => {
    const t = reach['TIME-WAIT']();
    t.after(239_999).state('TIME-WAIT').after(1).state('CLOSED');
  });

  test('a RST that carries text resets all the same (SHLD-2)', () => {
    established().in('R. 1:101 ack 1').quiet().error('ECONNRESET').state('CLOSED');
  });

  test('closed with text unread: RST, not FIN (SHLD-3, A077)', () => {
    established().in('P. 1:101 ack 1').close().out('R 1:1').state('CLOSED');
  });

  test('text that comes after both ways were closed: RST (SHLD-3)', () => {
    established().close().out('F. 1:1 ack 1').in('P. 1:101 ack 2').out('R 2:2').state('CLOSED');
  });
});

describe('§3.8.6.3 and RFC 5681 §4.2: when to acknowledge', () => {
  test('a lone segment waits for company, less than half a second (MUST-40, SHLD-18)', () => {
    for (const delayedAck of [40, 200, 499]) {
      const t = established({ parameters: { delayedAck } }).in('P. 1:1001 ack 1').quiet();
      t.after(delayedAck - 1)
        .quiet()
        .after(1)
        .out('. 1:1 ack 1001');
    }
  });

  test('every second full-sized segment is acknowledged at once (SHLD-19)', () => {
    const t = established();
    for (let from = 1; from < 10_000; from += 2000) {
      t.in(`. ${from}:${from + 1000} ack 1`).quiet();
      t.in(`. ${from + 1000}:${from + 2000} ack 1`).out(`. 1:1 ack ${from + 2000}`);
    }
  });

  test('a batch is looked at whole, and answered by one ACK (MUST-58, MUST-59)', () => {
    established()
      .batch('. 1:1001 ack 1', '. 1001:2001 ack 1', '. 2001:3001 ack 1', '. 3001:4001 ack 1')
      .out('. 1:1 ack 4001');
  });

  test('the filling of a hole is acknowledged in full, once (MUST-59)', () => {
    const t = established()
      .in('. 1001:2001 ack 1')
      .out('. 1:1 ack 1')
      .in('. 2001:3001 ack 1')
      .out('. 1:1 ack 1');
    t.in('. 1:1001 ack 1').out('. 1:1 ack 3001');
  });

  test('text out of order is kept, and its arrival told at once (SHLD-31, MAY-13)', () => {
    const t = established().in('P. 1001:1501 ack 1').out('. 1:1 ack 1').reads(0);
    t.in('. 1:1001 ack 1').out('. 1:1 ack 1501').reads(1500);
  });
});

describe('§3.10.7.3 SYN-SENT', () => {
  const synSent = () => new Script().connect().out('S 0:0');

  test('an ACK at or before the ISS, or beyond SND.NXT: RST with its number (U-3)', () => {
    synSent().in('S. 0:0 ack 0').out('R 0:0').state('SYN-SENT');
    synSent().in('. 0:0 ack 2').out('R 2:2').state('SYN-SENT');
    synSent().in('R. 0:0 ack 2').quiet().state('SYN-SENT');
  });

  test('a RST counts with an acceptable ACK only (U-3)', () => {
    synSent().in('R 0:0').quiet().state('SYN-SENT');
    synSent().in('R. 0:0 ack 1').quiet().error('ECONNREFUSED').state('CLOSED');
  });

  test('a SYN without ACK crosses ours: SYN-RECEIVED, then one connection (U-3, MUST-10, A013)', () => {
    const t = synSent().in('S 0:0 <mss 1000>').out('S. 0:0 ack 1').state('SYN-RECEIVED');
    // A server that splits the handshake: SYN, then SYN,ACK.
    t.in('S. 0:0 ack 1').quiet().state('ESTABLISHED').write(10).out('P. 1:11 ack 1');
  });
});

describe('§3.10.7.4 first: the sequence number', () => {
  const WINDOW = 1 << 16;
  /** RCV.NXT is 1, the window ends before 65536 (no scaling). */
  const EDGE = WINDOW;

  test.each([
    ['empty, before RCV.NXT', '. 0:0 ack 1', false],
    ['empty, at RCV.NXT', '. 1:1 ack 1', true],
    ['empty, at the last octet', `. ${EDGE - 1}:${EDGE - 1} ack 1`, true],
    ['empty, at the edge', `. ${EDGE}:${EDGE} ack 1`, false],
    ['text that ends before RCV.NXT', '. 4294967200:1 ack 1', false],
    ['text that begins before it and ends in it', '. 4294967200:2 ack 1', true],
    ['text at the last octet', `. ${EDGE - 1}:${EDGE + 9} ack 1`, true],
    ['text at the edge', `. ${EDGE}:${EDGE + 10} ack 1`, false],
  ])('%s (U-6)', (_, segment, acceptable) => {
    const t = established().write(10).out('P. 1:11 ack 1');
    // An acceptable one has its ACK field looked at, wherever its text lies.
    t.in(segment.replace('ack 1', 'ack 11'));
    expect(t.connection.info(t.now).sndUna === t.connection.info(t.now).sndNxt).toBe(acceptable);
  });

  test('what is not acceptable is answered by an ACK, unless it is a RST (U-6)', () => {
    established().in('. 70000:70010 ack 1').out('. 1:1 ack 1');
    established().in('R 70000:70000').quiet().state('ESTABLISHED');
  });

  test('only what is new and inside counts: text, SYN and FIN beyond are cut off (U-8, A080)', () => {
    const t = established().in('. 1:101 ack 1').after(200).out('. 1:1 ack 101');
    t.in('. 51:201 ack 1').after(200).out('. 1:1 ack 201').reads(200);
    // The FIN lies beyond the edge: it is not there yet.
    established()
      .in(`F. 1000:${EDGE + 1} ack 1`)
      .out('. 1:1 ack 1')
      .untold(END)
      .state('ESTABLISHED');
  });

  test('a FIN right behind the edge is cut off, all text before it is taken; it counts when it comes again (U-8)', () => {
    for (const beyond of [0, 1, 500]) {
      const t = established({ parameters: { receiveBuffer: 1000 } });
      t.in(`FP. 1:${1001 + beyond} ack 1`)
        .out('. 1:1 ack 1001 win 0')
        .untold(END)
        .state('ESTABLISHED');
      t.reads(1000).out('. 1:1 ack 1001 win 1000');
      t.in(`FP. 1001:${1001 + beyond} ack 1`)
        .out(`. 1:1 ack ${1002 + beyond}`)
        .told(END)
        .state('CLOSE-WAIT');
    }
  });
});

describe('§3.10.7.4 fifth: the ACK field', () => {
  test('without ACK nothing of a segment counts (U-13)', () => {
    established().in('P 1:11').after(1000).quiet().reads(0);
    established().in('F 1:1').after(1000).quiet().state('ESTABLISHED');
  });

  test('SYN-RECEIVED: an ACK of something else is answered by RST with its number (U-14)', () => {
    reach['SYN-RECEIVED']().in('. 1:1 ack 5').out('R 5:5').state('SYN-RECEIVED');
    reach['SYN-RECEIVED']().in('. 1:1 ack 0').out('R 0:0').state('SYN-RECEIVED');
  });

  test('an ACK of what was not sent is answered, and its text is not taken (U-15, A078)', () => {
    established().in('P. 1:11 ack 5').out('. 1:1 ack 1').reads(0);
  });

  test('a window is taken from the newer segment only (U-15)', () => {
    const t = established().write(100).out('P. 1:101 ack 1');
    t.in('. 1:11 ack 101 win 5000').in('. 1:1 ack 101 win 9');
    expect(t.connection.info(t.now).sndWnd).toBe(5000);
    t.in('. 11:11 ack 101 win 6000').in('. 11:11 ack 51 win 8');
    expect(t.connection.info(t.now).sndWnd).toBe(6000);
  });

  test('an ACK of our FIN takes the state on: FIN-WAIT-2, TIME-WAIT, CLOSED (U-16)', () => {
    reach['FIN-WAIT-1']().in('. 1:1 ack 1').state('FIN-WAIT-1').in('. 1:1 ack 2').state('FIN-WAIT-2');
    reach.CLOSING().in('. 2:2 ack 1').state('CLOSING').in('. 2:2 ack 2').state('TIME-WAIT');
    reach['LAST-ACK']().in('. 2:2 ack 1').state('LAST-ACK').in('. 2:2 ack 2').state('CLOSED');
  });

  test('TIME-WAIT: the FIN again is acknowledged again, and 2 MSL begin anew (U-16)', () => {
    const t = reach['TIME-WAIT']().after(200_000).in('F. 1:1 ack 2').out('. 2:2 ack 2');
    t.after(239_999).state('TIME-WAIT').after(1).state('CLOSED');
  });
});

describe('§3.10.7.4 eighth: the FIN', () => {
  test('it is acknowledged at once, RCV.NXT goes over it, the reader sees the end (U-18)', () => {
    const t = established().in('FP. 1:11 ack 1').out('. 1:1 ack 12').told(END).reads(10);
    expect(t.connection.ended).toBe(true);
  });

  test('in SYN-SENT it is nothing (U-18)', () => {
    new Script().connect().out('S 0:0').in('F. 0:0 ack 1').quiet().state('SYN-SENT');
  });

  test.each([
    ['out of order', (t: Script) => t.in('F. 101:101 ack 1').in('. 1:101 ack 1')],
    ['with text that was there before', (t: Script) => t.in('. 1:101 ack 1').in('F. 51:101 ack 1')],
    ['with text that comes again, cut otherwise', (t: Script) => t.in('. 1:51 ack 1').in('F. 1:101 ack 1')],
    [
      'twice, at two places',
      (t: Script) => t.in('F. 101:101 ack 1').in('F. 51:51 ack 1').in('. 1:101 ack 1'),
    ],
    [
      'with more text behind it',
      (t: Script) => t.in('F. 1:101 ack 1').in('P. 102:202 ack 1').in('P. 101:301 ack 1'),
    ],
    ['again, with more text', (t: Script) => t.in('F. 1:101 ack 1').in('F. 1:201 ack 1')],
  ])('the first that is accepted fixes the end: %s (A064)', (_, play) => {
    const t = established();
    play(t).state('CLOSE-WAIT').reads(100);
    t.takeSent();
    expect(t.connection.ended).toBe(true);
    expect(t.connection.info(t.now).counters.bytesReceived).toBe(100);
  });
});

describe('half-open connections', () => {
  test('§3.5.1 figure 9: one end forgot; the other finds out when it sends, and both can begin anew (U-22)', () => {
    const t = established().write(10).out('P. 1:11 ack 1');
    // The peer crashed: it has no connection, and answers what it gets.
    const arriving = Object.assign(new Segment(), { seq: seq(1), ack: seq(1), flags: ACK, textLength: 10 });
    const answer = new Segment();
    expect(resetFor(arriving, answer)).toBe(true);
    expect([answer.flags, answer.seq]).toEqual([RST, 1]);
    t.in('R 1:1').quiet().error('ECONNRESET').state('CLOSED');
  });

  test('§3.5.1 figure 10: the one that forgot calls again; its SYN is challenged, its RST believed (U-22)', () => {
    established().in('S 5000:5000').out('. 1:1 ack 1').in('R 1:1').error('ECONNRESET').state('CLOSED');
  });
});

describe('what an old number may not do in TIME-WAIT (RFC 1337)', () => {
  test.each(['R 2:2', '. 1:1 ack 1', 'P. 1:101 ack 2', 'S 2:2', 'R 1:1'])('%s (A011)', (segment) => {
    const t = reach['TIME-WAIT']().after(1000).in(segment);
    expect(t.takeSent().length).toBeLessThanOrEqual(1);
    t.state('TIME-WAIT').after(238_999).state('TIME-WAIT').after(1).state('CLOSED');
  });
});

test('§3.10.7.1: what belongs to no connection is answered by RST with the numbers it asks for (U-1)', () => {
  const cases = [
    [
      { flags: ACK, seq: 5, ack: 77, textLength: 3 },
      { flags: RST, seq: 77, ack: 0 },
    ],
    [
      { flags: SYN, seq: 5, ack: 0, textLength: 3 },
      { flags: RST | ACK, seq: 0, ack: 9 },
    ],
  ] as const;
  for (const [arriving, answer] of cases) {
    const out = new Segment();
    expect(resetFor(Object.assign(new Segment(), arriving) as Segment, out)).toBe(true);
    expect(out).toMatchObject(answer);
  }
  expect(resetFor(Object.assign(new Segment(), { flags: RST }), new Segment())).toBe(false);
});
