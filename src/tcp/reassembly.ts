// §3.10.7.4, seventh (SHLD-31): text that came too early waits here, in order; what it holds is what SACK reports.

import type { DuplicateReport } from './recovery/duplicate.ts';
import { add, diff, geq, gt, leq, lt, type Seq } from './seq.ts';

/** What keeping one piece costs beside its bytes; it makes many tiny pieces as dear as they are. */
const PIECE_OVERHEAD = 256;
/** Pieces shorter than this are copied, so that a few bytes do not keep a device's whole buffer alive. */
const COPY_BELOW = 4096;

/** Blocks of one SACK option at most. */
const RECENT = 4;

/** Contiguous text from `start` up to `end`, in the pieces in which it came. */
interface Island {
  start: Seq;
  end: Seq;
  pieces: Uint8Array[];
}

export class Reassembly {
  private readonly islands: Island[] = [];
  /** The islands that grew last, newest first, as many as one option can report (RFC 2018 §4). */
  private readonly recent: Island[] = [];
  /** Bytes held, with what holding them costs. */
  private cost = 0;

  get isEmpty(): boolean {
    return this.islands.length === 0;
  }

  /** Behind the last byte held; there must be one. */
  get end(): Seq {
    return (this.islands[this.islands.length - 1] as Island).end;
  }

  /** How many separate stretches of text are held. */
  get count(): number {
    return this.islands.length;
  }

  /**
   * Keep `length` bytes of `text` from `at`, which stand at sequence number `start`. Bytes already held
   * stay as they came first. False: over `budget` (bytes with overhead), nothing was kept.
   */
  insert(start: Seq, text: Uint8Array, at: number, length: number, budget: number): boolean {
    if (length <= 0) return true;
    if (this.cost + length + PIECE_OVERHEAD > budget) return false;
    let from = start;
    const end = add(start, length);
    const i = this.firstReaching(start);
    while (lt(from, end)) {
      const island = this.islands[i];
      if (island !== undefined && leq(island.start, from)) {
        // Already held up to the island's end.
        from = gt(island.end, from) ? island.end : from;
        this.touch(island);
        if (lt(from, end)) {
          const to = this.gapEnd(i + 1, end);
          this.append(island, this.piece(text, at + diff(from, start), diff(to, from)));
          from = to;
          this.join(i);
        }
        continue;
      }
      const to = this.gapEnd(i, end);
      const pieces = [this.piece(text, at + diff(from, start), diff(to, from))];
      const created = { start: from, end: to, pieces };
      this.islands.splice(i, 0, created);
      this.touch(created);
      from = to;
      this.join(i);
    }
    return true;
  }

  /**
   * The text that begins at `nxt`, if any, piece by piece through `deliver`; it is no longer held. Text
   * below `nxt` is discarded. Returns the sequence number behind what was delivered.
   */
  take(nxt: Seq, deliver: (piece: Uint8Array) => void): Seq {
    let next = nxt;
    while (this.islands.length > 0) {
      const island = this.islands[0] as Island;
      if (gt(island.start, next)) break;
      this.islands.shift();
      this.forget(island);
      let position = island.start;
      for (const piece of island.pieces) {
        this.cost -= piece.length + PIECE_OVERHEAD;
        const pieceEnd = add(position, piece.length);
        if (gt(pieceEnd, next)) {
          deliver(lt(position, next) ? piece.subarray(diff(next, position)) : piece);
          next = pieceEnd;
        }
        position = pieceEnd;
      }
    }
    return next;
  }

  /**
   * RFC 2883 §4: of the text [start, end) that has come, the first stretch that is held already goes to
   * `report`. False: none is.
   */
  reportOverlap(start: Seq, end: Seq, report: DuplicateReport): boolean {
    for (let i = this.firstReaching(start); i < this.islands.length; i++) {
      const island = this.islands[i] as Island;
      if (!lt(island.start, end)) return false;
      if (report.addOverlap(start, end, island.start, island.end)) return true;
    }
    return false;
  }

  /**
   * RFC 2018 §4: the islands as blocks, newest first, behind the `written` that stand there already, `most` in
   * all. Returns how many stand there then.
   */
  blocks(into: Int32Array, most: number, written = 0): number {
    let count = written;
    for (const island of this.recent) {
      if (count === most) return count;
      into[2 * count] = island.start;
      into[2 * count++ + 1] = island.end;
    }
    // Older islands, once newer ones are gone. No more than `most` of these first few can be recent ones.
    for (let i = 0; i < this.islands.length && i < most + RECENT && count < most; i++) {
      const island = this.islands[i] as Island;
      if (this.recent.includes(island)) continue;
      into[2 * count] = island.start;
      into[2 * count++ + 1] = island.end;
    }
    return count;
  }

  private touch(island: Island): void {
    if (this.recent[0] === island) return;
    this.forget(island);
    this.recent.unshift(island);
    if (this.recent.length > RECENT) this.recent.pop();
  }

  private forget(island: Island): void {
    const i = this.recent.indexOf(island);
    if (i >= 0) this.recent.splice(i, 1);
  }

  /** Index of the first island that ends at or behind `start`: the first that `start` can touch. */
  private firstReaching(start: Seq): number {
    let low = 0;
    let high = this.islands.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (geq((this.islands[middle] as Island).end, start)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Where the free space before island `i` ends, at most `end`. */
  private gapEnd(i: number, end: Seq): Seq {
    const next = this.islands[i];
    return next !== undefined && lt(next.start, end) ? next.start : end;
  }

  private piece(text: Uint8Array, from: number, length: number): Uint8Array {
    this.cost += length + PIECE_OVERHEAD;
    return length < COPY_BELOW ? text.slice(from, from + length) : text.subarray(from, from + length);
  }

  private append(island: Island, piece: Uint8Array): void {
    island.pieces.push(piece);
    island.end = add(island.end, piece.length);
  }

  /** Island `i` grew: if it now touches the next one, they become one. */
  private join(i: number): void {
    const island = this.islands[i] as Island;
    const next = this.islands[i + 1];
    if (next === undefined || lt(island.end, next.start)) return;
    for (const piece of next.pieces) island.pieces.push(piece);
    island.end = next.end;
    this.islands.splice(i + 1, 1);
    this.forget(next);
  }
}
