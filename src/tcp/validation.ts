// RFC 5681 §4.1, RFC 7661, RFC 2861: a congestion window that was not used proves nothing; and how much may leave at
// once on its account.

import { effectiveSendMss } from './mss.ts';
import { add, diff } from './seq.ts';
import type { Tcb } from './tcb.ts';

/** RFC 6582 §3.2 step 3: segments that may leave on the ACK that ends a repair, when SACK paces nothing. */
const MOST_AFTER_REPAIR = 4;

/** New data was acknowledged outside a repair, `flight` bytes were in flight before; `round`: a round trip is over. */
export function validateWindow(tcb: Tcb, flight: number, round: boolean, now: number): void {
  const { congestion, parameters, rto, validation } = tcb;
  if (parameters.cwndValidation === 'rfc7661') {
    if (!round) return;
    validation.roundBegins(rto.srtt, congestion.cwnd, now);
    lowerAfterPeriods(tcb, now);
  } else if (parameters.cwndValidation === 'rfc2861' && parameters.slowStartAfterIdle) {
    const used = validation.unused(flight, windowWasUsed(tcb), rto.value, now);
    if (used < 0) return;
    const needed = Math.max(used, congestion.initialWindow());
    if (needed < congestion.cwnd) lower(tcb, (congestion.cwnd + needed) / 2, now);
  }
}

/** What may leave now has left, or a segment of it. */
export function noteUse({ board, congestion, parameters, snd, validation }: Tcb): void {
  if (parameters.cwndValidation !== 'rfc2861') return;
  const held = snd.cwndLimited || board.pipe(snd.nxt) >= congestion.cwnd;
  validation.inUse(diff(snd.nxt, snd.una), held, snd.una, snd.nxt);
}

/** May the congestion window grow? RFC 7661 §4.1: only if it was what held the sender back. */
export function windowWasUsed({ congestion, parameters, snd, validation }: Tcb): boolean {
  if (parameters.cwndValidation !== 'rfc2861') return snd.cwndLimited;
  return validation.isInUse(congestion.cwnd, congestion.ssthresh);
}

/** New text is to leave: after an idle time the window may have to be smaller, or the burst. */
export function restartAfterIdle(tcb: Tcb, now: number): void {
  const { congestion, parameters, rto, snd } = tcb;
  if (snd.una !== snd.nxt || now - snd.lastText <= rto.value) return;
  const idle = now - snd.lastText;
  snd.lastText = now;
  congestion.idle(now);
  const initial = congestion.initialWindow();
  if (parameters.cwndValidation === 'rfc7661') {
    lowerAfterPeriods(tcb, now);
    // RFC 7661 §4.4.1: the window stays; what it lets out at once does not.
    limitBurst(tcb, initial);
  }
  if (!parameters.slowStartAfterIdle || congestion.cwnd <= initial) return;
  // RFC 2861 §3.1, and Linux: half for each RTO. RFC 5681 §4.1: all at once.
  const halvings =
    parameters.cwndValidation === 'rfc2861' ? Math.ceil(idle / rto.value) - 1 : Number.POSITIVE_INFINITY;
  if (Number.isFinite(halvings)) lower(tcb, Math.max(congestion.cwnd / 2 ** halvings, initial), now);
  else congestion.limit(initial);
}

/** RFC 7661 §4.4.3: five minutes without use: half, and as much again for the next five. */
function lowerAfterPeriods(tcb: Tcb, now: number): void {
  const { congestion, validation } = tcb;
  const periods = validation.periodsOver(now);
  if (periods === 0) return;
  const target = Math.max(congestion.cwnd / 2 ** periods, congestion.initialWindow());
  if (target < congestion.cwnd) lower(tcb, target, now);
}

function lower(tcb: Tcb, cwnd: number, now: number): void {
  tcb.congestion.lower(Math.floor(cwnd));
  if (tcb.probe !== null) tcb.probe.rule(tcb, '7661-4.4.3-unused', now);
}

/**
 * A loss showed with `flight` bytes in flight: what the reduction starts from. RFC 7661 §4.4.2: of a window that
 * was not used, no more than was delivered in a round trip of late, or is in flight.
 */
export function lossBasis(tcb: Tcb, flight: number, now: number): number {
  const { congestion, parameters, rto, validation } = tcb;
  if (parameters.lossBasis === 'cwnd') return congestion.cwnd;
  if (parameters.cwndValidation !== 'rfc7661') return Math.min(flight, congestion.cwnd);
  if (validation.isValidated(congestion.cwnd, rto.srtt, now)) return Math.min(flight, congestion.cwnd);
  congestion.limit(Math.max(validation.pipeAck(rto.srtt, now), flight, effectiveSendMss(tcb, 0)));
  if (tcb.probe !== null) tcb.probe.rule(tcb, '7661-4.4.2-loss', now);
  return congestion.cwnd;
}

/** RFC 6582 §3.2 step 3: the ACK that ends a repair may free a whole window at once; not all of it leaves. */
export function limitAfterRepair(tcb: Tcb): void {
  if (!tcb.sack) limitBurst(tcb, MOST_AFTER_REPAIR * effectiveSendMss(tcb, 0));
}

/** No more than `bytes` of new text leave before SND.UNA advances again. */
export function limitBurst({ snd }: Tcb, bytes: number): void {
  snd.burstLimited = true;
  snd.burstEnd = add(snd.nxt, bytes);
}
