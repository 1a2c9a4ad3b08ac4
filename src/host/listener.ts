// RFC 9293 §3.9.1.1 passive OPEN, §3.10.7.2 LISTEN: the connections that SYNs have begun and that nobody has
// accepted yet. Together they are at most the backlog.

import type { Parameters } from '../tcp/parameters.ts';
import { isSynchronized } from '../tcp/state.ts';
import type { Address } from '../wire/address.ts';
import type { Core } from './core.ts';
import { HOP_LIMIT, type TcpSocket } from './socket.ts';

export class TcpListener {
  /** A null address stands for every address of the host, of both families. */
  readonly local: { readonly address: Address | null; readonly port: number };
  /** How many connections may wait, half open or open; SYNs beyond that are dropped. */
  readonly backlog: number;
  readonly parameters: Parameters;
  /** What its connections begin with: TTL or hop limit, and traffic class. */
  hopLimit = HOP_LIMIT;
  trafficClass = 0;
  /** Called each time that a connection becomes acceptable; may call back into the listener. */
  notify: (() => void) | null = null;
  private readonly core: Core;
  /** In the handshake. */
  private readonly pending = new Set<TcpSocket>();
  /** Open, oldest first. */
  private readonly acceptable = new Set<TcpSocket>();

  constructor(
    core: Core,
    local: { readonly address: Address | null; readonly port: number },
    backlog: number,
    parameters: Parameters,
  ) {
    this.core = core;
    this.local = local;
    this.backlog = backlog;
    this.parameters = parameters;
  }

  get isFull(): boolean {
    return this.pending.size + this.acceptable.size >= this.backlog;
  }

  /** Connections in the handshake, and those that `accept` would return. */
  get waiting(): { readonly pending: number; readonly acceptable: number } {
    return { pending: this.pending.size, acceptable: this.acceptable.size };
  }

  /** The connection that has been open longest; null when there is none. */
  accept(): TcpSocket | null {
    const [socket] = this.acceptable;
    if (socket === undefined) return null;
    this.acceptable.delete(socket);
    socket.listener = null;
    return socket;
  }

  /** Listen no more. Connections that were not accepted are reset. */
  close(): void {
    this.core.listeners.remove(this);
    const now = this.core.clock.now();
    for (const socket of [...this.pending, ...this.acceptable]) {
      socket.listener = null;
      socket.connection.abort(now);
      this.core.scheduler.serve(socket);
    }
    this.pending.clear();
    this.acceptable.clear();
  }

  /** A SYN has begun `socket`. */
  childOpened(socket: TcpSocket): void {
    this.pending.add(socket);
  }

  /** Something happened to a child: it may be open now, or gone (MUST-11: back to LISTEN, which is nothing). */
  childChanged(socket: TcpSocket): void {
    if (socket.state === 'CLOSED') {
      this.pending.delete(socket);
      this.acceptable.delete(socket);
      socket.listener = null;
    } else if (isSynchronized(socket.state) && this.pending.delete(socket)) {
      this.acceptable.add(socket);
      if (this.notify !== null) this.notify();
    }
  }
}
