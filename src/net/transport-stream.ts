// One connection of a host as a stream.Duplex: RFC 9293 §3.9.1's calls behind read, write, end and destroy.
// The host's notices are answered in their turn (turns.ts): no event is emitted from inside a call that the program
// makes, and what a listener throws does not unwind the host. Text stays in the TCB until the stream asks for
// it, so that a reader who pauses closes the window; a write is done when the send buffer has taken it.

import { Duplex } from 'node:stream';
import { CLOSED, CONNECTED, READABLE, SENT } from '../tcp/notice.ts';
import { closedBeforeConnection, errnoError, type SystemError, socketClosed } from './errors.ts';
import { IdleTimer } from './idle-timer.ts';
import { ENDS_UNCONNECTED } from './node-version.ts';
import type { ReadBuffer } from './onread.ts';
import { byteLength, type Chunk, Outgoing } from './outgoing.ts';
import type { StreamOptions } from './socket-options.ts';
import { Staging } from './staging.ts';
import { codeOf, type Transport } from './transport.ts';
import { inTurn, TURN, TURN_OVER, type Turning } from './turns.ts';

type Callback = (error?: Error | null) => void;

/** A write of so much, bytes, is one of many. */
const BULK = 16_384;
/** Text that waits for its first departure is out of the cache when that comes: of 64 streams each had megabytes. */
const NOT_SENT = 131_072;

export abstract class TransportStream extends Duplex implements Turning {
  /** From connect() until `connect` or `close`. */
  connecting = false;
  protected transport: Transport | null = null;
  protected readonly idle = new IdleTimer();
  /** destroy() aborts: a RST instead of a FIN. */
  protected resetting = false;
  /** The program's own buffer, in place of `data`. */
  readonly #buffer: ReadBuffer | null;
  /** Notice bits that wait for our turn. */
  #notices = 0;
  #turnAsked = false;
  /** The stream wants text. */
  #reading = false;
  #finReceived = false;
  #closed = false;
  #outgoing: Outgoing | null = null;
  #staging: Staging | null = null;
  #written: Callback | null = null;
  /** What waits for the connection. */
  #waiting: readonly Chunk[] = [];
  #bytesRead = 0;
  #bytesSent = 0;

  constructor(options: StreamOptions, buffer: ReadBuffer | null) {
    super(options);
    this.#buffer = buffer;
  }

  /** ESTABLISHED was reached. */
  protected abstract onConnected(): void;
  /** The connection ended before ESTABLISHED; `code` says why. */
  protected abstract onConnectFailed(code: string): void;
  /** The socket is being destroyed. */
  protected abstract onDestroy(): void;
  /** `close` is about to be emitted. */
  protected abstract onClose(): void;

  /** There is a connection, or there will be. */
  protected get open(): boolean {
    return this.connecting || this.transport !== null;
  }

  /** No connection yet, or no more. */
  get pending(): boolean {
    return this.transport === null || this.connecting;
  }

  /** Bytes received. */
  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** Bytes given to write(), whether or not they have left. */
  get bytesWritten(): number {
    const { writableBuffer } = this as unknown as { writableBuffer: readonly Chunk[] };
    return this.#bytesSent + byteLength(writableBuffer) + byteLength(this.#waiting);
  }

  /** In place of the connection that it had, which is given up. */
  protected attach(transport: Transport): void {
    this.#detach();
    this.transport = transport;
    this.#notices = 0;
    this.#closed = false;
    this.#staging = null;
    this.#buffer?.prepare();
    const notices = transport.takeNotices();
    transport.inTurns = true;
    transport.setNotSentLowWater(NOT_SENT);
    transport.notify = (news) => this.#schedule(news);
    if (notices !== 0) this.#schedule(notices);
  }

