// §3.8.3 when to give up, and §3.9.2.2 what ICMP may say about it. RFC 1191/8201: a path too narrow.

import type { ConnectionError } from './errors.ts';
import { effectiveSendMss } from './mss.ts';
import { limitPathMtu } from './mtu-probing.ts';
import { SOFT_ERROR } from './notice.ts';
import type { Parameters } from './parameters.ts';
import { resetPeer } from './reset.ts';
import { geq, leq, lt, type Seq } from './seq.ts';
import type { Tcb } from './tcb.ts';
import { enterClosed } from './transition.ts';
import { userTimeout } from './user-timeout.ts';

/** How long `retries` retransmissions take at doubling intervals from the least RTO on, ms. */
export function timeOfRetries(retries: number, { rtoMin, rtoMax }: Parameters): number {
  const doublings = Math.min(retries, Math.max(Math.floor(Math.log2(rtoMax / rtoMin)), 0));
  return (2 ** (doublings + 1) - 1) * rtoMin + (retries - doublings) * rtoMax;
}

/** Has what is unanswered now been so for R2? */
function r2Reached(tcb: Tcb, now: number): boolean {
  const { counters, parameters, state } = tcb;
  const waited = now - tcb.snd.unansweredSince;
  if (state === 'SYN-SENT') return waited >= parameters.r2Syn || counters.timeouts >= parameters.synRetries;
  if (state === 'SYN-RECEIVED') {
    return waited >= parameters.r2SynAck || counters.timeouts >= parameters.synAckRetries;
  }
  if (tcb.userTimeout > 0) return false; // It takes R2's place (MUST-21).
  return waited >= parameters.r2 || waited >= timeOfRetries(parameters.dataRetries, parameters);
}

/**
 * §3.8.3 (MUST-20): nothing was answered for R2, or nothing moved for as long as the application waits; or nobody
 * waits any more and the peer never takes the rest. The connection is given up. False: not yet.
 */
export function giveUp(tcb: Tcb, now: number): boolean {
  const stuck = now - tcb.snd.stuckSince;
  if (r2Reached(tcb, now)) {
    enterClosed(tcb, tcb.softError ?? 'ETIMEDOUT', '9293-3.8.3-r2', now);
  } else if (stuck >= userTimeout(tcb)) {
    enterClosed(tcb, tcb.softError ?? 'ETIMEDOUT', '9293-3.10.8-user', now);
  } else if (tcb.rcv.discard && stuck >= tcb.parameters.orphanTimeout) {
    resetPeer(tcb, 'local-orphan');
    enterClosed(tcb, tcb.softError ?? 'ETIMEDOUT', 'local-orphan', now);
  } else {
    return false;
  }
  return true;
}

/** MUST-20, SHLD-9: R1 retransmissions; IP and the application may want to know. */
export function warn(tcb: Tcb, now: number): void {
  if (tcb.rto.backoffs !== tcb.parameters.r1) return;
  tcb.pathInDoubt = true;
  softError(tcb, tcb.softError ?? 'ETIMEDOUT');
  if (tcb.probe !== null) tcb.probe.rule(tcb, '9293-3.8.3-r1', now);
}

function softError(tcb: Tcb, error: ConnectionError): void {
  tcb.softError = error;
  if (tcb.errorReports) tcb.notices |= SOFT_ERROR;
}

/** RFC 5927 §4.1: an ICMP error is believed only if it quotes something that is in flight. */
function inFlight(tcb: Tcb, quoted: Seq, now: number): boolean {
  if (geq(quoted, tcb.snd.una) && lt(quoted, tcb.snd.nxt)) return true;
  if (tcb.probe !== null) tcb.probe.rule(tcb, '5927-4.1-not-in-flight', now);
  return false;
}

/**
 * §3.9.2.2: a soft error is remembered and told (MUST-56, SHLD-25); a hard one ends a connection that is
 * not synchronized yet (SHLD-26), and is soft after that (RFC 5927 §5.2).
 */
export function icmpError(
  tcb: Tcb,
  kind: 'soft' | 'hard',
  quoted: Seq,
  error: ConnectionError,
  now: number,
): void {
  if (tcb.state === 'CLOSED' || !inFlight(tcb, quoted, now)) return;
  const opening = tcb.state === 'SYN-SENT' || tcb.state === 'SYN-RECEIVED';
  if (opening && (kind === 'hard' || (!tcb.passive && tcb.parameters.softErrorsRefuse))) {
    enterClosed(tcb, error, '9293-3.9.2.2-hard', now);
    return;
  }
  softError(tcb, error);
  if (tcb.probe !== null) tcb.probe.rule(tcb, '9293-3.9.2.2-soft', now);
}

/** RFC 1191 §6.4: a router could not pass on what we sent. Never a raise; what was too big goes again, smaller. */
export function packetTooBig(tcb: Tcb, mtu: number, quoted: Seq, now: number): void {
  if (tcb.state === 'CLOSED' || mtu >= tcb.mtuSearch.limit || !inFlight(tcb, quoted, now)) return;
  if (tcb.probe !== null) tcb.probe.rule(tcb, '1191-6.4-too-big', now);
  pathMtuKnown(tcb, mtu);
  // What the router quotes it has dropped, however small it is: a SYN, or less than the least MTU that we believe.
  const { board } = tcb;
  let i = 0;
  while (leq(board.endOf(i), quoted)) i += 1;
  tcb.snd.again = '1191-6.4-too-big';
  board.markLost(i);
}

/**
 * What the path carries, learnt from an error or another connection, or grown old: smaller or larger. What is in
 * flight and larger has been dropped on the way: it goes again at once, which is no sign of congestion.
 */
export function pathMtuKnown(tcb: Tcb, mtu: number): void {
  limitPathMtu(tcb, mtu);
  const { board } = tcb;
  const mss = effectiveSendMss(tcb, 0);
  let lost = false;
  for (let i = 0; i < board.count; i++) {
    if (board.lengthOf(i) > mss && board.markLost(i)) lost = true;
  }
  if (lost) tcb.snd.again = '1191-6.4-too-big';
}
