// §3.8 the next segment, if any is due. Events change the TCB; only this sends.

import { ACK, ECE, FIN, PSH, RST, SYN } from '../wire/tcp.ts';
import { addAccEcn, sayMarks } from './acc-ecn.ts';
import { endsBurst, endsBurstAgain, noteBurst } from './bursts.ts';
import { finLeaves, textEnd, textStart } from './closing.ts';
import { acknowledged, mayAwaitAnswer } from './delayed-ack.ts';
import { markNewText } from './ecn.ts';
import { isOpenEarly } from './fast-open.ts';
import { buildSyn, synDue } from './handshake.ts';
import { buildKeepAlive } from './keep-alive.ts';
import { scheduleProbe } from './loss.ts';
import { effectiveSendMss } from './mss.ts';
import { mtuProbeSent, mtuProbeText } from './mtu-probing.ts';
import { armPersist, asked, disarmPersist, probed } from './persist.ts';
import { noteAnswer } from './quick-ack.ts';
import { takeReset } from './reset.ts';
import {
  activity,
  congestionRoom,
  isBeyondWindow,
  isForward,
  newTextRoom,
  reportBytes,
  sendable,
  unsentText,
  windowRoom,
} from './room.ts';
import type { RuleId } from './rules.ts';
import { putSack } from './sack-option.ts';
import { type Segment, segmentCount } from './segment.ts';
import { tellOfRoom } from './send-buffer.ts';
import { add, diff, gt, min, type Seq } from './seq.ts';
import type { Tcb } from './tcb.ts';
import { isRunning, restartRetransmission, setTimer, Timer } from './timers.ts';
import { timestampNow } from './timestamps.ts';
import { announceUrgent } from './urgent.ts';
import { advertiseUserTimeout } from './user-timeout.ts';
import { noteUse, restartAfterIdle } from './validation.ts';
import { acceptableSeq, offerWindow } from './window.ts';

/** Fill `out` with the next segment that is due. False: none is, until the next event or deadline. */
export function output(tcb: Tcb, out: Segment, now: number): boolean {
  out.clear();
  if (!nextSegment(tcb, out, now)) {
    if (tcb.snd.cwndLimited) noteUse(tcb);
    tcb.snd.busy.is(activity(tcb), now);
    return false;
  }
  out.sourcePort = tcb.local.port;
  out.destinationPort = tcb.remote.port;
  out.optionOrder = tcb.parameters.optionOrder;
  if ((out.flags & ACK) !== 0) acknowledged(tcb, now);
  if (tcb.ecn.accurate && (out.flags & (SYN | RST)) === 0) sayMarks(tcb, out);
  if (tcb.snd.urgent && (out.flags & (SYN | RST)) === 0) announceUrgent(tcb, out);
  // Here, and not where the segment leaves: inlined there it would box what it computes (bench: alloc-request).
  if (out.len > 0) {
    scheduleProbe(tcb, now);
    noteUse(tcb);
  }
  tcb.counters.segmentsSent += 1;
  if (tcb.probe !== null) tcb.probe.segmentSent(tcb, out, now);
  return true;
}

function nextSegment(tcb: Tcb, out: Segment, now: number): boolean {
  if (tcb.resetDue) {
    takeReset(tcb, out);
    stamp(tcb, out, now);
    return true;
  }
  switch (tcb.state) {
    case 'CLOSED':
    case 'LISTEN':
      return false;
    case 'SYN-SENT':
      return synDue(tcb) && sendSyn(tcb, out, now);
    case 'SYN-RECEIVED':
      if (synDue(tcb)) return sendSyn(tcb, out, now);
      return (isOpenEarly(tcb) && sendNew(tcb, out, now)) || sendAck(tcb, out, now);
    case 'TIME-WAIT':
      return sendAck(tcb, out, now);
    case 'ESTABLISHED':
    case 'FIN-WAIT-1':
    case 'FIN-WAIT-2':
    case 'CLOSE-WAIT':
    case 'CLOSING':
    case 'LAST-ACK':
      return (
        (tcb.accEcn.reflecting && sendAck(tcb, out, now)) ||
        sendTailProbe(tcb, out, now) ||
        sendAgain(tcb, out, now) ||
        sendNew(tcb, out, now) ||
        sendKeepAlive(tcb, out, now) ||
        sendAck(tcb, out, now)
      );
  }
}

