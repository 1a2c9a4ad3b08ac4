// node:net's Socket: a TransportStream with what a program asks of a connection besides its text.

import type { BlockList } from 'node:net';
import { addAbortSignal } from 'node:stream';
import type { ConnectionInfo } from '../tcp/info.ts';
import { type AddressInfo, addressInfo, unmapped } from './address-info.ts';
import { checkDuration, checkFunction, checkString, missingPort, normalizeArguments } from './arguments.ts';
import { checkBlockList, checkDestination } from './connecting.ts';
import { ConnectionOptions, type KeepAliveOptions } from './connection-options.ts';
import { type Connectee, type ConnecteeInside, type Connecting, Connector } from './connector.ts';
import { endedByPeer, socketClosed, wrongHandle } from './errors.ts';
import { Hold } from './liveness.ts';
import { PipeConnecting } from './native-transport.ts';
import { ReadBuffer } from './onread.ts';
import type { Server } from './server.ts';
import { type ConnectOptions, type ReadyState, type SocketOptions, streamOptions } from './socket-options.ts';
import { applyTcpOptions, checkTcpOptions, type TcpOptions } from './tcp-options.ts';
import { SocketTrace, type TraceOptions } from './trace.ts';
import type { Accepted, Context, Transport } from './transport.ts';
import { TransportStream } from './transport-stream.ts';

type Written = (error: Error | null | undefined) => void;

export class Socket extends TransportStream implements Connectee {
  /** As last given to setTimeout, milliseconds. */
  timeout!: number;
  /** The server that accepted it. */
  server: Server | null = null;
  /** Those of a name that were tried so far, with the port. */
  autoSelectFamilyAttemptedAddresses!: string[];
  /** As given to the constructor. */
  blockList!: BlockList;
  /** Of the connection, as `address` tells them. */
  declare readonly localAddress?: string;
  declare readonly localPort?: number;
  declare readonly localFamily?: string;

  readonly #context: Context;
  /** Until it has been given back. */
  #accepted: Accepted | null;
  readonly #hold: Hold;
  /** The ways to a connection that are under way: one for each call of connect. */
  readonly #ways = new Set<Connecting>();
  /** The one whose connection is tried now. */
  #way: Connecting | null = null;
  /** That connection was open once. */
  #established = false;
  /** The peer's FIN ended our side too. */
  #endedByPeer = false;
  readonly #options: ConnectionOptions;
  #tcpOptions: TcpOptions = {};
  readonly #traces = new Set<SocketTrace>();
  #mapped: boolean;
  #peerName: AddressInfo | null = null;
  #localName: AddressInfo | null = null;

  constructor(context: Context, options: SocketOptions = {}, accepted: Accepted | null = null) {
    super(streamOptions(options), ReadBuffer.from(options.onread));
    this.#context = context;
    this.#accepted = accepted;
    this.#hold = new Hold(context.liveness);
    const { noDelay, keepAlive, keepAliveInitialDelay, typeOfService, blockList } = options;
    this.#options = new ConnectionOptions(Boolean(noDelay), Boolean(keepAlive), keepAliveInitialDelay);
    if (typeOfService !== undefined) {
      this.#options.setTypeOfService(typeOfService, 'options.typeOfService', null);
    }
    if (blockList) this.blockList = checkBlockList(blockList);
    this.#mapped = accepted?.mapped ?? false;
    this.on('end', () => {
      this.#endedByPeer = !this.allowHalfOpen;
    });
    // Not by Duplex itself: a signal that was aborted before would destroy what is not a socket yet.
    if (options.signal) addAbortSignal(options.signal, this);
    if (accepted === null) return;
    this.#hold.set(true);
    this.attach(accepted.transport);
    this.#established = true;
    this.#options.apply(accepted.transport);
    if (accepted.paused) this.pause();
    else this.read(0);
  }

