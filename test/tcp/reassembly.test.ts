// §3.10.7.4 seventh (SHLD-31): text out of order. The class against a model that keeps every byte apart, then a
// connection that gets its segments in the wrong order, twice, overlapping.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { END } from '../../src/tcp/notice.ts';
import { Reassembly } from '../../src/tcp/reassembly.ts';
import { add, diff, seq } from '../../src/tcp/seq.ts';
import { established, pattern, Script } from '../support/script.ts';

const BASE = seq(0x7ffffff0);
const NO_LIMIT = Number.POSITIVE_INFINITY;
const at = (n: number) => add(BASE, n);

/** What must come out: one entry a byte, the first that was put there stays. */
class Model {
  private readonly bytes = new Map<number, number>();
  private readonly touched: number[] = [];

  insert(start: number, text: Uint8Array): void {
    for (const [i, byte] of text.entries()) {
      if (!this.bytes.has(start + i)) this.bytes.set(start + i, byte);
    }
    if (text.length > 0) this.touched.unshift(start);
  }

  take(nxt: number): { text: number[]; nxt: number } {
    const text: number[] = [];
    let end = nxt;
    while (this.bytes.has(end)) text.push(this.bytes.get(end++) as number);
    for (const position of [...this.bytes.keys()]) if (position < end) this.bytes.delete(position);
    return { text, nxt: end };
  }

  islands(): [number, number][] {
    const found: [number, number][] = [];
    for (const position of [...this.bytes.keys()].sort((a, b) => a - b)) {
      const last = found.at(-1);
      if (last !== undefined && last[1] === position) last[1] = position + 1;
      else found.push([position, position + 1]);
    }
    return found;
  }

  /** RFC 2018 §4: the stretch with the newest segment first, then the next newest. */
  newestFirst(): [number, number][] {
    const islands = this.islands();
    const order: [number, number][] = [];
    for (const start of this.touched) {
      const island = islands.find(([from, to]) => from <= start && start < to);
      if (island !== undefined && !order.includes(island)) order.push(island);
    }
    return order;
  }
}

function blocksOf(held: Reassembly, most = 4): [number, number][] {
  const into = new Int32Array(2 * most);
  const count = held.blocks(into, most);
  return Array.from({ length: count }, (_, i) => [
    diff(seq(into[2 * i] as number), BASE),
    diff(seq(into[2 * i + 1] as number), BASE),
  ]);
}

function takeAll(held: Reassembly, nxt: number): { text: number[]; nxt: number } {
  const text: number[] = [];
  const end = held.take(at(nxt), (piece) => text.push(...piece));
  return { text, nxt: diff(end, BASE) };
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('Reassembly against a model', () => {
  const insert = fc.record({ start: fc.nat(60), length: fc.nat(20), take: fc.boolean() });

  test('any inserts in any order, overlaps included', () => {
    fc.assert(
      fc.property(fc.array(insert, { maxLength: 30 }), (steps) => {
        const held = new Reassembly();
        const model = new Model();
        let nxt = 0;
        steps.forEach(({ start, length, take }, i) => {
          const from = Math.max(start, nxt);
          const text = Uint8Array.from({ length }, (_, j) => (17 * i + j) & 255);
          model.insert(from, text);
          expect(held.insert(at(from), text, 0, length, NO_LIMIT)).toBe(true);
          if (take) {
            const expected = model.take(nxt);
            expect(takeAll(held, nxt)).toEqual(expected);
            nxt = expected.nxt;
          }
          const islands = model.islands();
          expect(held.count).toBe(islands.length);
          expect(held.isEmpty).toBe(islands.length === 0);
          expect(blocksOf(held, 40).sort(([a], [b]) => a - b)).toEqual(islands);
        });
      }),
      { numRuns: 500 },
    );
  });

  test('blocks name the stretch that changed last first (RFC 2018 §4)', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(12), { minLength: 1, maxLength: 12 }), (starts) => {
        const held = new Reassembly();
        const model = new Model();
        for (const start of starts) {
          const text = pattern(start, 3);
          model.insert(5 * start, text);
          held.insert(at(5 * start), text, 0, 3, NO_LIMIT);
          expect(blocksOf(held, 1)[0]).toEqual(model.newestFirst()[0]);
          expect(blocksOf(held, 3)).toEqual(model.newestFirst().slice(0, 3));
        }
      }),
    );
  });
});

