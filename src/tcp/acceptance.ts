// §3.10.7.4 first: is any part of the segment inside the window, and which part. With RFC 7323's PAWS before it.

import { ACK, FIN, RST, SYN, URG } from '../wire/tcp.ts';
import { restartTimeWait } from './closing.ts';
import { acknowledgeNow, acknowledgeRefused } from './delayed-ack.ts';
import { synAgain } from './ecn.ts';
import { challenge } from './reset.ts';
import type { RuleId } from './rules.ts';
import { noteDuplicate } from './sack-option.ts';
import type { Segment } from './segment.ts';
import { add, diff, geq, lt } from './seq.ts';
import type { Tcb } from './tcb.ts';
import { restartRetransmission } from './timers.ts';
import { isOld, lacksTimestamps } from './timestamps.ts';
import { receiveWindow } from './window.ts';

/** The four cases of §3.4, table 6. */
export function inWindow(tcb: Tcb, seg: Segment): boolean {
  const { nxt } = tcb.rcv;
  const wnd = receiveWindow(tcb);
  const len = seg.len;
  if (wnd === 0) return len === 0 && seg.seq === nxt;
  const edge = add(nxt, wnd);
  const startsInside = geq(seg.seq, nxt) && lt(seg.seq, edge);
  if (len === 0) return startsInside;
  const last = add(seg.seq, len - 1);
  return startsInside || (geq(last, nxt) && lt(last, edge));
}

/**
 * False: the segment is not acceptable; the ACK it deserves, if any, is due, and it goes no further.
 * True: what remains of it after trimming lies inside the window.
 */
export function checkSequence(tcb: Tcb, seg: Segment, now: number): boolean {
  if (lacksTimestamps(tcb, seg)) return refuse(tcb, seg, '7323-3.2-missing', now);
  if (isOld(tcb, seg, now)) {
    // RFC 7323 §5.3 wants an ACK; two ends that find each other's empty ACKs old must not go on for ever.
    if (seg.len > 0) answerOld(tcb, seg, '7323-5.3-paws', now);
    else challenge(tcb, '7323-5.3-paws', now);
    return refuse(tcb, seg, '7323-5.3-paws', now);
  }
  if (crossesOurs(tcb, seg)) trimFront(seg, 1);
  if (!inWindow(tcb, seg) && !onClosedWindow(tcb, seg)) {
    answerUnacceptable(tcb, seg, now);
    const why = (seg.flags & RST) !== 0 ? '9293-3.10.7.4-first-rst' : '9293-3.10.7.4-first';
    return refuse(tcb, seg, why, now);
  }
  // A RST is judged by the number it came with (RFC 5961 §3.2).
  if ((seg.flags & RST) === 0) trim(tcb, seg, now);
  return true;
}

/**
 * Figure 7, line 6: both ends opened at once, and the peer's SYN comes again with the ACK of ours. That SYN we
 * have; the ACK is news.
 */
const crossesOurs = (tcb: Tcb, seg: Segment): boolean =>
  tcb.state === 'SYN-RECEIVED' &&
  !tcb.passive &&
  seg.seq === tcb.irs &&
  (seg.flags & (SYN | ACK | RST)) === (SYN | ACK);

/** MUST-66: a segment at RCV.NXT of a closed window still has its ACK, URG and RST looked at; its text is refused. */
const onClosedWindow = (tcb: Tcb, seg: Segment): boolean =>
  receiveWindow(tcb) === 0 && seg.seq === tcb.rcv.nxt;

function refuse(tcb: Tcb, seg: Segment, why: RuleId, now: number): false {
  if (tcb.probe !== null) tcb.probe.segmentDropped(tcb, seg, why, now);
  return false;
}

function answerUnacceptable(tcb: Tcb, seg: Segment, now: number): void {
  if ((seg.flags & RST) !== 0) return;
  // §3.10.7.4, fifth and eighth: a retransmitted FIN starts TIME-WAIT anew, though its number is old.
  if (tcb.state === 'TIME-WAIT' && (seg.flags & FIN) !== 0 && add(seg.seq, seg.len) === tcb.rcv.nxt) {
    restartTimeWait(tcb, now);
    acknowledgeNow(tcb, '9293-3.10.7.4-eighth-again');
  } else if ((seg.flags & SYN) !== 0) {
    synAgain(tcb, seg);
    if (asksAgain(tcb, seg)) resendSynAck(tcb, now);
    else challenge(tcb, '5961-4.2-challenge', now); // Whatever its number.
  } else if (seg.len > 0) {
    answerOld(tcb, seg, '9293-3.10.7.4-first', now);
  } else {
    // Two ends that each find the other's empty ACK unacceptable would answer one another for ever.
    challenge(tcb, '9293-3.10.7.4-first', now);
  }
}

/** The SYN that began this connection: the peer has not heard our answer. */
const asksAgain = (tcb: Tcb, seg: Segment): boolean =>
  tcb.state === 'SYN-RECEIVED' &&
  tcb.passive &&
  seg.seq === tcb.irs &&
  (seg.flags & (SYN | ACK | RST | FIN)) === SYN;

/** A bare ACK would tell such a peer nothing: it is the SYN,ACK that it waits for. */
function resendSynAck(tcb: Tcb, now: number): void {
  const { ack, board, parameters } = tcb;
  // It is still to leave.
  if (board.count === 0) return;
  if (now - ack.lastInvalid < parameters.invalidAckInterval) return;
  ack.lastInvalid = now;
  tcb.snd.again = '9293-3.5-syn-ack';
  board.markLost(0);
  restartRetransmission(tcb, now);
}

/** An ACK at once; RFC 2883 §4.1: what of SEG we have already, it reports. */
function answerOld(tcb: Tcb, seg: Segment, why: RuleId, now: number): void {
  if ((seg.flags & SYN) === 0) noteDuplicate(tcb, seg.seq, add(seg.seq, seg.len), now);
  acknowledgeRefused(tcb, why);
}

/** What lies before RCV.NXT or beyond the window is cut off, SYN and FIN with it (U-8). */
function trim(tcb: Tcb, seg: Segment, now: number): void {
  const { nxt } = tcb.rcv;
  if (lt(seg.seq, nxt)) {
    if ((seg.flags & SYN) === 0) noteDuplicate(tcb, seg.seq, nxt, now);
    trimFront(seg, diff(nxt, seg.seq));
  }
  const beyond = diff(add(seg.seq, seg.len), add(nxt, receiveWindow(tcb)));
  if (beyond <= 0) return;
  trimBack(seg, beyond);
  // The peer sent more than it was offered, or probes a closed window: tell it where the edge is. What comes out of
  // order is answered anyway, and by one ACK (RFC 5681 §4.2).
  if (seg.seq === nxt) acknowledgeNow(tcb, '9293-3.8.6.1-answer');
}

function trimFront(seg: Segment, n: number): void {
  let cut = n;
  if ((seg.flags & SYN) !== 0) {
    seg.flags &= ~(SYN | URG); // A SYN has no urgent data.
    cut -= 1;
  }
  seg.seq = add(seg.seq, n);
  // What it points at has been received.
  if (seg.up < n) seg.flags &= ~URG;
  seg.up = Math.max(seg.up - n, 0);
  const text = Math.min(cut, seg.textLength);
  seg.textStart += text;
  seg.textLength -= text;
  if (cut > text) seg.flags &= ~FIN;
}

function trimBack(seg: Segment, n: number): void {
  let cut = n;
  if ((seg.flags & FIN) !== 0) {
    seg.flags &= ~FIN;
    cut -= 1;
  }
  seg.textLength -= Math.min(cut, seg.textLength);
}
