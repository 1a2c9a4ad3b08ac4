// §3.7 and §3.8 text that arrives as it should: segmentation, PSH, Nagle, delayed ACKs, buffers, super-segments.

import { describe, expect, test } from 'vitest';
import { WRITABLE } from '../../src/tcp/notice.ts';
import { LINUX, RFC9293 } from '../../src/tcp/presets.ts';
import { Segment } from '../../src/tcp/segment.ts';
import { add } from '../../src/tcp/seq.ts';
import { ACK } from '../../src/wire/tcp.ts';
import { accepted, established, OUR_ISS, PEER_ISS, pattern, type Script } from '../support/script.ts';

describe('segmentation (§3.7.1)', () => {
  test('full segments of the peer’s MSS, then the rest', () => {
    established().write(2500).out('. 1:1001 ack 1', '. 1001:2001 ack 1', 'P. 2001:2501 ack 1');
  });

  test('PSH on the last segment of what is queued, and on it alone (MUST-61, A075)', () => {
    established()
      .write(1000)
      .out('P. 1:1001 ack 1')
      .write(1001)
      .out('. 1001:2001 ack 1', 'P. 2001:2002 ack 1');
    accepted().write(2000).out('. 1:1001 ack 1', 'P. 1001:2001 ack 1');
  });

  test('several small writes fill one segment (SHLD-27, SHLD-28)', () => {
    const t = established().write(10).out('P. 1:11 ack 1');
    for (let i = 0; i < 5; i++) t.write(100).quiet();
    t.in('. 1:1 ack 11').out('P. 11:511 ack 1');
  });

  test('text and acknowledgment share a segment', () => {
    established().in('P. 1:101 ack 1').quiet().write(50).out('P. 1:51 ack 101').after(1000).takeSent();
    const t = established().in('P. 1:101 ack 1').write(50).out('P. 1:51 ack 101').in('. 101:101 ack 51');
    t.after(1000).quiet();
  });

  test('text flows both ways at once', () => {
    const t = established().write(1000).out('P. 1:1001 ack 1');
    t.in('P. 1:1001 ack 1').in('P. 1001:2001 ack 1001').out('. 1001:1001 ack 2001').reads(2000);
    t.write(1000).out('P. 1001:2001 ack 2001');
  });

  test('an empty send sends nothing', () => {
    established().write(0).quiet();
  });
});

describe('§3.7.4 Nagle’s algorithm', () => {
  test('a small segment waits while anything is unacknowledged (SHLD-7)', () => {
    const t = established().write(100).out('P. 1:101 ack 1').write(100).quiet();
    t.in('. 1:1 ack 101').out('P. 101:201 ack 1');
  });

  test('full segments do not wait, the rest behind them does', () => {
    const t = established().write(100).out('P. 1:101 ack 1').write(2300);
    t.out('. 101:1101 ack 1', '. 1101:2101 ack 1').in('. 1:1 ack 51').quiet();
    t.in('. 1:1 ack 101').out('P. 2101:2401 ack 1');
  });

  test('appendix A.3: behind full segments alone it does not wait, so no delayed ACK holds it up', () => {
    const t = established().write(1000).out('P. 1:1001 ack 1').write(1500);
    t.out('. 1001:2001 ack 1', 'P. 2001:2501 ack 1').write(1).quiet().in('. 1:1 ack 2001').quiet();
    t.in('. 1:1 ack 2501').out('P. 2501:2502 ack 1');
  });

  test('it can be turned off for one connection (MUST-17)', () => {
    const t = established().do((c) => c.setNoDelay(true));
    t.write(100).out('P. 1:101 ack 1').write(100).out('P. 101:201 ack 1').write(1).out('P. 201:202 ack 1');
    t.do((c) => c.setNoDelay(false))
      .write(1)
      .quiet();
  });

  test('what it holds leaves when it is turned off (MUST-17)', () => {
    const t = established().write(100).out('P. 1:101 ack 1').write(100).quiet();
    t.do((c) => c.setNoDelay(true)).out('P. 101:201 ack 1');
  });

  test('the last text leaves with the FIN, without waiting', () => {
    established().write(100).out('P. 1:101 ack 1').write(100).shutdown().out('FP. 101:201 ack 1');
  });
});

