// RFC 9293 §3.10: after events, what is due. Sockets that something happened to are drained one after another:
// segments out, timer set, application told. Applications are told from this loop alone, and may call back.

import { TimerQueue } from '../lib/timer-queue.ts';
import type { Core } from './core.ts';
import { watchForBlackhole } from './fast-open.ts';
import { reportLateFragments } from './icmp-output.ts';
import type { Interface } from './interface.ts';
import { believeClaim, forgetPathMtus, tellPathMtus } from './path-mtu.ts';
import type { TcpSocket } from './socket.ts';
import { outputSegments } from './tcp-output.ts';

export class Scheduler {
  private readonly core: Core;
  private readonly timers = new TimerQueue<TcpSocket>();
  /** Sockets that something happened to, first in, first out, linked through `TcpSocket.behind`. */
  private first: TcpSocket | null = null;
  private last: TcpSocket | null = null;
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
    if (this.last === null) this.first = socket;
    else this.last.behind = socket;
    this.last = socket;
  }

  /**
   * The application made a call: what is due on the socket leaves now. What the application is to be told of
   * it comes from the next flush, which the clock brings about if nothing else does.
   */
  serve(socket: TcpSocket): void {
    if (this.flushing) {
      this.schedule(socket);
      return;
    }
    this.flushing = true;
    try {
      this.settle(socket);
    } finally {
      this.flushing = false;
    }
    if (socket.hasNews) this.schedule(socket);
    this.arm();
  }

  /** An ICMP message of ours was queued: it leaves now. */
  serveReplies(): void {
    if (!this.flushing) this.sendReplies();
  }

  /** Drain everything that something happened to. Called from inside a flush it does nothing: the loop is on. */
  flush(): void {
    if (this.flushing) return;
    this.flushing = true;
    try {
      do {
        this.core.echoes.deliver();
        for (let socket = this.next(); socket !== null; socket = this.next()) {
          // Whoever answers in a turn will soon: one segment may carry ACK, answer and FIN.
          if (socket.inTurns && socket.hasNews) socket.hold();
          this.settle(socket);
          socket.tell();
        }
      } while (this.sendReplies());
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
    const socket = this.first;
    if (socket === null) return null;
    this.first = socket.behind;
    if (this.first === null) this.last = null;
    socket.behind = null;
    socket.scheduled = false;
    return socket;
  }

  /** Segments out, timer set; a connection that is CLOSED gives up its place. */
  private settle(socket: TcpSocket): void {
    const now = this.core.clock.now();
    if (!outputSegments(this.core, socket, now) && !socket.waiting) {
      socket.waiting = true;
      socket.via.waiting.push(socket);
    }
    const { connection } = socket;
    if (connection.state === 'CLOSED') this.core.sockets.remove(socket);
    const surplus = this.core.lingering.update(socket);
    if (surplus !== null) {
      surplus.connection.giveWayToOthers(now);
      this.schedule(surplus);
    }
    if (connection.deadline !== socket.deadline) this.timers.set(socket, connection.deadline);
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
      if (socket.connection.tcb.fastOpen !== null) watchForBlackhole(core, socket, now);
      if (socket.connection.hasConfirmedClaim) believeClaim(core, socket, now);
      if (socket.connection.takePathDoubt()) core.routes.avoid(socket.remote.address, socket.via);
      this.schedule(socket);
    }
    for (let late = core.fragments.takeExpired(now); late !== null; late = core.fragments.takeExpired(now)) {
      core.counters.dropped['fragment-timeout']++;
      if (late.quote !== null) reportLateFragments(core, late.quote, now);
    }
    forgetPathMtus(core, now);
    tellPathMtus(core, now);
    this.flush();
  }

  /** One alarm of the clock for the earliest of everything that waits for time to pass. */
  private arm(): void {
    const { core, timers } = this;
    const soonest = Math.min(timers.next(), core.fragments.next(), core.pathMtus.next, core.pathMtuNews.next);
    const deadline = this.first !== null ? core.clock.now() : soonest;
    if (deadline === this.armed) return;
    this.armed = deadline;
    core.clock.alarm(this.wake, deadline);
  }
}
