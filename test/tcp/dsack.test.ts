// RFC 2883 and RFC 2018 §4: what a receiver reports, of what came again and of what it holds.

import { describe, expect, test } from 'vitest';
import type { Parameters } from '../../src/tcp/parameters.ts';
import { Segment } from '../../src/tcp/segment.ts';
import { add } from '../../src/tcp/seq.ts';
import { ACK } from '../../src/wire/tcp.ts';
import { OUR_ISS, PEER_ISS, pattern, Script } from '../support/script.ts';

/** Opened with SACK and D-SACK; the peer sends segments of 1000 bytes. */
function opened(parameters: Partial<Parameters> = {}): Script {
  const t = new Script({ parameters: { sack: true, dsack: true, ...parameters } }).connect();
  t.in('S. 0:0 ack 1 <mss 1000,sackOK>').state('ESTABLISHED').takeSent();
  return t;
}

/** The first `n` bytes have come and are acknowledged. */
function received(n: number, t = opened()): Script {
  for (let from = 1; from <= n; from += 1000) t.in(`. ${from}:${from + 1000} ack 1`);
  t.after(200).takeSent();
  return t;
}

/** `. 1:1001 ack 1`, for a call that is to see it before anything leaves. */
function segmentAgain(): Segment {
  const seg = new Segment();
  seg.seq = add(PEER_ISS, 1);
  seg.ack = add(OUR_ISS, 1);
  seg.flags = ACK;
  seg.wnd = 65_535;
  seg.text = pattern(1, 1000);
  seg.textLength = 1000;
  return seg;
}

describe('below RCV.NXT', () => {
  test('all of a segment: the ACK’s only block is the segment (2883.1)', () => {
    received(3000)
      .in('. 1001:2001 ack 1')
      .out('. 1:1 ack 3001 <sack 1001:2001>')
      .followed('2883-4-duplicate');
  });

  test('it is reported once (2883.2)', () => {
    const t = received(3000).in('. 1001:2001 ack 1').out('. 1:1 ack 3001 <sack 1001:2001>');
    t.in('. 4001:5001 ack 1').out('. 1:1 ack 3001 <sack 4001:5001>');
    t.write(100).out('P. 1:101 ack 3001 <sack 4001:5001>');
    t.in('. 1001:2001 ack 101').out('. 101:101 ack 3001 <sack 1001:2001 4001:5001>');
  });

  test('the part that came again, and not the part that is new (2883.4)', () => {
    received(2000)
      .in('. 1001:2501 ack 1')
      .out('. 1:1 ack 2501 <sack 1001:2001>')
      .followed('2883-4-duplicate');
  });

  test('with something held above, that follows (2883.2, 2018.3)', () => {
    const t = received(1000).in('. 3001:4001 ack 1').out('. 1:1 ack 1001 <sack 3001:4001>');
    t.in('. 1:1001 ack 1').out('. 1:1 ack 1001 <sack 1:1001 3001:4001>');
  });

  test('one old octet, as a keep-alive or a window probe may bear it (2883.1)', () => {
    received(1000).in('. 1000:1001 ack 1').out('. 1:1 ack 1001 <sack 1000:1001>');
  });

  test('a keep-alive without an octet is none', () => {
    received(1000).in('. 1000:1000 ack 1').out('. 1:1 ack 1001 <>');
  });

  test('the FIN counts one', () => {
    const t = received(1000).in('F. 1001:1001 ack 1').out('. 1:1 ack 1002').state('CLOSE-WAIT');
    t.in('F. 1001:1001 ack 1').out('. 1:1 ack 1002 <sack 1001:1002>');
  });

  test('it takes room from text that leaves with it, once', () => {
    const t = received(1000);
    t.do((connection, now) => {
      connection.send(pattern(1, 2000), now);
      connection.arrives(segmentAgain(), now);
    });
    t.out('. 1:989 ack 1001 <sack 1:1001>', '. 989:1989 ack 1001 <>', 'P. 1989:2001 ack 1001 <>');
  });

  test('two of one batch that touch are one', () => {
    received(3000).batch('. 1:1001 ack 1', '. 1001:2001 ack 1').out('. 1:1 ack 3001 <sack 1:2001>');
  });

  test('of two that do not touch, the later', () => {
    received(5000).batch('. 1:1001 ack 1', '. 3001:4001 ack 1').out('. 1:1 ack 5001 <sack 3001:4001>');
  });

  test('nothing that the peer never sent: a number from before its stream', () => {
    const t = received(1000);
    for (const from of [200, 2000, 2_000_000_000])
      t.in(`. ${2 ** 32 - from}:${2 ** 32 - from + 100} ack 1`).takeSent();
    expect(t.connection.tcb.rcv.duplicate.due).toBe(false);
    expect(t.rules.has('2883-4-duplicate')).toBe(false);
  });
});