  #detach(): void {
    const { transport } = this;
    this.transport = null;
    if (transport === null) return;
    transport.notify = null;
    if (this.resetting) transport.abort();
    else transport.close();
    transport.release();
  }

  /** A socket that was closed connects anew: the stream's own state starts again, too. */
  protected reopen(): void {
    (this as unknown as { _undestroy(): void })._undestroy();
    this.#reading = false;
    this.#finReceived = false;
    this.#waiting = [];
    this.#bytesRead = 0;
    this.#bytesSent = 0;
  }

  #schedule(notices: number): void {
    this.#notices |= notices;
    this.#takeTurn();
  }

  #takeTurn(): void {
    if (this.#turnAsked) return;
    this.#turnAsked = true;
    inTurn(this);
  }

  /** What came is delivered, and what waits is sent. */
  [TURN](): void {
    const notices = this.#notices;
    this.#notices = 0;
    this.#turnAsked = false;
    if (notices === 0 || this.transport === null) return;
    this.#closed ||= (notices & CLOSED) !== 0;
    if ((notices & SENT) !== 0) this.#staging?.reclaim(this.transport.sendQueue);
    if (!this.connecting) {
      this.#receive();
      this.#send();
    } else if ((notices & CONNECTED) !== 0) {
      if (notices !== CONNECTED) this.#schedule(notices & ~CONNECTED);
      this.onConnected();
    } else if (this.#error !== null) this.onConnectFailed(this.#error);
  }

  /** ACK, answer and FIN leave as one segment. */
  [TURN_OVER](): void {
    this.transport?.release();
  }

  /** Why nothing can be sent or received any more; null = it can. */
  get #error(): string | null {
    const transport = this.transport;
    if (transport === null) return null;
    return transport.error ?? (this.#closed && !transport.ended ? 'ECONNABORTED' : null);
  }

  /** @internal */
  override _read(): void {
    const transport = this.transport;
    if (transport === null || this.connecting) {
      this.once('connect', () => this._read());
      return;
    }
    this.#readStart(transport);
  }

  #readStart(transport: Transport): void {
    if (this.#reading) return;
    this.#reading = true;
    this.#continueReading(transport);
  }

  /** A turn for what is there already; for what comes later, a notice asks for one. */
  #continueReading(transport: Transport): void {
    if (transport.readable > 0 || transport.ended || this.#error !== null) this.#schedule(READABLE);
  }

  /** With a buffer of the program's, nothing passes through the stream's: reading itself stops and goes on. */
  #resumeReading(): void {
    if (this.#buffer !== null && this.transport !== null && !this.connecting) this.#readStart(this.transport);
  }

  override pause(): this {
    if (this.#buffer !== null && !this.connecting) this.#reading = false;
    return super.pause();
  }

  override resume(): this {
    this.#resumeReading();
    return super.resume();
  }

  override read(size?: number): unknown {
    this.#resumeReading();
    return super.read(size);
  }

  /** What arrived before a reset is still delivered, as the kernel does. */
  #receive(): void {
    const transport = this.transport;
    if (!this.#reading || transport === null) return;
    const text = transport.receive(this.#buffer?.room);
    if (text !== null) {
      this.#bytesRead += text.length;
      this.idle.touch();
      if (!this.#deliver(text)) this.#reading = false;
      else if (this.transport === transport) this.#continueReading(transport);
      return;
    }
    if (transport.ended) {
      this.#reading = false;
      this.#finReceived = true;
      this.push(null);
      this.read(0);
    } else if (this.#error !== null) this.destroy(errnoError('read', this.#error));
  }

  #deliver(text: Uint8Array): boolean {
    if (this.#buffer !== null) return this.#buffer.take(text);
    return this.push(Buffer.from(text.buffer, text.byteOffset, text.length));
  }

  /** @internal */
  override _write(chunk: Uint8Array | string, encoding: BufferEncoding, callback: Callback): void {
    this.#begin([{ chunk, encoding }], callback);
  }

  /** @internal */
  override _writev(chunks: readonly Chunk[], callback: Callback): void {
    this.#begin(chunks, callback);
  }

  #begin(chunks: readonly Chunk[], callback: Callback): void {
    if (this.connecting) {
      this.#waiting = chunks;
      const closed = (): void => callback(closedBeforeConnection());
      this.once('connect', () => {
        this.off('close', closed);
        this.#begin(chunks, callback);
      });
      this.once('close', closed);
      return;
    }
    this.#waiting = [];
    if (this.transport === null) {
      callback(socketClosed());
      return;
    }
    this.idle.touch();
    this.#outgoing = new Outgoing(chunks);
    this.#staging ??= new Staging();
    this.#bytesSent += this.#outgoing.length;
    this.#written = callback;
    this.#send();
  }

  #send(): void {
    const { transport } = this;
    const outgoing = this.#outgoing;
    if (transport === null || outgoing === null) return;
    let failure = this.#error;
    try {
      if (failure === null && !this.#offer(transport, outgoing, this.#staging!)) return;
    } catch (error) {
      failure = codeOf(error);
    }
    this.#finishWrite(failure === null ? null : this.#writeError(failure));
  }

  /** False: the send buffer is full, WRITABLE will follow. */
  #offer(transport: Transport, outgoing: Outgoing, staging: Staging): boolean {
    staging.reclaim(transport.sendQueue);
    if (outgoing.length >= BULK) {
      // More is to come, as soon as this has called back: full packets leave at once, the rest with what comes.
      transport.hold();
      this.#takeTurn();
    }
    const { given } = staging;
    const all = outgoing.offer(transport, staging);
    if (staging.given > given) this.idle.touch();
    return all;
  }

  /** After the peer's FIN, a reset says that it had closed both ways: EPIPE, in Linux. */
  #writeError(code: string): SystemError {
    const broken = code === 'ENOTCONN' || (code === 'ECONNRESET' && this.#finReceived);
    return errnoError('write', broken ? 'EPIPE' : code);
  }

  #finishWrite(error: Error | null): void {
    const written = this.#written;
    this.#outgoing = null;
    this.#written = null;
    if (this.#staging?.holds === true) this.transport?.tellWhenSent();
    written?.(error);
  }

  /** The last text and the FIN leave as one segment. */
  override end(...args: unknown[]): this {
    const { transport } = this;
    if (transport === null || this.connecting) return super.end(...(args as []));
    transport.hold();
    try {
      return super.end(...(args as []));
    } finally {
      transport.release();
    }
  }

  /** @internal */
  override _final(callback: Callback): void {
    if (ENDS_UNCONNECTED ? this.connecting : this.pending) {
      this.once('connect', () => this._final(callback));
      return;
    }
    this.transport?.shutdown();
    process.nextTick(callback);
  }

  /** @internal */
  override _destroy(error: Error | null, callback: Callback): void {
    const { open } = this;
    const written = this.#written;
    this.connecting = false;
    this.#outgoing = null;
    this.#written = null;
    this.idle.stop();
    this.#detach();
    this.resetting = false;
    callback(error);
    if (open) setImmediate(() => this.#emitClose(error !== null, written));
    else process.nextTick(() => this.emit('close'));
    this.onDestroy();
  }

  /** As late as the event loop closes a handle; the write that was under way ends before. */
  #emitClose(hadError: boolean, written: Callback | null): void {
    if (this.destroyed) written?.(null);
    this.onClose();
    this.emit('close', hadError);
  }
}
