// What this layer needs of a host: `Host`, `TcpSocket` and `TcpListener` of src/host are such, and so is a test's
// stand-in.

import type { HostProbe } from '../host/probe.ts';
import type { ConnectionInfo } from '../tcp/info.ts';
import type { Parameters } from '../tcp/parameters.ts';
import type { Address, Endpoint } from '../wire/address.ts';
import type { Liveness } from './liveness.ts';
import type { ReusePort } from './reuse-port.ts';
import type { Socket } from './socket.ts';
import type { SocketOptions } from './socket-options.ts';

/** One connection (RFC 9293 §3.9.1: SEND, RECEIVE, CLOSE, ABORT, STATUS). */
export interface Transport {
  /** Null: it is no IP connection. */
  readonly local: Endpoint | null;
  readonly remote: Endpoint | null;
  /** How it ended, if not well; a POSIX name. */
  readonly error: string | null;
  /** Bytes waiting to be received. */
  readonly readable: number;
  /** The peer's FIN was reached and everything before it received. */
  readonly ended: boolean;
  /** Called with `Notice` bits; never from inside one of the calls below that belongs to the same event. */
  notify: ((notices: number) => void) | null;
  /**
   * Whoever is told answers in a turn of its own (turns.ts). The connection is held from before `notify` until
   * `release`, which has to follow: what is called for in between leaves together. `hold` begins that at other times.
   */
  inTurns: boolean;
  /** Until `release`, what may wait for the program's answer waits. */
  hold(): void;
  /** What is due leaves. */
  release(): void;
  /** What there would have been to tell before `notify` was set. */
  takeNotices(): number;
  /** Bytes that `send` would take now. */
  readonly sendSpace: number;
  /** Bytes that it took, and whose buffer is still needed. */
  readonly sendQueue: number;
  /** Takes what there is room for, by reference, and says how much. Throws an error with a code. */
  send(data: Uint8Array): number;
  /** A SENT notice comes when `sendQueue` is 0. */
  tellWhenSent(): void;
  /** §3.9.1.3: the next piece of text; null: there is none now. */
  receive(maxBytes?: number): Uint8Array | null;
  /** Nothing more will be sent (§3.6). */
  shutdown(): void;
  /** Nothing more will be sent, and nobody reads. */
  close(): void;
  /** §3.9.1.6: a RST. */
  abort(): void;
  /** §3.7.4. */
  setNoDelay(on: boolean): void;
  /** `idle` and `interval` in milliseconds; 0 = as configured. */
  setKeepAlive(on: boolean, idle: number, interval?: number, count?: number): void;
  /** The codepoint, 0 to 63. */
  setDiffserv(codepoint: number): void;
  /** 1 to 255. */
  setHopLimit(hopLimit: number): void;
  /** No more is taken while that much has not left once, bytes. */
  setNotSentLowWater(bytes: number): void;
  /** MAY-15. */
  setCork(on: boolean): void;
  /** Milliseconds; 0 = as configured. */
  setUserTimeout(timeout: number): void;
  /** §3.8.2. */
  setCongestionControl(name: Parameters['congestionControl']): void;
  /** Null: nothing is known of it. */
  info(): ConnectionInfo | null;
  /** Hears what it does from now on, and of its packets. */
  observe(observer: HostProbe): void;
  /** It hears no more. */
  unobserve(observer: HostProbe): void;
}

/** One listener (§3.9.1.1, passive OPEN). */
export interface PassiveTransport {
  readonly local: { readonly address: Address | null; readonly port: number };
  /** Something can be accepted. */
  notify: (() => void) | null;
  /** The next connection; null: there is none now. */
  accept(): Transport | null;
  /** Nobody accepts any more. */
  close(): void;
}

/** What a connection has beyond node:net, from its first segment on; see `ConnectOptions` of a host. */
export interface TransportOptions {
  readonly parameters?: Parameters;
  readonly hopLimit?: number;
  readonly diffserv?: number;
}

export interface ConnectRequest extends TransportOptions {
  readonly address: Address;
  readonly port: number;
  readonly localAddress?: Address;
  readonly localPort?: number;
  /** They hear what it does, from its first segment on. */
  readonly observers?: readonly HostProbe[];
}

export interface ListenRequest extends TransportOptions {
  readonly port: number;
  /** Null = any: of `family`, or of both. */
  readonly address: Address | null;
  readonly family?: 4 | 6 | null;
  /** No other listener has the port under an address in common. */
  readonly exclusive?: boolean;
  readonly backlog?: number;
}

/** Where sockets live. Both calls throw errors with a POSIX `code`. */
export interface NetHost {
  /** Of connections that are not given others. */
  readonly parameters: Parameters;
  /** §3.9.1.1, active. */
  connect(request: ConnectRequest): Transport;
  /** §3.9.1.1, passive. */
  listen(request: ListenRequest): PassiveTransport;
}

/** The POSIX name in an error that a host threw; a host that was closed is a network that is down. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) throw error;
  return error.code === 'ERR_CLOSED' ? 'ENETDOWN' : error.code;
}

/** What the sockets and servers of one host share. */
export interface Context {
  readonly host: NetHost;
  readonly liveness: Liveness;
  readonly reusePort: ReusePort;
  /** A socket, of the class that programs see, for a connection that a listener accepted. */
  accept(accepted: Accepted, options: SocketOptions): Socket;
}

/** A connection that comes from a listener. */
export interface Accepted {
  readonly transport: Transport;
  /** The listener is of both families: IPv4 addresses are told as IPv4-mapped ones. */
  readonly mapped: boolean;
  readonly paused: boolean;
  /** The socket is destroyed: it does not count as a connection of its server any more. */
  released(): void;
}
