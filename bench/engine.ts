// The engine alone: two connections hand each other their segments, with no host, link or clock between them.
// Heap growth over many segments, with the collector kept from running, is what a segment allocates.

import { Connection } from '../src/tcp/connection.ts';
import { RFC9293 } from '../src/tcp/parameters.ts';
import { Segment } from '../src/tcp/segment.ts';
import { seq } from '../src/tcp/seq.ts';
import type { OpenOptions } from '../src/tcp/tcb.ts';
import { Address } from '../src/wire/address.ts';
import { compare, type Figure, type Settings } from './figure.ts';

const A = { address: Address.parse('10.0.0.1') as Address, port: 1000 };
const B = { address: Address.parse('10.0.0.2') as Address, port: 80 };
const CHUNK = new Uint8Array(1 << 16);

class Pair {
  segments = 0;
  /** Whole milliseconds: a fraction would be boxed by this caller, 16 bytes each time it is passed on. */
  now = 0;
  readonly a: Connection;
  readonly b: Connection;
  private readonly segment = new Segment();

  constructor() {
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
    this.settle();
  }

  /** Carry segments both ways until neither has one. */
  settle(): void {
    for (;;) {
      const moved = this.carry(this.a, this.b) + this.carry(this.b, this.a);
      if (moved === 0) return;
    }
  }

  private carry(from: Connection, to: Connection): number {
    const { segment } = this;
    let n = 0;
    while (from.output(segment, this.now)) {
      // The text is not copied: the receiver is given a stretch of a buffer, as a device would give it.
      segment.text = CHUNK;
      segment.textStart = 0;
      segment.queue = null;
      to.arrives(segment, this.now);
      n += 1;
    }
    this.segments += n;
    return n;
  }

  /** One 64 KiB write, carried over and dropped by the reader. */
  bulk(): void {
    this.now += 1;
    this.a.send(CHUNK, this.now);
    this.settle();
    this.read(this.b);
    this.settle();
  }

  /** One 64-byte request and its answer. */
  requestAnswer(): void {
    this.now += 1;
    this.a.send(REQUEST, this.now);
    this.settle();
    this.read(this.b);
    this.b.send(REQUEST, this.now);
    this.settle();
    this.read(this.a);
  }

  /** Take what came without making a view of it: the view belongs to whoever wants one. */
  private read(connection: Connection): void {
    const { queue } = connection.tcb.rcv;
    queue?.discard(queue.length);
  }
}

const REQUEST = new Uint8Array(64);

/** Bytes of heap per segment over `rounds` of `step`, after as many to warm up. */
function bytesPerSegment(step: (pair: Pair) => void, rounds: number): number {
  const pair = new Pair();
  for (let i = 0; i < rounds; i++) step(pair);
  globalThis.gc?.();
  const segments = pair.segments;
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < rounds; i++) step(pair);
  const grown = process.memoryUsage().heapUsed - before;
  return grown / (pair.segments - segments);
}

function nanosecondsPerSegment(step: (pair: Pair) => void, rounds: number): number {
  const pair = new Pair();
  for (let i = 0; i < rounds; i++) step(pair);
  const segments = pair.segments;
  const start = process.hrtime.bigint();
  for (let i = 0; i < rounds; i++) step(pair);
  return Number(process.hrtime.bigint() - start) / (pair.segments - segments);
}

export async function allocation(settings: Settings): Promise<Figure[]> {
  const bulk = (pair: Pair): void => pair.bulk();
  const ask = (pair: Pair): void => pair.requestAnswer();
  const note = 'engine alone, MTU 1500, timestamps';
  return [
    await compare('alloc-bulk', 'bytes/segment', note, settings, () => bytesPerSegment(bulk, 2000), null),
    await compare('alloc-request', 'bytes/segment', note, settings, () => bytesPerSegment(ask, 20_000), null),
    await compare('engine-bulk', 'ns/segment', note, settings, () => nanosecondsPerSegment(bulk, 5000), null),
    await compare(
      'engine-request',
      'ns/segment',
      note,
      settings,
      () => nanosecondsPerSegment(ask, 50_000),
      null,
    ),
  ];
}
