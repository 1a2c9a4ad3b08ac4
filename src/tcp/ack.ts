// §3.10.7.4 fifth: the ACK field. What it acknowledges, what it says about loss, and where it takes the state.

import { ACK, FIN } from '../wire/tcp.ts';
import { takeMarks } from './acc-ecn.ts';
import { enterTimeWait, limitFinWait2, restartTimeWait } from './closing.ts';
import { acknowledgeNow } from './delayed-ack.ts';
import { echoesMark } from './ecn.ts';
import { acknowledgeSyn, establish } from './handshake.ts';
import { answerAck, hurryReneging, reportsDuplicate, scheduleProbe, takeSacks } from './loss.ts';
import { effectiveSendMss } from './mss.ts';
import { mtuProbeAnswered } from './mtu-probing.ts';
import { noteArrival } from './path-claims.ts';
import { heardClosed, probeAnswered } from './persist.ts';
import { challenge, sendReset } from './reset.ts';
import { measureRtt } from './rtt.ts';
import type { RuleId } from './rules.ts';
import type { Segment } from './segment.ts';
import { tellOfRoom } from './send-buffer.ts';
import { diff, gt, leq, lt, max } from './seq.ts';
import { believeDuplicate, judgeRepair } from './spurious.ts';
import type { Tcb } from './tcb.ts';
import { restartRetransmission, stopTimer, Timer } from './timers.ts';
import { echoedTime } from './timestamps.ts';
import { enter, enterClosed } from './transition.ts';
import { urgentAcknowledged } from './urgent.ts';
import { updateSendWindow } from './window.ts';

/** What a packet has beside its text at least: so that acknowledging little costs nothing where more has arrived. */
const LEAST_HEADERS = 40;

/** `bare`: it came with no text, SYN or FIN. False: the segment goes no further. */
export function processAck(tcb: Tcb, seg: Segment, bare: boolean, now: number): boolean {
  if ((seg.flags & ACK) === 0) return drop(tcb, seg, '9293-3.10.7.4-fifth-no-ack', now);
  if (tcb.state === 'SYN-RECEIVED' && !acknowledgesSyn(tcb, seg, now)) return false;
  if (!inAckRange(tcb, seg, now)) return false;
  tcb.snd.unansweredProbes = 0;
  tcb.keepAliveProbes = 0;
  takeAck(tcb, seg, bare, now);
  if (tcb.snd.probing) probeAnswered(tcb, now);
  // MUST-37, SHLD-17: a closed window, or one that shrank, is no reason to give up a peer that answers.
  if (tcb.snd.wnd === 0 || tcb.snd.una === tcb.snd.nxt) tcb.snd.unansweredSince = Number.POSITIVE_INFINITY;
  if (tcb.snd.wnd === 0) heardClosed(tcb, now);
  return afterAck(tcb, seg, now);
}

/** What SEG acknowledges, reports and offers. */
function takeAck(tcb: Tcb, seg: Segment, bare: boolean, now: number): void {
  const { counters, rack, rto, snd } = tcb;
  const before = snd.una;
  const arrived = tcb.board.delivered;
  const { duplicates } = tcb.recovery;
  let echo = echoesMark(tcb, seg);
  const duplicate = tcb.sack && reportsDuplicate(seg);
  const believed = duplicate && believeDuplicate(tcb, seg);
  rack.ackArrives(now, echoedTime(tcb, seg, now), rto.minRtt);
  let delivered = gt(seg.ack, before) ? acknowledge(tcb, seg, now) : 0;
  if (tcb.sack) delivered += takeSacks(tcb, seg, duplicate);
  if (delivered > 0) measureRtt(tcb, seg, snd.una !== before, now);
  const windowChanged = updateSendWindow(tcb, seg);
  if (windowChanged && tcb.probe !== null) tcb.probe.rule(tcb, '9293-3.10.7.4-fifth-window', now);
  const repeated = bare && seg.ack === before && !windowChanged;
  if (tcb.undo.open) judgeRepair(tcb, diff(snd.una, before), delivered, repeated, now);
  if (repeated) delivered += repeatedAck(tcb, seg, now);
  if (tcb.ecn.accurate) echo = takeMarks(tcb, seg, before, delivered, bare, now);
  answerAck(tcb, diff(snd.una, before), delivered, believed, echo, now);
  countDelivered(tcb, arrived, duplicates);
  counters.reorderings = rack.reorderings;
  const limited = !snd.cwndLimited;
  tcb.delivery.acked(snd.una, snd.nxt, tcb.board.delivered, tcb.board.smss, limited, rack.rtt, now);
  if (snd.una !== before) restartTimers(tcb, now);
  else if (delivered > 0) scheduleProbe(tcb, now);
}