function sendSyn(tcb: Tcb, out: Segment, now: number): true {
  buildSyn(tcb, out, now);
  if (tcb.snd.nxt !== tcb.iss) tcb.board.resent(0, 1, now);
  else if (out.textLength > 0) tcb.board.sent(add(tcb.iss, 1), now); // The SYN may be acknowledged without it.
  leave(tcb, out, now);
  return true;
}

/** RFC 7323 §3.2: timestamps on every segment, a RST too (SHOULD); the echo stands only beside an ACK. */
function stamp(tcb: Tcb, out: Segment, now: number): void {
  if (!tcb.timestamps.on) return;
  out.timestamps = true;
  out.tsval = timestampNow(tcb, now);
  out.tsecr = (out.flags & ACK) !== 0 ? tcb.timestamps.recent : 0;
}

/** What every synchronized segment carries: the ACK, the window, timestamps and SACK blocks. */
function acknowledgeIn(tcb: Tcb, out: Segment, now: number): void {
  out.flags |= ACK;
  out.ack = tcb.rcv.nxt;
  if (tcb.ecn.echo) out.flags |= ECE;
  out.wnd = offerWindow(tcb);
  stamp(tcb, out, now);
  putSack(tcb, out);
  addAccEcn(tcb, out);
}

/** §3.8.1: what is held lost goes again, the oldest first; only that one without regard to the windows. */
function sendAgain(tcb: Tcb, out: Segment, now: number): boolean {
  const { board, snd } = tcb;
  const i = board.nextLost();
  if (i < 0 || isForward(tcb)) return false;
  const from = board.startOf(i);
  const length = board.lostRun(i, effectiveSendMss(tcb, reportBytes(tcb)));
  const congestion = congestionRoom(tcb);
  if (from !== snd.una && Math.min(windowRoom(tcb, from), congestion) < length) {
    snd.cwndLimited = congestion < length;
    return false;
  }
  board.resent(i, length, now);
  placeText(tcb, out, from, length);
  if (tcb.parameters.pushBursts && endsBurstAgain(tcb, from, add(from, length), now)) out.flags |= PSH;
  out.why = whyAgain(tcb, out);
  leave(tcb, out, now);
  if (from === snd.una && tcb.recovery.active && tcb.parameters.rtoFromRetransmission) {
    restartRetransmission(tcb, now);
  }
  return true;
}

function whyAgain({ snd }: Tcb, out: Segment): RuleId {
  return out.textLength === 0 && snd.again === '6298-5.4-retransmit' ? '6298-5.4-fin' : snd.again;
}

/** RFC 8985 §7.3: new text if the window lets it, else the last segment again. */
function sendTailProbe(tcb: Tcb, out: Segment, now: number): boolean {
  const { board, snd, tlp } = tcb;
  if (!tlp.due) return false;
  tlp.due = false;
  if (board.lost > 0 || board.sackedCount > 0 || board.count === 0 || snd.probing) return false;
  const mss = effectiveSendMss(tcb, reportBytes(tcb));
  const fresh = Math.min(unsentText(tcb), mss);
  const again = fresh === 0 || windowRoom(tcb, snd.nxt) < fresh;
  if (again && isBeyondWindow(tcb, board.startOf(board.count - 1))) {
    // The window shrank: the oldest segment alone may ask about it, and the timer counts from when that left.
    setTimer(tcb, Timer.retransmission, Math.max(now, board.sentAt(0) + tcb.rto.value), now);
    return false;
  }
  const from = again ? board.resendLast(mss, now) : snd.nxt;
  placeText(tcb, out, from, again ? diff(snd.nxt, from) : fresh);
  out.why = '8985-7.3-probe';
  tlp.sent(add(out.seq, out.len), again);
  leave(tcb, out, now);
  return true;
}

