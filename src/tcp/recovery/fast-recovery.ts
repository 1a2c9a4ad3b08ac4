// RFC 5681 §3.2 and RFC 6582: when duplicate ACKs mean loss, and how long the repair lasts.

import { add, geq, gt, type Seq } from '../seq.ts';

/** RFC 5681 §3.2: how many duplicates tell loss from reordering. */
export const DUP_THRESH = 3;

export class FastRecovery {
  duplicates = 0;
  active = false;
  /** RFC 6582 §3.2: SND.NXT when the last repair began; it ends when all of that is acknowledged. */
  recover: Seq;

  /** Partial ACKs of this repair: only the first restarts the timer (§4, the Impatient variant). */
  partials = 0;

  constructor(iss: Seq) {
    this.recover = iss;
  }

  /**
   * A duplicate ACK came. True: the first unacknowledged segment is to be sent again now. RFC 6582 §3.2
   * step 1: not for duplicates that a former repair, or a timeout's resending, may have caused itself.
   */
  duplicateAck(una: Seq, nxt: Seq): boolean {
    this.duplicates += 1;
    if (this.active || this.duplicates !== DUP_THRESH || !gt(una, this.recover)) return false;
    this.active = true;
    this.recover = nxt;
    this.partials = 0;
    return true;
  }

  /** SND.UNA advanced to `una`: nothing was under repair, the repair goes on, or it is over. */
  newAck(una: Seq): 'none' | 'partial' | 'full' {
    this.duplicates = 0;
    if (!this.active) {
      // `recover` keeps up, or it would seem to lie ahead again after 2^31 bytes.
      if (gt(una, this.recover)) this.recover = add(una, -1);
      return 'none';
    }
    if (!geq(una, this.recover)) {
      this.partials += 1;
      return 'partial';
    }
    this.active = false;
    return 'full';
  }

  /** The retransmission timer expired (RFC 6582 §4): the timer's repair takes over. */
  timeout(nxt: Seq): void {
    this.active = false;
    this.duplicates = 0;
    this.recover = nxt;
  }
}