/**
 * The board knew of `arrived` segments before this ACK. Without SACK each duplicate ACK is one that has arrived, and
 * what an ACK takes with it of those, `duplicates` so far, is not counted again.
 */
function countDelivered({ board, counters, recovery, sack }: Tcb, arrived: number, duplicates: number): void {
  const news = board.delivered - arrived;
  if (sack || news === 0) counters.delivered += news;
  else counters.delivered += Math.max(news - duplicates, 1);
  if (!sack && news === 0) counters.delivered += Math.max(recovery.duplicates - duplicates, 0);
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
 * The last ACK again, bare, with the same window: a duplicate as RFC 5681 §2 defines it if something is
 * outstanding. An answer to our own zero-window probe tells nothing of loss. Returns the bytes that it tells
 * to have arrived: without SACK, a segment (RFC 9937 §6.2).
 */
function repeatedAck(tcb: Tcb, seg: Segment, now: number): number {
  if (seg.sackCount === 0) tcb.tlp.repeated(seg.ack);
  if (tcb.snd.una === tcb.snd.nxt || tcb.snd.probing) return 0;
  tcb.counters.duplicateAcks += 1;
  if (tcb.probe !== null) tcb.probe.rule(tcb, '9293-3.10.7.4-fifth-duplicate', now);
  if (tcb.sack) return 0;
  tcb.recovery.duplicates += 1;
  return effectiveSendMss(tcb, 0);
}

/** SND.UNA < SEG.ACK <= SND.NXT. Returns the bytes that had not been reported before. */
function acknowledge(tcb: Tcb, seg: Segment, now: number): number {
  const { snd } = tcb;
  const bytes = diff(seg.ack, snd.una);
  const finAcknowledged = snd.finSent && seg.ack === snd.nxt;
  releaseText(tcb, bytes, finAcknowledged);
  snd.una = seg.ack;
  if (tcb.rto.inRow > 0) tcb.rto.endRow(now);
  urgentAcknowledged(tcb);
  snd.burstLimited = false;
  snd.small = max(snd.small, snd.una);
  snd.pushes.acknowledge(snd.una);
  snd.bursts.acknowledge(snd.una);
  if (snd.wanted) tellOfRoom(tcb);
  tcb.counters.acknowledged += bytes;
  if (tcb.mtuSearch.proven < Math.min(tcb.pathMtu, bytes + LEAST_HEADERS)) noteArrival(tcb, bytes);
  if (tcb.mtuSearch.probing > 0) mtuProbeAnswered(tcb, now);
  tcb.softError = null;
  if (tcb.probe !== null) tcb.probe.rule(tcb, '9293-3.10.7.4-fifth', now);
  return tcb.board.acknowledge(snd.una, tcb.rack);
}

/** RFC 6298 §5.2, §5.3; RFC 6582 §4, Impatient: without SACK only the first partial ACK restarts the timer. */
function restartTimers(tcb: Tcb, now: number): void {
  const { recovery, snd } = tcb;
  if (snd.una === snd.nxt) {
    snd.unansweredSince = Number.POSITIVE_INFINITY;
    snd.stuckSince = Number.POSITIVE_INFINITY;
    stopTimer(tcb, Timer.retransmission, now);
  } else {
    snd.unansweredSince = now;
    snd.stuckSince = now;
    const impatient = recovery.active && !tcb.sack && recovery.partials > 1;
    if (!impatient) restartRetransmission(tcb, now);
    if (tcb.board.sackedCount > 0 && tcb.board.isSacked(0)) hurryReneging(tcb, now);
  }
  scheduleProbe(tcb, now);
}

/** Text that is acknowledged need not be kept; the FIN behind it is no text. */
function releaseText(tcb: Tcb, bytes: number, fin: boolean): void {
  const { snd } = tcb;
  if (snd.queue === null) return;
  const text = bytes - (fin ? 1 : 0);
  if (text === 0) return;
  snd.queue.discard(text);
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
      // Text has no place here: the peer hears that it is not taken, and that is all.
      if (seg.textLength > 0) challenge(tcb, '9293-3.10.7.4-eighth-again', now);
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