/** Text that has not been sent, and the FIN behind it. */
function sendNew(tcb: Tcb, out: Segment, now: number): boolean {
  const { snd } = tcb;
  if (tcb.board.lost > 0 && !isForward(tcb)) return false;
  if (snd.probing) return tcb.probeDue && sendProbe(tcb, out, now);
  const unsent = unsentText(tcb);
  const finWaits = snd.finQueued && !snd.finSent;
  snd.cwndLimited = false;
  if (unsent === 0 && !finWaits) {
    disarmPersist(tcb, now);
    return false;
  }
  restartAfterIdle(tcb, now);
  if (tcb.mtuSearch.enabled && sendMtuProbe(tcb, out, unsent, now)) return true;
  const length = sendable(tcb, unsent, now);
  const fin = finWaits && length === unsent && windowRoom(tcb, textEnd(tcb)) > 0;
  if (length === 0 && !fin) return sendHeld(tcb, out, now);
  disarmPersist(tcb, now);
  if (length > 0) noteBurst(tcb, unsent, newTextRoom(tcb), effectiveSendMss(tcb, reportBytes(tcb)));
  placeText(tcb, out, snd.nxt, length + (fin ? 1 : 0));
  if (length > 0 && endsBurst(tcb, add(snd.nxt, length))) out.flags |= PSH;
  out.why = fin ? '9293-3.6-fin' : isForward(tcb) ? '5682-2.1-forward' : '9293-3.8-data';
  leave(tcb, out, now);
  return true;
}

/** RFC 4821 §7.5: one segment larger than the others, which tells whether the path carries it. */
function sendMtuProbe(tcb: Tcb, out: Segment, unsent: number, now: number): boolean {
  const { snd } = tcb;
  // The search counts with segments that carry no reports: those would make the probe larger than it is to be.
  if (reportBytes(tcb) > 0) return false;
  const length = mtuProbeText(tcb, unsent, windowRoom(tcb, snd.nxt), congestionRoom(tcb), now);
  if (length === 0) return false;
  placeText(tcb, out, snd.nxt, length);
  out.segmentSize = 0; // The link must not cut it.
  out.why = '4821-7.5-probe';
  mtuProbeSent(tcb, length, now);
  const { small } = snd;
  leave(tcb, out, now);
  snd.small = small; // Larger than the others, it is not for Nagle to wait for.
  return true;
}

/** Something waits. If nothing is in flight, no ACK will come to move it: the persist timer must. */
function sendHeld(tcb: Tcb, out: Segment, now: number): boolean {
  const { snd } = tcb;
  if (snd.una !== snd.nxt) return false;
  if (!tcb.probeDue) {
    armPersist(tcb, now);
    return false;
  }
  const byAck = tcb.parameters.windowProbe === 'ack';
  if (snd.wnd === 0) return byAck ? askForWindow(tcb, out, now) : sendProbe(tcb, out, now);
  // §3.8.6.2.1: the override timeout; a small segment is better than none.
  disarmPersist(tcb, now);
  placeText(tcb, out, snd.nxt, Math.min(unsentText(tcb), snd.wnd, effectiveSendMss(tcb, reportBytes(tcb))));
  if (byAck) out.flags |= PSH; // Nothing will follow soon.
  out.why = '9293-3.8.6.2.1-override';
  leave(tcb, out, now);
  return true;
}

/** §3.8.6.1: one octet into the closed window, or the FIN if no text waits. */
function sendProbe(tcb: Tcb, out: Segment, now: number): true {
  if (tcb.snd.una !== tcb.snd.nxt) tcb.board.resent(0, 1, now);
  placeText(tcb, out, tcb.snd.una, 1);
  out.why = '9293-3.8.6.1-probe';
  probed(tcb, now);
  leave(tcb, out, now);
  return true;
}