describe('§3.8.6.3 delayed acknowledgments', () => {
  test('MUST-40: one segment is acknowledged in less than half a second', () => {
    for (const { delayedAck } of [RFC9293, LINUX]) {
      expect(delayedAck).toBeLessThan(500);
      const t = established({ parameters: { delayedAck } }).in('P. 1:1001 ack 1').quiet();
      t.after(delayedAck - 1)
        .quiet()
        .after(1)
        .out('. 1:1 ack 1001')
        .after(10_000)
        .quiet();
    }
  });

  test('SHLD-19: every second full-sized segment at once', () => {
    const t = established().in('. 1:1001 ack 1').quiet().in('. 1001:2001 ack 1').out('. 1:1 ack 2001');
    t.in('. 2001:3001 ack 1').quiet().in('. 3001:4001 ack 1').out('. 1:1 ack 4001').after(1000).quiet();
  });

  test('the wait begins with the first unacknowledged segment, not anew with each', () => {
    const t = established().in('P. 1:11 ack 1').after(150).in('P. 11:21 ack 1').after(49).quiet();
    t.after(1).out('. 1:1 ack 21');
  });

  test('MUST-59: all that has arrived is looked at before an ACK leaves', () => {
    const t = established();
    t.batch('. 1:1001 ack 1', '. 1001:2001 ack 1', '. 2001:3001 ack 1', '. 3001:4001 ack 1');
    t.out('. 1:1 ack 4001');
  });

  test('turned off, each segment is acknowledged', () => {
    const t = established({ parameters: { delayedAck: 0 } });
    t.in('P. 1:11 ack 1').out('. 1:1 ack 11').in('P. 11:21 ack 1').out('. 1:1 ack 21');
  });

  test('reading as fast as text comes does not undo it, with or without window scale', () => {
    for (const receiveBuffer of [65_535, 1 << 20]) {
      const t = established({ parameters: { receiveBuffer } });
      t.in('. 1:1001 ack 1').reads(1000).quiet().in('. 1001:2001 ack 1').out('. 1:1 ack 2001').reads(1000);
      t.quiet();
    }
  });
});

describe('windows of the sender', () => {
  test('no more than the peer’s window', () => {
    const t = established().in('. 1:1 ack 1 win 3000').write(10_000);
    t.out('. 1:1001 ack 1', '. 1001:2001 ack 1', '. 2001:3001 ack 1').after(500).quiet();
    t.in('. 1:1 ack 2001 win 3000').out('. 3001:4001 ack 1', '. 4001:5001 ack 1');
  });

  test('no more than the initial congestion window, then slow start', () => {
    const t = established().write(30_000);
    expect(t.takeSent()).toHaveLength(10);
    t.in('. 1:1 ack 2001').out('. 10001:11001 ack 1', '. 11001:12001 ack 1', '. 12001:13001 ack 1');
    t.in('. 1:1 ack 3001').out('. 13001:14001 ack 1', '. 14001:15001 ack 1');
  });

  test('RFC 5681 §4.1: after an idle RTO no more than the initial window', () => {
    const t = established().write(20_000);
    t.takeSent();
    for (let ack = 1001; ack <= 20_001; ack += 1000) t.in(`. 1:1 ack ${ack}`);
    t.takeSent();
    expect(t.connection.info(t.now).cwnd).toBe(15_000);
    t.after(1001).write(20_000);
    expect(t.takeSent()).toHaveLength(10);
  });
});

