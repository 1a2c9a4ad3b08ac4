// A socket of the program under test: POSIX's view of a listener or a connection of the host. What a connection's
// end looks like to calls is Linux's way of telling it, or FreeBSD's (tcp_recvmsg, tcp_sendmsg, inet_stream_connect
// and their like as they behave; POSIX leaves it open).

import type { TcpListener } from '../host/listener.ts';
import type { TcpSocket } from '../host/socket.ts';
import { TcpError } from '../tcp/errors.ts';
import type { State } from '../tcp/state.ts';
import { ZeroCopySends } from './ancillary.ts';
import type { Value } from './script.ts';
import { type OpenParameters, parameterFault, type Settings } from './settings.ts';
import type { ParameterName } from './sysctls.ts';
import type { TimeLimit } from './time-limits.ts';
import { UnsupportedError } from './unsupported.ts';
import type { SocketName } from './values.ts';

/** Parameters that a socket takes when it is made and keeps, whatever sysctls say later. */
const TAKEN_AT_BIRTH: ReadonlySet<ParameterName> = new Set<ParameterName>([
  'receiveBuffer',
  'receiveBufferMax',
  'sendBuffer',
  'sendBufferMax',
]);

export class SocketFile {
  readonly kind = 'socket';
  readonly settings: Settings;
  /** AF_INET or AF_INET6. */
  readonly domain: number;
  nonBlocking: boolean;
  closed = false;
  bound: SocketName | null = null;
  listener: TcpListener | null = null;
  socket: TcpSocket | null = null;
  /** connect() was called, and has not told how it went. */
  connecting = false;
  /** TCP_FASTOPEN_CONNECT: connect() was called, and the SYN waits for text to carry; the address it was given. */
  deferred: Value | null = null;
  readShut = false;
  writeShut = false;
  /** The program heard of the connection's error: an error is told once. */
  errorTaken = false;
  /** The last send said MSG_MORE. */
  private more = false;
  /** Things that happened which wake those who wait: what edge-triggered polling counts. */
  wakes = 0;
  /** What setsockopt() was given, by the option's name. */
  readonly values = new Map<string, number>();
  /** SO_RCVTIMEO and SO_SNDTIMEO, µs; without an entry calls block for as long as it takes. */
  readonly limits = new Map<TimeLimit, number>();
  /** Bytes that sends have taken in all. */
  written = 0;
  readonly zeroCopy = new ZeroCopySends();
  /** SO_LINGER: seconds; null = off. */
  linger: number | null = null;
  /** What its connections run with; read by them while they are open. */
  readonly own: OpenParameters;
  /** Parameters that the program set itself: sysctls leave them alone. */
  private readonly chosen = new Set<ParameterName>();

  constructor(settings: Settings, domain: number, nonBlocking: boolean) {
    this.settings = settings;
    this.domain = domain;
    this.nonBlocking = nonBlocking;
    this.own = { ...settings.parameters };
  }

  /** What accept() makes of a connection of this listener, whose options it has. */
  child(socket: TcpSocket, nonBlocking: boolean): SocketFile {
    const file = new SocketFile(this.settings, this.domain, nonBlocking);
    Object.assign(file.own, this.own);
    for (const [name, value] of this.values) file.values.set(name, value);
    for (const [name, value] of this.limits) file.limits.set(name, value);
    file.linger = this.linger;
    file.bound = this.bound;
    file.attach(socket);
    return file;
  }

  /** A sysctl changed: a live one is read anew each time that it is needed. */
  parameterChanged(name: ParameterName): void {
    if (TAKEN_AT_BIRTH.has(name) || this.chosen.has(name)) return;
    Object.assign(this.own, { [name]: Reflect.get(this.settings.parameters, name) });
  }

  /** The program chose a parameter, by setsockopt(). @throws UnsupportedError for a value that the stack does not take */
  choose(name: ParameterName, value: number | boolean | string): void {
    const fault = parameterFault({ ...this.own, [name]: value });
    if (fault !== null) throw new UnsupportedError(fault);
    this.chosen.add(name);
    Object.assign(this.own, { [name]: value });
  }

  attach(socket: TcpSocket): void {
    this.socket = socket;
    if (this.corked) socket.setCork(true);
    const lowWater = this.values.get('TCP_NOTSENT_LOWAT') ?? 0;
    if (lowWater > 0) socket.connection.setNotSentLowWater(lowWater);
    socket.notify = () => {
      this.wakes += 1;
    };
  }

  attachListener(listener: TcpListener): void {
    this.listener = listener;
    listener.notify = () => {
      this.wakes += 1;
    };
  }

