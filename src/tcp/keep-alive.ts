// §3.8.4 keep-alives: a segment the peer must answer, sent only when all has been silent.

import { ACK } from '../wire/tcp.ts';
import type { Segment } from './segment.ts';
import { add } from './seq.ts';
import type { State } from './state.ts';
import type { Tcb } from './tcb.ts';
import { setTimer, stopTimer, Timer } from './timers.ts';

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
  const quietSince = tcb.lastHeard + tcb.keepAliveIdle;
  if (now < quietSince || tcb.snd.una !== tcb.snd.nxt) {
    tcb.keepAliveProbes = 0;
    setTimer(tcb, Timer.keepAlive, Math.max(quietSince, now + tcb.parameters.keepAliveInterval), now);
    return 'alive';
  }
  if (tcb.keepAliveProbes >= tcb.parameters.keepAliveCount) return 'dead';
  tcb.keepAliveDue = true;
  tcb.keepAliveProbes += 1;
  setTimer(tcb, Timer.keepAlive, now + tcb.parameters.keepAliveInterval, now);
  return 'alive';
}

/** SHLD-12: no text, one before SND.NXT, so that the peer finds it unacceptable and says where it stands. */
export function buildKeepAlive(tcb: Tcb, out: Segment): void {
  tcb.keepAliveDue = false;
  out.seq = add(tcb.snd.nxt, -1);
  out.flags = ACK;
  out.why = '9293-3.8.4-probe';
}
