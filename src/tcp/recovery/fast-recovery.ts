// RFC 5681 §3.2, RFC 6582, RFC 6675 §5: when duplicate ACKs mean loss, and how long a repair lasts.

import type { Differences } from '../../lib/differences.ts';
import { add, geq, gt, lt, type Seq } from '../seq.ts';

export class FastRecovery {
  /** Duplicate ACKs, without SACK: each is a segment that has left the network. */
  duplicates = 0;
  active = false;
  /** RFC 6582 §3.2: SND.NXT when the last repair began; it ends when all of that is acknowledged. */
  recover: Seq;
  /** Partial ACKs of this repair: only the first restarts the timer (RFC 6582 §4, the Impatient variant). */
  partials = 0;

  constructor(iss: Seq) {
    this.recover = iss;
  }

  /** What outlives a rest (tcp/rest.ts). */
  carry(kept: Differences, una: Seq): void {
    this.recover = kept.near(this.recover, una) as Seq;
  }

  /**
   * RFC 6582 §3.2 step 1, RFC 6675 §5.1: nothing that a former repair, or a timeout's resending, may itself
   * have caused begins another. Without SACK, duplicates of the ACK that ended it may.
   */
  mayBegin(una: Seq, sack: boolean): boolean {
    return !this.active && (sack ? geq(una, this.recover) : gt(una, this.recover));
  }

  /** A repair is on, this one's or the timer's: what was in flight when it began is not all acknowledged. */
  isRepairing(una: Seq): boolean {
    return this.active || lt(una, this.recover);
  }

  begin(nxt: Seq): void {
    this.active = true;
    this.recover = nxt;
    this.partials = 0;
  }

  /**
   * SND.UNA advanced to `una` by `segments`: nothing was under repair, the repair goes on, or it is over. A
   * partial ACK takes with it the duplicates that told of what it covers.
   */
  newAck(una: Seq, segments: number): 'none' | 'partial' | 'full' {
    if (!this.active) {
      this.duplicates = 0;
      // `recover` keeps up, or it would seem to lie ahead again after 2^31 bytes.
      if (gt(una, this.recover)) this.recover = add(una, -1);
      return 'none';
    }
    if (!geq(una, this.recover)) {
      this.partials += 1;
      this.duplicates = Math.max(this.duplicates - Math.max(segments - 1, 0), 0);
      return 'partial';
    }
    this.active = false;
    this.duplicates = 0;
    return 'full';
  }

  /** RFC 5682 §2.1 step 3b, RFC 4015: nothing had been lost. Duplicates of this ACK tell of our resending. */
  undo(una: Seq): void {
    this.active = false;
    this.duplicates = 0;
    this.recover = una;
  }

  /** The retransmission timer expired (RFC 6582 §4): the timer's repair takes over. */
  timeout(nxt: Seq): void {
    this.active = false;
    this.duplicates = 0;
    this.recover = nxt;
  }
}
