// A host whose connections do what a test says, so that each path of the socket can be driven alone.

import type {
  ConnectRequest,
  ListenRequest,
  NetHost,
  PassiveTransport,
  Transport,
} from '../../src/net/transport.ts';
import { CLOSED, CONNECTED, END, ERROR, READABLE, SENT, WRITABLE } from '../../src/tcp/notice.ts';
import { LINUX } from '../../src/tcp/presets.ts';
import { Address, type Endpoint } from '../../src/wire/address.ts';

export const endpoint = (text: string, port: number): Endpoint => ({ address: Address.parse(text)!, port });

export class FakeTransport implements Transport {
  local = endpoint('10.0.0.2', 49_152);
  remote = endpoint('10.0.0.1', 80);
  error: string | null = null;
  ended = false;
  notify: ((notices: number) => void) | null = null;
  inTurns = false;
  /** Calls of hold and release. */
  readonly holds: string[] = [];
  /** Room in the send buffer. */
  room = Number.POSITIVE_INFINITY;
  /** What was taken, as it was given: by reference. */
  readonly sent: Uint8Array[] = [];
  /** How much each send offered. */
  readonly offered: number[] = [];
  /** The other calls, in order. */
  readonly calls: string[] = [];
  private readonly arrived: Uint8Array[] = [];
  private finished = false;

  get readable(): number {
    return this.arrived.reduce((sum, { length }) => sum + length, 0);
  }

  get sentText(): string {
    return Buffer.concat(this.sent).toString();
  }

  /** What of `sent` nobody has acknowledged. */
  sendQueue = 0;

  get sendSpace(): number {
    return this.room;
  }

  tellWhenSent(): void {
    this.calls.push('tellWhenSent');
  }

  send(data: Uint8Array): number {
    if (this.error !== null) throw Object.assign(new Error('closed'), { code: 'ENOTCONN' });
    this.offered.push(data.length);
    const taken = Math.min(data.length, this.room);
    this.room -= taken;
    this.sendQueue += taken;
    if (taken > 0) this.sent.push(data.subarray(0, taken));
    return taken;
  }

  receive(): Uint8Array | null {
    const text = this.arrived.shift() ?? null;
    this.ended = this.finished && this.arrived.length === 0;
    return text;
  }

  hold(): void {
    this.holds.push('hold');
  }

  release(): void {
    this.holds.push('release');
  }

  takeNotices(): number {
    return 0;
  }

  shutdown(): void {
    this.calls.push('shutdown');
  }

  close(): void {
    this.calls.push('close');
  }

  abort(): void {
    this.calls.push('abort');
  }

  setNoDelay(on: boolean): void {
    this.calls.push(`noDelay ${on}`);
  }

  setKeepAlive(on: boolean, idle: number, interval = 0, count = 0): void {
    const more = interval || count ? ` ${interval} ${count}` : '';
    this.calls.push(`keepAlive ${on} ${idle}${more}`);
  }

  setDiffserv(codepoint: number): void {
    this.calls.push(`diffserv ${codepoint}`);
  }

  setHopLimit(hopLimit: number): void {
    this.calls.push(`hopLimit ${hopLimit}`);
  }

  setNotSentLowWater(): void {}

  setCork(on: boolean): void {
    this.calls.push(`cork ${on}`);
  }

  setUserTimeout(timeout: number): void {
    this.calls.push(`userTimeout ${timeout}`);
  }

  setCongestionControl(name: string): void {
    this.calls.push(`congestionControl ${name}`);
  }

  info(): null {
    return null;
  }

  observe(): void {}

  unobserve(): void {}

  // What happens on the wire

  connects(): void {
    this.notify?.(CONNECTED);
  }

  /** Text arrives. */
  delivers(...texts: (Uint8Array | string)[]): void {
    for (const text of texts) this.arrived.push(typeof text === 'string' ? Buffer.from(text) : text);
    this.notify?.(READABLE);
  }

  /** The peer's FIN arrives. */
  finishes(): void {
    this.finished = true;
    this.ended = this.arrived.length === 0;
    this.notify?.(READABLE | END);
  }

  fails(code: string): void {
    this.error = code;
    this.notify?.(ERROR | CLOSED);
  }

  /** Acknowledgments make room. */
  makesRoom(bytes: number): void {
    this.room += bytes;
    this.notify?.(WRITABLE);
  }

  /** Everything, and so it is told. */
  acknowledges(): void {
    this.sendQueue = 0;
    this.notify?.(SENT);
  }

  vanishes(): void {
    this.notify?.(CLOSED);
  }
}

export class FakeListener implements PassiveTransport {
  readonly local: { readonly address: Address | null; readonly port: number };
  notify: (() => void) | null = null;
  closed = false;
  private readonly waiting: Transport[] = [];

  constructor(request: ListenRequest) {
    this.local = { address: request.address, port: request.port || 49_153 };
  }

  accept(): Transport | null {
    return this.waiting.shift() ?? null;
  }

  close(): void {
    this.closed = true;
  }

  /** Connections reach ESTABLISHED. */
  takes(...transports: Transport[]): void {
    this.waiting.push(...transports);
    this.notify?.();
  }
}

export class FakeHost implements NetHost {
  readonly parameters = LINUX;
  /** What the next calls throw. */
  refuse: string | null = null;
  readonly connections: FakeTransport[] = [];
  readonly listeners: FakeListener[] = [];
  readonly requests: (ConnectRequest | ListenRequest)[] = [];

  connect(request: ConnectRequest): Transport {
    this.admit(request);
    const transport = new FakeTransport();
    transport.remote = request;
    this.connections.push(transport);
    return transport;
  }

  listen(request: ListenRequest): PassiveTransport {
    this.admit(request);
    const listener = new FakeListener(request);
    this.listeners.push(listener);
    return listener;
  }

  private admit(request: ConnectRequest | ListenRequest): void {
    this.requests.push(request);
    if (this.refuse !== null) throw Object.assign(new Error('refused'), { code: this.refuse });
  }
}
