// The timers of a host's connections, whole or put away, by their rows: those in TIME-WAIT in a wheel of their own,
// which tells how many they are and which of them is the oldest.

import { TimerWheel } from '../lib/timer-wheel.ts';
import type { Rows } from './rows.ts';
import type { TcpSocket } from './socket.ts';

export class ConnectionTimers {
  private readonly rows: Rows<TcpSocket>;
  private readonly others: TimerWheel;
  private readonly timeWait: TimerWheel;
  /** What the deadline was of the row that was taken last, ms. */
  taken = Number.NEGATIVE_INFINITY;

  constructor(rows: Rows<TcpSocket>, start: number) {
    this.rows = rows;
    this.others = new TimerWheel(rows, start);
    this.timeWait = new TimerWheel(rows, start);
  }

  /** Connections in TIME-WAIT. */
  get waiting(): number {
    return this.timeWait.size;
  }

  /** Of those in TIME-WAIT the one that would end first; -1: there is none. */
  get oldest(): number {
    return this.timeWait.first();
  }

  /** ms; Infinity: no timer of the row runs. */
  deadlineOf(row: number): number {
    return this.others.deadlineOf(row);
  }

  /** The row is due at `deadline`, ms, Infinity = never; `waits`: it is in TIME-WAIT. */
  set(row: number, deadline: number, waits: boolean): void {
    if (waits !== this.rows.waits(row)) {
      this.remove(row);
      this.rows.setWaits(row, waits);
    }
    this.wheel(waits).set(row, deadline);
  }

  remove(row: number): void {
    const waits = this.rows.waits(row);
    this.wheel(waits).remove(row);
    if (waits) this.rows.setWaits(row, false);
  }

  /** No deadline is earlier, ms. */
  next(): number {
    return Math.min(this.others.next(), this.timeWait.next());
  }

  /** A row that is due, whose timer runs no more; -1: none is. */
  takeDue(now: number): number {
    const earlier = this.timeWait.next() < this.others.next() ? this.timeWait : this.others;
    const later = earlier === this.others ? this.timeWait : this.others;
    const row = this.takeFrom(earlier, now);
    return row >= 0 ? row : this.takeFrom(later, now);
  }

  private takeFrom(wheel: TimerWheel, now: number): number {
    const row = wheel.takeDue(now);
    if (row < 0) return -1;
    this.taken = wheel.taken;
    if (wheel === this.timeWait) this.rows.setWaits(row, false);
    return row;
  }

  private wheel(waits: boolean): TimerWheel {
    return waits ? this.timeWait : this.others;
  }
}
