// §3.8.6.3 by Linux's rules: how soon to acknowledge follows what the peer and the application do. A sender that
// begins, or is in trouble, gets an ACK for each segment; where the application answers, the ACK waits for the answer;
// else it waits about as long as it takes until more comes. Decisions only: delayed-ack.ts carries them out.

import { FIN, PSH, SYN, URG } from '../wire/tcp.ts';
import type { Segment } from './segment.ts';
import { diff } from './seq.ts';
import type { Tcb } from './tcb.ts';

/** Full segments are no smaller than this, with their options, unless the peer says nothing of having no more. */
const USUAL_LEAST = 536;
const LEAST = 88;
/** What ends a stretch of full segments. */
const REMNANT = FIN | SYN | PSH | URG;
const TIMESTAMPS_BYTES = 12;
/** The wait may grow to this while the application says nothing and the peer does not push. */
const UNPUSHED_MAX = 500;
/** Longer gaps are all alike, ms. */
const LONG_GAP = 1_000_000;

/** Is the peer answered segment by segment now? */
export const isQuick = ({ ack }: Tcb): boolean => ack.quick > 0 && !ack.interactive;

/** As many quick ACKs as a window of every second segment has, at most `most`. */
function grantQuickAcks({ ack, rcv }: Tcb, most: number): void {
  const window = diff(rcv.edge, ack.last);
  ack.quick = Math.max(ack.quick, Math.min((window / (2 * rcv.mss)) | 0 || 2, most));
}

/** The connection is established: what to take for a full segment until one comes. */
export function startQuickAcks({ announcedMss, parameters, rcv }: Tcb, sendMss: number): void {
  if (parameters.quickAcks === 0) return;
  const window = diff(rcv.edge, rcv.nxt);
  rcv.mss = Math.max(Math.min(announcedMss, sendMss, window >> 1, USUAL_LEAST), LEAST);
}

/** Something is wrong, or seems to have been lost: the next `most` segments are acknowledged one by one. */
export function enterQuickAcks(tcb: Tcb, most: number): void {
  const { ack, parameters } = tcb;
  if (parameters.quickAcks === 0) return;
  grantQuickAcks(tcb, most);
  ack.interactive = false;
  ack.patience = parameters.delayedAck;
}

/** Text came in order, in segments of `size` bytes, SEG the last of them: what is the peer's pace? */
export function noteArrival(tcb: Tcb, seg: Segment, size: number, now: number): void {
  const { ack, parameters, rto } = tcb;
  noteSize(tcb, seg, size);
  const gap = Math.min(now - ack.lastText, LONG_GAP) | 0;
  if (ack.patience === 0) {
    grantQuickAcks(tcb, parameters.quickAcks);
    ack.patience = parameters.delayedAck;
  } else if (gap <= parameters.delayedAck / 2) {
    ack.patience = (ack.patience >> 1) + (parameters.delayedAck >> 1);
  } else if (gap < ack.patience) {
    ack.patience = Math.min((ack.patience >> 1) + gap, rto.value | 0);
  } else if (gap > rto.value) {
    // The peer was idle: it may have to start slowly.
    grantQuickAcks(tcb, parameters.quickAcks);
  }
}

/** What counts as a full segment, and whether the peer had more than this one. */
function noteSize({ ack, announcedMss, rcv, timestamps }: Tcb, seg: Segment, size: number): void {
  const { lastSize } = ack;
  ack.lastSize = 0;
  if (size >= rcv.mss) {
    rcv.mss = Math.min(size, announcedMss);
    return;
  }
  const options = (timestamps.on ? TIMESTAMPS_BYTES : 0) + (seg.sackCount > 0 ? 4 + 8 * seg.sackCount : 0);
  const whole = size + options;
  // Two of one size that could be full: then that is what full ones are, the path has become narrower.
  if (whole >= USUAL_LEAST || (whole >= LEAST && (seg.flags & REMNANT) === 0)) {
    ack.lastSize = whole;
    if (whole === lastSize) {
      rcv.mss = size;
      return;
    }
  }
  ack.pushed = Math.min(ack.pushed + 1, 2);
}

/** Text leaves: if soon after some came, the application answers. */
export function noteAnswer({ ack, parameters }: Tcb, now: number): void {
  if (parameters.quickAcks > 0 && now - ack.lastText < ack.patience) ack.interactive = true;
}

/** How long an ACK may wait now, ms. */
export function ackDelay({ ack, parameters, rto }: Tcb): number {
  const least = parameters.delayedAck;
  if (ack.patience <= least) return ack.patience;
  let most = ack.interactive || ack.pushed > 0 ? parameters.delayedAckMax : UNPUSHED_MAX;
  if (rto.srtt > 0) most = Math.min(Math.max(rto.srtt | 0, least), most);
  return Math.min(ack.patience, most, parameters.delayedAckMax);
}

/** An ACK waited for company in vain: wait longer next time, or, if an answer was expected, expect none. */
export function noteWaitOver({ ack, parameters, rto }: Tcb): void {
  if (parameters.quickAcks === 0) return;
  if (ack.interactive) {
    ack.interactive = false;
    ack.patience = parameters.delayedAck;
  } else {
    ack.patience = Math.min(2 * ack.patience, rto.value | 0);
  }
}

/** An ACK leaves; `news`: of something that was not acknowledged yet. */
export function noteAck({ ack, parameters }: Tcb, news: boolean): void {
  ack.pushed = 0;
  if (!news || ack.quick === 0) return;
  ack.quick -= 1;
  if (ack.quick === 0) ack.patience = parameters.delayedAck;
}

/** The application has read, `empty`: everything. Is the ACK that waits worth sending now? */
export function readEndsWait({ ack, rcv }: Tcb, empty: boolean): boolean {
  if (diff(rcv.nxt, ack.last) > rcv.mss) return true;
  return empty && (ack.pushed === 2 || (ack.pushed === 1 && !ack.interactive));
}
