// RFC 9293 §3.3.1: from a segment's 4-tuple to its connection. An open-addressing table under a keyed hash, so
// that nobody outside can choose ports that collide; looking up allocates nothing.

import { HashIndex, type Matcher } from '../lib/hash-index.ts';
import type { SipHash } from '../lib/siphash.ts';
import type { Endpoint } from '../wire/address.ts';
import { Rows } from './rows.ts';

/** The two ends of a flow. */
export interface FourTuple {
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

export interface Flow extends FourTuple {
  /** Where the table keeps it; -1: nowhere. The table writes it. */
  row: number;
}

/** Flows that were put away: rows that have a record. */
export interface PutAway<T> {
  /** Whether the record's 4-tuple is `key`. */
  matches(row: number, key: FlowKey): boolean;
  /** Set `key` to the record's 4-tuple. */
  keyOf(row: number, key: FlowKey): FlowKey;
  /** The flow as it was, in its row again. */
  takeOut(row: number): T;
}

/** A 4-tuple, as the eight words of two addresses and two ports. Reused: fill it and look it up. */
export class FlowKey {
  /** Ports, local d, remote d, then c, b, a of each: an IPv4 flow differs in the first three words only. */
  readonly words = new Int32Array(9);

  set(flow: FourTuple): this {
    const { words } = this;
    const { local, remote } = flow;
    words[0] = (local.port << 16) | remote.port;
    words[1] = local.address.d;
    words[2] = remote.address.d;
    words[3] = local.address.c;
    words[4] = remote.address.c;
    words[5] = local.address.b;
    words[6] = remote.address.b;
    words[7] = local.address.a;
    words[8] = remote.address.a;
    return this;
  }

  /** From the words of a decoded header. */
  setWords(local: Int32Array, localPort: number, remote: Int32Array, remotePort: number): this {
    const { words } = this;
    words[0] = (localPort << 16) | remotePort;
    words[1] = local[3]!;
    words[2] = remote[3]!;
    words[3] = local[2]!;
    words[4] = remote[2]!;
    words[5] = local[1]!;
    words[6] = remote[1]!;
    words[7] = local[0]!;
    words[8] = remote[0]!;
    return this;
  }

  matches(flow: FourTuple): boolean {
    const { words } = this;
    const { local, remote } = flow;
    return (
      words[0] === ((local.port << 16) | remote.port) &&
      words[1] === local.address.d &&
      words[2] === remote.address.d &&
      words[3] === local.address.c &&
      words[4] === remote.address.c &&
      words[5] === local.address.b &&
      words[6] === remote.address.b &&
      words[7] === local.address.a &&
      words[8] === remote.address.a
    );
  }
}

const MAPPED = 0xffff;

export class FlowTable<T extends Flow> implements Matcher {
  private readonly hash: SipHash;
  private readonly rows: Rows<T>;
  private readonly putAway: PutAway<T> | null;
  private readonly index = new HashIndex();
  private readonly key = new FlowKey();
  /** What is being looked for. */
  private wanted = this.key;
  /** The flow found last: bulk traffic asks for the same one again and again. */
  private recent: T | null = null;

  /** `putAway` null: no flow is. */
  constructor(hash: SipHash, rows: Rows<T> = new Rows<T>(), putAway: PutAway<T> | null = null) {
    this.hash = hash;
    this.rows = rows;
    this.putAway = putAway;
  }

  /** Flows, put away or not. */
  get size(): number {
    return this.index.size;
  }

  /** The flow of this 4-tuple, taken out if it was put away; null: there is none. */
  find(key: FlowKey): T | null {
    if (this.recent !== null && key.matches(this.recent)) return this.recent;
    const row = this.rowOf(key);
    if (row < 0) return null;
    this.recent = this.rows.flowAt(row) ?? this.putAway?.takeOut(row) ?? null;
    return this.recent;
  }

  /** The row of this 4-tuple, which may have a record; -1: there is none. */
  rowOf(key: FlowKey): number {
    this.wanted = key;
    return this.index.find(this.hashOf(key), this);
  }

  /** The caller has made sure that no flow with the same 4-tuple is in the table. */
  add(flow: T): void {
    flow.row = this.rows.take(flow);
    this.index.add(this.hashOf(this.key.set(flow)), flow.row);
  }

  /** Its timer runs no more. False: this very flow was not in the table. */
  remove(flow: T): boolean {
    const { row } = flow;
    if (!this.rows.isFlow(row) || this.rows.flowAt(row) !== flow) return false;
    this.key.set(flow);
    this.removeRow(row);
    flow.row = -1;
    if (this.recent === flow) this.recent = null;
    return true;
  }

  /** Remove one that was put away. Its timer runs no more. */
  removeRecord(row: number): void {
    this.putAway?.keyOf(row, this.key);
    this.removeRow(row);
  }

  /** `flow` is put away, or another speaks for it: it is found no more without asking. */
  forget(flow: T): void {
    if (this.recent === flow) this.recent = null;
  }

  /** For the index: whether the row has what is being looked for. */
  matches(row: number): boolean {
    const flow = this.rows.flowAt(row);
    if (flow !== null) return this.wanted.matches(flow);
    return this.putAway?.matches(row, this.wanted) === true;
  }

  /** The rows of all flows, put away or not, as they are when it begins. */
  numbers(): Iterable<number> {
    return this.index;
  }

  /** Flows that are not put away, as they are when it begins. */
  *[Symbol.iterator](): IterableIterator<T> {
    const flows = [...this.index].map((row) => this.rows.flowAt(row));
    for (const flow of flows) if (flow !== null) yield flow;
  }

  /** Of the 4-tuple in `key`. */
  private removeRow(row: number): void {
    this.index.remove(this.hashOf(this.key), row);
    this.rows.free(row);
  }

  private hashOf(key: FlowKey): number {
    const v4 = key.words[3] === MAPPED && key.words[5] === 0 && key.words[7] === 0;
    return this.hash.hashWords(key.words, v4 ? 3 : 9);
  }
}
