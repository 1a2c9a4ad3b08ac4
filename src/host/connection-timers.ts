// The timers of a host's connections, whole or put away, by their rows: those in TIME-WAIT in a wheel of their own,
// which tells how many they are and which of them is the oldest.

import { type TimerChunks, TimerWheel } from '../lib/timer-wheel.ts';
import type { TcpSocket } from './socket.ts';

export class ConnectionTimers {
  private readonly others: TimerWheel;
  private readonly timeWait: TimerWheel;
  /** What the deadline was of the row that was taken last, ms. */
  taken = Number.NEGATIVE_INFINITY;

  constructor(rows: TimerChunks, start: number) {
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

  /** `socket` is due when its connection says, which may be never. */
  set(socket: TcpSocket): void {
    const { connection, row } = socket;
    const { deadline } = connection;
    const waits = connection.state === 'TIME-WAIT';
    if (waits !== socket.timedInTimeWait) {
      this.remove(socket);
      socket.timedInTimeWait = waits;
    }
    if (deadline !== this.deadlineOf(row)) this.wheel(waits).set(row, deadline);
  }

  remove(socket: TcpSocket): void {
    this.wheel(socket.timedInTimeWait).remove(socket.row);
  }

  /** The row has a record of a connection in TIME-WAIT, which ends. */
  removeRecord(row: number): void {
    this.timeWait.remove(row);
  }

  /** No deadline is earlier, ms. */
  next(): number {
    return Math.min(this.others.next(), this.timeWait.next());
  }

  /** A row that is due, whose timer runs no more; -1: none is. */
  takeDue(now: number): number {
    const earlier = this.timeWait.next() < this.others.next() ? this.timeWait : this.others;
    const row = this.takeFrom(earlier, now);
    return row >= 0 ? row : this.takeFrom(earlier === this.others ? this.timeWait : this.others, now);
  }

  private takeFrom(wheel: TimerWheel, now: number): number {
    const row = wheel.takeDue(now);
    if (row >= 0) this.taken = wheel.taken;
    return row;
  }

  private wheel(timeWait: boolean): TimerWheel {
    return timeWait ? this.timeWait : this.others;
  }
}
