// RFC 9293 §3.9.1.1 passive OPEN, §3.10.7.2 LISTEN: the connections that SYNs have begun and that nobody has
// accepted yet, in two queues: half open, and open. Neither may hold more than the backlog (RFC 4987 §3).

import { checkInteger } from '../lib/check.ts';
import { TcpError } from '../tcp/errors.ts';
import type { Parameters } from '../tcp/parameters.ts';
import { isSynchronized } from '../tcp/state.ts';
import type { Address } from '../wire/address.ts';
import type { Core } from './core.ts';
import { HOP_LIMIT, type TcpSocket } from './socket.ts';

/** How long after the last cookie an ACK may still bring one back, ms: longer than a cookie is good for. */
const COOKIES_AWAITED = 120_000;
/** How long the place of a Fast Open request that was reset stays taken, ms; Linux has the same minute. */
const BURNT = 60_000;

export function checkBacklog(connections: number): void {
  if (!Number.isInteger(connections) || connections < 1) {
    throw new TcpError('EINVAL', `a backlog is at least 1, not ${connections}`);
  }
}

export function checkFastOpenQueue(connections: number): void {
  checkInteger('fastOpenQueue', connections, 0, Number.MAX_SAFE_INTEGER);
}

/** A passive OPEN, and the connections it has begun that nobody has accepted yet. */
export class TcpListener {
  /** A null address stands for every address of the host: of `family`, or of both if that is null, too. */
  readonly local: { readonly address: Address | null; readonly port: number };
  readonly parameters: Parameters;
  readonly family: 4 | 6 | null;
  /** What its connections begin with: TTL or hop limit, and traffic class. */
  hopLimit = HOP_LIMIT;
  trafficClass = 0;
  /** What ended before it was accepted waits still. */
  keepEnded = false;
  /** Called each time that a connection becomes acceptable; may call back into the listener. */
  notify: (() => void) | null = null;
  private readonly core: Core;
  private maxWaiting: number;
  private maxEarly: number;
  /** In the handshake. */
  private readonly pending = new Set<TcpSocket>();
  /** Those of them that were put away. */
  private putAway = 0;
  /** Open, oldest first. */
  private readonly acceptable = new Set<TcpSocket>();
  /** Acceptable, and nobody was told. */
  private readonly untold = new Set<TcpSocket>();
  /** Open early by Fast Open, accepted or not, the handshake incomplete. */
  private readonly early = new Set<TcpSocket>();
  /** Until when places of Fast Open requests that ended in a RST stay taken, ms, in order. */
  private readonly burnt: number[] = [];
  /** Until when an ACK may bring back a cookie, ms. */
  private cookiesUntil = Number.NEGATIVE_INFINITY;

  constructor(
    core: Core,
    local: { readonly address: Address | null; readonly port: number },
    backlog: number,
    parameters: Parameters,
    fastOpenQueue: number,
    family: 4 | 6 | null = null,
  ) {
    this.core = core;
    this.local = local;
    this.maxWaiting = backlog;
    this.parameters = parameters;
    this.maxEarly = fastOpenQueue;
    this.family = local.address === null ? family : local.address.family;
  }

  /** How many connections may be half open, and how many may wait to be accepted (admission.ts has what follows). */
  get backlog(): number {
    return this.maxWaiting;
  }

  /**
   * For SYNs and handshakes from now on: connections that are more than that already stay.
   * @throws TcpError EINVAL: it is at least 1
   */
  set backlog(connections: number) {
    checkBacklog(connections);
    this.maxWaiting = connections;
  }

  /** How many connections may be open early (RFC 7413 §5.1). */
  get fastOpenQueue(): number {
    return this.maxEarly;
  }

  /**
   * For SYNs from now on; 0: no more by Fast Open.
   * @throws RangeError, TypeError (`ERR_OUT_OF_RANGE`, `ERR_INVALID_ARG_TYPE`): it is an integer from 0
   */
  set fastOpenQueue(connections: number) {
    checkFastOpenQueue(connections);
    this.maxEarly = connections;
  }

  /** As many connections are half open as may be. */
  get synQueueFull(): boolean {
    return this.pending.size + this.putAway >= this.backlog;
  }

