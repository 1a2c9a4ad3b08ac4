// The deadlines of one connection: the only place that writes them, so that an observer hears of each.

import type { TimerName } from './probe.ts';
import type { Deadlines, Tcb } from './tcb.ts';

const FIELD = {
  retransmission: 'retransmission',
  persist: 'persist',
  'delayed-ack': 'delayedAck',
  'keep-alive': 'keepAlive',
  'time-wait': 'timeWait',
  'fin-wait-2': 'finWait2',
} as const satisfies Record<TimerName, keyof Deadlines>;

export function setTimer(tcb: Tcb, timer: TimerName, deadline: number, now: number): void {
  const field = FIELD[timer];
  if (tcb.deadlines[field] === deadline) return;
  tcb.deadlines[field] = deadline;
  if (tcb.probe !== null) tcb.probe.timerSet(tcb, timer, deadline, now);
}

export function stopTimer(tcb: Tcb, timer: TimerName, now: number): void {
  setTimer(tcb, timer, Number.POSITIVE_INFINITY, now);
}

export function stopAllTimers(tcb: Tcb, now: number): void {
  for (const timer of Object.keys(FIELD) as TimerName[]) stopTimer(tcb, timer, now);
}

/** The earliest deadline; Infinity when no timer runs. */
export function nextDeadline(tcb: Tcb): number {
  const d = tcb.deadlines;
  return Math.min(d.retransmission, d.persist, d.delayedAck, d.keepAlive, d.timeWait, d.finWait2);
}

/** Is `timer` due? Then it is stopped, and the observer told. */
export function takeExpired(tcb: Tcb, timer: TimerName, now: number): boolean {
  if (now < tcb.deadlines[FIELD[timer]]) return false;
  tcb.deadlines[FIELD[timer]] = Number.POSITIVE_INFINITY;
  if (tcb.probe !== null) tcb.probe.timerFired(tcb, timer, now);
  return true;
}
