// The deadlines of one connection: the only place that writes them, so that an observer hears of each.

import type { TimerName } from './probe.ts';
import type { Tcb } from './tcb.ts';

const OFF = Number.POSITIVE_INFINITY;

const TIMERS: readonly TimerName[] = [
  'retransmission',
  'reordering',
  'loss-probe',
  'persist',
  'delayed-ack',
  'keep-alive',
  'time-wait',
  'fin-wait-2',
];

/** Where in TCB.deadlines a timer stands: a switch, which costs nothing once it is inlined. */
function place(timer: TimerName): number {
  switch (timer) {
    case 'retransmission':
      return 0;
    case 'reordering':
      return 1;
    case 'loss-probe':
      return 2;
    case 'persist':
      return 3;
    case 'delayed-ack':
      return 4;
    case 'keep-alive':
      return 5;
    case 'time-wait':
      return 6;
    case 'fin-wait-2':
      return 7;
  }
}

/** When the timer goes off, ms; Infinity = it does not run. */
export const deadlineOf = (tcb: Tcb, timer: TimerName): number => tcb.deadlines[place(timer)] as number;

export const isRunning = (tcb: Tcb, timer: TimerName): boolean => deadlineOf(tcb, timer) !== OFF;

export function setTimer(tcb: Tcb, timer: TimerName, deadline: number, now: number): void {
  if (deadlineOf(tcb, timer) === deadline) return;
  tcb.deadlines[place(timer)] = deadline;
  if (tcb.probe !== null) tcb.probe.timerSet(tcb, timer, deadline, now);
}

export function stopTimer(tcb: Tcb, timer: TimerName, now: number): void {
  if (!isRunning(tcb, timer)) return;
  tcb.deadlines[place(timer)] = OFF;
  if (tcb.probe !== null) tcb.probe.timerSet(tcb, timer, OFF, now);
}

export function stopAllTimers(tcb: Tcb, now: number): void {
  for (const timer of TIMERS) stopTimer(tcb, timer, now);
}

/** The earliest deadline; Infinity when no timer runs. */
export function nextDeadline(tcb: Tcb): number {
  const { deadlines } = tcb;
  let earliest = OFF;
  for (let i = 0; i < deadlines.length; i++) earliest = Math.min(earliest, deadlines[i] as number);
  return earliest;
}

/** Is `timer` due? Then it is stopped, and the observer told. */
export function takeExpired(tcb: Tcb, timer: TimerName, now: number): boolean {
  if (now < deadlineOf(tcb, timer)) return false;
  tcb.deadlines[place(timer)] = OFF;
  if (tcb.probe !== null) tcb.probe.timerFired(tcb, timer, now);
  return true;
}
