// §3.8.6.3 by Linux's rules: quick ACKs, a wait that adapts, and the end of it when the application answers or reads.

import { describe, expect, test } from 'vitest';
import { FREEBSD, LINUX } from '../../src/tcp/presets.ts';
import { established, Script } from '../support/script.ts';

/** Room enough for the window not to shrink when nobody reads. */
const PLAIN = { windowScaling: false, timestamps: false, sack: false, receiveBuffer: 540_000 };
function begun(more = {}, rtt = 0): Script {
  const t = new Script({ parameters: { ...LINUX, ...PLAIN, ...more } }).connect().out('S 0:0');
  return t.after(rtt).in('S. 0:0 ack 1 win 65535 <mss 1000>').out('. 1:1 ack 1');
}

/** `n` full segments of 1000 bytes have come and were acknowledged one by one; `from` is the next octet. */
function past(n: number, more = {}, rtt = 0): Script {
  const t = begun(more, rtt);
  for (let i = 0; i < n; i++) {
    t.in(`. ${1 + 1000 * i}:${1001 + 1000 * i} ack 1`).out(`. 1:1 ack ${1001 + 1000 * i}`);
    t.reads(1000);
  }
  return t.quiet();
}

describe('quick ACKs', () => {
  test('the first sixteen segments are acknowledged one by one, then every second (SHLD-19)', () => {
    const t = past(16).followed('local-quick-ack');
    t.in('. 16001:17001 ack 1').quiet().in('. 17001:18001 ack 1').out('. 1:1 ack 18001');
  });

  test('as many as half the window has segments, but two at least', () => {
    const t = begun({ receiveBuffer: 12_000 });
    for (const end of [1001, 2001])
      t.in(`. ${end - 1000}:${end} ack 1`)
        .out(`. 1:1 ack ${end}`)
        .reads(1000);
    t.in('. 2001:3001 ack 1').quiet();
  });

  test('again after more than an RTO of silence', () => {
    const t = past(16).after(LINUX.rtoMin).in('. 16001:17001 ack 1').quiet().after(40).out('. 1:1 ack 17001');
    t.after(LINUX.rtoMin + 1)
      .in('. 17001:18001 ack 1')
      .out('. 1:1 ack 18001');
  });

  test('and after a segment that was not acceptable: an old one, say', () => {
    const t = past(16).in('. 15001:16001 ack 1').out('. 1:1 ack 16001');
    t.in('. 16001:17001 ack 1')
      .out('. 1:1 ack 17001')
      .reads(1000)
      .in('. 17001:18001 ack 1')
      .out('. 1:1 ack 18001');
  });

  test('not where the application answers', () => {
    const t = begun().in('P. 1:11 ack 1').out('. 1:1 ack 11').write(5).out('P. 1:6 ack 11');
    t.in('P. 11:21 ack 6').quiet().after(39).quiet().after(1).out('. 6:6 ack 21');
  });

  test('the answer takes the ACK along', () => {
    const t = begun().in('P. 1:11 ack 1').out('. 1:1 ack 11').write(5).out('P. 1:6 ack 11');
    t.in('P. 11:21 ack 6').after(10).write(5).out('P. 6:11 ack 21').after(1000).takeSent();
  });
});

