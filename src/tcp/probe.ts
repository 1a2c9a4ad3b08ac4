// The one observer seam. Null in production; with it, the engine says what it does and which rule it follows.

import type { RuleId } from './rules.ts';
import type { Segment } from './segment.ts';
import type { State } from './state.ts';
import type { Tcb } from './tcb.ts';

/** The timers of one connection. */
export type TimerName =
  | 'retransmission'
  | 'reordering'
  | 'loss-probe'
  | 'persist'
  | 'delayed-ack'
  | 'keep-alive'
  | 'time-wait'
  | 'fin-wait-2';

/** The calls of §3.9.1 as a program makes them. */
export type UserCall = 'connect' | 'listen' | 'send' | 'receive' | 'flush' | 'shutdown' | 'close' | 'abort';

/**
 * What an observer is told, in the order in which it happens. `now` is in milliseconds. Segments are reused
 * by the engine: an observer that keeps one copies it. An observer only looks; it must not touch the TCB.
 */
export interface Probe {
  /** A segment has found this connection; nothing of it has been processed yet. */
  segmentArrives(tcb: Tcb, seg: Segment, now: number): void;
  /** `seg.why` says why. */
  segmentSent(tcb: Tcb, seg: Segment, now: number): void;
  /** An arriving segment, or the rest of it, is not processed further. */
  segmentDropped(tcb: Tcb, seg: Segment, why: RuleId, now: number): void;
  /** The connection is in another state now, for the reason `why`. */
  stateChange(tcb: Tcb, from: State, to: State, why: RuleId, now: number): void;
  /** A timer is set to `deadline`; Infinity = stopped. */
  timerSet(tcb: Tcb, timer: TimerName, deadline: number, now: number): void;
  /** A deadline has passed; what follows from it comes next. */
  timerFired(tcb: Tcb, timer: TimerName, now: number): void;
  /** A rule was followed that shows in no other event. */
  rule(tcb: Tcb, why: RuleId, now: number): void;
  /** A user call; `bytes` for send and receive, else 0. */
  userCall(tcb: Tcb, call: UserCall, bytes: number, now: number): void;
}