describe('above RCV.NXT', () => {
  /** 2001:3001 and 4001:6001 are held, the second came last. */
  const held = (): Script => {
    const t = opened().in('. 2001:3001 ack 1').in('. 4001:6001 ack 1');
    t.takeSent();
    return t;
  };

  test('all of a segment: it first, then the block it lies in, then the other (2883.1, 2883.3)', () => {
    held().in('. 4001:5001 ack 1').out('. 1:1 ack 1 <sack 4001:5001 4001:6001 2001:3001>');
    held().in('. 2001:3001 ack 1').out('. 1:1 ack 1 <sack 2001:3001 2001:3001 4001:6001>');
  });

  test('a part of one, on either side (2883.4, 2883.3)', () => {
    held().in('. 1501:2501 ack 1').out('. 1:1 ack 1 <sack 2001:2501 1501:3001 4001:6001>');
    held().in('. 5501:6501 ack 1').out('. 1:1 ack 1 <sack 5501:6001 4001:6501 2001:3001>');
  });

  test('a segment over two blocks: the first overlap (2883.4)', () => {
    held().in('. 2501:4501 ack 1').out('. 1:1 ack 1 <sack 2501:3001 2001:6001>');
  });

  test('the one that fills the gap and reaches into what is held: below the ACK by then (2883.2, 2883.4)', () => {
    held().in('. 1:2501 ack 1').out('. 1:1 ack 3001 <sack 2001:2501 4001:6001>');
  });

  test('side by side is no overlap', () => {
    held().in('. 3001:4001 ack 1').out('. 1:1 ack 1 <sack 2001:6001>');
  });
});

describe('when', () => {
  test('never with `dsack` off', () => {
    const t = received(3000, opened({ dsack: false }));
    t.in('. 1001:2001 ack 1')
      .out('. 1:1 ack 3001 <>')
      .in('. 4001:5001 ack 1')
      .out('. 1:1 ack 3001 <sack 4001:5001>');
    t.in('. 4001:5001 ack 1').out('. 1:1 ack 3001 <sack 4001:5001>');
    t.in('. 2501:3101 ack 1').after(200).out('. 1:1 ack 3101 <sack 4001:5001>');
  });

  test('never to a peer that did not permit SACK (2018.1)', () => {
    const t = new Script({ parameters: { sack: true, dsack: true } }).connect();
    t.out('S 0:0 win 65535 <mss 1460,sackOK>').in('S. 0:0 ack 1 <mss 1000>').takeSent();
    t.in('. 1:1001 ack 1').in('. 1:1001 ack 1').in('. 3001:4001 ack 1').after(200);
    for (const line of t.takeSent()) expect(line).not.toMatch(/sack/);
  });

  test('one whose timestamp is too old is reported too', () => {
    const t = new Script({ parameters: { sack: true, dsack: true, timestamps: true } }).connect();
    t.in('S. 0:0 ack 1 <mss 1000,sackOK,TS val 500 ecr 0>')
      .in('. 1:1001 ack 1 <TS val 600 ecr 0>')
      .after(200);
    t.takeSent();
    t.in('. 1:1001 ack 1 <TS val 400 ecr 0>');
    expect(t.takeSent()[0]).toMatch(/ack 1001 .*sack 1:1001>/);
  });

  test('a SYN is no text', () => {
    received(1000).in('S 0:0').out('. 1:1 ack 1001 <>');
  });
});

