// node:net's Server over a listener of a host (RFC 9293 §3.9.1.1, passive OPEN).

import { EventEmitter } from 'node:events';
import { Address } from '../wire/address.ts';
import { type AddressInfo, addressInfo } from './address-info.ts';
import {
  checkFunction,
  checkNumber,
  checkPort,
  isPort,
  normalizeArguments,
  refuseKernelObjects,
} from './arguments.ts';
import { codedError, invalidArgument, invalidType, listenError } from './errors.ts';
import { Hold } from './liveness.ts';
import { resolve } from './resolve.ts';
import type { Socket } from './socket.ts';
import { type Context, codeOf, type PassiveTransport, type Transport } from './transport.ts';

export interface ServerOptions {
  /** What accepted sockets start with; see SocketOptions. */
  readonly allowHalfOpen?: boolean | undefined;
  readonly noDelay?: boolean | undefined;
  readonly keepAlive?: boolean | undefined;
  readonly keepAliveInitialDelay?: number | undefined;
  readonly highWaterMark?: number | undefined;
  /** Accepted sockets are paused: nothing is read before resume(). */
  readonly pauseOnConnect?: boolean | undefined;
}

export interface ListenOptions {
  /** 0 = one that is free. */
  readonly port?: number | string | null | undefined;
  /** An address or a name; without it, any address of both families. */
  readonly host?: string | undefined;
  /** Connections that may wait for accept. */
  readonly backlog?: number | undefined;
  /** `::` is not for IPv4 (RFC 3493 §5.3). */
  readonly ipv6Only?: boolean | undefined;
}

interface Place {
  readonly port: number;
  /** As the program named it; `::` without a host. */
  readonly address: Address;
  readonly backlog: number;
  readonly ipv6Only: boolean;
}

const ANY = new Address(6, 0, 0, 0, 0);

export class Server extends EventEmitter {
  /** Connections above this many are closed at once, with `drop`; 0 = no limit. */
  maxConnections = 0;
  allowHalfOpen: boolean;
  pauseOnConnect: boolean;
  noDelay: boolean;
  keepAlive: boolean;
  keepAliveInitialDelay: number;
  highWaterMark: number | undefined;

  readonly #context: Context;
  readonly #hold: Hold;
  #listener: PassiveTransport | null = null;
  #place: Place | null = null;
  /** Tells a lookup that close() overtook. */
  #listens = 0;
  #connections = 0;
  #accepting = false;

  constructor(
    context: Context,
    options?: ServerOptions | ConnectionListener | null,
    listener?: ConnectionListener,
  ) {
    super();
    const given = typeof options === 'function' ? {} : (options ?? {});
    if (typeof given !== 'object') throw invalidType('options', 'of type object', given);
    const onConnection = typeof options === 'function' ? options : listener;
    if (onConnection !== undefined) this.on('connection', onConnection);
    for (const name of ['keepAliveInitialDelay', 'highWaterMark'] as const) {
      if (given[name] !== undefined) checkNumber(given[name], `options.${name}`);
    }
    this.#context = context;
    this.#hold = new Hold(context.liveness);
    this.allowHalfOpen = Boolean(given.allowHalfOpen);
    this.pauseOnConnect = Boolean(given.pauseOnConnect);
    this.noDelay = Boolean(given.noDelay);
    this.keepAlive = Boolean(given.keepAlive);
    this.keepAliveInitialDelay = Math.max(0, given.keepAliveInitialDelay ?? 0);
    const { highWaterMark = -1 } = given;
    this.highWaterMark = highWaterMark < 0 ? undefined : highWaterMark;
  }

  get listening(): boolean {
    return this.#listener !== null;
  }

