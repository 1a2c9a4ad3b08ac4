// A connection that belongs to a host: every call enters the engine with the host's time, and then has the host
// send what is due (RFC 9293 §3.9.1, the user's side).

import type { Connection } from '../tcp/connection.ts';
import { type ConnectionError, TcpError } from '../tcp/errors.ts';
import type { ConnectionInfo } from '../tcp/info.ts';
import { SENT } from '../tcp/notice.ts';
import type { Parameters } from '../tcp/parameters.ts';
import type { Kept } from '../tcp/put-away.ts';
import type { State } from '../tcp/state.ts';
import type { Endpoint } from '../wire/address.ts';
import type { Core } from './core.ts';
import type { Flow } from './demux.ts';
import type { Interface } from './interface.ts';
import type { TcpListener } from './listener.ts';
import { observe, unobserve } from './observers.ts';
import type { HostProbe } from './probe.ts';

/** What is told through `notify`: an or of the bits in tcp/notice.ts. */
export type Notify = (notices: number) => void;

const LARGEST_PACKET = 65_535;

/** What the IANA recommends as the default. */
export const HOP_LIMIT = 64;

/** @throws TcpError EINVAL unless 1 to 255 */
export function checkHopLimit(hopLimit: number): number {
  if (!Number.isInteger(hopLimit) || hopLimit < 1 || hopLimit > 255) {
    throw new TcpError('EINVAL', `a hop limit is 1 to 255, not ${hopLimit}`);
  }
  return hopLimit;
}

/** The traffic class that says this codepoint and, as yet, no ECN. @throws TcpError EINVAL unless 0 to 63 */
export function trafficClassOf(codepoint: number): number {
  if (!Number.isInteger(codepoint) || codepoint < 0 || codepoint > 63) {
    throw new TcpError('EINVAL', `a codepoint is 0 to 63, not ${codepoint}`);
  }
  return codepoint << 2;
}

/** One connection of a host; it has come from `Host.connect` or `TcpListener.accept`. */
export class TcpSocket implements Flow {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** The interface it was opened on, and keeps (MUST-45). */
  readonly via: Interface;

  // Read and written by the host: its row in the tables, then the flush loop's fields.
  row = -1;
  /** Names the connection. */
  id: number;
  /** Its timer is in the wheel of TIME-WAIT (connection-timers.ts). */
  timedInTimeWait = false;
  scheduled = false;
  behind: TcpSocket | null = null;
  waiting = false;
  /** Where it waits to be accepted; null: it is the application's. */
  listener: TcpListener | null;
  /** Whose Fast Open requests it counts among, until the handshake is complete (RFC 7413 §5.1); null: nobody's. */
  earlyOf: TcpListener | null = null;
  /** It is closed both ways and not done: lingering.ts counts it. */
  orphaned = false;
  /** Put away (records.ts): the connection, if there is one here, is as it was then. */
  away: boolean;
  /** What was put away was asked for by the application. */
  seen = false;
  /** Of its connection while that is put away. */
  held: Connection | null;
  /** False: the path has an MTU below what we send, and must be allowed to fragment. */
  dontFragment = true;
  hopLimit = HOP_LIMIT;
  trafficClass = 0;
  /** Of the last packet that came for it; the host writes it. */
  receivedTrafficClass = 0;
  /** Who watches this connection alone, and all of them as one for its packets, or null; observers.ts writes both. */
  observers: readonly HostProbe[] = [];
  observer: HostProbe | null = null;

  /** Who is told answers later, in a turn of its own, which ends in `release`: until then the socket is held. */
  inTurns = false;

  private readonly core: Core;
  /** Between `hold` and `release`. */
  private onHold = false;
  private tellsWhenSent = false;
  private callback: Notify | null = null;

  /** `connection` null: it is put away, in a row. */
  constructor(
    core: Core,
    connection: Connection | null,
    local: Endpoint,
    remote: Endpoint,
    via: Interface,
    listener: TcpListener | null,
  ) {
    this.core = core;
    this.held = connection;
    this.away = connection === null;
    this.id = connection === null ? 0 : connection.tcb.id;
    this.local = via.endpoint(local);
    this.remote = remote;
    this.via = via;
    if (connection !== null && core.probe === null) connection.mayRest(core.rest, this);
    this.listener = listener;
    if (listener === null) return;
    this.hopLimit = listener.hopLimit;
    this.trafficClass = listener.trafficClass;
  }

  /** The engine's side; taken out again if it was put away. */
  get connection(): Connection {
    this.takeOut();
    return this.held as Connection;
  }

  private takeOut(): void {
    if (this.away) this.core.records.bringBack(this);
  }

  /** Nobody watches it or is to be told of it, nothing of it waits, and no application has seen it half open. */
  get mayBePutAway(): boolean {
    if (this.callback !== null || this.scheduled || this.waiting || this.earlyOf !== null) return false;
    if (this.observer !== null || this.onHold) return false;
    return this.state === 'TIME-WAIT' ? this.listener === null : !this.seen;
  }