  /** As many connections wait to be accepted as may. */
  get acceptQueueFull(): boolean {
    return this.acceptable.size >= this.backlog;
  }

  /** Connections in the handshake, and those that `accept` would return. */
  get waiting(): { readonly pending: number; readonly acceptable: number } {
    return { pending: this.pending.size + this.putAway, acceptable: this.acceptable.size };
  }

  /** The connection that has been open longest; null when there is none. */
  accept(): TcpSocket | null {
    const [socket] = this.acceptable;
    if (socket === undefined) return null;
    this.acceptable.delete(socket);
    this.untold.delete(socket);
    socket.listener = null;
    return socket;
  }

  /** Listen no more. Connections that were not accepted are reset. */
  close(): void {
    this.core.listeners.remove(this);
    const now = this.core.clock.now();
    if (this.putAway > 0) this.core.records.takeOutOf(this);
    for (const socket of [...this.pending, ...this.acceptable]) {
      socket.listener = null;
      socket.connection.abort(now);
      this.core.scheduler.serve(socket);
    }
    this.pending.clear();
    this.acceptable.clear();
    this.untold.clear();
  }

  /** A SYN has begun `socket`. */
  childOpened(socket: TcpSocket): void {
    this.pending.add(socket);
  }

  /** A half-open child was put away, or is back. */
  childPutAway(socket: TcpSocket): void {
    this.pending.delete(socket);
    this.putAway += 1;
  }

  /** @internal */
  childTakenOut(socket: TcpSocket): void {
    this.pending.add(socket);
    this.putAway -= 1;
    socket.listener = this;
  }

  /** A segment arrived for a child. If it is open now it counts as waiting at once, for the segments behind it. */
  childArrived(socket: TcpSocket): void {
    if (isSynchronized(socket.state) && this.pending.delete(socket)) {
      this.acceptable.add(socket);
      this.untold.add(socket);
    }
  }

  /** RFC 7413 §5.1: one more Fast Open request may wait for its handshake. */
  mayOpenEarly(now: number): boolean {
    const { burnt, early } = this;
    while (burnt.length > 0 && burnt[0]! <= now) burnt.shift();
    return early.size + burnt.length < this.fastOpenQueue;
  }

  /** The SYN that began `socket` had a good cookie: it can be accepted at once (RFC 7413 §4.2.2). */
  childOpenedEarly(socket: TcpSocket): void {
    this.pending.delete(socket);
    this.acceptable.add(socket);
    this.untold.add(socket);
    this.early.add(socket);
    socket.earlyOf = this;
  }

  /**
   * Something happened to a connection that was open early. One that was reset keeps its place for a while: RSTs from
   * the victim of a forger with stolen cookies must not make room for more (RFC 7413 §5.1).
   */
  earlyChanged(socket: TcpSocket): void {
    if (socket.state === 'SYN-RECEIVED') return;
    socket.earlyOf = null;
    this.early.delete(socket);
    if (socket.error === 'ECONNRESET') this.burnt.push(this.core.clock.now() + BURNT);
  }

  /** Whether `accept` would return this one at some time. */
  isAcceptable(socket: TcpSocket): boolean {
    return this.acceptable.has(socket);
  }

  /** Something happened to a child: it may be open now, or gone (MUST-11: back to LISTEN, which is nothing). */
  childChanged(socket: TcpSocket): void {
    if (socket.state === 'CLOSED' && !(this.keepEnded && this.acceptable.has(socket))) {
      this.pending.delete(socket);
      this.acceptable.delete(socket);
      this.untold.delete(socket);
      socket.listener = null;
    } else if (this.untold.delete(socket) && this.notify !== null) this.notify();
  }

  /** A SYN was answered by a cookie: its ACK may open a connection for a while. */
  cookieSent(now: number): void {
    this.cookiesUntil = now + COOKIES_AWAITED;
  }

  /** Whether an ACK without a connection may be for a cookie. Where none was sent, none can be guessed. */
  awaitsCookies(now: number): boolean {
    return now <= this.cookiesUntil;
  }
}