  listen(options: ListenOptions, listener?: () => void): this;
  listen(port?: number | string | null, host?: string, backlog?: number, listener?: () => void): this;
  listen(port: number | string | null, backlog: number, listener?: () => void): this;
  listen(port: number | string | null, host: string, listener: () => void): this;
  listen(port: number | string | null, listener: () => void): this;
  listen(listener: () => void): this;
  listen(...args: unknown[]): this {
    const [options, listener] = normalizeArguments(args);
    if (this.#listener !== null) throw alreadyListening();
    const port = checkListenPort(options, args.length === 0 || typeof args[0] === 'function');
    if (listener !== null) this.once('listening', listener);
    const number = ++this.#listens;
    const backlog =
      Number(options.backlog) ||
      args
        .slice(1)
        .map(Number)
        .find((value) => value > 0) ||
      511;
    const ipv6Only = Boolean(options.ipv6Only);
    const host = options.host ? String(options.host) : null;
    if (host === null) this.#listen({ port, address: ANY, backlog, ipv6Only });
    else {
      const found = (error: Error | null, address: Address | null): void => {
        if (number !== this.#listens) return;
        if (address === null) this.emit('error', error);
        else this.#listen({ port, address, backlog, ipv6Only });
      };
      const address = Address.parse(host);
      if (address !== null) process.nextTick(found, null, address);
      else resolve({ host, port }, () => {}, found);
    }
    return this;
  }

  #listen(place: Place): void {
    const { port, address, backlog } = place;
    try {
      const bound = address.isUnspecified ? null : address;
      this.#listener = this.#context.host.listen({ port, address: bound, backlog });
    } catch (error) {
      process.nextTick(() => this.emit('error', listenError(codeOf(error), String(address), port)));
      return;
    }
    this.#place = place;
    this.#hold.set(true);
    this.#listener.notify = () => this.#schedule();
    process.nextTick(() => {
      if (this.#listener !== null) this.emit('listening');
    });
  }

  /** As with sockets, in a tick of its own. */
  #schedule(): void {
    if (this.#accepting) return;
    this.#accepting = true;
    process.nextTick(() => this.#accept());
  }

  /** One connection a tick; what a program's listener throws does not keep the others waiting. */
  #accept(): void {
    this.#accepting = false;
    const transport = this.#listener?.accept() ?? null;
    if (transport === null) return;
    try {
      this.#take(transport);
    } finally {
      this.#schedule();
    }
  }

  #take(transport: Transport): void {
    if (!this.#serves(transport)) {
      transport.abort();
      return;
    }
    const mapped = this.#mapped;
    if (this.maxConnections > 0 && this.#connections >= this.maxConnections) {
      this.#drop(transport, mapped);
      return;
    }
    const {
      pauseOnConnect: paused,
      allowHalfOpen,
      noDelay,
      keepAlive,
      keepAliveInitialDelay,
      highWaterMark,
    } = this;
    const released = (): void => {
      this.#connections--;
      this.#emitCloseIfDrained();
    };
    this.#connections++;
    const socket = this.#context.accept(
      { transport, mapped, paused, released },
      { allowHalfOpen, noDelay, keepAlive, keepAliveInitialDelay, highWaterMark },
    );
    socket.server = this;
    this.emit('connection', socket);
  }

  #drop(transport: Transport, mapped: boolean): void {
    const local = addressInfo(transport.local, mapped);
    const remote = addressInfo(transport.remote, mapped);
    transport.close();
    this.emit('drop', {
      localAddress: local.address,
      localPort: local.port,
      localFamily: local.family,
      remoteAddress: remote.address,
      remotePort: remote.port,
      remoteFamily: remote.family,
    });
  }

  /** A host listens on any address of both families or on one: the family is told apart here. */
  #serves({ remote }: Transport): boolean {
    const place = this.#place;
    if (place === null || !place.address.isUnspecified) return true;
    return remote.address.family === 4
      ? !place.ipv6Only || place.address.family === 4
      : place.address.family === 6;
  }

  get #mapped(): boolean {
    return this.#place !== null && this.#place.address.family === 6;
  }

  /** Null before `listening` with a host, and after close(). */
  address(): AddressInfo | null {
    if (this.#listener === null || this.#place === null) return null;
    return addressInfo({ address: this.#place.address, port: this.#listener.local.port }, false);
  }

  /** No more connections; `close` once those that are open have ended. */
  close(callback?: (error?: Error) => void): this {
    this.#listens++;
    const running = this.#listener !== null;
    if (typeof callback === 'function') {
      this.once('close', running ? callback : () => callback(notRunning()));
    }
    this.#listener?.close();
    this.#listener = null;
    this.#emitCloseIfDrained();
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#listener === null) return;
    await new Promise<void>((resolved, rejected) => {
      this.close((error) => (error === undefined ? resolved() : rejected(error)));
    });
  }

  #emitCloseIfDrained(): void {
    if (this.#listener !== null || this.#connections > 0) return;
    this.#hold.set(false);
    process.nextTick(() => this.emit('close'));
  }

  getConnections(callback: (error: Error | null, count: number) => void): this {
    checkFunction(callback, 'callback');
    process.nextTick(callback, null, this.#connections);
    return this;
  }

  ref(): this {
    this.#hold.ref();
    return this;
  }

  unref(): this {
    this.#hold.unref();
    return this;
  }
}

export type ConnectionListener = (socket: Socket) => void;

/** @throws ERR_INVALID_ARG_VALUE, ERR_SOCKET_BAD_PORT. No port, or null, is 0. */
function checkListenPort(options: Record<string, unknown>, absent: boolean): number {
  refuseKernelObjects(options);
  const { port } = options;
  if (isPort(port)) return checkPort(port, 'options.port');
  if (absent || (port == null && 'port' in options)) return 0;
  const reason = 'port' in options ? 'is invalid' : 'must have the property "port" or "path"';
  throw invalidArgument('options', options, reason);
}

const alreadyListening = () =>
  codedError(
    Error,
    'ERR_SERVER_ALREADY_LISTEN',
    'Listen method has been called more than once without closing.',
  );

const notRunning = () => codedError(Error, 'ERR_SERVER_NOT_RUNNING', 'Server is not running.');
