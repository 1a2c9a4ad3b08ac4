// A pipe of Node's own as a Transport, for a socket that was made before it was known where it connects to.

import { CLOSED, CONNECTED, END, ERROR, READABLE, SENT, WRITABLE } from '../tcp/notice.ts';
import type { Connectee, ConnecteeInside, Connecting } from './connector.ts';
import { codedError, hostPortError } from './errors.ts';
import { NativeSocket } from './native.ts';
import type { Transport } from './transport.ts';

export class NativeTransport implements Transport {
  readonly local = null;
  readonly remote = null;
  error: string | null = null;
  ended = false;
  notify: ((notices: number) => void) | null = null;
  inTurns = false;
  private tellsWhenSent = false;
  private readonly socket = new NativeSocket({ allowHalfOpen: true });

  private readonly written = (): void => {
    if (!this.tellsWhenSent || this.sendQueue > 0) return;
    this.tellsWhenSent = false;
    this.notify?.(SENT);
  };

  /** @throws what Node throws for paths that cannot be. */
  constructor(path: string) {
    const { socket } = this;
    const tell = (notices: number) => (): void => this.notify?.(notices);
    socket.on('connect', tell(CONNECTED));
    socket.on('readable', tell(READABLE));
    socket.on('drain', tell(WRITABLE));
    socket.on('end', () => {
      this.ended = true;
      this.notify?.(READABLE | END);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.error = error.code ?? 'ECONNABORTED';
      this.notify?.(ERROR | CLOSED);
    });
    socket.connect(path);
    // What keeps the process running is the socket in front.
    socket.unref();
  }

  get readable(): number {
    return this.socket.readableLength;
  }

  get sendSpace(): number {
    return this.socket.writableNeedDrain ? 0 : Number.POSITIVE_INFINITY;
  }

  get sendQueue(): number {
    return this.socket.writableLength;
  }

  tellWhenSent(): void {
    this.tellsWhenSent = true;
    if (this.sendQueue === 0) process.nextTick(this.written);
  }

  /** It takes all or nothing, and keeps what the kernel does not take yet. */
  send(data: Uint8Array): number {
    const { socket } = this;
    if (!socket.writable) throw codedError(Error, 'EPIPE', 'the pipe is closed');
    if (socket.writableNeedDrain) return 0;
    socket.write(data, this.written);
    return data.length;
  }

  receive(maxBytes = Number.POSITIVE_INFINITY): Uint8Array | null {
    const { socket } = this;
    const bounded = maxBytes > 0 && maxBytes < socket.readableLength;
    // Without a length it also takes the end, if that is there: `end` follows.
    return socket.read(bounded ? maxBytes : undefined) as Buffer | null;
  }

  /** What the kernel's pipe is given leaves at once: it has no packets to save. */
  hold(): void {}

  release(): void {}

  takeNotices(): number {
    return 0;
  }

  shutdown(): void {
    this.socket.end();
  }

  /** What was taken is still delivered. */
  close(): void {
    this.socket.destroySoon();
  }

  abort(): void {
    this.socket.destroy();
  }

  setNoDelay(): void {}

  setKeepAlive(): void {}

  setDiffserv(): void {}

  setHopLimit(): void {}

  setNotSentLowWater(): void {}

  setCork(): void {}

  setUserTimeout(): void {}

  setCongestionControl(): void {}

  info(): null {
    return null;
  }

  /** There are no segments to tell of. */
  observe(): void {}

  unobserve(): void {}
}

/** The way to a connection over a pipe: one attempt. */
export class PipeConnecting implements Connecting {
  private readonly socket: Connectee;
  private readonly inside: ConnecteeInside;
  private readonly path: string;

  constructor(socket: Connectee, inside: ConnecteeInside, path: string) {
    this.socket = socket;
    this.inside = inside;
    this.path = path;
  }

  /** @throws what Node throws for paths that cannot be. */
  start(): void {
    const { path, socket } = this;
    this.inside.begin(new NativeTransport(path), this, null);
    socket.emit('connectionAttempt', path, undefined, undefined);
  }

  cancel(): void {}

  failed(code: string): void {
    const { path, socket } = this;
    const error = hostPortError('connect', code, path, 0);
    socket.emit('connectionAttemptFailed', path, undefined, undefined, error);
    socket.destroy(error);
  }
}
