// The programs of a lab's hosts: sockets with names, calls that a person could make, and what is done when something
// is heard. They call a host as any application does.

import type { Host } from '../../host/host.ts';
import type { TcpListener } from '../../host/listener.ts';
import type { ListenOptions } from '../../host/open.ts';
import type { TcpSocket } from '../../host/socket.ts';
import { TcpError } from '../../tcp/errors.ts';
import { CLOSED, CONNECTED, END, READABLE, WRITABLE } from '../../tcp/notice.ts';
import type { Parameters } from '../../tcp/parameters.ts';

/** What a program does when it hears something; without one for it, nothing. */
export interface Handlers {
  readonly connected?: (socket: LabSocket) => void;
  /** That was read, a letter for each byte. */
  readonly text?: (socket: LabSocket, text: string) => void;
  /** The peer has sent all. */
  readonly ended?: (socket: LabSocket) => void;
  readonly closed?: (socket: LabSocket) => void;
}

/** Everything read at once is one call. */
const ALL = Number.POSITIVE_INFINITY;
/** A letter for each byte, so that a payload can be told by sight. */
const ALPHABET = 26;
const FIRST_LETTER = 0x61;

export class LabSocket {
  /** `client.1`: the first of that host. */
  readonly name: string;
  readonly socket: TcpSocket;
  /** Text is read as it comes. */
  private reading: boolean;
  private readonly handlers: Handlers;
  /** Given to `send`, and not taken yet. */
  private pending: Uint8Array[] = [];
  private shutting: 'shutdown' | 'close' | null = null;
  private written = 0;
  private endTold = false;
  private isClosed = false;
  private isOpen = false;

  constructor(name: string, socket: TcpSocket, handlers: Handlers, reading: boolean) {
    this.name = name;
    this.socket = socket;
    this.handlers = handlers;
    this.reading = reading;
    socket.notify = (notices) => this.hear(notices);
  }

  /** `bytes` letters, or that text. What does not fit waits for room. */
  send(what: number | string): void {
    const data = typeof what === 'string' ? ascii(what) : letters(this.written, what);
    this.written += data.length;
    this.pending.push(data);
    this.push();
  }

  /** Nothing more to send, once what waits is gone. */
  shutdown(): void {
    this.finish('shutdown');
  }

  close(): void {
    this.finish('close');
  }

  /** For a program that would close at each occasion. */
  closeOnce(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.close();
  }

  abort(): void {
    this.pending = [];
    this.socket.abort();
  }

  /** Read what there is, at most `bytes`. */
  read(bytes = ALL): void {
    let read = '';
    while (read.length < bytes) {
      const text = this.socket.receive(bytes - read.length);
      if (text === null) break;
      for (const byte of text) read += String.fromCharCode(byte);
    }
    if (read !== '') this.handlers.text?.(this, read);
    if (this.socket.ended && !this.endTold) {
      this.endTold = true;
      this.handlers.ended?.(this);
    }
  }

  pause(): void {
    this.reading = false;
  }

  resume(): void {
    this.reading = true;
    this.read();
  }

  /** It is connected, or was accepted while Fast Open is not yet sure of it. */
  opened(): void {
    if (this.isOpen) return;
    this.isOpen = true;
    this.handlers.connected?.(this);
  }

  private hear(notices: number): void {
    if ((notices & CONNECTED) !== 0) this.opened();
    if ((notices & (READABLE | END)) !== 0 && this.reading) this.read();
    if ((notices & WRITABLE) !== 0) this.push();
    if ((notices & CLOSED) !== 0) this.handlers.closed?.(this);
  }

  private push(): void {
    for (let next = this.pending[0]; next !== undefined; next = this.pending[0]) {
      const taken = this.socket.send(next);
      if (taken < next.length) {
        this.pending[0] = next.subarray(taken);
        return;
      }
      this.pending.shift();
    }
    if (this.shutting !== null) this.finish(this.shutting);
  }

  private finish(how: 'shutdown' | 'close'): void {
    this.shutting = how;
    if (this.pending.length > 0) return;
    this.shutting = null;
    if (how === 'close') this.socket.close();
    else this.socket.shutdown();
  }
}

export interface ConnectTo {
  readonly address: string;
  readonly port: number;
  readonly localPort?: number;
  readonly parameters?: Parameters;
  /** False: text waits until `read` or `resume` (default true). */
  readonly reading?: boolean;
}

/** What is told of programs beside what their TCP reports. */
export interface ProgramNews {
  readonly listens: (port: number) => void;
  readonly opened: (name: string, socket: TcpSocket) => void;
}

/** The programs of one host, from when it starts until it crashes. */
export class Programs {
  readonly host: Host;
  readonly sockets = new Map<string, LabSocket>();
  readonly listeners: TcpListener[] = [];
  private readonly name: string;
  private readonly heard: ProgramNews;
  private last: number;

  /** `last`: how many sockets the host had before it was rebooted, so that no two have one name. */
  constructor(name: string, host: Host, last: number, heard: ProgramNews) {
    this.name = name;
    this.host = host;
    this.last = last;
    this.heard = heard;
  }

  get count(): number {
    return this.last;
  }

  connect(to: ConnectTo, handlers: Handlers = {}): LabSocket {
    const { reading = true, ...options } = to;
    return this.add(this.host.connect(options), handlers, reading);
  }

  /** Every connection that is accepted has these handlers; `accepting` false: they wait in the queue. */
  listen(options: ListenOptions, handlers: Handlers = {}, reading = true, accepting = true): TcpListener {
    const listener = this.host.listen(options);
    this.listeners.push(listener);
    this.heard.listens(options.port);
    const accept = (): void => {
      for (let socket = listener.accept(); socket !== null; socket = listener.accept()) {
        const accepted = this.add(socket, handlers, reading);
        accepted.opened();
      }
    };
    if (accepting) listener.notify = accept;
    return listener;
  }

  private add(socket: TcpSocket, handlers: Handlers, reading: boolean): LabSocket {
    this.last += 1;
    const made = new LabSocket(`${this.name}.${this.last}`, socket, handlers, reading);
    this.sockets.set(made.name, made);
    this.heard.opened(made.name, socket);
    return made;
  }
}

/** The code of the error that a call threw, as calls do; null: it was taken. */
export function refusalOf(call: () => void): string | null {
  try {
    call();
    return null;
  } catch (error) {
    if (error instanceof TcpError) return error.code;
    throw error;
  }
}

const letters = (from: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => FIRST_LETTER + ((from + i) % ALPHABET));

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0) & 0x7f);
