// §3.8.6.3 and RFC 5681 §4.2: when to acknowledge.

import type { RuleId } from './rules.ts';
import type { Tcb } from './tcb.ts';
import { isRunning, startTimer, stopTimer, Timer } from './timers.ts';

/** Acknowledge as soon as output runs. */
export function acknowledgeNow(tcb: Tcb, why: RuleId): void {
  tcb.ack.due = 1;
  tcb.ack.why = why;
}

/**
 * A segment out of order, to be answered at once (RFC 5681 §4.2). Without SACK each has an ACK of its own, which
 * the peer counts; with it, one tells what all of a batch brought (MUST-58).
 */
export function acknowledgeDuplicate(tcb: Tcb, why: RuleId): void {
  tcb.ack.due = tcb.sack ? 1 : tcb.ack.due + 1;
  tcb.ack.why = why;
}

/**
 * Text of `length` bytes came in order, in segments of at most `segmentSize`: acknowledge every second full
 * one at once (SHLD-19), else soon.
 */
export function acknowledgeText(tcb: Tcb, length: number, segmentSize: number, now: number): void {
  const { ack, rcv, parameters } = tcb;
  ack.unacknowledged += length;
  if (segmentSize > rcv.mss) rcv.mss = segmentSize;
  if (ack.unacknowledged >= 2 * rcv.mss) {
    acknowledgeNow(tcb, '9293-3.8.6.3-second');
  } else if (parameters.delayedAck === 0) {
    acknowledgeNow(tcb, '9293-3.10.7.4-seventh');
  } else if (!isRunning(tcb, Timer.delayedAck)) {
    startTimer(tcb, Timer.delayedAck, parameters.delayedAck, now);
  }
}

/** A segment with an ACK left. */
export function acknowledged(tcb: Tcb, now: number): void {
  const { ack, rcv } = tcb;
  if (ack.due > 0) ack.due -= 1;
  ack.unacknowledged = 0;
  ack.last = rcv.nxt;
  rcv.duplicate.due = false; // RFC 2883 §4: reported once
  stopTimer(tcb, Timer.delayedAck, now);
}
