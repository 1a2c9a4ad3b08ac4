// node:net's Server over a listener of a host (RFC 9293 §3.9.1.1, passive OPEN).

import { channel } from 'node:diagnostics_channel';
import { addAbortListener, EventEmitter } from 'node:events';
import type * as nodeNet from 'node:net';
import { getDefaultHighWaterMark } from 'node:stream';
import { Address } from '../wire/address.ts';
import { type AddressInfo, addressInfo, unmapped } from './address-info.ts';
import { checkFunction, checkNumber, checkSignal, normalizeArguments, type Options } from './arguments.ts';
import { checkBlockList, type StackOptions } from './connecting.ts';
import { codedError, invalidType, listenError } from './errors.ts';
import { checkPlace, listenRequest, type Place } from './listening.ts';
import { Hold } from './liveness.ts';
import { isIPv6 } from './native.ts';
import { isNative, NativeListener } from './native-listener.ts';
import { ZERO_IS_A_LIMIT } from './node-version.ts';
import { answerFault, resolveOne } from './resolve.ts';
import type { Socket } from './socket.ts';
import { type Context, codeOf, type PassiveTransport, type Transport } from './transport.ts';
import { inTurn, TURN, TURN_OVER, type Turning } from './turns.ts';

/** What `createServer` takes: what the sockets that it accepts are to have. */
export interface ServerOptions extends nodeNet.ServerOpts {
  /** Addresses whose connections are closed at once. */
  blockList?: nodeNet.BlockList | undefined;
}

/** What Node's own takes, from any version up to 24, and beyond it `StackOptions`. */
export interface ListenOptions extends Omit<nodeNet.ListenOptions, 'port'>, StackOptions {
  /** 0 = one that is free. */
  port?: number | string | null | undefined;
  /** Others may listen in the same place with this option, too: connections go to them in turn. */
  reusePort?: boolean | undefined;
}

/** Told of each connection, as Node's own tells it. */
const ACCEPTED = channel('net.server.socket');
const ANY = new Address(6, 0, 0, 0, 0);

export class Server extends EventEmitter implements Turning {
  /** Connections above this many are closed at once, with `drop`. */
  maxConnections!: number;
  /** As in Node it means something in a worker of a cluster only, which is on the kernel's TCP. */
  dropMaxConnection!: boolean;
  allowHalfOpen: boolean;
  pauseOnConnect: boolean;
  noDelay: boolean;
  keepAlive: boolean;
  /** Seconds, as in Node. */
  keepAliveInitialDelay: number;
  highWaterMark: number;
  /** As given to the constructor. */
  blockList!: nodeNet.BlockList;

  readonly #context: Context;
  readonly #hold: Hold;
  #listener: PassiveTransport | null = null;
  /** In place of a listener of the host's. */
  #native: NativeListener | null = null;
  #address: Address = ANY;
  /** Tells a lookup that close() overtook. */
  #listens = 0;
  #connections = 0;
  #accepting = false;
  #wanted = true;

  constructor(
    context: Context,
    options?: ServerOptions | ConnectionListener | null,
    listener?: ConnectionListener,
  ) {
    super();
    const given = typeof options === 'function' ? {} : (options ?? {});
    if (typeof given !== 'object') throw invalidType('options', 'of type object', given);
    const onConnection = typeof options === 'function' ? options : listener;
    if (typeof onConnection === 'function') this.on('connection', onConnection);
    for (const name of ['keepAliveInitialDelay', 'highWaterMark'] as const) {
      if (given[name] !== undefined) checkNumber(given[name], `options.${name}`);
    }
    this.#context = context;
    if (given.blockList) this.blockList = checkBlockList(given.blockList);
    this.#hold = new Hold(context.liveness);
    this.allowHalfOpen = Boolean(given.allowHalfOpen);
    this.pauseOnConnect = Boolean(given.pauseOnConnect);
    this.noDelay = Boolean(given.noDelay);
    this.keepAlive = Boolean(given.keepAlive);
    this.keepAliveInitialDelay = Math.trunc(Math.max(0, given.keepAliveInitialDelay ?? 0) / 1000);
    const { highWaterMark = -1 } = given;
    this.highWaterMark = highWaterMark < 0 ? getDefaultHighWaterMark(false) : highWaterMark;
  }

