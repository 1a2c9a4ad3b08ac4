// When the events of a script are due, and how far off they may be. Milliseconds since the script began.

import type { EventTime } from './script.ts';

/** How far off an event may be, of the time since the one before it. */
const TOLERANCE = 0.125;

export interface Due {
  readonly from: number;
  /** Infinity: any time will do, even before `from`. */
  readonly to: number;
  /** How much earlier and later is still in time. */
  readonly slack: number;
}

export class Timeline {
  private readonly tolerance: number;
  /** When the event before was due: what `+` counts from. */
  private last = 0;

  /** `tolerance`: how far off an event may always be, ms. */
  constructor(tolerance: number) {
    this.tolerance = tolerance;
  }

  due(time: EventTime, now: number): Due {
    if (time.kind === 'any') return { from: now, to: Number.POSITIVE_INFINITY, slack: 0 };
    const since = time.kind === 'relative' ? this.last : 0;
    const from = microseconds(since + time.start);
    const slack = Math.max(this.tolerance, (from - this.last) * TOLERANCE);
    return { from, to: microseconds(since + time.end), slack };
  }

  /** An event happened: the next one counts from when it was due, or from then if that was left open. */
  passed(due: Due, at: number): void {
    const open = due.to === Number.POSITIVE_INFINITY;
    this.last = open ? at : Math.min(Math.max(at, due.from), due.to);
  }
}

/** 0: in time; else how far before its time this is (negative) or behind it, ms. */
export function offTime(due: Due, at: number): number {
  if (due.to === Number.POSITIVE_INFINITY) return 0;
  if (at < due.from - due.slack) return microseconds(at - due.from);
  return at > due.to + due.slack ? microseconds(at - due.to) : 0;
}

/** Sums of decimal fractions are not exact. */
const microseconds = (time: number): number => Math.round(time * 1000) / 1000;