/** The same by an ACK from before the window, which the peer must answer, as it does a keep-alive probe. */
function askForWindow(tcb: Tcb, out: Segment, now: number): true {
  acknowledgeIn(tcb, out, now);
  out.seq = add(tcb.snd.una, -1);
  out.why = '9293-3.8.6.1-probe';
  asked(tcb, now);
  return true;
}

function sendKeepAlive(tcb: Tcb, out: Segment, now: number): boolean {
  if (!tcb.keepAliveDue) return false;
  buildKeepAlive(tcb, out);
  acknowledgeIn(tcb, out, now);
  return true;
}

/** Nothing to send but the acknowledgment that is owed. */
function sendAck(tcb: Tcb, out: Segment, now: number): boolean {
  if (tcb.ack.due === 0 || mayAwaitAnswer(tcb)) return false;
  acknowledgeIn(tcb, out, now);
  out.seq = acceptableSeq(tcb);
  out.why = tcb.ack.why;
  if (tcb.userTimeoutDue) advertiseUserTimeout(tcb, out);
  return true;
}

/** Put `n` sequence numbers from `from` on into `out`: text, and the FIN if it is among them. */
function placeText(tcb: Tcb, out: Segment, from: Seq, n: number): void {
  const end = textEnd(tcb);
  const behind = add(from, n);
  out.seq = from;
  out.queue = tcb.snd.queue;
  out.textStart = diff(from, textStart(tcb));
  out.textLength = Math.max(diff(min(behind, end), from), 0);
  const mss = effectiveSendMss(tcb, reportBytes(tcb));
  out.segmentSize = out.textLength > mss ? mss : 0;
  if (out.textLength > 0 && tcb.snd.pushes.within(from, behind)) out.flags |= PSH; // MUST-61
  if (tcb.snd.finQueued && gt(behind, end)) out.flags |= FIN;
}

/** The segment in `out` leaves now: SND.NXT, timers, measurements. */
function leave(tcb: Tcb, out: Segment, now: number): void {
  const { snd } = tcb;
  const end = add(out.seq, out.len);
  if ((out.flags & SYN) === 0) acknowledgeIn(tcb, out, now);
  if (snd.unansweredSince === Number.POSITIVE_INFINITY) snd.unansweredSince = now;
  if (snd.stuckSince === Number.POSITIVE_INFINITY) snd.stuckSince = now;
  if (gt(end, snd.nxt)) {
    if (tcb.ecn.on) markNewText(tcb, out);
    snd.nxt = end;
    tcb.board.sent(end, now);
    snd.lastText = now;
    // The octet of a zero-window probe is not for Nagle to wait for.
    if (!snd.probing && out.textLength % effectiveSendMss(tcb, reportBytes(tcb)) !== 0) snd.small = end;
    tcb.counters.bytesSent += out.textLength;
    if (snd.wanted && snd.notSentLowWater !== Number.POSITIVE_INFINITY) tellOfRoom(tcb);
  } else {
    tcb.counters.retransmissions += 1;
    tcb.counters.bytesRetransmitted += out.textLength;
    tcb.undo.resent(out.seq, end, now);
    if (tcb.mtuSearch.probing > 0) tcb.mtuSearch.sentAgain(out.seq, end);
  }
  if (out.textLength > 0) {
    tcb.counters.textSegmentsSent += segmentCount(out);
    noteAnswer(tcb, now);
  }
  if (tcb.recovery.active || tcb.ecn.reducing) tcb.prr.sent(out.textLength);
  if ((out.flags & FIN) !== 0 && !snd.finSent) {
    snd.finSent = true;
    finLeaves(tcb, now);
  }
  // RFC 6298 §5.1. While probing, the persist timer takes its place.
  if (!snd.probing && !isRunning(tcb, Timer.retransmission)) {
    restartRetransmission(tcb, now);
  }
}
