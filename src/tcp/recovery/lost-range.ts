// §3.8.1: the part of SND.UNA..SND.NXT that is held to be lost and waits to be sent again. One range: what
// a sender without SACK can know. A scoreboard (RFC 6675) would take its place.

import type { RuleId } from '../rules.ts';
import { diff, geq, lt, max, min, type Seq, seq } from '../seq.ts';

export class LostRange {
  /** The next sequence number to send again. */
  nxt: Seq = seq(0);
  /** Behind the last one. Nothing is held lost when both are equal. */
  end: Seq = seq(0);
  /** What the range is sent again for. */
  why: RuleId = '6298-5.4-retransmit';

  get length(): number {
    return diff(this.end, this.nxt);
  }

  /** `from` up to, not including, `to` is held lost; whatever was held before is forgotten. */
  mark(from: Seq, to: Seq, why: RuleId = this.why): void {
    this.nxt = from;
    this.end = to;
    this.why = why;
  }

  /** Everything below `una` has been acknowledged. */
  acknowledge(una: Seq): void {
    if (geq(una, this.end)) this.mark(una, una);
    else this.nxt = max(this.nxt, una);
  }

  /** Sent again, up to `to`. */
  sent(to: Seq): void {
    this.nxt = min(to, this.end);
  }

  /** Is `n` waiting to be sent again? */
  covers(n: Seq): boolean {
    return geq(n, this.nxt) && lt(n, this.end);
  }
}
