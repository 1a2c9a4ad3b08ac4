// RFC 8985 §6 RACK: a transmission is lost when a later one was delivered long enough ago. Milliseconds.

import type { Differences } from '../../lib/differences.ts';
import { diff, geq, gt, lt, type Seq } from '../seq.ts';
import { type Delivery, type Scoreboard, sentAfter } from './scoreboard.ts';

/** §6.2 step 4: recoveries for which a widened window is kept after the last D-SACK. */
const PERSIST = 16;

export class Rack implements Delivery {
  /** The delivered transmission that was sent last: when, and where it ended. */
  private xmit = Number.NEGATIVE_INFINITY;
  private end: Seq;
  /** Its round trip. */
  rtt = 0;
  /** The highest sequence number the peer has, and had before the present ACK. */
  private fack: Seq;
  private fackBefore: Seq;
  reorderingSeen = false;
  /** ACKs that showed it. */
  reorderings = 0;
  /** How far behind what had come before it what came late ended, bytes at most; 0: nothing came late. */
  farthest = 0;
  private reorderedNow = false;
  private windowSteps = 1;
  private persist = 0;
  /** SND.NXT when a D-SACK last widened the window: once per round trip. */
  private dsackRound: Seq;
  private dsackRoundOpen = false;

  /** Of what the present ACK delivered: the longest and the shortest round trip, -1 without one. */
  longest = -1;
  shortest = -1;
  /** Something that was sent twice was among it: which copy arrived can't be told (Karn's algorithm, MUST-18). */
  ambiguous = false;

  // While an ACK is looked at: its arrival, what the peer's echo proves, the smallest RTT.
  private now = 0;
  echoed = Number.POSITIVE_INFINITY;
  private minRtt = Number.POSITIVE_INFINITY;

  /** §6.2 step 4: so many delivered out of order tell loss, until reordering has been seen. */
  private readonly dupThresh: number;

  constructor(iss: Seq, dupThresh = 3) {
    this.dupThresh = dupThresh;
    this.end = iss;
    this.fack = iss;
    this.fackBefore = iss;
    this.dsackRound = iss;
  }

  /**
   * What outlives a rest (tcp/rest.ts). With nothing in flight, all before SND.UNA has been delivered, and whatever is
   * sent from then on was sent later.
   */
  carry(kept: Differences, una: Seq): void {
    this.xmit = Number.NEGATIVE_INFINITY;
    this.end = una;
    this.fack = una;
    this.rtt = kept.number(this.rtt);
    this.reorderingSeen = kept.flag(this.reorderingSeen);
    this.reorderings = kept.number(this.reorderings);
    this.farthest = kept.number(this.farthest);
    this.windowSteps = kept.number(this.windowSteps);
    this.persist = kept.number(this.persist);
    this.dsackRoundOpen = kept.flag(this.dsackRoundOpen);
    this.dsackRound = this.dsackRoundOpen ? (kept.near(this.dsackRound, una) as Seq) : una;
  }

  /**
   * An ACK arrives. `echoed`: when the segment that it echoes was sent, whole ms, by our timestamps; Infinity
   * without. What it delivers follows through `delivered`.
   */
  ackArrives(now: number, echoed: number, minRtt: number): void {
    this.now = now;
    this.echoed = echoed;
    this.minRtt = minRtt;
    this.fackBefore = this.fack;
    this.longest = -1;
    this.shortest = -1;
    this.ambiguous = false;
    this.reorderedNow = false;
  }

  /** Something came out of order that had been sent in order. */
  reordered(): void {
    this.reorderingSeen = true;
    if (!this.reorderedNow) this.reorderings += 1;
    this.reorderedNow = true;
  }

  /** §6.2 steps 1 to 3. */
  delivered(sentAt: number, end: Seq, retransmitted: boolean): void {
    // One ACK's blocks come in any order; that says nothing (step 3).
    if (lt(end, this.fackBefore) && !retransmitted) {
      this.reordered();
      this.farthest = Math.max(this.farthest, diff(this.fackBefore, end));
    }
    if (gt(end, this.fack)) this.fack = end;
    const rtt = this.now - sentAt;
    if (retransmitted) this.ambiguous = true;
    else if (this.longest < 0) this.longest = this.shortest = rtt;
    else {
      this.longest = Math.max(this.longest, rtt);
      this.shortest = Math.min(this.shortest, rtt);
    }
    // An ACK of the first copy must not be taken for one of the second (step 1).
    if (retransmitted && (rtt < this.minRtt || this.echoed < Math.floor(sentAt))) return;
    if (!sentAfter(sentAt, end, this.xmit, this.end)) return;
    this.xmit = sentAt;
    this.end = end;
    this.rtt = rtt;
  }

  /**
   * §6.2 step 4: an ACK up to `una` came. `dsack`: it reports a duplicate: our window for reordering was too
   * small. `repaired`: it ends a repair, the timer's or another: a widened window narrows again in the end.
   */
  adapt(una: Seq, nxt: Seq, dsack: boolean, repaired: boolean): void {
    if (this.dsackRoundOpen && geq(una, this.dsackRound)) this.dsackRoundOpen = false;
    if (dsack && !this.dsackRoundOpen) {
      this.dsackRound = nxt;
      this.dsackRoundOpen = true;
      this.windowSteps += 1;
      this.persist = PERSIST;
    } else if (repaired && this.persist > 0) {
      this.persist -= 1;
      if (this.persist === 0) this.windowSteps = 1;
    }
  }

  /** How much later than a delivered one an older transmission may still come. */
  private reorderingWindow(board: Scoreboard, recovering: boolean, minRtt: number, srtt: number): number {
    if (!this.reorderingSeen && (recovering || board.reports(this.dupThresh))) return 0;
    return Math.min((this.windowSteps * minRtt) / 4, srtt);
  }

  /**
   * §6.2 step 5: hold lost what is due. Returns how long until more may be due, Infinity when nothing waits;
   * `board.lost` tells whether something was found.
   */
  detectLoss(board: Scoreboard, recovering: boolean, minRtt: number, srtt: number, now: number): number {
    if (this.xmit === Number.NEGATIVE_INFINITY) return Number.POSITIVE_INFINITY;
    const patience = this.rtt + this.reorderingWindow(board, recovering, minRtt, srtt);
    let wait = 0;
    for (let i = 0; i < board.count; i++) {
      if (board.isSacked(i) || board.isLost(i)) continue;
      const sentAt = board.sentAt(i);
      if (!sentAfter(this.xmit, this.end, sentAt, board.endOf(i))) {
        // Sent once, and later than what arrived: so was, or was resent, all that lies behind it.
        if (!board.isRetransmitted(i)) break;
        continue;
      }
      const left = sentAt + patience - now;
      if (left <= 0) board.markLost(i);
      else wait = Math.max(wait, left);
    }
    return wait > 0 ? wait : Number.POSITIVE_INFINITY;
  }
}