  get state(): State {
    if (this.listener !== null) return 'LISTEN';
    return this.socket === null ? 'CLOSED' : this.socket.state;
  }

  /** Neither side of the handshake is done. One that was accepted as early as that is open (RFC 7413). */
  get opening(): boolean {
    if (this.socket === null || this.socket.connection.tcb.passive) return false;
    const { state } = this.socket;
    return state === 'SYN-SENT' || state === 'SYN-RECEIVED';
  }

  /** The error that the next call will be told, by its errno; null = none. */
  get error(): string | null {
    if (this.socket === null || this.errorTaken) return null;
    const { error, connection } = this.socket;
    if (error === null) return null;
    const { rcv, snd } = connection.tcb;
    const closeWait = rcv.finished && !snd.finQueued;
    if (error === 'ECONNRESET' && closeWait && this.settings.profile === 'linux') return 'EPIPE';
    return error;
  }

  takeError(): string | null {
    const { error } = this;
    if (error !== null) this.errorTaken = true;
    return error;
  }

  /** What SO_ERROR tells: the error, else, on Linux, the last hint that ICMP gave; each is told once. */
  takeErrorOrHint(): string | null {
    const error = this.takeError();
    if (error !== null || this.socket === null || this.settings.profile !== 'linux') return error;
    const { tcb } = this.socket.connection;
    // That R1 retransmissions went unanswered is no hint of ICMP's.
    if (tcb.softError === 'ETIMEDOUT') return null;
    const hint = tcb.softError;
    tcb.softError = null;
    return hint;
  }

  /** Nothing will ever be read beyond what waits: the peer's FIN was reached. */
  get finReached(): boolean {
    return this.socket?.connection.tcb.rcv.finished ?? false;
  }

  get readable(): number {
    return this.socket === null ? 0 : this.socket.readable;
  }

  /** TCP_CORK, or FreeBSD's name for it, is on. */
  private get corked(): boolean {
    return (this.values.get('TCP_CORK') ?? this.values.get('TCP_NOPUSH') ?? 0) !== 0;
  }

  /** Bytes that were written and never sent. */
  get unsent(): number {
    if (this.socket === null) return 0;
    const { sendQueue, connection } = this.socket;
    const { snd } = connection.tcb;
    return Math.max(0, sendQueue - Math.max(0, (snd.nxt - snd.una) | 0));
  }

  /** Room for a third of the buffer, as poll() wants it. */
  get writable(): boolean {
    if (this.socket === null) return true;
    const lowWater = this.values.get('TCP_NOTSENT_LOWAT') ?? 0;
    if (lowWater > 0 && this.unsent >= lowWater) return false;
    return this.socket.sendSpace >= this.socket.sendQueue >> 1;
  }

  /** The connection attempt is over and failed: the socket may connect again. */
  detach(): void {
    if (this.socket !== null) this.socket.notify = null;
    this.socket = null;
    this.connecting = false;
    this.errorTaken = false;
  }

  /**
   * Send `length` zeros, as many as there is room for. `more`: what does not fill a segment waits for the next
   * send; `urgent`: the end of it is the end of urgent data.
   */
  send(length: number, how: 'plain' | 'more' | 'urgent'): number {
    const { socket } = this;
    if (socket === null) throw new TcpError('ENOTCONN', 'the socket is not connected');
    const data = zeros(length);
    if (how === 'urgent') return this.took(socket.sendUrgent(data));
    if (how === 'more') socket.setCork(true);
    const taken = socket.send(data);
    if (how === 'plain' && this.more && !this.corked) socket.setCork(false);
    this.more = how === 'more';
    return this.took(taken);
  }

  private took(bytes: number): number {
    this.written += bytes;
    return bytes;
  }

  /**
   * Take up to `max` bytes out, all at once: a window update, if one is due, says what all of it made room for.
   */
  receive(max: number, now: number): number {
    const { socket } = this;
    if (socket === null) return 0;
    const { connection } = socket;
    const before = connection.readable;
    for (let left = Math.min(max, before); left > 0; ) {
      const text = connection.receive(now, left);
      if (text === null) break;
      left -= text.length;
    }
    socket.receive(0);
    return before - connection.readable;
  }
}

/** Scripts send zeros. The stack keeps what it is given: one buffer serves all sends, since nobody writes to it. */
let nothing = new Uint8Array(1 << 16);

export function zeros(length: number): Uint8Array {
  if (nothing.length < length) nothing = new Uint8Array(length);
  return nothing.subarray(0, length);
}
