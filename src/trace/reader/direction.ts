// One direction of a connection as the analysis remembers it: what its sender has sent and acknowledged so far, as
// far as it was captured. No logic but its own bookkeeping.

import { add, geq, gt, leq, lt, type Seq, seq } from '../../tcp/seq.ts';

/** Stretches of sequence space that were passed over and have not been seen; more are forgotten, oldest first. */
const MAX_GAPS = 16;

export class Direction {
  /** Something was captured that this end sent. */
  seen = false;
  /** Its initial sequence number is known from a SYN. */
  isnKnown = false;
  isn: Seq = seq(0);
  /** The next expected sequence number: behind everything sent. Known once `nextKnown`. */
  nextKnown = false;
  next: Seq = seq(0);
  /** When it moved last. */
  nextTime = 0;
  /** What the other end may acknowledge: as `next`, but moved by zero window probes, and by ACKs of unseen text. */
  ackableKnown = false;
  ackable: Seq = seq(0);
  /** The last acknowledgment this end sent; known once `ackKnown`. */
  ackKnown = false;
  ack: Seq = seq(0);
  ackTime = 0;
  /** The highest one. */
  highestAck: Seq = seq(0);
  /** SEG.WND of the last segment, and by how much it is shifted; the shift is -1 while it is not known. */
  windowKnown = false;
  window = 0;
  /** The last segment was a SYN: its window was not scaled. */
  windowOfSyn = false;
  shift = -1;
  /** From the SYN: -1 = no option. */
  offeredShift = -1;
  /** Bytes of text on the SYN. */
  synText = 0;
  mss = 0;
  sackPermitted = false;
  timestamps = false;
  /** How often the last acknowledgment was repeated, and the frame of its first. */
  dupAcks = 0;
  dupAckOf = 0;
  /** Analysis flags of the last segment. */
  lastFlags = 0;
  /** Edges of the gaps, two each. */
  private readonly gaps: Seq[] = [];
  get gapCount(): number {
    return this.gaps.length / 2;
  }

  /** [from, to) was not captured, and what follows was. */
  addGap(from: Seq, to: Seq): void {
    if (this.gapCount === MAX_GAPS) this.gaps.splice(0, 2);
    this.gaps.push(from, to);
  }

  /** Whether `ack` covers text that was not captured. */
  hasGapBelow(ack: Seq): boolean {
    for (let at = 0; at < this.gaps.length; at += 2) if (lt(this.gaps[at]!, ack)) return true;
    return false;
  }

  /** Whether some of [from, to) lies in a gap; it does not any more. */
  fillGap(from: Seq, to: Seq): boolean {
    let filled = false;
    const { gaps } = this;
    for (let at = gaps.length - 2; at >= 0; at -= 2) {
      const left = gaps[at]!;
      const right = gaps[at + 1]!;
      if (geq(from, right) || leq(to, left)) continue;
      filled = true;
      gaps.splice(at, 2);
      if (lt(left, from)) this.addGap(left, from);
      if (gt(right, to)) this.addGap(to, right);
    }
    return filled;
  }

  /** The peer has everything below `ack`: what was not captured of it will not come any more. */
  dropGaps(ack: Seq): void {
    for (let at = this.gaps.length - 2; at >= 0; at -= 2) {
      if (leq(this.gaps[at + 1]!, ack)) this.gaps.splice(at, 2);
    }
  }

  /** Window in bytes; -1: its scale is not known. */
  get windowBytes(): number {
    if (!this.windowKnown) return -1;
    if (this.windowOfSyn) return this.window;
    return this.shift < 0 ? -1 : this.window * 2 ** this.shift;
  }

  /** Where the peer must stop sending; only while `windowBytes` is known. */
  get windowEdge(): Seq {
    return add(this.ack, this.windowBytes);
  }
}
