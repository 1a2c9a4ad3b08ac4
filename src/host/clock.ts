// Where a host gets its time from: Node's clock, or a virtual one that stands still until it is moved.

import { checkMethods } from '../lib/check.ts';

/** What a host takes its time from; `VirtualClock` and `NodeClock` are such. */
export interface Clock {
  /** Milliseconds from any origin, never going back. */
  now(): number;
  /**
   * Have `wake` called once `now() >= deadline`. A clock holds one alarm for each `wake` function: asking
   * again moves it, Infinity removes it.
   */
  alarm(wake: () => void, deadline: number): void;
}

/** @throws TypeError ERR_INVALID_ARG_TYPE */
export function checkClock(clock: unknown): void {
  checkMethods('clock', 'a Clock', clock, ['now', 'alarm']);
}