  /** A port is taken; the event `listening` may still have to come. */
  get listening(): boolean {
    return this.#listener !== null || this.#native?.listening === true;
  }

  /**
   * For the event `error`: EADDRINUSE, EADDRNOTAVAIL. @throws ERR_SERVER_ALREADY_LISTEN, ERR_SOCKET_BAD_PORT,
   * ERR_INVALID_ARG_VALUE
   */
  listen(options: ListenOptions, listener?: () => void): this;
  /** At an address, or what a name stands for; port 0 is one that is free. */
  listen(port?: number | string | null, host?: string, backlog?: number, listener?: () => void): this;
  /** At every address, of both families. */
  listen(port?: number | string | null, backlog?: number, listener?: () => void): this;
  /** As above, with 511 connections that may wait. */
  listen(port?: number | string | null, host?: string, listener?: () => void): this;
  /** At every address, with 511 connections that may wait. */
  listen(port?: number | string | null, listener?: () => void): this;
  /** At a path of the kernel's: connections are Node's own sockets. */
  listen(path: string, backlog?: number, listener?: () => void): this;
  /** At every address, and any port that is free. */
  listen(listener: () => void): this;
  /** At what the kernel listens on already. */
  listen(handle: object, backlog?: number, listener?: () => void): this;
  listen(...args: unknown[]): this {
    const [options, listener] = normalizeArguments(args);
    if (this.listening) throw alreadyListening();
    if (listener !== null) this.once('listening', listener);
    const number = ++this.#listens;
    if (isNative(options)) {
      this.#listenNative(args);
      return this;
    }
    this.#heed(options);
    const place = checkPlace(options, args, this.#context.host.parameters);
    const { host, port } = place;
    if (host === null) {
      this.#listen(place, ANY);
      return this;
    }
    const found = (error: Error | null, address: Address | null): void => {
      if (number !== this.#listens) return;
      if (address === null) this.emit('error', error);
      else this.#listen(place, address);
    };
    const address = Address.parse(host);
    if (address !== null) process.nextTick(found, null, address);
    else {
      resolveOne({ host, family: 0, hints: 0, lookup: null }, (error, answer) => {
        const fault = error ?? answerFault(answer, host, port);
        found(fault, fault === null ? Address.parse(answer.address) : null);
      });
    }
    return this;
  }

  /** The option `signal`: to abort it is to close the server. */
  #heed({ signal }: Options): void {
    if (signal === undefined) return;
    const checked = checkSignal(signal, 'options.signal');
    const aborted = (): void => void this.close();
    if (checked.aborted) process.nextTick(aborted);
    else {
      const listening = addAbortListener(checked, aborted);
      this.once('close', () => listening[Symbol.dispose]());
    }
  }

  #listenNative(args: readonly unknown[]): void {
    const { allowHalfOpen, pauseOnConnect, noDelay, keepAlive, keepAliveInitialDelay, highWaterMark } = this;
    const options = {
      allowHalfOpen,
      pauseOnConnect,
      noDelay,
      keepAlive,
      keepAliveInitialDelay: keepAliveInitialDelay * 1000,
      highWaterMark,
    };
    const failed = (): void => {
      this.#native = null;
    };
    this.#native = new NativeListener(this, options, args, failed);
    this.#native.hold(this.#wanted);
  }