describe('the send buffer', () => {
  test('takes what it has room for, and says when there is room again', () => {
    const t = established({ parameters: { sendBuffer: 4000 } });
    t.writePart(5000, 4000).writePart(1, 0).takeSent();
    expect(t.connection.sendSpace).toBe(0);
    t.in('. 1:1 ack 1001').untold(WRITABLE);
    expect(t.connection.sendSpace).toBe(1000);
    t.in('. 1:1 ack 2001').told(WRITABLE);
    t.in('. 1:1 ack 3001').untold(WRITABLE);
  });

  test('a send that was taken whole waits for nothing', () => {
    const t = established({ parameters: { sendBuffer: 4000 } }).write(4000);
    t.takeSent();
    t.in('. 1:1 ack 4001').untold(WRITABLE);
  });

  test('what was refused and then taken whole is waited for no more', () => {
    const t = established({ parameters: { sendBuffer: 2000 } }).writePart(3000, 2000);
    t.takeSent();
    t.in('. 1:1 ack 501').untold(WRITABLE).write(500).in('. 1:1 ack 2001').untold(WRITABLE);
  });

  test('text is kept by reference, not copied', () => {
    const t = established();
    const text = pattern(1, 500);
    t.connection.send(text, t.now);
    const out = new Segment();
    expect(t.connection.output(out, t.now)).toBe(true);
    out.queue?.forEachPart(out.textStart, out.textLength, (chunk) => expect(chunk).toBe(text));
    expect(out.textLength).toBe(500);
  });
});

/** The segments that wait to leave, as [text, segmentSize]. */
function drain(t: Script): [number, number][] {
  const out = new Segment();
  const sizes: [number, number][] = [];
  while (t.connection.output(out, t.now)) sizes.push([out.textLength, out.segmentSize]);
  return sizes;
}

describe('super-segments', () => {
  test('whole multiples of the MSS, with the size to cut at; the rest goes along at the end', () => {
    const t = established({ superSegment: 65_535 });
    t.connection.send(pattern(1, 8500), t.now);
    expect(drain(t)).toEqual([[8500, 1000]]);
  });

  test('never larger than the link takes, headers included', () => {
    const t = established({ superSegment: 4000 });
    t.connection.send(pattern(1, 8500), t.now);
    expect(drain(t)).toEqual([
      [3000, 1000],
      [3000, 1000],
      [2500, 1000],
    ]);
  });

  test('what fits in one segment is none', () => {
    const t = established({ superSegment: 65_535 });
    t.connection.send(pattern(1, 1000), t.now);
    expect(drain(t)).toEqual([[1000, 0]]);
  });

  test('Nagle holds back the small rest behind full segments in flight', () => {
    const t = established({ superSegment: 65_535 }).write(100).out('P. 1:101 ack 1');
    t.connection.send(pattern(101, 2500), t.now);
    expect(drain(t)).toEqual([[2000, 1000]]);
  });

  /** `length` bytes arrive as one, which the link put together of segments of `segmentSize`. */
  function arrives(t: Script, from: number, length: number, segmentSize: number): Script {
    const seg = new Segment();
    seg.flags = ACK;
    seg.seq = add(PEER_ISS, from);
    seg.ack = add(OUR_ISS, 1);
    seg.wnd = 65_535;
    seg.text = pattern(from, length);
    seg.textLength = length;
    seg.segmentSize = segmentSize;
    return t.do((connection, now) => connection.arrives(seg, now));
  }

  test('a received one counts as the segments it stands for: acknowledged at once', () => {
    const t = arrives(established(), 1, 20_000, 1000).out('. 1:1 ack 20001').reads(20_000);
    arrives(t, 20_001, 1500, 1000).quiet().after(200).out('. 1:1 ack 21501');
  });

  test('it does not make smaller segments seem small', () => {
    const t = arrives(established(), 1, 20_000, 1000).out('. 1:1 ack 20001');
    t.in('. 20001:21001 ack 1').quiet().in('. 21001:22001 ack 1').out('. 1:1 ack 22001');
  });
});
