// RFC 6298 §3 round-trip samples: one segment timed at a time, by our own clock; Karn's algorithm (MUST-18).

import type { Segment } from './segment.ts';
import { geq, type Seq } from './seq.ts';
import type { Tcb } from './tcb.ts';
import { echoedRtt } from './timestamps.ts';

/** A first transmission up to `end` leaves: time it, if none is being timed. */
export function startTiming(tcb: Tcb, end: Seq, now: number): void {
  const { timing } = tcb;
  if (timing.on) return;
  timing.on = true;
  timing.seq = end;
  timing.sentAt = now;
}

/** Something was sent again: which copy an ACK answers can't be told any more. */
export function stopTiming(tcb: Tcb): void {
  tcb.timing.on = false;
}

/** SEG.ACK acknowledges something new. When nothing is timed, a timestamp can still tell (RFC 7323 §4.1). */
export function measureRtt(tcb: Tcb, seg: Segment, now: number): void {
  const { timing } = tcb;
  if (timing.on) {
    if (!geq(seg.ack, timing.seq)) return;
    timing.on = false;
    tcb.rto.sample(now - timing.sentAt);
    return;
  }
  const rtt = echoedRtt(tcb, seg, now);
  if (rtt >= 0) tcb.rto.sample(rtt);
}
