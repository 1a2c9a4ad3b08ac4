// RFC 9293 §3.3.1: from a segment's 4-tuple to its connection. An open-addressing table under a keyed hash, so
// that nobody outside can choose ports that collide; looking up allocates nothing.

import type { SipHash } from '../lib/siphash.ts';
import type { Endpoint } from '../wire/address.ts';

export interface Flow {
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

/** A 4-tuple, as the eight words of two addresses and two ports. Reused: fill it and look it up. */
export class FlowKey {
  /** Ports, local d, remote d, then c, b, a of each: an IPv4 flow differs in the first three words only. */
  readonly words = new Int32Array(9);

  set(flow: Flow): this {
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

  matches(flow: Flow): boolean {
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

const SMALLEST = 64;
const MAPPED = 0xffff;

export class FlowTable<T extends Flow> {
  size = 0;
  private readonly hash: SipHash;
  private readonly key = new FlowKey();
  private flows: (T | null)[] = new Array<T | null>(SMALLEST).fill(null);
  private hashes = new Int32Array(SMALLEST);
  /** The flow found last: bulk traffic asks for the same one again and again. */
  private recent: T | null = null;

  constructor(hash: SipHash) {
    this.hash = hash;
  }

  find(key: FlowKey): T | null {
    if (this.recent !== null && key.matches(this.recent)) return this.recent;
    const hash = this.hashOf(key);
    const mask = this.flows.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const flow = this.flows[slot]!;
      if (flow === null) return null;
      if (this.hashes[slot] === hash && key.matches(flow)) {
        this.recent = flow;
        return flow;
      }
    }
  }

  /** The caller has made sure that no flow with the same 4-tuple is in the table. */
  add(flow: T): void {
    if (2 * (this.size + 1) > this.flows.length) this.resize(2 * this.flows.length);
    this.place(flow, this.hashOf(this.key.set(flow)));
    this.size++;
  }

  /** False: this very flow was not in the table. */
  remove(flow: T): boolean {
    const mask = this.flows.length - 1;
    let hole = this.hashOf(this.key.set(flow)) & mask;
    while (this.flows[hole] !== flow) {
      if (this.flows[hole] === null) return false;
      hole = (hole + 1) & mask;
    }
    this.closeGap(hole);
    this.size--;
    if (this.recent === flow) this.recent = null;
    if (this.flows.length > SMALLEST && 8 * this.size < this.flows.length) this.resize(this.flows.length / 2);
    return true;
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (const flow of [...this.flows]) if (flow !== null) yield flow;
  }

  private hashOf(key: FlowKey): number {
    const v4 = key.words[3] === MAPPED && key.words[5] === 0 && key.words[7] === 0;
    return this.hash.hashWords(key.words, v4 ? 3 : 9);
  }

  private place(flow: T, hash: number): void {
    const mask = this.flows.length - 1;
    let slot = hash & mask;
    while (this.flows[slot] !== null) slot = (slot + 1) & mask;
    this.flows[slot] = flow;
    this.hashes[slot] = hash;
  }

  /** Linear probing without tombstones: whoever sits behind the gap and could have had it moves into it. */
  private closeGap(gap: number): void {
    const mask = this.flows.length - 1;
    let hole = gap;
    for (let slot = (hole + 1) & mask; this.flows[slot] !== null; slot = (slot + 1) & mask) {
      const home = this.hashes[slot]! & mask;
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      this.flows[hole] = this.flows[slot]!;
      this.hashes[hole] = this.hashes[slot]!;
      hole = slot;
    }
    this.flows[hole] = null;
  }

  private resize(capacity: number): void {
    const { flows, hashes } = this;
    this.flows = new Array<T | null>(capacity).fill(null);
    this.hashes = new Int32Array(capacity);
    for (let slot = 0; slot < flows.length; slot++) {
      const flow = flows[slot]!;
      if (flow !== null) this.place(flow, hashes[slot]!);
    }
  }
}
