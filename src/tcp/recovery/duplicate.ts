// RFC 2883 §4 at the receiver: the duplicate that the next ACK will report, and it alone.

import { gt, leq, lt, max, min, type Seq, seq } from '../seq.ts';

export class DuplicateReport {
  /** [left, right) came again, and nobody has been told yet. */
  due = false;
  left: Seq = seq(0);
  right: Seq = seq(0);

  /** [left, right) came again. Before an ACK leaves, what touches is one; else the newest is what counts. */
  add(left: Seq, right: Seq): void {
    const touches = this.due && leq(left, this.right) && leq(this.left, right);
    this.left = touches ? min(left, this.left) : left;
    this.right = touches ? max(right, this.right) : right;
    this.due = true;
  }

  /** The part of [start, end) that [left, right) covers came again, if there is one. Returns whether there is. */
  addOverlap(start: Seq, end: Seq, left: Seq, right: Seq): boolean {
    if (!lt(left, end) || !gt(right, start)) return false;
    this.add(max(start, left), min(end, right));
    return true;
  }
}
