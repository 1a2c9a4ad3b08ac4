// RFC 7323 §3-5: the timestamps option, and PAWS, which refuses segments from before the last lap.

import { RST } from '../wire/tcp.ts';
import type { Segment } from './segment.ts';
import type { Tcb } from './tcb.ts';

/** §5.5: after this long without an update, TS.Recent says nothing. 24 days, ms. */
const STALE = 24 * 24 * 3_600_000;

/** Our timestamp clock: milliseconds, offset per connection (§5.4), as int32. */
export const timestampNow = (tcb: Tcb, now: number): number => (Math.floor(now) + tcb.timestamps.offset) | 0;

/** §3.2: once negotiated, every segment but a RST carries the option. */
export const lacksTimestamps = (tcb: Tcb, seg: Segment): boolean =>
  tcb.timestamps.on && !seg.timestamps && (seg.flags & RST) === 0 && tcb.parameters.requireTimestamps;

/** §5.3 R1: the segment is older than one already taken. */
export function isOld(tcb: Tcb, seg: Segment, now: number): boolean {
  return lags(tcb, seg, tcb.parameters.pawsSlack, now);
}

/** Is its timestamp more than `slack` ticks older than the last one that was taken? */
function lags({ timestamps }: Tcb, seg: Segment, slack: number, now: number): boolean {
  if (!timestamps.on || !seg.timestamps || (seg.flags & RST) !== 0) return false;
  return ((timestamps.recent - seg.tsval) | 0) > slack && now - timestamps.recentAt < STALE;
}

/** §4.3 (2): an acceptable segment that began at or before the last ACK we sent sets TS.Recent. */
export function updateRecent(tcb: Tcb, seg: Segment, now: number): void {
  if (lags(tcb, seg, 0, now)) return;
  tcb.timestamps.recent = seg.tsval;
  tcb.timestamps.recentAt = now;
}

/** §4.1: the round trip that SEG.TSecr measures, ms; -1 when it can't be one of ours. */
export function echoedRtt(tcb: Tcb, seg: Segment, now: number): number {
  if (!tcb.timestamps.on || !seg.timestamps || seg.tsecr === 0) return -1;
  const rtt = (timestampNow(tcb, now) - seg.tsecr) | 0;
  return rtt >= 0 && rtt <= tcb.parameters.rtoMax ? rtt : -1;
}

/** When the segment that SEG echoes was sent, whole ms by our clock; Infinity when that can't be told. */
export function echoedTime(tcb: Tcb, seg: Segment, now: number): number {
  const rtt = echoedRtt(tcb, seg, now);
  return rtt < 0 ? Number.POSITIVE_INFINITY : Math.floor(now) - rtt;
}