  /**
   * For the event `error`: ECONNREFUSED, ETIMEDOUT, ENETUNREACH... @throws TypeError and RangeError with the codes
   * of node:net
   */
  connect(options: ConnectOptions, listener?: () => void): this;
  /** To a port of a host. */
  connect(port: number | string, host: string, listener?: () => void): this;
  /** To a port of `localhost`. */
  connect(port: number | string, listener?: () => void): this;
  /** To a pipe of the kernel's. */
  connect(path: string, listener?: () => void): this;
  connect(...args: unknown[]): this {
    const [options, listener] = normalizeArguments(args);
    const { host } = this.#context;
    if (listener !== null) this.once('connect', listener);
    if (options.port === undefined && options.path == null) throw missingPort();
    const way = options.path
      ? new PipeConnecting(this, this.#inside(), checkString(options.path, 'options.path'))
      : new Connector(this, this.#inside(), host, checkDestination(options, host.parameters));
    if (!this.open) this.#startAgain();
    this.#hold.set(true);
    this.idle.touch();
    this.connecting = true;
    this.#ways.add(way);
    way.start();
    return this;
  }

  #startAgain(): void {
    this.reopen();
    this.#endedByPeer = false;
    this.#peerName = null;
  }

  /** What a way to a connection may do to the socket. */
  #inside(): ConnecteeInside {
    return {
      taken: () => {
        if (this.transport === null) return null;
        const { local } = this.transport;
        const name = local === null ? 'undefined:undefined' : `${local.address}:${local.port}`;
        return { open: this.#established, local: name };
      },
      observers: () => [...this.#traces].map(({ observer }) => observer),
      begin: (transport, way, address) => {
        for (const trace of this.#traces) trace.begins(transport);
        this.#way = way;
        this.#established = false;
        this.#localName = null;
        this.#mapped = address !== null && unmapped(address) !== null;
        this.attach(transport);
        applyTcpOptions(this.#tcpOptions, transport);
      },
      connected: () => this.onConnected(),
      touch: () => this.idle.touch(),
    };
  }

  protected override onConnected(): void {
    this.connecting = false;
    this.#established = true;
    this.#cancelWays();
    this.idle.touch();
    if (this.transport !== null) this.#options.apply(this.transport);
    this.emit('connect');
    this.emit('ready');
    if (this.transport !== null && !this.isPaused()) this.read(0);
  }

  #cancelWays(): void {
    for (const way of this.#ways) way.cancel();
    this.#ways.clear();
    this.#way = null;
  }

  protected override onConnectFailed(code: string): void {
    this.#way?.failed(code);
  }

  protected override onDestroy(): void {
    this.#cancelWays();
    this.#accepted?.released();
    this.#accepted = null;
  }

  protected override onClose(): void {
    this.#hold.set(this.open);
  }

  /** After the peer's FIN ended both sides, "write after end" would blame the program. */
  override write(chunk: Uint8Array | string, callback?: Written): boolean;
  override write(chunk: Uint8Array | string, encoding?: BufferEncoding, callback?: Written): boolean;
  override write(chunk: Uint8Array | string, ...rest: unknown[]): boolean {
    if (!this.#endedByPeer || !this.writableEnded) return super.write(chunk, ...(rest as []));
    const error = endedByPeer();
    const callback = rest.find((argument) => typeof argument === 'function');
    if (callback !== undefined) process.nextTick(callback as (error: Error) => void, error);
    this.destroy(error);
    return false;
  }

  /** End, and destroy once everything is in the send buffer. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', this.destroy);
  }

  /** ABORT (§3.10.5): the peer gets a RST. */
  resetAndDestroy(): this {
    if (!this.open) return this.destroy(socketClosed());
    if (this.transport !== null && this.transport.remote === null) throw wrongHandle();
    if (this.connecting) this.once('connect', () => this.#reset());
    else this.#reset();
    return this;
  }

  #reset(): void {
    this.resetting = true;
    this.destroy();
  }

  /** `timeout` is emitted after `ms` without activity; 0 = never. */
  setTimeout(ms: number, listener?: () => void): this {
    if (this.destroyed) return this;
    this.timeout = ms;
    this.idle.set(checkDuration(ms, 'msecs'), () => this._onTimeout());
    if (listener === undefined) return this;
    checkFunction(listener, 'callback');
    return ms === 0 ? this.off('timeout', listener) : this.once('timeout', listener);
  }

  /** Called when there was no activity for as long as `setTimeout` said. */
  _onTimeout(): void {
    this.emit('timeout');
  }

  /** §3.7.4: without the Nagle algorithm (MUST-17). */
  setNoDelay(on = true): this {
    this.#options.setNoDelay(Boolean(on), this.#settled);
    return this;
  }

  /** §3.8.4 (MUST-24, MUST-25); times are milliseconds, of which whole seconds count. */
  setKeepAlive(options: KeepAliveOptions): this;
  setKeepAlive(enable?: boolean, initialDelay?: number, interval?: number, count?: number): this;
  setKeepAlive(
    enable: boolean | KeepAliveOptions = false,
    initialDelay?: number,
    interval?: number,
    count?: number,
  ): this {
    const several = typeof enable === 'object' && enable !== null;
    const options = several ? enable : { enable, initialDelay, interval, count };
    this.#options.setKeepAlive(options, this.#settled);
    return this;
  }

  /** The IP header's octet of that name, 0 to 255; of its bits, ECN's are not changed. Beyond Node 22. */
  setTypeOfService(typeOfService: number): this {
    this.#options.setTypeOfService(typeOfService, 'tos', this.#settled);
    return this;
  }

  /** As set; without ECN’s bits while connected. */
  getTypeOfService(): number {
    return this.#options.getTypeOfService(this.#settled !== null);
  }

  /** The connection, if it is open. */
  get #settled(): Transport | null {
    return this.pending ? null : this.transport;
  }

  /**
   * Beyond node:net: congestion control, user timeout and more, from now on; before there is a connection, as soon as
   * there is one. What its SYN is to have is an option of `connect`.
   * @throws TypeError, RangeError, TcpError EINVAL for what cannot be; nothing is set then
   */
  setTcpOptions(options: TcpOptions): this {
    this.#tcpOptions = { ...this.#tcpOptions, ...checkTcpOptions(options, this.#context.host.parameters) };
    if (this.transport !== null) applyTcpOptions(options, this.transport);
    return this;
  }

  /** While it is open, the process goes on; so it is at first. */
  ref(): this {
    this.#hold.ref();
    return this;
  }

  /** It keeps no process running. */
  unref(): this {
    this.#hold.unref();
    return this;
  }

  /** Which directions are open. */
  get readyState(): ReadyState {
    if (this.connecting) return 'opening';
    if (this.readable) return this.writable ? 'open' : 'readOnly';
    return this.writable ? 'writeOnly' : 'closed';
  }

  /** Beyond node:net, §3.9.1.5 STATUS: state, RTT, windows, counters. Null without a connection of the stack. */
  info(): ConnectionInfo | null {
    return this.transport?.info() ?? null;
  }

  /**
   * Beyond node:net: a recording of what this socket's connection does and why, segment for segment. Of one that has
   * yet to connect it begins with the SYN, else now; it ends with the connection, or with `stop`.
   * @throws TypeError for options that there are not; Error if the capture cannot be written
   */
  trace(options: TraceOptions = {}): SocketTrace {
    const trace = new SocketTrace(options, () => this.#traces.delete(trace));
    this.#traces.add(trace);
    this.once('close', () => {
      trace.closes();
      this.#traces.delete(trace);
    });
    if (this.transport !== null) {
      this.transport.observe(trace.observer);
      trace.begins(this.transport);
    }
    return trace;
  }

  /** Bytes that wait in the stream. @deprecated as in Node: use writableLength */
  get bufferSize(): number {
    return this.transport === null ? (undefined as unknown as number) : this.writableLength;
  }

  /** Our end; {} without a connection. */
  address(): AddressInfo | Record<string, never> {
    const local = this.transport?.local ?? null;
    if (local === null) return {};
    this.#localName ??= addressInfo(local, this.#mapped);
    return this.#localName;
  }

  /** Known from `connect` on; after `close` only if it was asked for before. */
  get #peer(): Partial<AddressInfo> {
    if (this.transport === null || this.connecting) return this.#peerName ?? {};
    const { remote } = this.transport;
    if (remote !== null) this.#peerName ??= addressInfo(remote, this.#mapped);
    return this.#peerName ?? {};
  }

  /** The peer's address; undefined before there is a connection. */
  get remoteAddress(): string | undefined {
    return this.#peer.address;
  }

  /** The peer's port. */
  get remotePort(): number | undefined {
    return this.#peer.port;
  }

  /** `IPv4` or `IPv6`. */
  get remoteFamily(): string | undefined {
    return this.#peer.family;
  }
}

const localGetter = (name: keyof AddressInfo): PropertyDescriptor => ({
  get(this: Socket) {
    return this.address()[name];
  },
  configurable: true,
  enumerable: true,
});

// Node's types have them as properties that may be missing: an accessor of the class could not be one.
Object.defineProperties(Socket.prototype, {
  localAddress: localGetter('address'),
  localPort: localGetter('port'),
  localFamily: localGetter('family'),
});
