// §3.9.1.2 (MUST-61): where PSH stands. The ends of what the application wrote, kept until they are acknowledged, so
// that a segment that leaves again carries PSH where it did before.

import { add, diff, gt, leq, lt, max, min, type Seq } from './seq.ts';

const FIRST_SLOTS = 8;

export class PushPoints {
  /** A ring of a power of two slots, in order; empty until something is written. */
  private points = new Int32Array(0);
  private head = 0;
  private count = 0;
  /** The last point there was. */
  private last: Seq;
  /** Where the stretch of text begins to which the next write may be appended. */
  private tail: Seq;

  constructor(iss: Seq) {
    this.last = add(iss, 1);
    this.tail = this.last;
  }

  get isEmpty(): boolean {
    return this.count === 0;
  }

  /** Nothing is written that is not acknowledged: what is written next begins at `una`. */
  restart(una: Seq): void {
    this.last = una;
    this.tail = una;
  }

  /**
   * Text in [from, end) was written, and what lies before `sent` has left. A write goes on in the stretch of the one
   * before if that has not left and is shorter than `stretch` bytes: then its point moves (SHLD-27). Within one
   * write, the end of a stretch is a point when more than `most` bytes lie behind the last.
   */
  wrote(from: Seq, end: Seq, sent: Seq, stretch: number, most: number): void {
    const appended = gt(from, sent) && diff(from, this.tail) < stretch;
    if (leq(from, sent)) this.tail = from;
    else this.tail = max(this.tail, sent);
    if (appended && this.count > 0 && this.at(this.count - 1) === from) this.count -= 1;
    while (diff(end, this.tail) > stretch) {
      this.tail = add(this.tail, stretch);
      if (diff(this.tail, this.last) > most) this.push(this.tail);
    }
    this.push(end);
  }

  /** The end of a burst, behind all other points. */
  burst(end: Seq): void {
    this.push(end);
  }

  /** Does a point lie in (from, end]? */
  within(from: Seq, end: Seq): boolean {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (gt(this.at(middle), from)) high = middle;
      else low = middle + 1;
    }
    return low < this.count && leq(this.at(low), end);
  }

  /** The text ends at `end`, which is a point then: what was written beyond is not sent any more. */
  cut(end: Seq): void {
    while (this.count > 0 && gt(this.at(this.count - 1), end)) this.count -= 1;
    if (this.count > 0 && this.at(this.count - 1) === end) this.last = end;
    else this.push(end);
    this.tail = min(this.tail, end);
  }

  /** Everything below `una` is acknowledged. */
  acknowledge(una: Seq): void {
    while (this.count > 0 && leq(this.at(0), una)) {
      this.head = this.slot(1);
      this.count -= 1;
    }
    if (lt(this.last, una)) this.last = una;
  }

  private push(point: Seq): void {
    if (this.count === this.points.length) this.grow();
    this.points[this.slot(this.count)] = point;
    this.count += 1;
    this.last = point;
  }

  private at(i: number): Seq {
    return this.points[this.slot(i)] as Seq;
  }

  private slot(i: number): number {
    return (this.head + i) & (this.points.length - 1);
  }

  private grow(): void {
    const points = new Int32Array(this.points.length === 0 ? FIRST_SLOTS : 2 * this.points.length);
    for (let i = 0; i < this.count; i++) points[i] = this.points[this.slot(i)]!;
    this.points = points;
    this.head = 0;
  }
}
