// §3.10.7 SEGMENT ARRIVES: read this first. CLOSED and LISTEN have no TCB: reset.ts, listener.ts, openPassive.

import { ACK, FIN, RST, SYN, URG } from '../../wire/tcp.ts';
import { countMarks } from '../acc-ecn.ts';
import { checkSequence } from '../acceptance.ts';
import { processAck } from '../ack.ts';
import { acknowledgeNow } from '../delayed-ack.ts';
import { isOpenEarly } from '../fast-open.ts';
import { acknowledgeSyn, establish, takeSyn } from '../handshake.ts';
import { challenge, resetSyn, sendReset } from '../reset.ts';
import type { RuleId } from '../rules.ts';
import { type Segment, segmentCount } from '../segment.ts';
import { add, gt, leq } from '../seq.ts';
import type { Tcb } from '../tcb.ts';
import { processFin, processText, processUrgent } from '../text.ts';
import { startTimer, Timer } from '../timers.ts';
import { updateRecent } from '../timestamps.ts';
import { enter, enterClosed } from '../transition.ts';
import { adoptUserTimeout } from '../user-timeout.ts';

/** A segment of this connection; its checksum is right. It is changed: trimmed to the window. */
export function segmentArrives(tcb: Tcb, seg: Segment, now: number): void {
  tcb.counters.segmentsReceived += 1;
  if (seg.textLength > 0) tcb.counters.textSegmentsReceived += segmentCount(seg);
  seg.unscaledWindow = (seg.flags & SYN) !== 0;
  if (tcb.probe !== null) tcb.probe.segmentArrives(tcb, seg, now);
  if (tcb.state === 'CLOSED' || tcb.state === 'LISTEN') return;
  if (tcb.state === 'SYN-SENT') arrivesInSynSent(tcb, seg, now);
  else arrivesOtherwise(tcb, seg, now);
}

/** §3.10.7.4. There is no third step: security and precedence are gone (RFC 9293 appendix A.1, A.2). */
function arrivesOtherwise(tcb: Tcb, seg: Segment, now: number): void {
  const timely = tcb.timestamps.on && seg.timestamps && leq(seg.seq, tcb.ack.last);
  const bare = seg.len === 0; // before it is trimmed
  if (!checkSequence(tcb, seg, now)) return; // first
  if (!checkReset(tcb, seg, now)) return; // second
  if (!checkSyn(tcb, seg, now)) return; // fourth
  if (!processAck(tcb, seg, bare, now)) return; // fifth
  tcb.lastHeard = now;
  if (tcb.ecn.accurate) countMarks(tcb, seg);
  if (timely) updateRecent(tcb, seg, now);
  if (seg.userTimeout >= 0) adoptUserTimeout(tcb, seg, now);
  processUrgent(tcb, seg, now); // sixth
  if (!processText(tcb, seg, now)) return; // seventh
  processFin(tcb, seg, now); // eighth
}

/** §3.10.7.3. */
function arrivesInSynSent(tcb: Tcb, seg: Segment, now: number): void {
  const hasAck = (seg.flags & ACK) !== 0;
  // First: the ACK.
  if (hasAck && (leq(seg.ack, tcb.iss) || gt(seg.ack, tcb.snd.nxt))) {
    if ((seg.flags & RST) === 0) resetOlder(tcb, seg, now);
    return drop(tcb, seg, '9293-3.10.7.3-first', now);
  }
  // Second: the RST.
  if ((seg.flags & RST) !== 0) {
    if (!hasAck) return drop(tcb, seg, '9293-3.10.7.3-second-unacceptable', now);
    return enterClosed(tcb, 'ECONNREFUSED', '9293-3.10.7.3-second', now);
  }
  // Fourth: the SYN. Fifth: anything else is dropped.
  if ((seg.flags & SYN) === 0) return drop(tcb, seg, '9293-3.10.7.3-fifth', now);
  tcb.lastHeard = now;
  takeSyn(tcb, seg, now);
  if (!hasAck) return becomeSynReceived(tcb, now);
  acknowledgeSyn(tcb, seg, now);
  establish(tcb, seg, '9293-3.10.7.3-fourth-established', now);
  acknowledgeNow(tcb, '9293-3.5-ack');
  tcb.userTimeoutDue = tcb.parameters.userTimeoutOption; // RFC 5482 §3.1: what a SYN says may be lost.
  // Text or a FIN that came along, from the octet behind the SYN.
  seg.seq = add(seg.seq, 1);
  seg.flags &= ~(SYN | URG); // A SYN has no urgent data, and no pointer counts from it.
  if (seg.textLength > 0 || (seg.flags & FIN) !== 0) arrivesOtherwise(tcb, seg, now);
}

