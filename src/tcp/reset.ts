// §3.5.2 when a RST is sent, §3.10.7.1 what it carries; RFC 5961 what is sent instead.

import { ACK, RST } from '../wire/tcp.ts';
import { acknowledgeNow } from './delayed-ack.ts';
import type { RuleId } from './rules.ts';
import type { Segment } from './segment.ts';
import { add, type Seq, seq } from './seq.ts';
import type { Tcb } from './tcb.ts';
import { acceptableSeq } from './window.ts';

/** RFC 5961 §7: how often challenge ACKs are counted anew, per connection (CVE-2016-5696). */
const CHALLENGE_INTERVAL = 5_000;

/**
 * The answer to a segment that belongs to no connection (§3.10.7.1), written into `out`, ports swapped.
 * False: none is owed, it was a RST itself.
 */
export function resetFor(seg: Segment, out: Segment): boolean {
  if ((seg.flags & RST) !== 0) return false;
  out.clear();
  out.sourcePort = seg.destinationPort;
  out.destinationPort = seg.sourcePort;
  out.why = '9293-3.10.7.1-reset';
  if ((seg.flags & ACK) !== 0) {
    out.seq = seg.ack;
    out.flags = RST;
  } else {
    out.seq = seq(0);
    out.ack = add(seg.seq, seg.len);
    out.flags = RST | ACK;
  }
  return true;
}

/** Have output send `<SEQ=sequence><CTL=RST>`. */
export function sendReset(tcb: Tcb, sequence: Seq, why: RuleId): void {
  tcb.resetDue = true;
  tcb.resetAcknowledges = false;
  tcb.resetSeq = sequence;
  tcb.resetWhy = why;
}

/** The connection ends, and the peer is to know. */
export function resetPeer(tcb: Tcb, why: RuleId): void {
  sendReset(tcb, acceptableSeq(tcb), why);
  tcb.resetAcknowledges = tcb.parameters.resets === 'usual';
  tcb.resetAck = tcb.rcv.nxt;
}

/** A SYN in place of the ACK that would have completed the handshake: as if it had found no connection (§3.10.7.1). */
export function resetSyn(tcb: Tcb, syn: Segment): void {
  const acks = (syn.flags & ACK) !== 0;
  sendReset(tcb, acks ? syn.ack : seq(0), '9293-3.10.7.1-reset');
  tcb.resetAcknowledges = !acks;
  tcb.resetAck = add(syn.seq, syn.len);
}

/** Leave the RST that is due in `out`. */
export function takeReset(tcb: Tcb, out: Segment): void {
  tcb.resetDue = false;
  out.seq = tcb.resetSeq;
  out.flags = RST;
  if (tcb.resetAcknowledges) {
    out.flags |= ACK;
    out.ack = tcb.resetAck;
  }
  out.why = tcb.resetWhy;
}

/** An ACK that the peer must answer to prove itself, or that tells it where we stand: rate-limited. */
export function challenge(tcb: Tcb, why: RuleId, now: number): void {
  const { ack, parameters } = tcb;
  if (now - ack.challengeSince >= CHALLENGE_INTERVAL) {
    ack.challengeSince = now;
    ack.challenges = 0;
  }
  const tooSoon = now - ack.lastInvalid < parameters.invalidAckInterval;
  if (tooSoon || ack.challenges >= parameters.challengeAckLimit) {
    if (tcb.probe !== null) tcb.probe.rule(tcb, '5961-7-limit', now);
    return;
  }
  ack.challenges += 1;
  ack.lastInvalid = now;
  acknowledgeNow(tcb, why);
}
