// Tells what a loss, a mark, a timeout or the end of a repair does to a sender's congestion state (§3.8.1, §3.8.2) from
// the growth that almost every ACK brings.

import type { Tcb } from '../tcp/tcb.ts';
import type { CongestionEvent } from './events.ts';

export type CongestionChange = Pick<
  CongestionEvent,
  'change' | 'cwndBefore' | 'cwnd' | 'ssthresh' | 'rtoBefore' | 'rto'
>;

interface Seen {
  readonly cwnd: number;
  readonly ssthresh: number;
  readonly rto: number;
  readonly reduced: 'recovery' | 'marked' | null;
}

/** Follows one TCB. It is to look whenever the engine says anything, so that `before` is just before. */
export class CongestionWatch {
  private seen: Seen;
  private fired = false;

  constructor(tcb: Tcb) {
    this.seen = see(tcb);
  }

  /** The retransmission timer fired: what changes next is its doing. */
  timeout(): void {
    this.fired = true;
  }

  /** A segment arrives: what changes next is not the timer's doing. */
  arrival(): void {
    this.fired = false;
  }

  /** What has happened since the last look; null: nothing but growth. */
  look(tcb: Tcb): CongestionChange | null {
    const before = this.seen;
    const now = see(tcb);
    this.seen = now;
    const change = this.changeBetween(before, now);
    if (change === null) return null;
    this.fired = false;
    const ssthresh = Number.isFinite(now.ssthresh) ? now.ssthresh : null;
    return { change, cwndBefore: before.cwnd, cwnd: now.cwnd, ssthresh, rtoBefore: before.rto, rto: now.rto };
  }

  private changeBetween(before: Seen, now: Seen): CongestionChange['change'] | null {
    const turned = before.reduced !== now.reduced;
    const same = before.cwnd === now.cwnd && before.ssthresh === now.ssthresh && before.rto === now.rto;
    if (this.fired) return turned || !same ? 'timeout' : null;
    if (!turned) return null;
    return now.reduced ?? 'recovered';
  }
}

const see = ({ congestion, ecn, recovery, rto }: Tcb): Seen => ({
  cwnd: Math.floor(congestion.cwnd),
  ssthresh: congestion.ssthresh,
  rto: rto.value,
  reduced: recovery.active ? 'recovery' : ecn.reducing ? 'marked' : null,
});
