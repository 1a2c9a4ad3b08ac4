// How much Linux hands to the link at once: what its pace yields in a millisecond, more on short paths, but two
// segments at least. The last segment of such a burst carries PSH, so that the receiver's stack passes it on; when it
// leaves again, alone, it does not.

import { mayBePartial } from './nagle.ts';
import { add, geq, type Seq } from './seq.ts';
import type { Tcb } from './tcb.ts';

const LEAST_SEGMENTS = 2;
const LARGEST_BURST = 65_536;
/** A burst doubles for each of these that the round trip is shorter than the longest path for which it grows, ms. */
const STEP = 0.512;
const LAST_STEP = 32;
/** Twice as fast as the window goes while it doubles, then a fifth more. */
const STARTING = 2;
const LATER = 1.2;

/** Segments of `mss` that leave in one burst. */
function burstSegments({ congestion, rto }: Tcb, mss: number): number {
  const { cwnd, ssthresh } = congestion;
  const pace = rto.srtt > 0 ? ((cwnd < ssthresh / 2 ? STARTING : LATER) * cwnd) / rto.srtt : LARGEST_BURST;
  const step = Math.floor(rto.minRtt / STEP);
  const bytes = Math.min(pace / 1.024 + (step < LAST_STEP ? LARGEST_BURST / 2 ** step : 0), LARGEST_BURST);
  return Math.max(Math.floor(bytes / mss), LEAST_SEGMENTS);
}

/** Does a burst of several segments end in what leaves now, up to `end`? */
export const endsBurst = ({ snd }: Tcb, end: Seq): boolean => snd.burst && geq(end, snd.pushedTo);

/**
 * Does what leaves again in [from, end) end a burst that leaves again in more than one segment? They go on together
 * where the link is handed them together.
 */
export function endsBurstAgain({ snd }: Tcb, from: Seq, end: Seq, now: number): boolean {
  const { bursts } = snd;
  const together = snd.resentTo === from && snd.resentAt === now && !bursts.within(add(from, -1), from);
  snd.resentTo = end;
  snd.resentAt = now;
  return together && bursts.within(add(end, -1), end);
}

/** Something new leaves: if it begins a burst of several segments, PSH will stand at its end. */
export function noteBurst(tcb: Tcb, unsent: number, room: number, mss: number): void {
  const { snd } = tcb;
  if (!tcb.parameters.pushBursts || !geq(snd.nxt, snd.pushedTo)) return;
  let length = Math.min(unsent, Math.max(Math.floor(room / mss), 1) * mss, burstSegments(tcb, mss) * mss);
  if (length % mss !== 0 && !mayBePartial(tcb, unsent, length, mss)) length -= length % mss;
  snd.pushedTo = add(snd.nxt, length);
  snd.burst = length > mss;
  if (snd.burst) snd.bursts.burst(snd.pushedTo);
}
