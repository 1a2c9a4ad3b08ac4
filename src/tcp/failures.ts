// §3.8.3 when to give up, and §3.9.2.2 what ICMP may say about it. RFC 1191/8201: a path too narrow.

import type { ConnectionError } from './errors.ts';
import { setPathMtu } from './mss.ts';
import { SOFT_ERROR } from './notice.ts';
import { sendReset } from './reset.ts';
import { geq, lt, type Seq } from './seq.ts';
import type { Tcb } from './tcb.ts';
import { enterClosed } from './transition.ts';
import { acceptableSeq } from './window.ts';

/** R2 for what is unacknowledged now, ms. */
function patience(tcb: Tcb): number {
  if (tcb.state === 'SYN-SENT') return tcb.parameters.r2Syn;
  if (tcb.state === 'SYN-RECEIVED') return tcb.parameters.r2SynAck;
  return isShutOut(tcb) ? Math.min(tcb.parameters.r2, tcb.parameters.finWait2) : tcb.parameters.r2;
}

/** Nobody waits for it here, and the peer's closed window keeps it from ending: that is no reason to stay. */
export const isShutOut = ({ rcv, snd }: Tcb): boolean => rcv.discard && snd.wnd === 0;

/** §3.8.3 (MUST-20): nothing answered for R2: the connection is given up. False: not yet. */
export function giveUp(tcb: Tcb, now: number): boolean {
  if (now - tcb.snd.unansweredSince < patience(tcb)) return false;
  if (isShutOut(tcb)) sendReset(tcb, acceptableSeq(tcb), '9293-3.8.3-r2');
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

/** RFC 1191 §6.4: a router could not pass on what we sent. Never a raise; what is in flight goes again, smaller. */
export function packetTooBig(tcb: Tcb, mtu: number, quoted: Seq, now: number): void {
  if (tcb.state === 'CLOSED' || mtu >= tcb.pathMtu || !inFlight(tcb, quoted, now)) return;
  setPathMtu(tcb, mtu);
  tcb.snd.again = '1191-6.4-too-big';
  tcb.board.markAllLost();
  if (tcb.probe !== null) tcb.probe.rule(tcb, '1191-6.4-too-big', now);
}