  /** §3.3.2. */
  get state(): State {
    return this.keptAs ?? this.connection.state;
  }

  /** The state of what is put away for it, and of which nothing waits; null: it is not. */
  private get keptAs(): Kept | null {
    const state = this.away ? this.core.records.stateOf(this.row, this.id) : null;
    return state === 'elsewhere' ? null : state;
  }

  /** Why it ended, if not well; ENETDOWN: its interface is gone. */
  get error(): ConnectionError | null {
    return this.connection.error;
  }

  /** Bytes that `receive` would return now, in all. */
  get readable(): number {
    return this.keptAs === null ? this.connection.readable : 0;
  }

  /** Bytes that `send` would take now. */
  get sendSpace(): number {
    return this.connection.sendSpace;
  }

  /** Bytes that `send` took and the peer has not acknowledged, sent or not; 0 = none of them is needed any more. */
  get sendQueue(): number {
    return this.keptAs === null ? this.connection.sendQueue : 0;
  }

  /** The peer will send no more, and everything was received. */
  get ended(): boolean {
    return this.connection.ended;
  }

  /** Until `release`, only full segments leave; an ACK that may wait, and what is called for, go together then. */
  hold(): void {
    this.onHold = true;
    this.connection.setTurn(true);
  }

  /** What is due leaves. */
  release(): void {
    if (!this.onHold) return;
    this.onHold = false;
    this.connection.setTurn(false);
    this.serve();
  }

  /** The notices that nobody was told of yet: those of a connection that was just accepted. */
  takeNotices(): number {
    const notices = this.connection.takeNotices();
    if (!this.isSent) return notices;
    this.tellsWhenSent = false;
    return notices | SENT;
  }

  /** A SENT notice comes, once, when `sendQueue` is 0: what was given to `send` is the program's again. */
  tellWhenSent(): void {
    this.tellsWhenSent = true;
    if (this.hasNews) this.serve();
  }

  private get isSent(): boolean {
    return this.tellsWhenSent && this.sendQueue === 0;
  }

  /**
   * Called with the notices of tcp/notice.ts after events that set any: never from inside a call of a
   * socket's, and free to make any. Notices from before it was set come soon after. While it is set, the connection
   * is kept whole until it is CLOSED; without, one in TIME-WAIT takes no more than a row (records.ts).
   */
  get notify(): Notify | null {
    return this.callback;
  }

  /** From now on this one is told; null: nobody. */
  set notify(callback: Notify | null) {
    this.callback = callback;
    if (callback !== null) {
      if (this.connection.hasNotices || this.isSent) this.serve();
    } else if (!this.away && this.state === 'TIME-WAIT') this.core.scheduler.soon(this);
  }

  /**
   * §3.9.1.2 SEND: take what there is room for, and say how many bytes that was; after fewer than offered, a
   * WRITABLE notice comes when there is room again.
   *
   * **`data` is not copied**: whoever writes to it before it is acknowledged changes what is sent, or sent again.
   * Send a copy (`data.slice()`) to reuse it at once, or wait until `sendQueue` is 0 (`tellWhenSent`).
   * @throws TcpError EPIPE, ENOTCONN; TypeError ERR_INVALID_ARG_TYPE for data that is no Uint8Array
   */
  send(data: Uint8Array): number {
    const taken = this.connection.send(data, this.core.clock.now());
    // What fills a packet need not wait for more.
    if (!this.onHold || this.connection.notSent >= LARGEST_PACKET) this.core.scheduler.serve(this);
    return taken;
  }

  /**
   * `send`, with all that was given up to its end marked as urgent (§3.8.5). The octets stay in the stream; new
   * protocols should not use it (SHLD-13). @throws as `send` does
   */
  sendUrgent(data: Uint8Array): number {
    const taken = this.connection.sendUrgent(data, this.core.clock.now());
    this.serve();
    return taken;
  }

  /** Bytes from the next one to be read to the end of the peer's urgent data, come or not; 0 = none (MUST-33). */
  get urgentAhead(): number {
    return this.connection.urgentAhead;
  }

  /** §3.9.1.3 RECEIVE: the next piece of text, at most `maxBytes`, a view; null when there is none. */
  receive(maxBytes = Number.POSITIVE_INFINITY): Uint8Array | null {
    const text = this.connection.receive(this.core.clock.now(), maxBytes);
    this.serve();
    return text;
  }

  /** Nothing more will be sent: half-close (§3.6). FIN-WAIT-2 then lasts until the peer finishes, too. */
  shutdown(): void {
    this.connection.shutdown(this.core.clock.now());
    this.serve();
  }

  /** §3.9.1.4 CLOSE, both ways: nobody reads any more. */
  close(): void {
    this.connection.close(this.core.clock.now());
    this.serve();
  }

