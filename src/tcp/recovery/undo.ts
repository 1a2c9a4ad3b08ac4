// RFC 3522, RFC 2883 §5: was the last reduction of the congestion window called for? What was sent again for it, and
// since when; by that an ACK can show that nothing had been lost. Milliseconds.

import { gt, lt, max, min, type Seq } from '../seq.ts';

/** Stretches that are remembered. Who resends more than that in one repair did lose something. */
const MOST = 64;
const NEVER = Number.POSITIVE_INFINITY;

export class Undo {
  /** A reduction may still turn out to have been for nothing. */
  open = false;
  /** When the first retransmission left. */
  private firstResent = NEVER;
  /** What left again and was not reported to have come twice: [left, right) after [left, right). */
  private ranges: Int32Array | null = null;
  private count = 0;
  private overflowed = false;
  /** Once SND.UNA is beyond it, the repair is over; the next time, so is the wait for what may be said of it. */
  private until: Seq;
  private settled = false;

  constructor(iss: Seq) {
    this.until = iss;
  }

  /** The window is reduced now, with SND.NXT at `nxt`. */
  begin(nxt: Seq): void {
    this.open = true;
    this.firstResent = NEVER;
    this.ranges ??= new Int32Array(2 * MOST);
    this.count = 0;
    this.overflowed = false;
    this.until = nxt;
    this.settled = false;
  }

  end(): void {
    this.open = false;
  }

  /** [left, right) left again. */
  resent(left: Seq, right: Seq, now: number): void {
    if (!this.open) return;
    const ranges = this.ranges!;
    this.firstResent = Math.min(this.firstResent, now);
    if (this.count > 0 && ranges[2 * this.count - 1] === left) {
      ranges[2 * this.count - 1] = right;
      return;
    }
    if (this.count === MOST) {
      this.overflowed = true;
      return;
    }
    ranges[2 * this.count] = left;
    ranges[2 * this.count++ + 1] = right;
  }

  /** The peer reports that [left, right) came twice. Each retransmission accounts for one report. */
  duplicated(left: Seq, right: Seq): void {
    const ranges = this.ranges;
    if (!this.open || ranges === null) return;
    let from = left;
    for (let i = 0; i < this.count && lt(from, right); i++) {
      const start = ranges[2 * i] as Seq;
      const end = ranges[2 * i + 1] as Seq;
      const first = max(from, start);
      const last = min(right, end);
      if (!lt(first, last)) continue;
      from = last;
      this.cut(i, start, first, last, end);
      if (!lt(start, first) && !lt(last, end)) i -= 1;
    }
  }

  /** Every retransmission was reported to have come twice. */
  get isRefuted(): boolean {
    return this.firstResent !== NEVER && this.count === 0 && !this.overflowed;
  }

  /** RFC 3522 §3.2: what is echoed, whole ms, left before the first retransmission did. */
  predates(echoed: number): boolean {
    return echoed < Math.floor(this.firstResent);
  }

  /** SND.UNA is `una`. What is said of a repair is said within a round trip of its end. */
  acknowledged(una: Seq, nxt: Seq, repairing: boolean): void {
    if (!this.open || !gt(una, this.until)) return;
    if (this.settled && !repairing) this.open = false;
    this.settled = !repairing;
    this.until = nxt;
  }

  /** [first, last) is taken out of range `i`, which is [start, end). */
  private cut(i: number, start: Seq, first: Seq, last: Seq, end: Seq): void {
    const ranges = this.ranges!;
    if (lt(start, first)) {
      ranges[2 * i + 1] = first;
      if (lt(last, end)) this.append(last, end);
    } else if (lt(last, end)) {
      ranges[2 * i] = last;
    } else {
      ranges.copyWithin(2 * i, 2 * i + 2, 2 * this.count);
      this.count -= 1;
    }
  }

  private append(left: Seq, right: Seq): void {
    if (this.count === MOST) {
      this.overflowed = true;
      return;
    }
    this.ranges![2 * this.count] = left;
    this.ranges![2 * this.count++ + 1] = right;
  }
}
