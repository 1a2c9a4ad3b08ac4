// The engine alone: two connections hand each other their segments, with no host, link or clock between them.
// Heap growth over many segments, with the collector kept from running, is what a segment allocates.

import { Connection } from '../src/tcp/connection.ts';
import { RFC9293 } from '../src/tcp/presets.ts';
import { Segment } from '../src/tcp/segment.ts';
import { seq } from '../src/tcp/seq.ts';
import type { OpenOptions } from '../src/tcp/tcb.ts';
import { Address } from '../src/wire/address.ts';
import { type Figure, figure } from './figure.ts';
import { allocated } from './heap.ts';
import { streamAllocation } from './streams.ts';

const A = { address: Address.parse('10.0.0.1') as Address, port: 1000 };
const B = { address: Address.parse('10.0.0.2') as Address, port: 80 };
const CHUNK = new Uint8Array(1 << 16);

class Pair {
  segments = 0;
  /** When each round happens: numbers made beforehand, so that the ones with fractions are not the rounds' garbage. */
  private readonly times: (number | null)[];
  private round = 0;
  private readonly views: boolean;
  readonly a: Connection;
  readonly b: Connection;
  private readonly segment = new Segment();

  /**
   * `tick`: how far the clock moves between rounds, ms. `views`: the reader takes text as views, which are garbage
   * of its own making.
   */
  constructor({ tick, views }: Options, rounds: number) {
    // The null keeps the array from becoming one of bare floats, which are boxed when they are read.
    this.times = [...Array.from({ length: rounds }, (_, i) => (i + 1) * tick), null];
    this.views = views;
    const options = (local: typeof A, remote: typeof A, iss: number): OpenOptions => ({
      id: 1,
      local,
      remote,
      iss: seq(iss),
      timestampOffset: 0,
      parameters: RFC9293,
      mtu: 1500,
      superSegment: 1500,
      probe: null,
    });
    this.a = Connection.connect(options(A, B, 100), 0);
    this.a.output(this.segment, 0);
    this.b = Connection.accept(options(B, A, 5000), this.segment, 0);
    this.settle(0);
  }

  /** Carry segments both ways until neither has one. */
  settle(now: number): void {
    for (;;) {
      const moved = this.carry(this.a, this.b, now) + this.carry(this.b, this.a, now);
      if (moved === 0) return;
    }
  }

  private carry(from: Connection, to: Connection, now: number): number {
    const { segment } = this;
    let n = 0;
    while (from.output(segment, now)) {
      // The text is not copied: the receiver is given a stretch of a buffer, as a device would give it.
      segment.text = CHUNK;
      segment.textStart = 0;
      segment.queue = null;
      to.arrives(segment, now);
      n += 1;
    }
    this.segments += n;
    return n;
  }

  /** One 64 KiB write, carried over and dropped by the reader. */
  bulk(): void {
    const now = this.times[this.round++] as number;
    this.a.send(CHUNK, now);
    this.settle(now);
    this.read(this.b, now);
    this.settle(now);
  }

  /** One 64-byte request and its answer. */
  requestAnswer(): void {
    const now = this.times[this.round++] as number;
    this.a.send(REQUEST, now);
    this.settle(now);
    this.read(this.b, now);
    this.b.send(REQUEST, now);
    this.settle(now);
    this.read(this.a, now);
  }

  private read(connection: Connection, now: number): void {
    if (this.views) {
      while (connection.receive(now) !== null);
      return;
    }
    const { queue } = connection.tcb.rcv;
    queue?.discard(queue.length);
  }
}

const REQUEST = new Uint8Array(64);

interface Options {
  readonly tick: number;
  readonly views: boolean;
}

type Step = (pair: Pair) => void;

/** Bytes of heap per segment over `rounds` of `step`, after four times as many for the compiler to settle. */
function bytesPerSegment(step: Step, rounds: number, options: Options): number {
  const pair = new Pair(options, 5 * rounds);
  for (let i = 0; i < 4 * rounds; i++) step(pair);
  globalThis.gc?.();
  const segments = pair.segments;
  const before = allocated();
  for (let i = 0; i < rounds; i++) step(pair);
  const grown = allocated() - before;
  return grown / (pair.segments - segments);
}

function nanosecondsPerSegment(step: Step, rounds: number): number {
  const pair = new Pair({ tick: 1, views: false }, 2 * rounds);
  for (let i = 0; i < rounds; i++) step(pair);
  const segments = pair.segments;
  const start = process.hrtime.bigint();
  for (let i = 0; i < rounds; i++) step(pair);
  return Number(process.hrtime.bigint() - start) / (pair.segments - segments);
}

interface Kind {
  readonly suffix: string;
  readonly options: Options;
  readonly note: string;
}

const KINDS: readonly Kind[] = [
  { suffix: '', options: { tick: 1, views: false }, note: 'the engine; whole ms, text left where it is' },
  { suffix: '-fraction', options: { tick: 1.37, views: false }, note: 'the engine; fractions of ms' },
  { suffix: '-views', options: { tick: 1.37, views: true }, note: 'and the views that receive() returns' },
];

/** P11, and the engine's own speed. Run by worker.ts, with room for all garbage. */
export async function allocation(runs: number): Promise<Figure[]> {
  const bulk: Step = (pair) => pair.bulk();
  const ask: Step = (pair) => pair.requestAnswer();
  const figures: Figure[] = [];
  const add = (id: string, unit: string, note: string, measure: () => number): void => {
    // The first is for the compiler to settle.
    const values = Array.from({ length: runs + 1 }, () => measure()).slice(1);
    figures.push(figure({ id, unit, note }, values));
  };
  for (const { suffix, options, note } of KINDS) {
    const unit = 'bytes/segment';
    add(`P11-bulk${suffix}`, unit, note, () => bytesPerSegment(bulk, 2000, options));
    add(`P11-request${suffix}`, unit, note, () => bytesPerSegment(ask, 20_000, options));
  }
  const note = 'the engine alone, MTU 1500, timestamps';
  add('engine-bulk', 'ns/segment', note, () => nanosecondsPerSegment(bulk, 5000));
  add('engine-request', 'ns/segment', note, () => nanosecondsPerSegment(ask, 50_000));
  return [...figures, ...(await streamAllocation(runs))];
}
