// §3.3.2 from one state to the next, and to CLOSED for good.

import type { ConnectionError } from './errors.ts';
import { CLOSED, ERROR } from './notice.ts';
import type { RuleId } from './rules.ts';
import type { State } from './state.ts';
import type { Tcb } from './tcb.ts';
import { stopAllTimers } from './timers.ts';

export function enter(tcb: Tcb, state: State, why: RuleId, now: number): void {
  const from = tcb.state;
  tcb.state = state;
  if (tcb.probe !== null) tcb.probe.stateChange(tcb, from, state, why, now);
}

/** Delete the TCB, §3.10's way of saying it: timers stop, unsent and unordered text is dropped. */
export function enterClosed(tcb: Tcb, error: ConnectionError | null, why: RuleId, now: number): void {
  if (error !== null) {
    tcb.error = error;
    tcb.notices |= ERROR;
  }
  tcb.notices |= CLOSED;
  tcb.snd.queue = null;
  tcb.rcv.reassembly = null;
  stopAllTimers(tcb, now);
  enter(tcb, 'CLOSED', why, now);
}
