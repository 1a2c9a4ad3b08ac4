// §3.10.7.4 fifth: the ACK field. What it acknowledges, what it says about loss, and where it takes the state.

import { ACK, FIN } from '../wire/tcp.ts';
import { enterTimeWait, limitFinWait2, queued, restartTimeWait } from './closing.ts';
import { acknowledgeNow } from './delayed-ack.ts';
import { acknowledgeSyn, establish } from './handshake.ts';
import { effectiveSendMss } from './mss.ts';
import { WRITABLE } from './notice.ts';
import { probeAnswered } from './persist.ts';
import { challenge, sendReset } from './reset.ts';
import { measureRtt } from './rtt.ts';
import type { RuleId } from './rules.ts';
import type { Segment } from './segment.ts';
import { add, diff, gt, leq, lt, max } from './seq.ts';
import type { Tcb } from './tcb.ts';
import { setTimer, stopTimer } from './timers.ts';
import { enter, enterClosed } from './transition.ts';
import { updateSendWindow } from './window.ts';

/** `bare`: it came with no text, SYN or FIN. False: the segment goes no further. */
export function processAck(tcb: Tcb, seg: Segment, bare: boolean, now: number): boolean {
  if ((seg.flags & ACK) === 0) return drop(tcb, seg, '9293-3.10.7.4-fifth-no-ack', now);
  if (tcb.state === 'SYN-RECEIVED' && !acknowledgesSyn(tcb, seg, now)) return false;
  if (!inAckRange(tcb, seg, now)) return false;
  const before = tcb.snd.una;
  const duplicate = bare && isDuplicate(tcb, seg);
  if (gt(seg.ack, before)) acknowledge(tcb, seg, now);
  const windowChanged = updateSendWindow(tcb, seg);
  if (windowChanged && tcb.probe !== null) tcb.probe.rule(tcb, '9293-3.10.7.4-fifth-window', now);
  if (duplicate && !windowChanged) duplicateAck(tcb, now);
  if (tcb.snd.probing) probeAnswered(tcb, now);
  // MUST-37, SHLD-17: a closed window, or one that shrank, is no reason to give up a peer that answers.
  if (tcb.snd.wnd === 0) tcb.snd.unansweredSince = Number.POSITIVE_INFINITY;
  return afterAck(tcb, seg, now);
}

function drop(tcb: Tcb, seg: Segment, why: RuleId, now: number): false {
  if (tcb.probe !== null) tcb.probe.segmentDropped(tcb, seg, why, now);
  return false;
}

/** SYN-RECEIVED: the ACK that completes the handshake, or a RST for one that can't (§3.10.7.4 fifth). */
function acknowledgesSyn(tcb: Tcb, seg: Segment, now: number): boolean {
  if (lt(tcb.snd.una, seg.ack) && leq(seg.ack, tcb.snd.nxt)) {
    acknowledgeSyn(tcb, seg, now);
    establish(tcb, seg, '9293-3.10.7.4-fifth-established', now);
    return true;
  }
  sendReset(tcb, seg.ack, '9293-3.10.7.4-fifth-unacceptable');
  return drop(tcb, seg, '9293-3.10.7.4-fifth-unacceptable', now);
}

/** RFC 5961 §5.2 (MAY-12): SND.UNA - MAX.SND.WND <= SEG.ACK <= SND.NXT, and nothing from before our ISS. */
function inAckRange(tcb: Tcb, seg: Segment, now: number): boolean {
  const { snd } = tcb;
  if (gt(seg.ack, snd.nxt)) {
    challenge(tcb, '9293-3.10.7.4-fifth-unsent', now);
    return drop(tcb, seg, '9293-3.10.7.4-fifth-unsent', now);
  }
  const behind = diff(snd.una, seg.ack);
  if (behind <= Math.min(snd.maxWnd, tcb.counters.acknowledged)) return true;
  challenge(tcb, '5961-5.2-challenge', now);
  return drop(tcb, seg, '5961-5.2-challenge', now);
}

/**
 * RFC 5681 §2's five conditions of a bare ACK, but for the window, which is compared when it is updated. An
 * answer to our own zero-window probe tells nothing of loss.
 */
function isDuplicate(tcb: Tcb, seg: Segment): boolean {
  return seg.ack === tcb.snd.una && tcb.snd.una !== tcb.snd.nxt && !tcb.snd.probing;
}