  /** §3.9.1.6 ABORT: reset. */
  abort(): void {
    this.connection.abort(this.core.clock.now());
    this.serve();
  }

  /** §3.9.1.5 STATUS. */
  info(): ConnectionInfo {
    const info = this.connection.info(this.core.clock.now());
    this.core.scheduler.letRest();
    return info;
  }

  /** §3.7.4 (MUST-17): send small segments at once. */
  setNoDelay(on: boolean): void {
    this.connection.setNoDelay(on);
    this.serve();
  }

  /**
   * §3.8.4 (MUST-24): `idle` milliseconds without a word from the peer, then probes at every `interval`, `count` of
   * them; 0 = as configured. @throws RangeError
   */
  setKeepAlive(on: boolean, idle = 0, interval = 0, count = 0): void {
    const { parameters } = this.connection.tcb;
    const settings = {
      on,
      idle: idle || parameters.keepAliveIdle,
      interval: interval || parameters.keepAliveInterval,
      count: count || parameters.keepAliveCount,
    };
    this.connection.setKeepAlive(settings, this.core.clock.now());
    this.serve();
  }

  /**
   * MUST-21, RFC 5482: how long what was sent, or waits behind a closed window, may make no progress, and a peer
   * answer no keep-alive, before the connection ends with ETIMEDOUT; milliseconds, 0 = as long as configured.
   * @throws RangeError
   */
  setUserTimeout(timeout: number): void {
    this.connection.setUserTimeout(timeout, this.core.clock.now());
    this.serve();
  }

  /** How long FIN-WAIT-2 may last after `close`, milliseconds. @throws RangeError */
  setFinWait2(limit: number): void {
    this.connection.setFinWait2(limit, this.core.clock.now());
    this.serve();
  }

  /** SHLD-20: whether SOFT_ERROR notices come. */
  setErrorReports(on: boolean): void {
    this.connection.setErrorReports(on);
  }

  /** No more is taken by `send` while that much has not left once, bytes; Infinity, the default: only the buffer limits. */
  setNotSentLowWater(bytes: number): void {
    this.connection.setNotSentLowWater(bytes);
    this.serve();
  }

  /** MAY-15: while on, only full segments leave, and the rest after 200 ms; off, what was held leaves. */
  setCork(on: boolean): void {
    this.connection.setCork(on);
    this.serve();
  }

  /** TCP_CONGESTION: another algorithm goes on with the window and the threshold that there are (§3.8.2). */
  setCongestionControl(name: Parameters['congestionControl']): void {
    this.connection.setCongestionControl(name);
    this.serve();
  }

  /** §3.9.1.7 FLUSH (MAY-14): drop what has not left yet; how many bytes that was. */
  flush(): number {
    const dropped = this.connection.flush(this.core.clock.now());
    this.serve();
    return dropped;
  }

  /** TTL or hop limit of what is sent from now on (MUST-49). @throws TcpError EINVAL unless 1 to 255 */
  setHopLimit(hopLimit: number): void {
    const checked = checkHopLimit(hopLimit);
    this.takeOut();
    this.hopLimit = checked;
  }

  /**
   * Differentiated services codepoint of what is sent from now on, ACKs and resets included (MUST-48, SHLD-21); it
   * should rarely change while a connection lasts (SHLD-23). @throws TcpError EINVAL unless 0 to 63
   */
  setDiffserv(codepoint: number): void {
    const trafficClass = trafficClassOf(codepoint);
    this.takeOut();
    this.trafficClass = trafficClass;
  }

  /** The codepoint of the last packet that came for this connection, acceptable or not (MAY-9). */
  get receivedDiffserv(): number {
    this.takeOut();
    return this.receivedTrafficClass >> 2;
  }

  /**
   * `observer` hears what this connection does from now on, and of its packets: those that found it, and those that
   * were handed to its link. What it opens with is heard by the option `observers` of `connect`.
   * @throws TypeError ERR_INVALID_ARG_TYPE
   */
  observe(observer: HostProbe): void {
    observe(this.core, this, observer);
  }

  /** `observer` hears no more. */
  unobserve(observer: HostProbe): void {
    unobserve(this.core, this, observer);
  }

  /** The link is gone. */
  fail(error: ConnectionError, now: number): void {
    this.connection.fail(error, now);
    this.core.scheduler.schedule(this);
  }

  /** The flush loop's call: hand over the notices, to the listener as long as it is not accepted. */
  tell(): void {
    if (this.earlyOf !== null) this.earlyOf.earlyChanged(this);
    if (this.listener !== null) this.listener.childChanged(this);
    if (this.callback !== null && this.hasNews) this.callback(this.takeNotices());
  }

  /** There is something to tell, and someone to tell it to. */
  get hasNews(): boolean {
    return this.callback !== null && !this.away && (this.connection.hasNotices || this.isSent);
  }

  private serve(): void {
    if (!this.onHold) this.core.scheduler.serve(this);
  }
}
