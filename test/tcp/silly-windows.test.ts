// §3.8.6.2 silly windows, avoided at both ends, and the window that we offer: it never takes back what it gave.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { established, Script } from '../support/script.ts';

const info = (t: Script) => t.connection.info(t.now);

describe('§3.8.6.2.1 silly windows at the sender (MUST-38)', () => {
  test('a small part of the text waits for a larger window, but not for ever (MUST-38)', () => {
    const t = established().in('. 1:1 ack 1 win 400').write(2000).quiet().after(999).quiet().after(1);
    t.out('. 1:401 ack 1').followed('9293-3.8.6.2.1-override');
  });

  test('a window that opens octet by octet draws no small segments but the override’s (MUST-38, A024)', () => {
    const t = established().in('. 1:1 ack 1 win 0').write(5000);
    let sent = 0;
    for (let wnd = 1; wnd < 1000; wnd++) {
      t.after(10).in(`. 1:1 ack 1 win ${wnd}`);
      sent += t.takeSent().length;
    }
    // Ten seconds; the first segment that the override lets go is in flight since.
    expect(sent).toBeLessThan(6);
    expect(info(t).sendQueue).toBe(5000);
  });

  test('an octet of window at a time, each taken: one small segment for each override (MUST-38, A024)', () => {
    const t = established().in('. 1:1 ack 1 win 1').write(5000);
    for (let i = 1; i <= 20; i++) {
      t.after(999)
        .quiet()
        .after(1)
        .out(`. ${i}:${i + 1} ack 1`)
        .in(`. 1:1 ack ${i + 1} win 1`)
        .quiet();
    }
  });

  test('the override comes within 0.1 to 1 s whatever the RTO (MUST-38)', () => {
    const t = new Script().connect().out('S 0:0').after(900).in('S. 0:0 ack 1 <mss 1000>').out('. 1:1 ack 1');
    expect(info(t).rto).toBe(2700);
    t.in('. 1:1 ack 1 win 400').write(2000).after(999).quiet().after(1).out('. 1:401 ack 1');
  });

  test('all the text, when it fits, goes at once', () => {
    established().in('. 1:1 ack 1 win 400').write(400).out('P. 1:401 ack 1');
  });

  test('half of the largest window the peer ever offered is enough (MUST-38)', () => {
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

  test('as text comes and nobody reads, the right edge stays where it is (SHLD-14)', () => {
    const t = established({ parameters: { receiveBuffer: 10_000 } });
    t.in('. 1:1001 ack 1').in('. 1001:2001 ack 1').out('. 1:1 ack 2001 win 8000');
    t.in('. 2001:3001 ack 1').in('. 3001:4001 ack 1').out('. 1:1 ack 4001 win 6000');
  });

  test('a slow reader opens the closed window by a segment at a time (MUST-39)', () => {
    const t = filled(10_000).readSome(1000).quiet().readSome(459).quiet().readSome(1);
    t.out('. 1:1 ack 10001 win 1460').followed('9293-3.8.6.2.2-update').readSome(540).quiet();
  });

  test('meanwhile other segments still carry the closed window (MUST-39)', () => {
    filled(10_000).readSome(1000).readSome(459).write(10).out('P. 1:11 ack 10001 win 0');
  });

  test('a buffer smaller than two segments opens by half (MUST-39)', () => {
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

  test('half of the buffer is news; but an ACK that waits anyway brings it', () => {
    const even = established({ parameters: { receiveBuffer: 10_000 } });
    for (let from = 1; from <= 5001; from += 1000) even.in(`. ${from}:${from + 1000} ack 1`);
    even.takeSent();
    even.reads(6000).out('. 1:1 ack 6001 win 10000');
    const odd = established({ parameters: { receiveBuffer: 10_000 } });
    for (let from = 1; from <= 6001; from += 1000) odd.in(`. ${from}:${from + 1000} ack 1`);
    odd.takeSent();
    odd.reads(7000).quiet().after(200).out('. 1:1 ack 7001 win 10000');
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

/** A peer that fills every window it is offered, and looks at each offer. */
class GreedyPeer {
  readonly t: Script;
  /** The largest right edge it ever saw. */
  edge = 0;
  next = 1;
  private readonly receiveBuffer: number;
  private readonly unit: number;

  constructor(windowScaling: boolean, receiveBuffer: number) {
    this.t = new Script({ parameters: { windowScaling, receiveBuffer } }).connect();
    this.receiveBuffer = receiveBuffer;
    this.t.takeSent();
    this.t.in(`S. 0:0 ack 1 <mss 1460${windowScaling ? ',wscale 0' : ''}>`);
    this.unit = 2 ** info(this.t).receiveScale;
    this.look();
  }

  look(): void {
    const room = this.receiveBuffer - info(this.t).receiveQueue;
    for (const segment of this.t.takeSent()) {
      const [, ack, win] = /ack (\d+) win (\d+)/.exec(segment) as unknown as [string, string, string];
      const offered = Number(win) * this.unit;
      // SHLD-14: never to the left; but no more than one unit that there is no room for.
      expect(offered).toBeLessThanOrEqual(room + this.unit);
      if (Number(ack) + offered < this.edge) expect(this.edge - Number(ack)).toBeGreaterThan(room);
      this.edge = Math.max(this.edge, Number(ack) + offered);
    }
  }

  send(atMost: number): void {
    const n = Math.min(atMost, this.edge - this.next);
    if (n <= 0) return;
    this.t.in(`. ${this.next}:${this.next + n} ack 1`);
    this.next += n;
    this.look();
  }

  read(n: number): void {
    this.t.readSome(n);
    this.look();
  }
}

describe('what was offered once is honoured (RFC 7323 §2.4)', () => {
  const step = fc.record({
    length: fc.integer({ min: 1, max: 3000 }),
    count: fc.nat(10),
    read: fc.nat(4),
  });

  test.each([
    ['no scaling', false, 20_000],
    ['scaling', true, 70_000],
    ['scaling, an odd buffer', true, 1_234_567],
  ])(
    '%s: a peer that fills the largest window it saw loses nothing (SHLD-14)',
    (_name, windowScaling, receiveBuffer) => {
      fc.assert(
        fc.property(fc.array(step, { minLength: 20, maxLength: 80 }), (steps) => {
          const peer = new GreedyPeer(windowScaling, receiveBuffer);
          for (const { length, count, read } of steps) {
            for (let i = 0; i < count; i++) peer.send(length);
            for (let i = 0; i < read; i++) peer.read(length);
            peer.t.after(200);
            peer.look();
            expect(info(peer.t).rcvNxt).toBe((0xfffffffa + peer.next) >>> 0);
          }
        }),
        { numRuns: 25 },
      );
    },
  );

  test('byte by byte into a scaled window: its edge stays within one unit of the room', () => {
    const peer = new GreedyPeer(true, 1 << 20);
    for (let i = 0; i < 200; i++) {
      peer.send(1);
      peer.t.after(200);
      peer.look();
    }
  });
});
