// Where a host keeps what it knows of its connections: in rows, by the 512. A row has a TcpSocket, or words in its
// place (records.ts); and either way a timer. What no row of a chunk needs is given back.

import { CHUNK_BITS, CHUNK_SIZE, NEXT, TimerChunk, type TimerChunks } from '../lib/timer-wheel.ts';
import { RECORD_WORDS } from '../tcp/put-away.ts';

/** Beside what the engine keeps: ports (never 0, which is no record), the last word of the remote address, and which conditions it lives under. */
export const HOST_WORDS = 3;
export const ROW_WORDS = HOST_WORDS + RECORD_WORDS;
/** The words of an IPv6 address before the last. */
const UPPER_WORDS = 3;
const IN_CHUNK = CHUNK_SIZE - 1;

class Chunk<T> extends TimerChunk {
  /** Of wholes; null: there is none. */
  flows: (T | null)[] | null = null;
  wholes = 0;
  /** Of records; null: there is none. */
  words: Int32Array | null = null;
  records = 0;
  /** For the remote addresses of records over IPv6; null: there was none yet. */
  upper: Int32Array | null = null;
  used = 0;
  /** The first row that is free; `links` has the one behind it, -1 behind the last. */
  free = 0;

  constructor() {
    super();
    for (let i = 0; i < CHUNK_SIZE; i++) this.links[4 * i + NEXT] = i + 1 < CHUNK_SIZE ? i + 1 : -1;
  }
}

export class Rows<T> implements TimerChunks {
  readonly chunks: (Chunk<T> | null)[] = [];
  /** No chunk before this one has a free row. */
  private roomy = 0;
  // One of each is kept, so that what comes and goes at a boundary allocates nothing.
  private spareChunk: Chunk<T> | null = null;
  private spareFlows: (T | null)[] | null = null;
  private spareWords: Int32Array | null = null;

  /** A row for `flow`. */
  take(flow: T): number {
    const { chunks } = this;
    while (this.roomy < chunks.length && (chunks[this.roomy]?.free ?? 0) < 0) this.roomy += 1;
    const at = this.roomy;
    let chunk = chunks[at] ?? null;
    if (chunk === null) {
      chunk = this.spareChunk ?? new Chunk<T>();
      this.spareChunk = null;
      chunks[at] = chunk;
    }
    const i = chunk.free;
    chunk.free = chunk.links[4 * i + NEXT] as number;
    chunk.used += 1;
    const row = (at << CHUNK_BITS) | i;
    this.setFlow(row, flow);
    return row;
  }

  /** Its timer has been taken out. */
  free(row: number): void {
    const chunk = this.chunk(row);
    const i = row & IN_CHUNK;
    if (this.isRecord(row)) this.dropWords(chunk, i);
    else this.dropFlow(chunk, i);
    chunk.links[4 * i + NEXT] = chunk.free;
    chunk.free = i;
    chunk.used -= 1;
    const at = row >> CHUNK_BITS;
    this.roomy = Math.min(this.roomy, at);
    if (chunk.used > 0) return;
    this.chunks[at] = null;
    this.spareChunk = chunk;
    while (this.chunks.length > 0 && this.chunks[this.chunks.length - 1] === null) this.chunks.pop();
  }

  /** Whether there is a row of this number that has a record. */
  isRecord(row: number): boolean {
    const words = this.chunks[row >> CHUNK_BITS]?.words ?? null;
    return words !== null && words[this.wordsAt(row)] !== 0;
  }

  /** Whether there is a row of this number that has a flow. */
  isFlow(row: number): boolean {
    return row >= 0 && (this.chunks[row >> CHUNK_BITS]?.flows?.[row & IN_CHUNK] ?? null) !== null;
  }

  /** Null: the row has a record. */
  flowAt(row: number): T | null {
    const { flows } = this.chunk(row);
    return flows === null ? null : (flows[row & IN_CHUNK] as T | null);
  }

  /** `flow` takes the place of the row's record. */
  toFlow(row: number, flow: T): void {
    this.dropWords(this.chunk(row), row & IN_CHUNK);
    this.setFlow(row, flow);
  }

  /** Another flow speaks for the row from now on. */
  replace(row: number, flow: T): void {
    this.chunk(row).flows![row & IN_CHUNK] = flow;
  }

  /** A record takes the flow's place: the words to write it to, from `wordsAt(row)` on. */
  toRecord(row: number): Int32Array {
    const chunk = this.chunk(row);
    this.dropFlow(chunk, row & IN_CHUNK);
    chunk.records += 1;
    chunk.words ??= this.spareWords ?? new Int32Array(ROW_WORDS * CHUNK_SIZE);
    if (chunk.words === this.spareWords) this.spareWords = null;
    return chunk.words;
  }

  wordsOf(row: number): Int32Array {
    return this.chunk(row).words as Int32Array;
  }

  /** The first three words of addresses, from `upperAt(row)` on. */
  upperOf(row: number): Int32Array {
    const chunk = this.chunk(row);
    chunk.upper ??= new Int32Array(UPPER_WORDS * CHUNK_SIZE);
    return chunk.upper;
  }

  wordsAt(row: number): number {
    return ROW_WORDS * (row & IN_CHUNK);
  }

  upperAt(row: number): number {
    return UPPER_WORDS * (row & IN_CHUNK);
  }

  private chunk(row: number): Chunk<T> {
    return this.chunks[row >> CHUNK_BITS] as Chunk<T>;
  }

  private setFlow(row: number, flow: T): void {
    const chunk = this.chunk(row);
    chunk.flows ??= this.spareFlows ?? new Array<T | null>(CHUNK_SIZE).fill(null);
    if (chunk.flows === this.spareFlows) this.spareFlows = null;
    chunk.flows[row & IN_CHUNK] = flow;
    chunk.wholes += 1;
  }

  private dropFlow(chunk: Chunk<T>, i: number): void {
    chunk.flows![i] = null;
    chunk.wholes -= 1;
    if (chunk.wholes > 0) return;
    this.spareFlows = chunk.flows;
    chunk.flows = null;
  }

  private dropWords(chunk: Chunk<T>, i: number): void {
    chunk.words![ROW_WORDS * i] = 0;
    chunk.records -= 1;
    if (chunk.records > 0) return;
    this.spareWords = chunk.words;
    chunk.words = null;
    chunk.upper = null;
  }
}