describe('Reassembly', () => {
  test('the bytes that came first stay', () => {
    const held = new Reassembly();
    held.insert(at(2), bytes(1, 1, 1), 0, 3, NO_LIMIT);
    held.insert(at(0), bytes(2, 2, 2, 2, 2, 2, 2), 0, 7, NO_LIMIT);
    expect(takeAll(held, 0).text).toEqual([2, 2, 1, 1, 1, 2, 2]);
  });

  test('text lies anywhere in its buffer', () => {
    const held = new Reassembly();
    held.insert(at(0), bytes(9, 9, 5, 6, 9), 2, 2, NO_LIMIT);
    expect(takeAll(held, 0).text).toEqual([5, 6]);
  });

  test('large pieces are views of the buffer they came in, small ones are not', () => {
    const buffer = new Uint8Array(10_000);
    const held = new Reassembly();
    held.insert(at(0), buffer, 0, 100, NO_LIMIT);
    held.insert(at(100), buffer, 100, 9000, NO_LIMIT);
    const pieces: Uint8Array[] = [];
    held.take(at(0), (piece) => pieces.push(piece));
    expect(pieces.map((piece) => piece.buffer === buffer.buffer)).toEqual([false, true]);
  });

  test('beyond the budget nothing is kept, and what is held stays', () => {
    const held = new Reassembly();
    expect(held.insert(at(10), new Uint8Array(1000), 0, 1000, 2000)).toBe(true);
    expect(held.insert(at(2000), new Uint8Array(1000), 0, 1000, 2000)).toBe(false);
    expect(blocksOf(held)).toEqual([[10, 1010]]);
  });

  test('tiny pieces cost more than their bytes: a flood of them is bounded', () => {
    const held = new Reassembly();
    let kept = 0;
    for (let i = 0; i < 10_000; i++) if (held.insert(at(2 * i + 1), bytes(1), 0, 1, 100_000)) kept += 1;
    expect(kept).toBeLessThan(1000);
  });

  test('what was taken makes room again', () => {
    const held = new Reassembly();
    for (let i = 0; i < 1000; i++) {
      expect(held.insert(at(1000 * i + 10), new Uint8Array(500), 0, 500, 1000)).toBe(true);
      expect(takeAll(held, 1000 * i + 10).nxt).toBe(1000 * i + 510);
    }
    expect(held.isEmpty).toBe(true);
  });

  test('text below RCV.NXT is let go', () => {
    const held = new Reassembly();
    held.insert(at(5), pattern(5, 5), 0, 5, NO_LIMIT);
    expect(takeAll(held, 8)).toEqual({ text: [...pattern(8, 2)], nxt: 10 });
    expect(held.isEmpty).toBe(true);
  });
});

/** Opened with SACK. */
function sacked(): Script {
  const t = new Script({ parameters: { sack: true } }).connect();
  t.takeSent();
  return t.in('S. 0:0 ack 1 <mss 1000,sackOK>').out('. 1:1 ack 1');
}

describe('segments in the wrong order', () => {
  test('each one out of order is acknowledged at once; the gap’s filling at once and in full', () => {
    const t = established();
    t.in('. 1001:2001 ack 1').out('. 1:1 ack 1').reads(0);
    t.in('. 3001:4001 ack 1').out('. 1:1 ack 1');
    t.in('. 1:1001 ack 1').out('. 1:1 ack 2001').reads(2000);
    t.in('. 2001:3001 ack 1').out('. 1:1 ack 4001').reads(2000);
  });

  test('a batch of three leaves three duplicate ACKs: the peer counts them (RFC 5681 §4.2)', () => {
    const t = established();
    t.batch('. 1001:2001 ack 1', '. 2001:3001 ack 1', '. 3001:4001 ack 1');
    t.out('. 1:1 ack 1', '. 1:1 ack 1', '. 1:1 ack 1');
  });

  test('once the gap is filled, ACKs may wait again', () => {
    const t = established()
      .in('. 1001:2001 ack 1')
      .out('. 1:1 ack 1')
      .in('. 1:1001 ack 1')
      .out('. 1:1 ack 2001');
    t.in('P. 2001:2011 ack 1').quiet().after(200).out('. 1:1 ack 2011');
  });

  test('SACK: the newest block first, the others behind it', () => {
    const t = sacked();
    t.in('. 1001:1101 ack 1').out('. 1:1 ack 1 <sack 1001:1101>');
    t.in('. 2001:2101 ack 1').out('. 1:1 ack 1 <sack 2001:2101 1001:1101>');
    t.in('. 1101:1201 ack 1').out('. 1:1 ack 1 <sack 1001:1201 2001:2101>');
  });

  test('a duplicate is acknowledged and delivered once', () => {
    const t = established();
    t.in('. 1:1001 ack 1').reads(1000).in('. 1:1001 ack 1').out('. 1:1 ack 1001').reads(0);
    t.in('. 2001:3001 ack 1').out('. 1:1 ack 1001').in('. 2001:3001 ack 1').out('. 1:1 ack 1001');
    t.in('. 1001:2001 ack 1').out('. 1:1 ack 3001').reads(2000);
  });

  test('overlap on the left: only the new part is taken', () => {
    const t = established();
    t.in('. 1:1001 ack 1').reads(1000).in('. 501:1501 ack 1').reads(500);
    expect(t.connection.info(t.now).counters.bytesReceived).toBe(1500);
  });

  test('overlap with what waits on the right', () => {
    const t = established();
    t.in('. 1001:2001 ack 1').out('. 1:1 ack 1');
    t.in('. 1:1501 ack 1').out('. 1:1 ack 2001').reads(2000);
    expect(t.connection.info(t.now).counters.bytesReceived).toBe(2000);
  });

  test('one segment over several stretches', () => {
    const t = established();
    t.in('. 201:301 ack 1')
      .in('. 401:501 ack 1')
      .in('. 601:701 ack 1')
      .out(...Array(3).fill('. 1:1 ack 1'));
    t.in('. 1:801 ack 1').out('. 1:1 ack 801').reads(800);
  });

  test('what lies beyond the window is cut off, not kept', () => {
    const t = established({ parameters: { receiveBuffer: 2000 } });
    t.in('. 1001:3001 ack 1').takeSent();
    t.in('. 1:1001 ack 1').out('. 1:1 ack 2001 win 0').reads(2000);
  });

  test('SACK of more stretches than fit: as many as fit, and no others when they are gone', () => {
    const t = sacked();
    for (const start of [1001, 2001, 3001, 4001, 5001]) t.in(`. ${start}:${start + 10} ack 1`);
    const last = t.takeSent().at(-1);
    expect(last).toMatch(/<sack 5001:5011 4001:4011 3001:3011 2001:2011>/);
    t.in('. 1:1001 ack 1').out('. 1:1 ack 1011 <sack 5001:5011 4001:4011 3001:3011 2001:2011>');
    t.in('. 1011:5001 ack 1').out('. 1:1 ack 5011 <>');
  });
});

