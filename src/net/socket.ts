// node:net's Socket: a TransportStream with what a program asks of a connection besides its text.

import { Address } from '../wire/address.ts';
import { type AddressInfo, addressInfo, unmapped } from './address-info.ts';
import { checkDuration, checkFunction, checkNumber, normalizeArguments, wholeSeconds } from './arguments.ts';
import { Attempt, type ConnectOptions, checkDestination, type Destination } from './connecting.ts';
import { endedByPeer, invalidArgument, socketClosed } from './errors.ts';
import { Hold } from './liveness.ts';
import { resolve } from './resolve.ts';
import type { Server } from './server.ts';
import type { Accepted, Context } from './transport.ts';
import { TransportStream } from './transport-stream.ts';

export interface SocketOptions {
  /** The peer's FIN does not end our side (§3.6: half-closed). Default false. */
  readonly allowHalfOpen?: boolean | undefined;
  readonly noDelay?: boolean | undefined;
  readonly keepAlive?: boolean | undefined;
  /** Milliseconds of silence before the first keep-alive; whole seconds count. 0 = as configured. */
  readonly keepAliveInitialDelay?: number | undefined;
  readonly highWaterMark?: number | undefined;
  readonly readableHighWaterMark?: number | undefined;
  readonly writableHighWaterMark?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

type Written = (error: Error | null | undefined) => void;

export type ReadyState = 'opening' | 'open' | 'readOnly' | 'writeOnly' | 'closed';

export class Socket extends TransportStream {
  /** As last given to setTimeout, milliseconds. */
  timeout: number | undefined = undefined;
  /** The server that accepted it. */
  server: Server | null = null;

  readonly #context: Context;
  /** Until it has been given back. */
  #accepted: Accepted | null;
  readonly #hold: Hold;
  #attempt: Attempt | null = null;
  /** Tells the answer to an older lookup from that to the present one. */
  #connects = 0;
  /** The peer's FIN ended our side too. */
  #endedByPeer = false;
  #noDelay: boolean;
  #keepAlive: boolean;
  #keepAliveDelay: number;
  #mapped: boolean;
  #peerName: AddressInfo | null = null;

  constructor(context: Context, options: SocketOptions = {}, accepted: Accepted | null = null) {
    super(streamOptions(options));
    this.#context = context;
    this.#accepted = accepted;
    this.#hold = new Hold(context.liveness);
    this.#noDelay = Boolean(options.noDelay);
    this.#keepAlive = Boolean(options.keepAlive);
    this.#keepAliveDelay = wholeSeconds(options.keepAliveInitialDelay);
    this.#mapped = accepted?.mapped ?? false;
    this.on('end', () => {
      this.#endedByPeer = !this.allowHalfOpen;
    });
    if (accepted === null) return;
    this.#hold.set(true);
    this.attach(accepted.transport);
    this.#applyOptions();
    if (accepted.paused) this.pause();
    else this.read(0);
  }

  connect(options: ConnectOptions, listener?: () => void): this;
  connect(port: number | string, host: string, listener?: () => void): this;
  connect(port: number | string, listener?: () => void): this;
  connect(...args: unknown[]): this {
    const [options, listener] = normalizeArguments(args);
    const destination = checkDestination(options);
    if (listener !== null) this.once('connect', listener);
    if (!this.open) this.#startAgain();
    this.#hold.set(true);
    this.idle.touch();
    this.connecting = true;
    const number = ++this.#connects;
    const proceed = (error: Error | null, address: Address | null): void => {
      if (!this.connecting || number !== this.#connects) return;
      if (address === null) process.nextTick(() => this.destroy(error ?? undefined));
      else this.#try(address, destination);
    };
    const address = Address.parse(destination.host);
    if (address !== null) process.nextTick(proceed, null, address);
    else resolve(destination, (...answer) => this.emit('lookup', ...answer), proceed);
    return this;
  }

  #startAgain(): void {
    this.reopen();
    this.#endedByPeer = false;
    this.#peerName = null;
  }

