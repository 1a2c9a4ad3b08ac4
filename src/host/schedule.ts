// RFC 9293 §3.10: after events, what is due. Sockets that something happened to are drained one after another:
// segments out, timer set, application told. Applications may call back at any moment; the loop goes on for them.

import { TimerQueue } from '../lib/timer-queue.ts';
import type { Core } from './core.ts';
import { reportLateFragments } from './icmp-output.ts';
import type { Interface } from './interface.ts';
import { forgetPathMtus } from './path-mtu.ts';
import type { TcpSocket } from './socket.ts';
import { outputSegments } from './tcp-output.ts';

export class Scheduler {
  private readonly core: Core;
  private readonly timers = new TimerQueue<TcpSocket>();
  /** First in, first out, from `head` on. */
  private readonly ready: TcpSocket[] = [];
  private head = 0;
  private flushing = false;
  private armed = Number.POSITIVE_INFINITY;
  private readonly wake = (): void => this.expire();

  constructor(core: Core) {
    this.core = core;
  }

  /** Something happened to `socket`: the next flush drains it. */
  schedule(socket: TcpSocket): void {
    if (socket.scheduled) return;
    socket.scheduled = true;
    this.ready.push(socket);
  }

  /** The same, and no flush may follow: have the clock bring one about. */
  scheduleSoon(socket: TcpSocket): void {
    this.schedule(socket);
    if (!this.flushing) this.arm();
  }

  /** Drain everything that something happened to. Called from inside a flush it does nothing: the loop is on. */
  flush(): void {
    if (this.flushing) return;
    this.flushing = true;
    try {
      do {
        this.core.echoes.deliver();
        for (let socket = this.next(); socket !== null; socket = this.next()) this.drain(socket);
      } while (this.sendReplies() || this.head < this.ready.length);
    } finally {
      this.flushing = false;
      this.arm();
    }
  }

  /** `via` has room again: its packets first, then the sockets that waited for it. */
  resume(via: Interface): void {
    via.resume(this.core.clock.now());
    if (via.busy) return;
    for (const socket of via.waiting.splice(0)) {
      socket.waiting = false;
      this.schedule(socket);
    }
    this.flush();
  }

  private next(): TcpSocket | null {
    const socket = this.ready[this.head];
    if (socket === undefined) {
      this.ready.length = 0;
      this.head = 0;
      return null;
    }
    this.head++;
    socket.scheduled = false;
    return socket;
  }

  private drain(socket: TcpSocket): void {
    const now = this.core.clock.now();
    if (!outputSegments(this.core, socket, now) && !socket.waiting) {
      socket.waiting = true;
      socket.via.waiting.push(socket);
    }
    const { connection } = socket;
    if (connection.state === 'CLOSED') this.core.sockets.remove(socket);
    if (connection.deadline !== socket.deadline) this.timers.set(socket, connection.deadline);
    socket.tell();
  }

  private sendReplies(): boolean {
    const now = this.core.clock.now();
    let sent = false;
    for (const via of this.core.interfaces) if (via.sendReplies(now)) sent = true;
    return sent;
  }

  private expire(): void {
    const { core } = this;
    const now = core.clock.now();
    this.armed = Number.POSITIVE_INFINITY;
    for (let socket = this.timers.takeDue(now); socket !== null; socket = this.timers.takeDue(now)) {
      socket.connection.expire(now);
      this.schedule(socket);
    }
    for (let late = core.fragments.takeExpired(now); late !== null; late = core.fragments.takeExpired(now)) {
      core.counters.dropped['fragment-timeout']++;
      if (late.quote !== null) reportLateFragments(core, late.quote, now);
    }
    forgetPathMtus(core, now);
    this.flush();
  }

  /** One alarm of the clock for the earliest of everything that waits for time to pass. */
  private arm(): void {
    const { core, timers } = this;
    const soonest = Math.min(timers.next(), core.fragments.next(), core.pathMtus.next);
    const deadline = this.head < this.ready.length ? core.clock.now() : soonest;
    if (deadline === this.armed) return;
    this.armed = deadline;
    core.clock.alarm(this.wake, deadline);
  }
}