describe('the wait', () => {
  test('40 ms to begin with; FreeBSD always (SHLD-18)', () => {
    past(16).in('. 16001:17001 ack 1').after(39).quiet().after(1).out('. 1:1 ack 17001');
    const t = established({ parameters: { ...FREEBSD, ...PLAIN } })
      .in('. 1:1001 ack 1')
      .after(39)
      .quiet();
    t.after(1)
      .out('. 1:1 ack 1001')
      .in('. 1001:2001 ack 1')
      .quiet()
      .in('. 2001:3001 ack 1')
      .out('. 1:1 ack 3001');
  });

  test('doubles each time it was in vain, up to 200 ms (MUST-40)', () => {
    const t = past(16, {}, 300);
    let next = 16_001;
    for (const wait of [40, 80, 160, 200, 200]) {
      t.in(`. ${next}:${next + 1000} ack 1`)
        .after(wait - 1)
        .quiet();
      t.after(1)
        .out(`. 1:1 ack ${next + 1000}`)
        .reads(1000);
      next += 1000;
    }
  });

  test('but not beyond a round trip', () => {
    const t = past(16, {}, 60);
    for (const [end, wait] of [[17_001, 40] as const, [18_001, 60] as const, [19_001, 60] as const]) {
      t.in(`. ${end - 1000}:${end} ack 1`)
        .after(wait - 1)
        .quiet()
        .after(1)
        .out(`. 1:1 ack ${end}`)
        .reads(1000);
    }
  });

  test('follows the gaps between segments', () => {
    const t = past(16).in('. 16001:17001 ack 1').after(40).out('. 1:1 ack 17001').reads(1000);
    // 80 now; a gap of 40 makes it 80; one of 10 makes it 60.
    t.in('. 17001:18001 ack 1').after(30).in('. 18001:19001 ack 1').out('. 1:1 ack 19001').reads(2000);
    expect(t.connection.tcb.ack.patience).toBe(40 + 30);
    t.after(10).in('. 19001:20001 ack 1');
    expect(t.connection.tcb.ack.patience).toBe(35 + 20);
  });

  test('is over at once when all was read and the peer pushed what it had', () => {
    past(16).in('P. 16001:16011 ack 1').quiet().reads(10).out('. 1:1 ack 16011').followed('local-read-ack');
    past(16)
      .in('. 16001:16011 ack 1')
      .quiet()
      .in('P. 16011:16021 ack 1')
      .quiet()
      .readSome(5)
      .quiet()
      .readSome(5);
  });

  test('more than one segment is acknowledged at once only if the window does not shrink by it', () => {
    const t = begun({ receiveBuffer: 20_000 });
    for (let at = 1; at < 7001; at += 1000) t.in(`. ${at}:${at + 1000} ack 1`);
    t.takeSent();
    // Less than half is free: the window would be smaller than the last.
    t.in('. 7001:8001 ack 1').quiet().in('. 8001:8501 ack 1').quiet().after(200).out('. 1:1 ack 8501');
  });

  test('a FIN that opens no TIME-WAIT waits for the application to close', () => {
    const t = past(16)
      .in('F. 16001:16001 ack 1')
      .quiet()
      .state('CLOSE-WAIT')
      .after(40)
      .out('. 1:1 ack 16002');
    t.close().out('F. 1:1 ack 16002');
    past(16).in('F. 16001:16001 ack 1').quiet().close().out('F. 1:1 ack 16002');
    begun().in('F. 1:1 ack 1').out('. 1:1 ack 2');
  });

  test('out of order, or filling a gap: at once (RFC 5681 §4.2)', () => {
    const t = past(16).in('. 17001:18001 ack 1').out('. 1:1 ack 16001');
    t.in('. 16001:17001 ack 1').out('. 1:1 ack 18001');
  });
});

describe('TCP_QUICKACK', () => {
  test('off: the first segment waits already', () => {
    begun()
      .do((c) => c.setQuickAck(false))
      .in('. 1:1001 ack 1')
      .quiet();
  });

  test('on: what was read and waits is acknowledged now, and so is what comes', () => {
    const t = begun().do((c) => c.setQuickAck(false));
    t.in('P. 1:11 ack 1')
      .reads(10)
      .quiet()
      .do((c) => c.setQuickAck(true));
    t.out('. 1:1 ack 11').in('P. 11:21 ack 1').out('. 1:1 ack 21');
  });
});

describe('what a full segment is', () => {
  test('the largest that came; two smaller ones of one size without PSH make it smaller', () => {
    const t = past(16);
    const mss = (): number => t.connection.tcb.rcv.mss;
    expect(mss()).toBe(1000);
    t.in('. 16001:16601 ack 1');
    expect(mss()).toBe(1000);
    t.in('. 16601:17201 ack 1');
    expect(mss()).toBe(600);
  });
});
