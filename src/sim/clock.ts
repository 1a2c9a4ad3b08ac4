// Virtual time. It stands still until it is moved; moving it fires the alarms that come due, the earliest
// deadline first and equal deadlines in the order in which they were asked for. It never goes back.

import type { Clock } from '../host/clock.ts';
import { checkFinite, checkInteger, coded } from '../lib/check.ts';
import { type TimerEntry, TimerQueue } from '../lib/timer-queue.ts';

interface Alarm extends TimerEntry {
  readonly wake: () => void;
}

/** Where a virtual clock begins. */
export interface VirtualClockOptions {
  /** The time it starts at, milliseconds (default 0). */
  readonly start?: number;
  /**
   * How many alarms may fire without time moving on before `ERR_CLOCK_STUCK` is thrown (default 1,000,000).
   * Some alarm that is due again as soon as it fired would otherwise hang the program.
   */
  readonly maxFiringsPerInstant?: number;
}

/** Time that stands still until it is moved; hosts and links on it act as it passes their deadlines. */
export class VirtualClock implements Clock {
  private time: number;
  private readonly alarms = new TimerQueue<Alarm>();
  /** Weak: an entry may stay for its function's whole life, so that setting it again allocates nothing. */
  private readonly byWake = new WeakMap<() => void, Alarm>();
  private readonly maxFirings: number;
  /** Alarms fired since time last moved. */
  private firings = 0;
  private firing = false;

  constructor(options: VirtualClockOptions = {}) {
    const { start = 0, maxFiringsPerInstant = 1_000_000 } = options;
    checkFinite('start', start, -Number.MAX_VALUE);
    checkInteger('maxFiringsPerInstant', maxFiringsPerInstant, 1, Infinity);
    this.time = start;
    this.maxFirings = maxFiringsPerInstant;
  }

  now(): number {
    return this.time;
  }

  /** See `Clock`. A deadline in the past is due at once, but fires only when the clock is next moved. */
  alarm(wake: () => void, deadline: number): void {
    if (typeof wake !== 'function') {
      throw coded(new TypeError('wake must be a function'), 'ERR_INVALID_ARG_TYPE');
    }
    if (typeof deadline !== 'number' || Number.isNaN(deadline)) {
      throw coded(new RangeError(`a deadline must be a time in ms, not ${deadline}`), 'ERR_OUT_OF_RANGE');
    }
    let entry = this.byWake.get(wake);
    if (entry === undefined) {
      if (deadline === Infinity) return;
      entry = { wake, deadline: Infinity, heapIndex: -1, order: 0 };
      this.byWake.set(wake, entry);
    }
    this.alarms.set(entry, deadline);
  }

  /** When the next alarm is due, milliseconds; Infinity = none is set. */
  next(): number {
    return this.alarms.next();
  }

  /** Move time on by `ms`, firing what comes due on the way. 0 fires what is due now. */
  advance(ms: number): void {
    checkFinite('the time to advance by', ms, 0);
    this.refuseInsideAlarm('advance');
    const target = this.time + ms;
    while (this.fire(target));
    this.moveTo(target);
  }

  /** Move to the next alarm and fire that one. False: none is set, and time stays. */
  step(): boolean {
    this.refuseInsideAlarm('step');
    return this.fire(Number.MAX_VALUE);
  }

  /**
   * Fire alarms until `predicate()` holds, for at most `limit` milliseconds from now. True: it holds, and
   * time stands where it came true. False: it never did, and the whole `limit` has passed.
   */
  runUntil(predicate: () => boolean, limit: number): boolean {
    checkFinite('limit', limit, 0);
    this.refuseInsideAlarm('runUntil');
    const target = this.time + limit;
    for (;;) {
      if (predicate()) return true;
      if (!this.fire(target)) break;
    }
    this.moveTo(target);
    return predicate();
  }

  /** Fire the earliest alarm if it is due by `limit`. */
  private fire(limit: number): boolean {
    const due = this.alarms.next();
    if (due > limit) return false;
    this.moveTo(due);
    const alarm = this.alarms.takeDue(this.time);
    if (alarm === null) return false;
    if (++this.firings > this.maxFirings) this.stuck(alarm);
    this.firing = true;
    try {
      alarm.wake();
    } finally {
      this.firing = false;
    }
    return true;
  }

  private moveTo(time: number): void {
    if (time <= this.time) return;
    this.time = time;
    this.firings = 0;
  }

  private stuck(alarm: Alarm): never {
    this.alarms.set(alarm, this.time);
    this.firings = 0;
    const message = `time stands still at ${this.time} ms: ${this.maxFirings} alarms fired there and more are due; some alarm is set again for the instant at which it fires`;
    throw coded(new Error(message), 'ERR_CLOCK_STUCK');
  }

  private refuseInsideAlarm(call: string): void {
    if (!this.firing) return;
    const message = `${call}() was called from inside an alarm: whoever moves the clock is already doing so`;
    throw coded(new Error(message), 'ERR_CLOCK_REENTRANT');
  }
}