describe('a FIN out of order', () => {
  test('a bare FIN behind a gap waits for the text before it', () => {
    const t = established();
    t.in('F. 501:501 ack 1').out('. 1:1 ack 1').state('ESTABLISHED').untold(END);
    t.in('. 1:501 ack 1').out('. 1:1 ack 502').state('CLOSE-WAIT').told(END).reads(500);
  });

  test('a FIN with text behind a gap', () => {
    const t = established();
    t.in('FP. 501:1001 ack 1').out('. 1:1 ack 1').state('ESTABLISHED');
    t.in('. 1:501 ack 1').out('. 1:1 ack 1002').state('CLOSE-WAIT').reads(1000);
  });

  test('text behind the FIN is ignored', () => {
    const t = established();
    t.in('F. 501:501 ack 1').out('. 1:1 ack 1');
    t.in('. 401:701 ack 1').out('. 1:1 ack 1').followed('9293-3.10.7.4-seventh-after-fin');
    t.in('. 1:401 ack 1').out('. 1:1 ack 502').state('CLOSE-WAIT').reads(500);
  });

  test('text after the FIN was reached is ignored too', () => {
    const t = established();
    t.in('F. 1:1 ack 1').out('. 1:1 ack 2').state('CLOSE-WAIT');
    t.in('P. 2:102 ack 1').reads(0).state('CLOSE-WAIT');
  });

  test('a second FIN at another place is not believed', () => {
    const t = established();
    t.in('F. 501:501 ack 1').in('F. 301:301 ack 1').takeSent();
    t.in('. 1:501 ack 1').out('. 1:1 ack 502').state('CLOSE-WAIT').reads(500);
  });
});

test('MUST-58: with SACK one ACK tells what a batch brought; without, each segment has its own (RFC 5681 §4.2)', () => {
  const early = ['. 1001:2001 ack 1', '. 2001:3001 ack 1', '. 3001:4001 ack 1'];
  established()
    .batch(...early)
    .out('. 1:1 ack 1', '. 1:1 ack 1', '. 1:1 ack 1');
  const t = new Script({ parameters: { sack: true } }).connect().in('S. 0:0 ack 1 <mss 1000,sackOK>');
  t.takeSent();
  t.batch(...early).out('. 1:1 ack 1 <sack 1001:4001>');
});

test('text for which there is no room leaves no trace, and a FIN behind it is remembered', () => {
  const t = established({ parameters: { receiveBuffer: 100 } });
  t.in('F. 51:81 ack 1').followed('9293-3.10.7.4-seventh-no-room').in('. 1:51 ack 1').reads(50);
  t.in('. 51:81 ack 1').reads(30).state('CLOSE-WAIT');
});
