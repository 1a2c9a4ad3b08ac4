// RFC 6675 §3's scoreboard, against a model that knows of every byte by itself.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clone } from '../../src/lib/clone.ts';
import { type Delivery, Scoreboard, sentAfter } from '../../src/tcp/recovery/scoreboard.ts';
import { add, diff, seq } from '../../src/tcp/seq.ts';

/** Both the int32 and the uint32 edge lie within a few bytes. */
const STARTS = [seq(0x7ffffff0), seq(-16), seq(0)];

interface Byte {
  sentAt: number;
  sacked: boolean;
  lost: boolean;
  again: boolean;
}

/** What is in flight, byte by byte; indices count from the first that ever left. */
class Model {
  readonly bytes: Byte[] = [];
  una = 0;

  sent(length: number, now: number): void {
    for (let i = 0; i < length; i++)
      this.bytes.push({ sentAt: now, sacked: false, lost: false, again: false });
  }

  acknowledge(to: number): number {
    const fresh = this.count(this.una, to, (byte) => !byte.sacked);
    this.una = to;
    return fresh;
  }

  sack(left: number, right: number): number {
    const fresh = this.count(left, right, (byte) => !byte.sacked);
    for (const byte of this.bytes.slice(left, right)) Object.assign(byte, { sacked: true, lost: false });
    return fresh;
  }

  lose(from: number, to: number): void {
    for (const byte of this.bytes.slice(from, to)) byte.lost ||= !byte.sacked;
  }

  resent(from: number, to: number, now: number): void {
    for (const byte of this.bytes.slice(from, to))
      Object.assign(byte, { lost: false, again: true, sentAt: now });
  }

  forgetSacks(): void {
    for (const byte of this.bytes.slice(this.una)) byte.sacked = false;
  }

  count(from: number, to: number, what: (byte: Byte) => boolean): number {
    return this.bytes.slice(from, to).filter(what).length;
  }

  get nxt(): number {
    return this.bytes.length;
  }
}

type Step =
  | { readonly kind: 'send'; readonly length: number }
  | { readonly kind: 'acknowledge' | 'lose-first' | 'resend-last'; readonly length: number }
  | { readonly kind: 'sack'; readonly left: number; readonly length: number }
  | { readonly kind: 'lose'; readonly which: number }
  | { readonly kind: 'resend'; readonly most: number }
  | { readonly kind: 'lose-all' | 'forget' };

const lengths = fc.integer({ min: 1, max: 12 });
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('send' as const), length: lengths }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('acknowledge' as const), length: lengths }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('sack' as const),
      left: fc.nat(60),
      length: fc.integer({ min: 1, max: 30 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('lose' as const), which: fc.nat(20) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('resend' as const), most: lengths }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('lose-first' as const, 'resend-last' as const),
      length: lengths,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('lose-all' as const, 'forget' as const) }) },
);

/** The board and the model side by side. */
class Pair {
  readonly model = new Model();
  readonly board: Scoreboard;
  /** How often the end of each transmission was reported; the key is its last byte. */
  readonly reported = new Map<number, number>();
  private readonly start;
  private readonly to: Delivery;
  private now = 0;
  private freshNow = 0;

  constructor(start: (typeof STARTS)[number]) {
    this.start = start;
    this.board = new Scoreboard(start);
    this.to = {
      delivered: (sentAt, end, retransmitted) => {
        const last = diff(end, start) - 1;
        const byte = this.model.bytes[last]!;
        expect([sentAt, retransmitted], `delivery that ends at ${last}`).toEqual([byte.sentAt, byte.again]);
        this.reported.set(last, (this.reported.get(last) ?? 0) + 1);
        this.freshNow += 1;
      },
    };
  }

  at(n: number) {
    return add(this.start, n);
  }

  do(step: Step): void {
    this.now += 1.5;
    const { board, model, now } = this;
    switch (step.kind) {
      case 'send':
        model.sent(step.length, now);
        board.sent(this.at(model.nxt), now);
        break;
      case 'acknowledge': {
        const to = Math.min(model.una + step.length, model.nxt);
        expect(board.acknowledge(this.at(to), this.to)).toBe(model.acknowledge(to));
        break;
      }
      case 'sack': {
        const left = model.una + 1 + step.left;
        const right = Math.min(left + step.length, model.nxt);
        if (left >= right) return;
        this.freshNow = 0;
        const fresh = board.sack(this.at(left), this.at(right), this.to);
        expect(fresh).toBe(model.sack(left, right));
        expect(fresh > 0).toBe(this.freshNow > 0);
        break;
      }
      case 'lose': {
        if (board.count === 0) return;
        const i = step.which % board.count;
        const news = !board.isSacked(i) && !board.isLost(i);
        expect(board.markLost(i)).toBe(news);
        model.lose(diff(board.startOf(i), this.start), diff(board.endOf(i), this.start));
        break;
      }
      case 'resend': {
        const i = board.nextLost();
        if (i < 0) return;
        const from = diff(board.startOf(i), this.start);
        const length = board.lostRun(i, step.most);
        const unbroken = model.bytes.slice(from).findIndex((byte) => !byte.lost);
        const run = unbroken < 0 ? model.nxt - from : unbroken;
        // Whole transmissions, as many as fit; of the first, what fits.
        let whole = Math.min(board.lengthOf(i), step.most);
        for (let k = i + 1; k < board.count && whole + board.lengthOf(k) <= Math.min(run, step.most); k++) {
          whole += board.lengthOf(k);
        }
        expect(length).toBe(whole);
        board.resent(i, length, now);
        model.resent(from, from + length, now);
        break;
      }
      case 'lose-first': {
        if (board.count === 0) return;
        const length = Math.min(step.length, board.lengthOf(0));
        board.loseFirst(step.length);
        model.lose(model.una, model.una + length);
        break;
      }
      case 'resend-last': {
        if (board.count === 0) return;
        const last = board.count - 1;
        // Only what is in flight is probed with: see TailLossProbe.
        if (board.isSacked(last)) return;
        const length = Math.min(step.length, board.lengthOf(last));
        expect(board.resendLast(step.length, now)).toBe(this.at(model.nxt - length));
        model.resent(model.nxt - length, model.nxt, now);
        break;
      }
      case 'lose-all':
        board.markAllLost();
        model.lose(model.una, model.nxt);
        break;
      case 'forget':
        board.forgetSacks();
        model.forgetSacks();
        this.reported.clear();
        break;
    }
  }

