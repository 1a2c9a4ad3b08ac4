// RFC 6675 §3, RFC 8985 §5.2: what is in flight, transmission by transmission: when it was sent, whether the peer
// has it, whether it is held lost. Ordered by sequence number, in a ring that grows and never allocates per segment.

import type { Differences } from '../../lib/differences.ts';
import { add, diff, gt, lt, type Seq } from '../seq.ts';

const SACKED = 1;
/** Held lost, and not sent again since. */
const LOST = 2;
const RETRANSMITTED = 4;

const FIRST_SLOTS = 8;
/** With this many, what the peer reports splits no more: only our own sending makes records beyond it. */
const MAX_RECORDS = 16_384;

/** Hears of each transmission that the peer turns out to have: RACK does. */
export interface Delivery {
  delivered(sentAt: number, end: Seq, retransmitted: boolean): void;
}

export class Scoreboard {
  /** Where the first record begins: SND.UNA, once something is in flight. */
  private start: Seq;
  private ends: Int32Array | null = null;
  private times: Float64Array | null = null;
  /** Not a Uint8Array: those hold text, which a copy of the connection shares (lib/clone.ts). */
  private flags: Int8Array | null = null;
  private head = 0;
  /** Transmissions in flight. */
  count = 0;
  /** Bytes that the peer reported by SACK, above SND.UNA. */
  sacked = 0;
  /** Transmissions reported by SACK. */
  sackedCount = 0;
  /** Bytes held lost and not sent again. */
  lost = 0;
  /** No record before this one is held lost: where the search for the next begins. */
  private lostFrom = 0;
  /** What one segment carries, bytes: a larger record is a super-segment. 0 before the handshake is done. */
  smss = 0;
  /** Segments that the peer turned out to have, so far. */
  delivered = 0;

  constructor(start: Seq) {
    this.start = start;
  }

  /** What outlives a rest (tcp/rest.ts): with nothing in flight SND.UNA is all but that. */
  carry(kept: Differences, una: Seq): void {
    this.start = una;
    this.head = 0;
    this.lostFrom = 0;
    this.smss = kept.number(this.smss);
    this.delivered = kept.number(this.delivered);
  }

  /** A first transmission up to `end` left. */
  sent(end: Seq, now: number): void {
    this.makeRoom();
    const slot = this.slot(this.count);
    this.ends![slot] = end;
    this.times![slot] = now;
    this.flags![slot] = 0;
    this.count += 1;
  }

  /** Everything below `una` is acknowledged. Returns the bytes of it that had not been reported before. */
  acknowledge(una: Seq, to: Delivery): number {
    let fresh = 0;
    while (this.count > 0) {
      const end = this.endOf(0);
      const length = diff(gt(end, una) ? una : end, this.start);
      if (length <= 0) break;
      const flags = this.flags![this.head]!;
      if ((flags & SACKED) === 0) fresh += length;
      else this.sacked -= length;
      if ((flags & LOST) !== 0) this.lost -= length;
      this.start = add(this.start, length);
      if (gt(end, una)) break;
      if ((flags & SACKED) !== 0) this.sackedCount -= 1;
      else this.tell(this.head, length, to);
      this.head = this.slot(1);
      this.count -= 1;
      if (this.lostFrom > 0) this.lostFrom -= 1;
    }
    if (this.count === 0) this.start = una;
    return fresh;
  }

  /** The peer reports [left, right), which lies above SND.UNA and below SND.NXT. Returns the bytes that are news. */
  sack(left: Seq, right: Seq, to: Delivery): number {
    let fresh = 0;
    let i = this.find(left);
    if (i < this.count && lt(this.startOf(i), left)) {
      if ((this.flagsOf(i) & SACKED) === 0) {
        if (this.count >= MAX_RECORDS) return 0;
        this.split(i, left);
      }
      i += 1;
    }
    for (; i < this.count && lt(this.startOf(i), right); i++) {
      if ((this.flagsOf(i) & SACKED) !== 0) continue;
      if (gt(this.endOf(i), right)) {
        if (this.count >= MAX_RECORDS) break;
        this.split(i, right);
      }
      fresh += this.markSacked(i, to);
    }
    return fresh;
  }