/** The peer is in the middle of an older connection: when the RST has ended that one, our SYN is welcome. */
function resetOlder(tcb: Tcb, seg: Segment, now: number): void {
  sendReset(tcb, seg.ack, '9293-3.10.7.3-first');
  const { synAgainAfterReset: soon } = tcb.parameters;
  if (soon > 0 && tcb.counters.timeouts === 0) startTimer(tcb, Timer.retransmission, soon, now);
}

/** Both ends opened at once (MUST-10): our SYN goes again, with the ACK of theirs. */
function becomeSynReceived(tcb: Tcb, now: number): void {
  tcb.snd.again = '9293-3.5-syn-ack';
  tcb.board.markAllLost();
  enter(tcb, 'SYN-RECEIVED', '9293-3.10.7.3-fourth-simultaneous', now);
}

/** Second: only RCV.NXT itself resets (RFC 5961 §3.2); TIME-WAIT is not cut short (RFC 1337), or is. */
function checkReset(tcb: Tcb, seg: Segment, now: number): boolean {
  if ((seg.flags & RST) === 0) return true;
  if (tcb.state === 'TIME-WAIT' && !tcb.parameters.timeWaitHeedsReset) {
    return refuse(tcb, seg, '1337-4-rst', now);
  }
  if (seg.seq !== tcb.rcv.nxt) {
    challenge(tcb, '5961-3.2-challenge', now);
    return refuse(tcb, seg, '5961-3.2-challenge', now);
  }
  switch (tcb.state) {
    case 'SYN-RECEIVED':
      if (isOpenEarly(tcb)) enterClosed(tcb, 'ECONNRESET', '9293-3.10.7.4-second', now);
      else if (tcb.passive) enterClosed(tcb, null, '9293-3.10.7.4-second-listen', now);
      else enterClosed(tcb, 'ECONNREFUSED', '9293-3.10.7.4-second-refused', now);
      return false;
    case 'ESTABLISHED':
    case 'FIN-WAIT-1':
    case 'FIN-WAIT-2':
    case 'CLOSE-WAIT':
      enterClosed(tcb, 'ECONNRESET', '9293-3.10.7.4-second', now);
      return false;
    case 'CLOSING':
    case 'LAST-ACK':
    case 'TIME-WAIT':
    case 'LISTEN':
    case 'SYN-SENT':
    case 'CLOSED':
      enterClosed(tcb, null, '9293-3.10.7.4-second-closed', now);
      return false;
  }
}

/** Fourth: a SYN has no place here. RFC 5961 §4.2 has the peer prove itself. */
function checkSyn(tcb: Tcb, seg: Segment, now: number): boolean {
  if ((seg.flags & SYN) === 0) return true;
  if (tcb.state === 'SYN-RECEIVED' && tcb.passive && !isOpenEarly(tcb)) {
    if (tcb.parameters.resets === 'usual') resetSyn(tcb, seg);
    enterClosed(tcb, null, '9293-3.10.7.4-fourth-listen', now);
    return refuse(tcb, seg, '9293-3.10.7.4-fourth-listen', now);
  }
  challenge(tcb, '5961-4.2-challenge', now);
  return refuse(tcb, seg, '5961-4.2-challenge', now);
}

function refuse(tcb: Tcb, seg: Segment, why: RuleId, now: number): false {
  drop(tcb, seg, why, now);
  return false;
}

function drop(tcb: Tcb, seg: Segment, why: RuleId, now: number): void {
  if (tcb.probe !== null) tcb.probe.segmentDropped(tcb, seg, why, now);
}
