// §3.8.6.1 zero-window probes, and §3.8.6.2.1's override of silly-window avoidance: one timer, since both mean
// that something waits, nothing is in flight, and no ACK will come to move it.

import type { Tcb } from './tcb.ts';
import { isRunning, setTimer, stopTimer, Timer } from './timers.ts';
import { heedUserTimeout } from './user-timeout.ts';

/** §3.8.6.2.1: the override timeout lies between 0.1 and 1 s. */
const OVERRIDE_MIN = 100;
const OVERRIDE_MAX = 1_000;
/** How long a cork holds back what fills no segment (MUST-60); Linux's is as long. */
const CORK = 200;

/** The window keeps something back: see to it that the timer runs. */
export function armPersist(tcb: Tcb, now: number): void {
  const { parameters, rto, snd } = tcb;
  if (isRunning(tcb, Timer.persist)) return;
  if (snd.stuckSince === Number.POSITIVE_INFINITY) snd.stuckSince = now;
  // SHLD-29, SHLD-30: first after one RTO, then at doubling intervals.
  const override = tcb.corked ? CORK : Math.min(Math.max(rto.value, OVERRIDE_MIN), OVERRIDE_MAX);
  const wait = snd.wnd > 0 ? override : Math.min(rto.value * 2 ** snd.probes, parameters.rtoMax);
  setTimer(tcb, Timer.persist, now + Math.max(wait, snd.wnd > 0 ? 0 : parameters.persistMin), now);
  heedUserTimeout(tcb, now);
}

/** The window let something through, or nothing waits any more. */
export function disarmPersist(tcb: Tcb, now: number): void {
  tcb.probeDue = false;
  const { snd } = tcb;
  if (snd.wnd > 0 && snd.probes > 0) {
    // The peer has spoken: what waits, the refused octet too, has all of its time before it.
    const since = snd.una === snd.nxt ? Number.POSITIVE_INFINITY : now;
    snd.probes = 0;
    snd.unansweredSince = since;
    snd.stuckSince = since;
  }
  stopTimer(tcb, Timer.persist, now);
}

/** `windowProbe` 'ack': a probe that occupies no sequence number has left. */
export function asked(tcb: Tcb, now: number): void {
  const { snd } = tcb;
  tcb.probeDue = false;
  if (snd.unansweredSince === Number.POSITIVE_INFINITY) snd.unansweredSince = now;
  snd.probes += 1;
  snd.unansweredProbes += 1;
  tcb.counters.probes += 1;
  armPersist(tcb, now);
}

/** The peer was heard while its window is closed and such probes ask: the next one may wait from now on. */
export function heardClosed(tcb: Tcb, now: number): void {
  if (tcb.parameters.windowProbe !== 'ack' || !isRunning(tcb, Timer.persist)) return;
  stopTimer(tcb, Timer.persist, now);
  armPersist(tcb, now);
}

/** A probe has left. */
export function probed(tcb: Tcb, now: number): void {
  tcb.probeDue = false;
  tcb.snd.probing = true;
  tcb.snd.probes += 1;
  tcb.snd.unansweredProbes += 1;
  tcb.counters.probes += 1;
  armPersist(tcb, now);
}

/** The peer answered while a probe was in flight: the window opened, took the octet, or stayed shut. */
export function probeAnswered(tcb: Tcb, now: number): void {
  const { snd } = tcb;
  if (snd.wnd === 0 && snd.una !== snd.nxt) return;
  snd.probing = false;
  disarmPersist(tcb, now);
  // The octet was refused when the window was shut: it goes first now.
  if (snd.una === snd.nxt) return;
  snd.again = '9293-3.8.6.1-refused';
  tcb.board.markAllLost();
}