  /** Index of the first record held lost; -1: none is. */
  nextLost(): number {
    if (this.lost === 0) return -1;
    while (this.lostFrom < this.count && (this.flagsOf(this.lostFrom) & LOST) === 0) this.lostFrom += 1;
    return this.lostFrom < this.count ? this.lostFrom : -1;
  }

  /** Record `i` is held lost from now on, unless the peer has it. Returns whether that is news. */
  markLost(i: number): boolean {
    const slot = this.slot(i);
    if ((this.flags![slot]! & (SACKED | LOST)) !== 0) return false;
    this.flags![slot]! |= LOST;
    this.lost += this.lengthOf(i);
    if (i < this.lostFrom) this.lostFrom = i;
    return true;
  }

  /** The first `length` bytes in flight are held lost. */
  loseFirst(length: number): void {
    if (length < this.lengthOf(0)) this.split(0, add(this.start, length));
    this.markLost(0);
  }

  /** The last `length` bytes in flight, or the last record if it is shorter, leave again. Returns where they begin. */
  resendLast(length: number, now: number): Seq {
    const end = this.endOf(this.count - 1);
    if (length < this.lengthOf(this.count - 1)) this.split(this.count - 1, add(end, -length));
    const last = this.count - 1;
    this.resent(last, this.lengthOf(last), now);
    return this.startOf(last);
  }

  /** Everything that the peer has not reported is held lost. */
  markAllLost(): void {
    for (let i = 0; i < this.count; i++) this.markLost(i);
  }

  /** What the peer reported is forgotten: it may have reneged (RFC 2018 §8). */
  forgetSacks(): void {
    for (let i = 0; i < this.count; i++) this.flags![this.slot(i)]! &= ~SACKED;
    this.sacked = 0;
    this.sackedCount = 0;
  }

  /** Nothing is held lost: it had not been. */
  forgetLosses(): void {
    for (let i = 0; i < this.count; i++) this.flags![this.slot(i)]! &= ~LOST;
    this.lost = 0;
  }

  /**
   * RFC 6675 §4 IsLost for the oldest: `dupThresh` stretches were reported, or more bytes than one less than
   * that many segments hold.
   */
  reports(dupThresh: number): boolean {
    return this.sackedCount >= dupThresh || (this.smss > 0 && this.sacked > (dupThresh - 1) * this.smss);
  }

  /** Segments now reported by SACK; held lost and not sent again; sent again and not answered. */
  sackedSegments(): number {
    return this.countSegments(SACKED, SACKED);
  }

  lostSegments(): number {
    return this.countSegments(LOST, LOST);
  }

  resentSegments(): number {
    return this.countSegments(SACKED | LOST | RETRANSMITTED, RETRANSMITTED);
  }

  private countSegments(mask: number, value: number): number {
    let count = 0;
    for (let i = 0; i < this.count; i++) {
      if ((this.flagsOf(i) & mask) === value) count += this.segments(this.lengthOf(i));
    }
    return count;
  }

  /**
   * How much to send again from record `i` on, which is held lost: what left together then, at most `most` bytes; and
   * as many of the lost ones behind it as fit whole, so that the peer's reports go on matching what was sent.
   */
  lostRun(i: number, most: number): number {
    let length = Math.min(this.lengthOf(i), most);
    for (let k = i + 1; k < this.count && this.isLost(k); k++) {
      if (length + this.lengthOf(k) > most) break;
      length += this.lengthOf(k);
    }
    return length;
  }