function duplicateAck(tcb: Tcb, now: number): void {
  const { congestion, recovery, snd } = tcb;
  tcb.counters.duplicateAcks += 1;
  if (recovery.active) {
    recovery.duplicateAck(snd.una, snd.nxt);
    congestion.duplicateAck();
  } else if (recovery.duplicateAck(snd.una, snd.nxt)) {
    tcb.counters.fastRetransmits += 1;
    congestion.enterRecovery(diff(snd.nxt, snd.una));
    loseFirst(tcb, '5681-3.2-fast-retransmit');
    if (tcb.probe !== null) tcb.probe.rule(tcb, '5681-3.2-fast-retransmit', now);
  } else if (tcb.probe !== null) {
    tcb.probe.rule(tcb, '9293-3.10.7.4-fifth-duplicate', now);
  }
}

/** The first unacknowledged segment is held lost. */
function loseFirst(tcb: Tcb, why: RuleId): void {
  const { snd } = tcb;
  const one = Math.min(effectiveSendMss(tcb, 0), diff(snd.nxt, snd.una));
  tcb.lost.mark(snd.una, add(snd.una, one), why);
}

/** SND.UNA < SEG.ACK <= SND.NXT. */
function acknowledge(tcb: Tcb, seg: Segment, now: number): void {
  const { snd } = tcb;
  const bytes = diff(seg.ack, snd.una);
  const finAcknowledged = snd.finSent && seg.ack === snd.nxt;
  measureRtt(tcb, seg, now);
  releaseText(tcb, bytes, finAcknowledged);
  snd.una = seg.ack;
  snd.small = max(snd.small, snd.una);
  tcb.counters.acknowledged += bytes;
  tcb.softError = null;
  if (tcb.probe !== null) tcb.probe.rule(tcb, '9293-3.10.7.4-fifth', now);
  tcb.lost.acknowledge(snd.una);
  const repair = updateCongestion(tcb, bytes);
  if (snd.una === snd.nxt) {
    snd.unansweredSince = Number.POSITIVE_INFINITY;
    stopTimer(tcb, 'retransmission', now);
    return;
  }
  snd.unansweredSince = now;
  // RFC 6298 §5.3; RFC 6582 §4, Impatient: only the first partial ACK restarts the timer.
  if (repair !== 'partial' || tcb.recovery.partials === 1) {
    setTimer(tcb, 'retransmission', now + tcb.rto.value, now);
  }
}

/** Text that is acknowledged need not be kept; the FIN behind it is no text. */
function releaseText(tcb: Tcb, bytes: number, fin: boolean): void {
  const { snd } = tcb;
  if (snd.queue === null) return;
  const text = bytes - (fin ? 1 : 0);
  if (text === 0) return;
  snd.queue.discard(text);
  if (!snd.wanted || queued(tcb) > tcb.parameters.sendBuffer / 2) return;
  snd.wanted = false;
  tcb.notices |= WRITABLE;
}

function updateCongestion(tcb: Tcb, bytes: number): 'none' | 'partial' | 'full' {
  const { congestion, recovery, snd } = tcb;
  const repair = recovery.newAck(snd.una);
  if (repair === 'none') congestion.acked(bytes, snd.cwndLimited);
  else if (repair === 'full') congestion.exitRecovery(diff(snd.nxt, snd.una));
  else {
    congestion.partialAck(bytes);
    if (snd.una !== snd.nxt) loseFirst(tcb, '6582-3.2-partial');
  }
  return repair;
}

/** Where an acknowledged FIN takes the state. False: the segment goes no further. */
function afterAck(tcb: Tcb, seg: Segment, now: number): boolean {
  const finAcknowledged = tcb.snd.finSent && tcb.snd.una === tcb.snd.nxt;
  switch (tcb.state) {
    case 'FIN-WAIT-1':
      if (finAcknowledged) {
        enter(tcb, 'FIN-WAIT-2', '9293-3.10.7.4-fifth-fin-wait-2', now);
        limitFinWait2(tcb, now);
      }
      return true;
    case 'CLOSING':
      if (finAcknowledged) enterTimeWait(tcb, '9293-3.10.7.4-fifth-time-wait', now);
      return true;
    case 'LAST-ACK':
      if (!finAcknowledged) return true;
      enterClosed(tcb, null, '9293-3.10.7.4-fifth-closed', now);
      return false;
    case 'TIME-WAIT':
      if ((seg.flags & FIN) === 0) return true;
      acknowledgeNow(tcb, '9293-3.10.7.4-eighth-again');
      restartTimeWait(tcb, now);
      return true;
    case 'ESTABLISHED':
    case 'FIN-WAIT-2':
    case 'CLOSE-WAIT':
    case 'LISTEN':
    case 'SYN-SENT':
    case 'SYN-RECEIVED':
    case 'CLOSED':
      return true;
  }
}