  check(): void {
    const { board, model } = this;
    const { una, nxt } = model;
    expect(board.sacked).toBe(model.count(una, nxt, (byte) => byte.sacked));
    expect(board.lost).toBe(model.count(una, nxt, (byte) => byte.lost));
    expect(board.pipe(this.at(nxt))).toBe(nxt - una - board.sacked - board.lost);
    let [from, sackedCount] = [una, 0];
    for (let i = 0; i < board.count; i++) {
      expect(diff(board.startOf(i), this.start), 'no gap between records').toBe(from);
      const to = diff(board.endOf(i), this.start);
      expect(to).toBeGreaterThan(from);
      const record = {
        sentAt: board.sentAt(i),
        sacked: board.isSacked(i),
        lost: board.isLost(i),
        again: board.isRetransmitted(i),
      };
      for (const byte of model.bytes.slice(from, to)) expect(byte).toEqual(record);
      if (record.sacked) sackedCount += 1;
      from = to;
    }
    expect(from, 'the records cover all that is in flight').toBe(nxt);
    expect(board.sackedCount).toBe(sackedCount);
    const firstLost = model.bytes.findIndex((byte, i) => i >= una && byte.lost);
    const next = board.nextLost();
    expect(next < 0 ? -1 : diff(board.startOf(next), this.start)).toBe(firstLost);
    for (const [last, times] of this.reported) expect(times, `delivery that ends at ${last}`).toBe(1);
  }
}

describe('Scoreboard', () => {
  test('is what a model of every byte says, whatever happens, across the wrap', () => {
    fc.assert(
      fc.property(fc.constantFrom(...STARTS), fc.array(steps, { maxLength: 60 }), (start, list) => {
        const pair = new Pair(start);
        for (const step of list) {
          pair.do(step);
          pair.check();
        }
      }),
      { numRuns: 400 },
    );
  });

  test('a reported transmission that is split is two', () => {
    const pair = new Pair(STARTS[0]!);
    for (const step of [
      { kind: 'send', length: 3 },
      { kind: 'sack', left: 0, length: 2 },
      { kind: 'acknowledge', length: 1 },
      { kind: 'lose-first', length: 1 },
    ] as const) {
      pair.do(step);
      pair.check();
    }
  });

  test('a copy goes its own way', () => {
    const pair = new Pair(STARTS[0]!);
    for (let i = 0; i < 20; i++) pair.do({ kind: 'send', length: 10 });
    const copy = clone(pair.board);
    copy.markAllLost();
    copy.sent(pair.at(300), 99);
    pair.check();
    expect([copy.lost, copy.count]).toEqual([200, 21]);
  });

  const deaf: Delivery = { delivered: () => {} };

  test('A021: SACKs of single bytes make it no larger than its bound, and lose no count', () => {
    const board = new Scoreboard(seq(0));
    board.sent(seq(1_000_000), 1);
    let fresh = 0;
    for (let n = 2; n < 1_000_000; n += 20) fresh += board.sack(seq(n), seq(n + 1), deaf);
    expect(board.count).toBe(16_384);
    expect(board.sacked).toBe(fresh);
    expect(board.pipe(seq(1_000_000))).toBe(1_000_000 - fresh);
    // Our own sending goes on, each transmission by itself, whatever the peer said of the last.
    board.sack(board.startOf(board.count - 1), seq(1_000_000), deaf);
    board.sent(seq(1_001_000), 2);
    board.markAllLost();
    const i = board.nextLost();
    board.resent(i, 1, 3);
    expect(board.lengthOf(i)).toBe(1);
    expect(board.lost).toBe(1_001_000 - board.sacked - 1);
    const { sacked } = board;
    expect(board.acknowledge(seq(1_001_000), deaf)).toBe(1_001_000 - sacked);
    expect([board.count, board.sacked, board.sackedCount, board.lost]).toEqual([0, 0, 0, 0]);
    expect(board.pipe(seq(1_001_000))).toBe(0);
  });
});

test('sentAfter: the later time; at the same time the higher end, across the wrap too', () => {
  const [low, high] = [seq(-5), seq(5)];
  expect(sentAfter(2, low, 1, high)).toBe(true);
  expect(sentAfter(1, high, 2, low)).toBe(false);
  expect(sentAfter(1, high, 1, low)).toBe(true);
  expect(sentAfter(1, low, 1, high)).toBe(false);
  expect(sentAfter(1, low, 1, low)).toBe(false);
});
