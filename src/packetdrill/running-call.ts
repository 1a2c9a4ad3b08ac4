// A system call that has not returned yet, or that has and is not what the script says.

import { ScriptFailure } from './failure.ts';
import { printTime } from './print.ts';
import type { PendingCall } from './process.ts';
import type { ScriptEvent } from './script.ts';
import { type Due, offTime } from './timeline.ts';

export class RunningCall {
  /** When it must return; null: that is not said. */
  readonly end: Due | null;
  private readonly event: ScriptEvent;
  private readonly call: PendingCall;

  constructor(event: ScriptEvent, call: PendingCall, end: Due | null) {
    this.event = event;
    this.call = call;
    this.end = end;
  }

  /** True: it has returned by now, ms since the script began. @throws ScriptFailure for another result or time */
  returned(now: number): boolean {
    const outcome = this.call.poll();
    if (outcome === null) return false;
    const { end, event } = this;
    if (outcome.mismatch !== null) throw new ScriptFailure(outcome.mismatch, { event });
    if (end !== null && offTime(end, now) !== 0) {
      throw new ScriptFailure(`it returned at ${printTime(now)}, not at ${printTime(end.from)}`, { event });
    }
    return true;
  }

  /** It should have returned. */
  late(): ScriptFailure {
    const { end, event } = this;
    const reason = end === null ? 'it blocks' : `it has not returned by ${printTime(end.to + end.slack)}`;
    return new ScriptFailure(reason, { event });
  }
}
