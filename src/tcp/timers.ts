// The deadlines of one connection: the only place that writes them, so that an observer hears of each.

import type { TimerName } from './probe.ts';
import type { Tcb } from './tcb.ts';

const OFF = Number.POSITIVE_INFINITY;

/**
 * Where each timer stands in TCB.deadlines. Numbers, so that what sets one is small enough to be inlined: a
 * deadline passed to a call that is not would be boxed (bench: alloc-request, 16 bytes a segment).
 */
export const Timer = {
  retransmission: 0,
  reordering: 1,
  lossProbe: 2,
  persist: 3,
  delayedAck: 4,
  keepAlive: 5,
  timeWait: 6,
  finWait2: 7,
} as const;

export type Timer = (typeof Timer)[keyof typeof Timer];

const NAMES: readonly TimerName[] = [
  'retransmission',
  'reordering',
  'loss-probe',
  'persist',
  'delayed-ack',
  'keep-alive',
  'time-wait',
  'fin-wait-2',
];

/** When the timer goes off, ms; Infinity = it does not run. */
export const deadlineOf = (tcb: Tcb, timer: Timer): number => tcb.deadlines[timer] as number;

export const isRunning = (tcb: Tcb, timer: Timer): boolean => tcb.deadlines[timer] !== OFF;

export function setTimer(tcb: Tcb, timer: Timer, deadline: number, now: number): void {
  if (tcb.deadlines[timer] === deadline) return;
  tcb.deadlines[timer] = deadline;
  if (tcb.probe !== null) tell(tcb, timer, now);
}

/** `delay` ms from now. */
export function startTimer(tcb: Tcb, timer: Timer, delay: number, now: number): void {
  tcb.deadlines[timer] = now + delay;
  if (tcb.probe !== null) tell(tcb, timer, now);
}

/** RFC 6298 §5.1, §5.3: an RTO from now. It computes and stores here what its callers would box to pass on. */
export function restartRetransmission(tcb: Tcb, now: number): void {
  tcb.deadlines[Timer.retransmission] = now + tcb.rto.value;
  if (tcb.probe !== null) tell(tcb, Timer.retransmission, now);
}

/** RFC 8985 §7.2: a PTO from now, or in the place of the retransmission timer. */
export function startLossProbe(tcb: Tcb, now: number): void {
  const { deadlines } = tcb;
  deadlines[Timer.lossProbe] = Math.min(now + tcb.tlp.timeout, deadlines[Timer.retransmission] as number);
  if (tcb.probe !== null) tell(tcb, Timer.lossProbe, now);
}

export function stopTimer(tcb: Tcb, timer: Timer, now: number): void {
  if (tcb.deadlines[timer] === OFF) return;
  tcb.deadlines[timer] = OFF;
  if (tcb.probe !== null) tell(tcb, timer, now);
}

function tell(tcb: Tcb, timer: Timer, now: number): void {
  tcb.probe?.timerSet(tcb, NAMES[timer]!, deadlineOf(tcb, timer), now);
}

export function stopAllTimers(tcb: Tcb, now: number): void {
  for (const timer of Object.values(Timer)) stopTimer(tcb, timer, now);
}

/** The earliest deadline; Infinity when no timer runs. */
export function nextDeadline(tcb: Tcb): number {
  const { deadlines } = tcb;
  let earliest = OFF;
  for (let i = 0; i < deadlines.length; i++) earliest = Math.min(earliest, deadlines[i] as number);
  return earliest;
}

/** Is `timer` due? Then it is stopped, and the observer told. */
export function takeExpired(tcb: Tcb, timer: Timer, now: number): boolean {
  if (now < deadlineOf(tcb, timer)) return false;
  tcb.deadlines[timer] = OFF;
  if (tcb.probe !== null) tcb.probe.timerFired(tcb, NAMES[timer]!, now);
  return true;
}