  #listen(place: Place, address: Address): void {
    const { host, reusePort } = this.#context;
    const request = listenRequest(place, address, unmapped(address) ?? address);
    try {
      this.#listener = place.reusePort ? reusePort.listen(host, request) : host.listen(request);
    } catch (error) {
      process.nextTick(() => this.emit('error', listenError(codeOf(error), String(address), place.port)));
      return;
    }
    this.#address = address;
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
    inTurn(this);
  }

  /** One connection a tick; what a program's listener throws does not keep the others waiting. */
  [TURN](): void {
    this.#accepting = false;
    const transport = this.#listener?.accept() ?? null;
    if (transport === null) return;
    try {
      this.#take(transport);
    } finally {
      this.#schedule();
    }
  }

  /** Nothing waits for it. */
  [TURN_OVER](): void {}

  #take(transport: Transport): void {
    const mapped = this.#address.family === 6;
    if (this.#isFull) {
      this.#drop(transport, mapped);
      return;
    }
    if (this.#isBlocked(transport, mapped)) {
      transport.close();
      return;
    }
    const { pauseOnConnect: paused, allowHalfOpen, noDelay, keepAlive, highWaterMark } = this;
    const keepAliveInitialDelay = this.keepAliveInitialDelay * 1000;
    const released = (): void => {
      this.#connections--;
      this.#emitCloseIfDrained();
    };
    this.#connections++;
    const socket = this.#context.accept(
      { transport, mapped, paused, released },
      {
        allowHalfOpen,
        noDelay,
        keepAlive,
        keepAliveInitialDelay,
        readableHighWaterMark: highWaterMark,
        writableHighWaterMark: highWaterMark,
      },
    );
    socket.server = this;
    this.emit('connection', socket);
    if (ACCEPTED.hasSubscribers) ACCEPTED.publish({ socket });
  }

  get #isFull(): boolean {
    const { maxConnections } = this;
    const limited = ZERO_IS_A_LIMIT ? maxConnections != null : Boolean(maxConnections);
    return limited && this.#connections >= maxConnections;
  }

  #isBlocked({ remote }: Transport, mapped: boolean): boolean {
    const list = this.blockList as nodeNet.BlockList | undefined;
    if (list === undefined || remote === null) return false;
    const { address } = addressInfo(remote, mapped);
    return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  }

  #drop(transport: Transport, mapped: boolean): void {
    const local = transport.local === null ? null : addressInfo(transport.local, mapped);
    const remote = transport.remote === null ? null : addressInfo(transport.remote, mapped);
    transport.close();
    this.emit('drop', {
      localAddress: local?.address,
      localPort: local?.port,
      localFamily: local?.family,
      remoteAddress: remote?.address,
      remotePort: remote?.port,
      remoteFamily: remote?.family,
    });
  }

  /** Null before `listening` with a host, and after close(); of a pipe, its path. */
  address(): AddressInfo | string | null {
    if (this.#native !== null) return this.#native.address();
    if (this.#listener === null) return null;
    return addressInfo({ address: this.#address, port: this.#listener.local.port }, false);
  }

  /** No more connections; `close` once those that are open have ended. */
  close(callback?: (error?: Error) => void): this {
    this.#listens++;
    const running = this.#listener !== null || this.#native !== null;
    if (typeof callback === 'function') {
      this.once('close', running ? callback : () => callback(notRunning()));
    }
    if (this.#native !== null) {
      this.#native.close();
      this.#native = null;
      return this;
    }
    this.#listener?.close();
    this.#listener = null;
    this.#emitCloseIfDrained();
    return this;
  }

  /** `close`, waited for. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.listening) return;
    await new Promise<void>((resolved, rejected) => {
      this.close((error) => (error === undefined ? resolved() : rejected(error)));
    });
  }

  /** `captureRejections`: an async listener of `connection` that fails costs its connection, any other the server. */
  override [EventEmitter.captureRejectionSymbol](error: Error, event: string | symbol, socket: Socket): void {
    if (event === 'connection') socket.destroy(error);
    else this.emit('error', error);
  }

  #emitCloseIfDrained(): void {
    if (this.#listener !== null || this.#connections > 0) return;
    this.#hold.set(false);
    process.nextTick(() => this.emit('close'));
  }

  /** Connections that are open. @deprecated as in Node, which has it no more: use getConnections */
  get connections(): number {
    return this.#connections;
  }

  /** How many are open, in a tick of its own. */
  getConnections(callback: (error: Error | null, count: number) => void): this {
    if (this.#native !== null) this.#native.count(callback);
    else {
      checkFunction(callback, 'callback');
      process.nextTick(callback, null, this.#connections);
    }
    return this;
  }

  /** While it listens, the process goes on; so it is at first. */
  ref(): this {
    return this.#keep(true);
  }

  /** It keeps no process running. */
  unref(): this {
    return this.#keep(false);
  }

  #keep(wanted: boolean): this {
    this.#wanted = wanted;
    if (wanted) this.#hold.ref();
    else this.#hold.unref();
    this.#native?.hold(wanted);
    return this;
  }
}

/** For the event `connection`. */
export type ConnectionListener = (socket: Socket) => void;

const alreadyListening = () =>
  codedError(
    Error,
    'ERR_SERVER_ALREADY_LISTEN',
    'Listen method has been called more than once without closing.',
  );

const notRunning = () => codedError(Error, 'ERR_SERVER_NOT_RUNNING', 'Server is not running.');
