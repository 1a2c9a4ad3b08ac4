// §3.9.1 and §3.10.8 the user timeout: how long the application waits for progress; and RFC 5482, by which the two
// ends tell each other. It counts while nothing moves, a closed window included (RFC 5482 §3).

import type { Parameters } from './parameters.ts';
import type { Segment } from './segment.ts';
import { isSynchronized } from './state.ts';
import type { Tcb } from './tcb.ts';
import { deadlineOf, setTimer, Timer } from './timers.ts';

/** RFC 5482 §3.1 L_LIMIT: what the peer asks for shortens nothing below R2 (SHLD-11). Milliseconds. */
export const L_LIMIT = 100_000;
/** RFC 5482 §3.1 U_LIMIT: nor does it make us keep a dead connection for longer. */
export const U_LIMIT = 3_600_000;
/** RFC 5482 §3.1: ADV_UTO of an application that has no opinion. */
const ADVERTISED = 300_000;

/** RFC 5482 §3.1: what is in force between an end that advertised `advertised` and one that `remote`. ms. */
export const negotiated = (advertised: number, remote: number): number =>
  Math.min(U_LIMIT, Math.max(advertised, remote, L_LIMIT));

/** The timeout in force, ms; Infinity = none. What the peer asks for does not count before we are connected. */
export function userTimeout(tcb: Tcb): number {
  const own = tcb.userTimeoutChangeable ? tcb.parameters.userTimeout : tcb.userTimeout;
  const value = isSynchronized(tcb.state) ? tcb.userTimeout : own;
  return value > 0 ? value : Number.POSITIVE_INFINITY;
}

/** The timers that give up must not go off later than the timeout. */
export function heedUserTimeout(tcb: Tcb, now: number): void {
  const end = tcb.snd.stuckSince + userTimeout(tcb);
  for (const timer of [Timer.retransmission, Timer.persist] as const) {
    const deadline = deadlineOf(tcb, timer);
    if (deadline > end && deadline !== Number.POSITIVE_INFINITY) setTimer(tcb, timer, end, now);
  }
}

/** Put the option into a segment, in seconds. */
export function advertiseUserTimeout(tcb: Tcb, out: Segment): void {
  tcb.userTimeoutDue = false;
  if (tcb.parameters.userTimeoutOption) out.userTimeout = inSeconds(advertised(tcb));
}

/** What a SYN,ACK says of it where there is no connection yet (syn-cookies.ts); -1: nothing. */
export const firstAdvertised = ({ userTimeout: own, userTimeoutOption }: Parameters): number =>
  userTimeoutOption ? inSeconds(advertisedFor(own)) : -1;

const inSeconds = (ms: number): number => Math.ceil(ms / 1_000);

/** ADV_UTO, ms. */
function advertised(tcb: Tcb): number {
  return advertisedFor(tcb.userTimeoutChangeable ? tcb.parameters.userTimeout : tcb.userTimeout);
}

const advertisedFor = (own: number): number => (own > 0 && own < Number.POSITIVE_INFINITY ? own : ADVERTISED);

/** RFC 5482 §3.1: the peer's option, unless it is switched off here, says 0, or the application has decided. */
export function adoptUserTimeout(tcb: Tcb, seg: Segment, now: number): void {
  if (seg.userTimeout <= 0 || !tcb.userTimeoutChangeable || !tcb.parameters.userTimeoutOption) return;
  tcb.userTimeout = negotiated(advertised(tcb), seg.userTimeout * 1_000);
  if (tcb.probe !== null) tcb.probe.rule(tcb, '5482-3.1-adopt', now);
}
