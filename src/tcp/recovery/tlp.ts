// RFC 8985 §7 Tail Loss Probe: when the last segments of a burst are lost, no later one tells. Milliseconds.

import type { Differences } from '../../lib/differences.ts';
import { geq, gt, type Seq, seq } from '../seq.ts';
import type { RetransmissionTimeout } from './rto.ts';

/** §7.2: what a receiver may wait before it acknowledges a lone segment. */
const MAX_ACK_DELAY = 200;
/** §7.2: how long to wait before there is any sample. */
const WITHOUT_SAMPLE = 1_000;

export class TailLossProbe {
  /** The timer fired: one segment may leave whatever the congestion window says. */
  due = false;
  /** A probe is out, and its answer is awaited. */
  outstanding = false;
  /** The PTO. */
  timeout = Number.POSITIVE_INFINITY;
  /** It was something sent before, not new text. */
  private retransmitted = false;
  /** SND.NXT when it had left. */
  private end: Seq = seq(0);
  private readonly margin: number;
  private readonly least: number;

  /** `margin` is added to the PTO while several segments are in flight; none is shorter than `least`. */
  constructor(margin = 0, least = 10) {
    this.margin = margin;
    this.least = least;
  }

  /** What outlives a rest (tcp/rest.ts). */
  carry(kept: Differences, una: Seq): void {
    this.outstanding = kept.flag(this.outstanding);
    this.retransmitted = kept.flag(this.retransmitted);
    this.end = this.outstanding ? (kept.near(this.end, una) as Seq) : una;
  }

  /** §7.2: how long after the last transmission to probe. `alone`: one segment is in flight. */
  update({ srtt, value }: RetransmissionTimeout, alone: boolean): void {
    const pto = Math.max(2 * srtt + (alone ? MAX_ACK_DELAY : this.margin), this.least);
    // Chosen within the first argument, the number would be boxed (bench: alloc-request, 8 bytes a segment).
    this.timeout = Math.min(pto, value);
    if (srtt === 0) this.timeout = Math.min(WITHOUT_SAMPLE, value);
  }

  sent(end: Seq, retransmitted: boolean): void {
    this.due = false;
    this.outstanding = true;
    this.end = end;
    this.retransmitted = retransmitted;
  }

  /**
   * §7.4: an ACK up to `ack` came; `dsack`: it reports a duplicate, the probe. True: the probe repaired a loss,
   * to which congestion control must answer.
   */
  answered(ack: Seq, dsack: boolean): boolean {
    if (!this.outstanding || !geq(ack, this.end)) return false;
    const repaired = this.retransmitted && !dsack && gt(ack, this.end);
    if (repaired || !this.retransmitted || dsack) this.outstanding = false;
    return repaired;
  }

  /** §7.4: a duplicate ACK up to `ack` that reports nothing: without D-SACK, it too says that the probe was one. */
  repeated(ack: Seq): void {
    if (geq(ack, this.end)) this.outstanding = false;
  }

  /** Is what ends at `end` the probe that is out? */
  is(end: Seq): boolean {
    return this.outstanding && this.retransmitted && this.end === end;
  }

  /** A repair of another kind took over. */
  cancel(): void {
    this.due = false;
    this.outstanding = false;
  }
}
