// §3.8.3 when to give up, and §3.9.2.2 what ICMP may say about it. RFC 1191/8201: a path too narrow.

import type { ConnectionError } from './errors.ts';
import { effectiveSendMss } from './mss.ts';
import { limitPathMtu } from './mtu-probing.ts';
import { SOFT_ERROR } from './notice.ts';
import { geq, leq, lt, type Seq } from './seq.ts';
import type { Tcb } from './tcb.ts';
import { enterClosed } from './transition.ts';

/** R2 for what is unacknowledged now, ms. */
function patience(tcb: Tcb): number {
  if (tcb.state === 'SYN-SENT') return tcb.parameters.r2Syn;
  if (tcb.state === 'SYN-RECEIVED') return tcb.parameters.r2SynAck;
  return tcb.parameters.r2;
}

/** §3.8.3 (MUST-20): nothing answered for R2: the connection is given up. False: not yet. */
export function giveUp(tcb: Tcb, now: number): boolean {
  if (now - tcb.snd.unansweredSince < patience(tcb)) return false;
  enterClosed(tcb, tcb.softError ?? 'ETIMEDOUT', '9293-3.8.3-r2', now);
  return true;
}

/** SHLD-9: R1 retransmissions, the application may want to know. */
export function warn(tcb: Tcb, now: number): void {
  if (tcb.rto.backoffs !== tcb.parameters.r1) return;
  softError(tcb, tcb.softError ?? 'ETIMEDOUT');
  if (tcb.probe !== null) tcb.probe.rule(tcb, '9293-3.8.3-r1', now);
}

function softError(tcb: Tcb, error: ConnectionError): void {
  tcb.softError = error;
  tcb.notices |= SOFT_ERROR;
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
  if (kind === 'hard' && (tcb.state === 'SYN-SENT' || tcb.state === 'SYN-RECEIVED')) {
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
