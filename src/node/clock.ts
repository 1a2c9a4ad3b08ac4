// The host's clock in Node: the monotonic time of the process, and one timer for the earliest of all alarms.

import type { Clock } from '../host/clock.ts';

/** The longest delay of setTimeout, milliseconds; a longer one would fire at once. */
const LONGEST_DELAY = 2 ** 31 - 1;

/** A pending alarm keeps the process alive; after `unref` only one that is due does, until it has woken. */
export class NodeClock implements Clock {
  readonly #alarms = new Map<() => void, number>();
  #timer: NodeJS.Timeout | null = null;
  /**
   * For what is due already: a timer would make it wait for a millisecond. Never unref'd: the event loop would
   * fall asleep over it.
   */
  #immediate: NodeJS.Immediate | null = null;
  /** What the running timer, or immediate, was set for. */
  #timerDeadline = Infinity;
  #keepsAlive = true;

  now(): number {
    return performance.now();
  }

  /** Throws RangeError if the deadline is not a number. */
  alarm(wake: () => void, deadline: number): void {
    if (Number.isNaN(deadline)) throw new RangeError('a deadline must be a number of milliseconds');
    if (deadline === Infinity) this.#alarms.delete(wake);
    else this.#alarms.set(wake, deadline);
    this.#arm();
  }

  /** An alarm keeps the process running; so it is at first. */
  ref(): void {
    this.#keepsAlive = true;
    this.#timer?.ref();
  }

  /** No alarm does that, unless it is due. */
  unref(): void {
    this.#keepsAlive = false;
    this.#timer?.unref();
  }

  #arm(): void {
    let earliest = Infinity;
    for (const deadline of this.#alarms.values()) earliest = Math.min(earliest, deadline);
    if (earliest === Infinity) {
      this.#disarm();
      return;
    }
    // Deadlines mostly move away: a timer that will find nothing due is cheaper than a new one for each move.
    if (this.#timerDeadline <= earliest) return;
    this.#disarm();
    const now = this.now();
    if (earliest <= now) {
      this.#timerDeadline = earliest;
      this.#immediate = setImmediate(() => this.#expired());
      return;
    }
    const delay = Math.min(Math.ceil(earliest - now), LONGEST_DELAY);
    this.#timerDeadline = Math.min(earliest, now + LONGEST_DELAY);
    this.#timer = setTimeout(() => this.#expired(), delay);
    if (!this.#keepsAlive) this.#timer.unref();
  }

  #disarm(): void {
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#immediate) clearImmediate(this.#immediate);
    this.#timer = null;
    this.#immediate = null;
    this.#timerDeadline = Infinity;
  }

  /** Node's timers may be early by a fraction of a millisecond: what is not due yet is set again. */
  #expired(): void {
    this.#disarm();
    const now = this.now();
    const due = [...this.#alarms].filter(([, deadline]) => deadline <= now);
    due.sort(([, a], [, b]) => a - b);
    try {
      for (const [wake] of due) {
        // One that woke before it may have moved it.
        const deadline = this.#alarms.get(wake) ?? Infinity;
        if (deadline > now) continue;
        this.#alarms.delete(wake);
        wake();
      }
    } finally {
      this.#arm();
    }
  }
}
