// §3.10.8 timeouts: what each timer does when its time has come.

import { acknowledgeNow } from '../delayed-ack.ts';
import { giveUp, warn } from '../failures.ts';
import { keepAliveExpired } from '../keep-alive.ts';
import { loseAll, reorderingExpired } from '../loss.ts';
import { detectBlackHole } from '../mtu-probing.ts';
import { confirmTooBig } from '../path-claims.ts';
import { noteWaitOver } from '../quick-ack.ts';
import { resetPeer } from '../reset.ts';
import { diff, lt } from '../seq.ts';
import { doubtTimeout } from '../spurious.ts';
import type { Tcb } from '../tcb.ts';
import { restartRetransmission, Timer, takeExpired } from '../timers.ts';
import { enterClosed } from '../transition.ts';
import { heedUserTimeout } from '../user-timeout.ts';

/** Every timer whose deadline has passed. */
export function expire(tcb: Tcb, now: number): void {
  if (takeExpired(tcb, Timer.timeWait, now)) return enterClosed(tcb, null, '9293-3.10.8-time-wait', now);
  if (takeExpired(tcb, Timer.finWait2, now)) {
    return enterClosed(tcb, null, 'local-fin-wait-2', now);
  }
  // Before the retransmission timer, whose place it may take.
  if (takeExpired(tcb, Timer.lossProbe, now)) probeForLoss(tcb, now);
  if (takeExpired(tcb, Timer.retransmission, now) && retransmit(tcb, now) === 'closed') return;
  if (takeExpired(tcb, Timer.reordering, now)) reorderingExpired(tcb, now);
  if (takeExpired(tcb, Timer.persist, now)) {
    // MUST-37: an answered probe leaves the connection as it is; a peer that is silent for R2 is given up.
    if (giveUp(tcb, now)) return;
    tcb.probeDue = true;
  }
  if (takeExpired(tcb, Timer.keepAlive, now) && keepAliveExpired(tcb, now) === 'dead') {
    // A peer that only could not be reached should not think that it is still connected.
    resetPeer(tcb, '9293-3.8.4-dead');
    return enterClosed(tcb, tcb.softError ?? 'ETIMEDOUT', '9293-3.8.4-dead', now);
  }
  if (takeExpired(tcb, Timer.delayedAck, now)) {
    noteWaitOver(tcb);
    acknowledgeNow(tcb, '9293-3.8.6.3-delayed');
  }
}

/** RFC 8985 §7.3: a probe is due; the retransmission timer starts anew whether it leaves or not. */
function probeForLoss(tcb: Tcb, now: number): void {
  tcb.tlp.due = true;
  restartRetransmission(tcb, now);
}

/** RFC 6298 §5.4-5.6: the oldest goes again, the timeout doubles; all that is in flight is held lost. */
function retransmit(tcb: Tcb, now: number): 'closed' | 'open' {
  const { congestion, counters, parameters, recovery, rto, snd } = tcb;
  if (giveUp(tcb, now)) return 'closed';
  // RFC 5681 §3.1: was the oldest in flight when the timer expired last? Or has a mark had its reduction begun?
  const again = (rto.backoffs > 0 && lt(snd.una, recovery.recover)) || tcb.ecn.reducing;
  doubtTimeout(tcb, now);
  const flight = diff(snd.nxt, snd.una);
  congestion.timeout(parameters.lossBasis === 'cwnd' ? congestion.cwnd : flight, again, now);
  recovery.timeout(snd.nxt);
  rto.backOff();
  counters.timeouts += 1;
  rto.countExpiry(now);
  loseAll(tcb, now);
  confirmTooBig(tcb);
  restartRetransmission(tcb, now);
  if (tcb.probe !== null) tcb.probe.rule(tcb, '9293-3.10.8-retransmission', now);
  warn(tcb, now);
  detectBlackHole(tcb, now);
  heedUserTimeout(tcb, now);
  return 'open';
}
