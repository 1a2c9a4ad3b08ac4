// How long a connection had something to send, and what it waited for: what tcp_info's busy_time, rwnd_limited and
// sndbuf_limited tell. Milliseconds.

import type { Differences } from '../lib/differences.ts';

/** No text waits or is in flight; some is; the peer's window holds text back; the send buffer is full. */
export const IDLE = 0;
export const BUSY = 1;
export const WINDOW_LIMITED = 2;
export const BUFFER_LIMITED = 3;
export type Activity = typeof IDLE | typeof BUSY | typeof WINDOW_LIMITED | typeof BUFFER_LIMITED;

export class BusyTime {
  private activity: Activity = IDLE;
  private since = 0;
  /** Time spent in each activity, but for the present spell. */
  private readonly spent = new Float64Array(4);

  /** From now on the connection does this. */
  is(activity: Activity, now: number): void {
    if (activity === this.activity) return;
    this.spent[this.activity]! += now - this.since;
    this.activity = activity;
    this.since = now;
  }

  get isIdle(): boolean {
    return this.activity === IDLE;
  }

  /** What outlives a rest (rest.ts): it is idle, and nobody asks for how long. */
  carry(kept: Differences): void {
    this.activity = IDLE;
    for (let i = BUSY; i < this.spent.length; i++) this.spent[i] = kept.number(this.spent[i]!);
  }

  /** Time spent so, up to now. */
  of(activity: Activity, now: number): number {
    return this.spent[activity]! + (activity === this.activity ? now - this.since : 0);
  }
}