  #try(address: Address, destination: Destination): void {
    const attempt = new Attempt(address, destination);
    if (this.transport !== null) {
      this.destroy(attempt.failed(this.#attempt === null ? 'EISCONN' : 'EALREADY'));
      return;
    }
    this.idle.touch();
    this.emit('connectionAttempt', String(address), attempt.port, address.family);
    if (!this.connecting) return;
    this.#attempt = attempt;
    this.#mapped = unmapped(address) !== null;
    try {
      this.attach(attempt.open(this.#context.host));
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  protected override onConnected(): void {
    this.connecting = false;
    this.#attempt = null;
    this.idle.touch();
    this.#applyOptions();
    this.emit('connect');
    this.emit('ready');
    if (this.transport !== null && !this.isPaused()) this.read(0);
  }

  protected override onConnectFailed(code: string): void {
    const attempt = this.#attempt;
    if (attempt === null) return;
    const error = attempt.failed(code);
    const { address, port } = attempt;
    this.emit('connectionAttemptFailed', String(address), port, address.family, error);
    this.destroy(error);
  }

  protected override onDestroy(): void {
    this.#attempt = null;
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

  _onTimeout(): void {
    this.emit('timeout');
  }

  /** §3.7.4: without the Nagle algorithm (MUST-17). */
  setNoDelay(on = true): this {
    const changed = this.#noDelay !== Boolean(on);
    this.#noDelay = Boolean(on);
    if (changed && !this.pending) this.transport?.setNoDelay(this.#noDelay);
    return this;
  }

  /** §3.8.4 (MUST-24, MUST-25); the delay is milliseconds, of which whole seconds count. */
  setKeepAlive(on = false, initialDelay = 0): this {
    this.#keepAlive = Boolean(on);
    this.#keepAliveDelay = wholeSeconds(initialDelay);
    if (!this.connecting) this.#applyKeepAlive();
    return this;
  }

  #applyKeepAlive(): void {
    const { transport } = this;
    if (transport === null) return;
    const { keepAliveIdle } = transport.connection.tcb.parameters;
    transport.setKeepAlive(this.#keepAlive, this.#keepAliveDelay || keepAliveIdle);
  }

  #applyOptions(): void {
    if (this.#noDelay) this.transport?.setNoDelay(true);
    if (this.#keepAlive) this.#applyKeepAlive();
  }

  ref(): this {
    this.#hold.ref();
    return this;
  }

  unref(): this {
    this.#hold.unref();
    return this;
  }

  get readyState(): ReadyState {
    if (this.connecting) return 'opening';
    if (this.readable) return this.writable ? 'open' : 'readOnly';
    return this.writable ? 'writeOnly' : 'closed';
  }

  address(): AddressInfo | Record<string, never> {
    return this.transport === null ? {} : addressInfo(this.transport.local, this.#mapped);
  }

  /** Known from `connect` on; after `close` only if it was asked for before. */
  get #peer(): Partial<AddressInfo> {
    if (this.transport === null || this.connecting) return this.#peerName ?? {};
    this.#peerName ??= addressInfo(this.transport.remote, this.#mapped);
    return this.#peerName;
  }

  get localAddress(): string | undefined {
    return this.address().address;
  }

  get localPort(): number | undefined {
    return this.address().port;
  }

  get localFamily(): string | undefined {
    return this.address().family;
  }

  get remoteAddress(): string | undefined {
    return this.#peer.address;
  }

  get remotePort(): number | undefined {
    return this.#peer.port;
  }

  get remoteFamily(): string | undefined {
    return this.#peer.family;
  }
}

/** Of the options, what concerns the stream. @throws for what no socket can be. */
function streamOptions(options: SocketOptions): object {
  const { highWaterMark, readableHighWaterMark, writableHighWaterMark, signal } = options;
  for (const name of ['objectMode', 'readableObjectMode', 'writableObjectMode']) {
    const value = (options as Record<string, unknown>)[name];
    if (value) throw invalidArgument(`options.${name}`, value, 'is not supported');
  }
  if (options.keepAliveInitialDelay !== undefined) {
    checkNumber(options.keepAliveInitialDelay, 'options.keepAliveInitialDelay');
  }
  const allowHalfOpen = Boolean(options.allowHalfOpen);
  return { allowHalfOpen, highWaterMark, readableHighWaterMark, writableHighWaterMark, signal };
}