describe('RFC 2018', () => {
  test('§2: permitted only on a SYN, answered only when it was offered (2018.1)', () => {
    const accept = (options: string, sack: boolean): Script =>
      new Script({ parameters: { sack } }).listen().in(`S 0:0 <${options}>`);
    accept('mss 1000,sackOK', true).out('S. 0:0 ack 1 <mss 1460,sackOK>');
    accept('mss 1000', true).out('S. 0:0 ack 1 <mss 1460>');
    accept('mss 1000,sackOK', false).out('S. 0:0 ack 1 <mss 1460>');
    const t = opened().in('. 1001:2001 ack 1').write(100);
    for (const line of t.takeSent()) expect(line).not.toMatch(/sackOK/);
  });

  test('§4: the first block is the one that the segment is in, whichever it is (2018.2)', () => {
    const t = opened();
    t.in('. 2001:3001 ack 1').out('. 1:1 ack 1 <sack 2001:3001>');
    t.in('. 6001:7001 ack 1').out('. 1:1 ack 1 <sack 6001:7001 2001:3001>');
    t.in('. 4001:5001 ack 1').out('. 1:1 ack 1 <sack 4001:5001 6001:7001 2001:3001>');
    t.in('. 3001:4001 ack 1').out('. 1:1 ack 1 <sack 2001:5001 6001:7001>');
    t.in('. 7001:8001 ack 1').out('. 1:1 ack 1 <sack 6001:8001 2001:5001>');
  });

  test('§4: the most recent follow, four in all; three beside timestamps (2018.3)', () => {
    const plain = opened();
    for (let i = 1; i <= 6; i++) plain.in(`. ${i * 2000 + 1}:${i * 2000 + 1001} ack 1`);
    expect(plain.takeSent().at(-1)).toMatch(/<sack 12001:13001 10001:11001 8001:9001 6001:7001>/);
    const stamped = new Script({ parameters: { sack: true, dsack: true, timestamps: true } }).connect();
    stamped.in('S. 0:0 ack 1 <mss 1000,sackOK,TS val 1 ecr 0>').takeSent();
    for (let i = 1; i <= 6; i++) stamped.in(`. ${i * 2000 + 1}:${i * 2000 + 1001} ack 1 <TS val 2 ecr 0>`);
    expect(stamped.takeSent().at(-1)).toMatch(/sack 12001:13001 10001:11001 8001:9001>/);
    // A duplicate counts among them.
    stamped.in('. 2001:3001 ack 1 <TS val 2 ecr 0>');
    expect(stamped.takeSent().at(-1)).toMatch(/sack 2001:3001 2001:3001 12001:13001>/);
  });

  test('§3: nothing below the ACK but a duplicate, nothing that is not held (2018.4)', () => {
    const t = opened();
    const have = new Set<number>();
    let seed = 7;
    const below = (n: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
      return (seed >>> 8) % n;
    };
    for (let i = 0; i < 600; i++) {
      const start = 1 + below(200);
      const length = 1 + below(12);
      const before = new Set(have);
      for (let n = start; n < start + length; n++) have.add(n);
      t.in(`. ${start}:${start + length} ack 1`);
      for (const line of t.takeSent()) {
        const ack = Number(/ack (\d+)/.exec(line)?.[1]);
        const blocks = [...line.matchAll(/(\d+):(\d+)(?=[ >])/g)]
          .slice(1)
          .map((m) => [Number(m[1]), Number(m[2])]);
        blocks.forEach(([left, right], k) => {
          for (let n = left!; n < right!; n++) {
            if (k > 0) expect(n).toBeGreaterThan(ack);
            expect(n < ack && k > 0 ? false : (k === 0 && n < ack ? before : have).has(n)).toBe(true);
          }
        });
      }
      t.readSome(100);
    }
  });
});