  /** `length` bytes from the start of record `i` left again. */
  resent(i: number, length: number, now: number): void {
    let left = length;
    for (let k = i; k < this.count && left > 0; k++) {
      if (left < this.lengthOf(k)) this.split(k, add(this.startOf(k), left));
      const slot = this.slot(k);
      left -= this.lengthOf(k);
      if ((this.flags![slot]! & LOST) !== 0) this.lost -= this.lengthOf(k);
      this.flags![slot] = (this.flags![slot]! & ~LOST) | RETRANSMITTED;
      this.times![slot] = now;
    }
  }

  /** Bytes held to be in the network: RFC 6675's pipe. */
  pipe(nxt: Seq): number {
    return diff(nxt, this.start) - this.sacked - this.lost;
  }

  startOf(i: number): Seq {
    return i === 0 ? this.start : this.endOf(i - 1);
  }

  endOf(i: number): Seq {
    return this.ends![this.slot(i)] as Seq;
  }

  lengthOf(i: number): number {
    return diff(this.endOf(i), this.startOf(i));
  }

  sentAt(i: number): number {
    return this.times![this.slot(i)]!;
  }

  isSacked(i: number): boolean {
    return (this.flagsOf(i) & SACKED) !== 0;
  }

  /** Held lost and not sent again. */
  isLost(i: number): boolean {
    return (this.flagsOf(i) & LOST) !== 0;
  }

  isRetransmitted(i: number): boolean {
    return (this.flagsOf(i) & RETRANSMITTED) !== 0;
  }

  private markSacked(i: number, to: Delivery): number {
    const slot = this.slot(i);
    const length = this.lengthOf(i);
    const flags = this.flags![slot]!;
    if ((flags & LOST) !== 0) this.lost -= length;
    this.flags![slot] = (flags & ~LOST) | SACKED;
    this.sacked += length;
    this.sackedCount += 1;
    this.tell(slot, length, to);
    return length;
  }

  private tell(slot: number, length: number, to: Delivery): void {
    this.delivered += length > this.smss ? this.segments(length) : 1;
    to.delivered(this.times![slot]!, this.ends![slot] as Seq, (this.flags![slot]! & RETRANSMITTED) !== 0);
  }

  /** How many segments `length` bytes of one record were. */
  private segments(length: number): number {
    return length <= this.smss || this.smss === 0 ? 1 : Math.ceil(length / this.smss);
  }

  /** Index of the record that holds `n`; `count` if none does. */
  private find(n: Seq): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (gt(this.endOf(middle), n)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Record `i` becomes two that meet at `at`. */
  private split(i: number, at: Seq): void {
    this.makeRoom();
    for (let k = this.count; k > i; k--) this.copy(this.slot(k - 1), this.slot(k));
    this.ends![this.slot(i)] = at;
    this.count += 1;
    if (this.isSacked(i)) this.sackedCount += 1;
    if (this.lostFrom > i) this.lostFrom += 1;
  }

  private copy(from: number, to: number): void {
    this.ends![to] = this.ends![from]!;
    this.times![to] = this.times![from]!;
    this.flags![to] = this.flags![from]!;
  }

  private slot(i: number): number {
    return (this.head + i) & (this.ends!.length - 1);
  }

  private flagsOf(i: number): number {
    return this.flags![this.slot(i)]!;
  }

  private makeRoom(): void {
    const size = this.ends === null ? 0 : this.ends.length;
    if (this.count < size) return;
    const ends = new Int32Array(size === 0 ? FIRST_SLOTS : 2 * size);
    const times = new Float64Array(ends.length);
    const flags = new Int8Array(ends.length);
    for (let i = 0; i < this.count; i++) {
      const slot = this.slot(i);
      ends[i] = this.ends![slot]!;
      times[i] = this.times![slot]!;
      flags[i] = this.flags![slot]!;
    }
    this.ends = ends;
    this.times = times;
    this.flags = flags;
    this.head = 0;
  }
}

/** RFC 8985 §6.2: was a transmission at `a`, ending at `aEnd`, sent after one at `b`, ending at `bEnd`? */
export const sentAfter = (a: number, aEnd: Seq, b: number, bEnd: Seq): boolean =>
  a > b || (a === b && gt(aEnd, bEnd));
