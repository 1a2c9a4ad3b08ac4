// §3.8.4 keep-alives: a segment the peer must answer, sent only when all has been silent.

import { ACK } from '../wire/tcp.ts';
import type { Segment } from './segment.ts';
import { add } from './seq.ts';
import type { State } from './state.ts';
import type { Tcb } from './tcb.ts';
import { isRunning, setTimer, stopTimer, Timer } from './timers.ts';

/** The octet of MAY-6. */
const GARBAGE = new Uint8Array(1);

/** Where silence may last: both ends may have nothing to say, or the peer may still be sending its part. */
const applies = (state: State): boolean =>
  state === 'ESTABLISHED' || state === 'CLOSE-WAIT' || state === 'FIN-WAIT-1' || state === 'FIN-WAIT-2';

/** The application turned it on, or the connection was established with it on. */
export function startKeepAlive(tcb: Tcb, now: number): void {
  if (tcb.keepAlive && applies(tcb.state)) setTimer(tcb, Timer.keepAlive, now + tcb.keepAliveIdle, now);
}

export function stopKeepAlive(tcb: Tcb, now: number): void {
  tcb.keepAliveDue = false;
  tcb.keepAliveProbes = 0;
  stopTimer(tcb, Timer.keepAlive, now);
}

/**
 * The timer fired. The peer may have been heard meanwhile, or something may be in flight (MUST-26): then it
 * is set again and no probe is due. Returns 'dead' when probe after probe went unanswered (MUST-29).
 */
export function keepAliveExpired(tcb: Tcb, now: number): 'dead' | 'alive' {
  if (!applies(tcb.state)) return 'alive';
  const probeAt = tcb.lastHeard + tcb.keepAliveIdle;
  if (now < probeAt || tcb.snd.una !== tcb.snd.nxt || isRunning(tcb, Timer.persist)) {
    tcb.keepAliveProbes = 0;
    setTimer(tcb, Timer.keepAlive, Math.max(probeAt, now + tcb.keepAliveInterval), now);
    return 'alive';
  }
  if (isDead(tcb, now)) return 'dead';
  tcb.keepAliveDue = true;
  tcb.keepAliveProbes += 1;
  setTimer(tcb, Timer.keepAlive, now + tcb.keepAliveInterval, now);
  return 'alive';
}

/** A user timeout takes the place of the count, but one probe there must have been (RFC 5482 §4.2). */
function isDead(tcb: Tcb, now: number): boolean {
  if (tcb.userTimeout === 0) return tcb.keepAliveProbes >= tcb.keepAliveCount;
  return tcb.keepAliveProbes > 0 && now - tcb.lastHeard >= tcb.userTimeout;
}

/** SHLD-12, MAY-6: one before SND.NXT, so that the peer finds it unacceptable and says where it stands. */
export function buildKeepAlive(tcb: Tcb, out: Segment): void {
  tcb.keepAliveDue = false;
  if (tcb.parameters.keepAliveGarbage) {
    out.text = GARBAGE;
    out.textLength = GARBAGE.length;
  }
  out.seq = add(tcb.snd.nxt, -1);
  out.flags = ACK;
  out.why = '9293-3.8.4-probe';
}
