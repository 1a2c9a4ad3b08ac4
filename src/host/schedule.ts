// RFC 9293 §3.10: after events, what is due. Sockets that something happened to are drained one after another:
// segments out, timer set, application told. Applications are told from this loop alone, and may call back.

import type { Core } from './core.ts';
import { watchForBlackhole } from './fast-open.ts';
import { reportLateFragments } from './icmp-output.ts';
import type { Interface } from './interface.ts';
import { believeClaim, forgetPathMtus, tellPathMtus } from './path-mtu.ts';
import type { TcpSocket } from './socket.ts';
import { outputSegments } from './tcp-output.ts';

export class Scheduler {
  private readonly core: Core;
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

  /** As `schedule`, and the clock brings the flush about if nothing else does. */
  soon(socket: TcpSocket): void {
    this.schedule(socket);
    if (!this.flushing) this.arm();
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
    this.letRest();
    this.arm();
  }

  /** No engine is at work: connections that have been idle for long may rest. */
  letRest(): void {
    const { clock, rest } = this.core;
    if (rest.isCrowded) rest.settle(clock.now());
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
      this.letRest();
      this.arm();
    }
  }

  /** Nothing falls due here any more. */
  halt(): void {
    this.first = null;
    this.last = null;
    this.core.clock.alarm(this.wake, Number.POSITIVE_INFINITY);
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
    this.setTimer(socket);
    const { lingering, records } = this.core;
    const surplus = lingering.update(socket);
    if (surplus >= 0 && !records.endUnheard(surplus)) {
      const oldest = records.at(surplus);
      oldest.connection.giveWayToOthers(now);
      this.core.timers.remove(oldest);
      this.schedule(oldest);
    }
    records.settled(socket);
    if (!socket.away) this.core.rest.woke(socket.connection);
  }

  /** A connection that is CLOSED gives up its place, too. */
  private setTimer(socket: TcpSocket): void {
    const { records, sockets, timers } = this.core;
    const holder = records.holderFor(socket);
    if (holder === null) return;
    if (holder.state === 'CLOSED') {
      timers.remove(holder);
      sockets.remove(holder);
    } else timers.set(holder);
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
    for (let row = core.timers.takeDue(now); row >= 0; row = core.timers.takeDue(now)) {
      if (core.records.endUnheard(row)) continue;
      const socket = core.records.at(row);
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
    const { core } = this;
    const soonest = Math.min(
      core.timers.next(),
      core.fragments.next(),
      core.pathMtus.next,
      core.pathMtuNews.next,
    );
    const deadline = this.first !== null ? core.clock.now() : soonest;
    if (deadline === this.armed) return;
    this.armed = deadline;
    core.clock.alarm(this.wake, deadline);
  }
}
