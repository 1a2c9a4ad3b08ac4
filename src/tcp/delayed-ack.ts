// §3.8.6.3 and RFC 5681 §4.2: when to acknowledge. With `quickAcks`, quick-ack.ts says how long an ACK may wait.

import { ackDelay, enterQuickAcks, isQuick, noteAck, readEndsWait } from './quick-ack.ts';
import type { RuleId } from './rules.ts';
import { diff } from './seq.ts';
import type { Tcb } from './tcb.ts';
import { deadlineOf, isRunning, startTimer, stopTimer, Timer } from './timers.ts';
import { windowMoves } from './window.ts';

/** What is acknowledged sooner than it must be: MUST-58 and SHLD-19 let it wait. */
const WAITS_FOR_ANSWER: ReadonlySet<RuleId> = new Set(['local-quick-ack', 'local-read-ack']);

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

/** A segment that is not acceptable, though not for being a duplicate only: say where we stand, and do so for a while. */
export function acknowledgeRefused(tcb: Tcb, why: RuleId): void {
  acknowledgeNow(tcb, why);
  enterQuickAcks(tcb, tcb.parameters.quickAcks);
}

/**
 * Text of `length` bytes came in order, in segments of at most `segmentSize`: acknowledge every second full
 * one at once (SHLD-19), else soon.
 */
export function acknowledgeText(tcb: Tcb, length: number, segmentSize: number, now: number): void {
  const { ack, rcv, parameters } = tcb;
  ack.unacknowledged += length;
  if (parameters.quickAcks > 0) return acknowledgeAdaptively(tcb, now);
  if (segmentSize > rcv.mss) rcv.mss = segmentSize;
  if (ack.unacknowledged >= 2 * rcv.mss) {
    acknowledgeNow(tcb, '9293-3.8.6.3-second');
  } else if (parameters.delayedAck === 0) {
    acknowledgeNow(tcb, '9293-3.10.7.4-seventh');
  } else if (!isRunning(tcb, Timer.delayedAck)) {
    startTimer(tcb, Timer.delayedAck, parameters.delayedAck, now);
  }
}

/**
 * More than a segment came, and the window would not shrink: at once (SHLD-19). So too while the peer gets quick ACKs.
 * Else soon; an ACK that waits already goes now if it would soon go anyway.
 */
function acknowledgeAdaptively(tcb: Tcb, now: number): void {
  const { ack, rcv } = tcb;
  if (diff(rcv.nxt, ack.last) > rcv.mss && windowMoves(tcb)) {
    acknowledgeNow(tcb, '9293-3.8.6.3-second');
  } else if (isQuick(tcb)) {
    acknowledgeNow(tcb, 'local-quick-ack');
  } else {
    acknowledgeLater(tcb, now);
  }
}

function acknowledgeLater(tcb: Tcb, now: number): void {
  const wait = ackDelay(tcb);
  const deadline = deadlineOf(tcb, Timer.delayedAck);
  if (wait === 0 || deadline <= now + (wait >> 2)) acknowledgeNow(tcb, '9293-3.8.6.3-delayed');
  else if (now + wait < deadline) startTimer(tcb, Timer.delayedAck, wait, now);
}

/** The peer's FIN was reached. With `quickAcks` a FIN that opens no TIME-WAIT waits for the application to close. */
export function acknowledgeFin(tcb: Tcb, now: number): void {
  const { ack, rcv } = tcb;
  const mayWait = tcb.parameters.quickAcks > 0 && tcb.state === 'ESTABLISHED';
  if (!mayWait || diff(rcv.nxt, ack.last) > rcv.mss || (ack.due > 0 && ack.why !== 'local-quick-ack')) {
    return acknowledgeNow(tcb, '9293-3.10.7.4-eighth');
  }
  ack.interactive = true;
  ack.due = 0;
  ack.unacknowledged += 1;
  acknowledgeLater(tcb, now);
}

/** The application has read; `empty`: all there was. An ACK that waits may go now. */
export function acknowledgeRead(tcb: Tcb, empty: boolean): void {
  if (tcb.parameters.quickAcks === 0 || tcb.ack.unacknowledged === 0) return;
  if (readEndsWait(tcb, empty)) acknowledgeNow(tcb, 'local-read-ack');
}

/** TCP_QUICKACK: acknowledge at once from now on, or wait for company; until the peer's pace says otherwise. */
export function setQuickAck(tcb: Tcb, on: boolean): void {
  const { ack, rcv } = tcb;
  ack.interactive = !on;
  if (!on || ack.unacknowledged === 0) return;
  ack.pushed = Math.max(ack.pushed, 1);
  acknowledgeRead(tcb, rcv.queue === null || rcv.queue.length === 0);
}

/**
 * An ACK is due while the application has its turn: may it go with the answer? Not one for more than a segment,
 * nor of disorder, nor behind our FIN, where no answer can come, nor of the peer's, which waits in FIN-WAIT-1.
 */
export function mayAwaitAnswer({ ack, inTurn, rcv, snd }: Tcb): boolean {
  if (!inTurn || ack.due > 1 || snd.finSent || rcv.finished || diff(rcv.nxt, ack.last) > rcv.mss)
    return false;
  return WAITS_FOR_ANSWER.has(ack.why);
}

/** A segment with an ACK left. */
export function acknowledged(tcb: Tcb, now: number): void {
  const { ack, rcv } = tcb;
  if (tcb.parameters.quickAcks > 0) noteAck(tcb, ack.due > 0 || ack.unacknowledged > 0);
  if (ack.due > 0) ack.due -= 1;
  ack.unacknowledged = 0;
  ack.last = rcv.nxt;
  rcv.duplicate.due = false; // RFC 2883 §4: reported once
  stopTimer(tcb, Timer.delayedAck, now);
}
