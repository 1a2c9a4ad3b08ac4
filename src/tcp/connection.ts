// One connection, seen from outside: calls and segments and time go in, segments and notices come out.

import { acceptsIncarnation, giveWayToOthers, issBeyond, mayBeReused, queued } from './closing.ts';
import { setQuickAck } from './delayed-ack.ts';
import type { ConnectionError } from './errors.ts';
import { takeEarlyData } from './events/early-data.ts';
import { segmentArrives } from './events/segment-arrives.ts';
import { expire } from './events/timeouts.ts';
import * as call from './events/user-calls.ts';
import { icmpError, packetTooBig, pathMtuKnown } from './failures.ts';
import { type ConnectionInfo, info } from './info.ts';
import { output } from './output.ts';
import { doubtsTooBig, hasConfirmedClaim } from './path-claims.ts';
import { setReceiveBuffer, setWindowClamp } from './receive-buffer.ts';
import { Sleeper } from './rest.ts';
import type { Segment } from './segment.ts';
import { notSent, sendSpace, setNotSentLowWater, setSendBuffer } from './send-buffer.ts';
import { diff, type Seq } from './seq.ts';
import type { State } from './state.ts';
import { controller, type OpenOptions, type Tcb } from './tcb.ts';
import { nextDeadline } from './timers.ts';
import { enterClosed } from './transition.ts';
import type { FastOpenVariables } from './variables.ts';

/**
 * A TCP connection without any I/O. `now` is in milliseconds from any origin and never goes back. After every
 * call that takes `now`: call `output` until it returns false, then look at `takeNotices()` and `deadline`.
 */
export class Connection extends Sleeper {
  /** §3.10.1 active OPEN; `output` has the SYN. */
  static connect(options: OpenOptions, now: number): Connection {
    return new Connection(call.openActive(options, now));
  }

  /** §3.10.7.2: what a listener makes of a SYN; `output` has the SYN,ACK. */
  static accept(options: OpenOptions, syn: Segment, now: number): Connection {
    return new Connection(call.openPassive(options, syn, now));
  }

  /** RFC 4987 §3.6: what `accept` had made of `syn`, had it not been answered by a cookie. */
  static fromCookie(options: OpenOptions, syn: Segment, now: number): Connection {
    return new Connection(call.openFromCookie(options, syn, now));
  }

  /** RFC 7413: say, before the first SYN or SYN,ACK leaves, what it carries of Fast Open. */
  useFastOpen(fastOpen: FastOpenVariables): void {
    this.tcb.fastOpen = fastOpen;
  }

  /** RFC 7413 §4.2.2: `syn`, which `accept` was given, had a good cookie: its text counts, and ours may follow. */
  acceptEarlyData(fastOpen: FastOpenVariables, syn: Segment, now: number): void {
    this.tcb.fastOpen = fastOpen;
    takeEarlyData(this.tcb, fastOpen, syn, now);
  }

  /** A connection around a TCB that was copied or restored. */
  static of(tcb: Tcb): Connection {
    return new Connection(tcb);
  }

  /** §3.3.2. */
  get state(): State {
    return this.whole === null ? 'ESTABLISHED' : this.whole.state;
  }

  /** How it ended, if not well. */
  get error(): ConnectionError | null {
    return this.whole === null ? null : this.whole.error;
  }

  /** When `expire` is to be called, ms; Infinity = no timer runs. */
  get deadline(): number {
    return nextDeadline(this.tcb);
  }

  /** Bytes that `send` would take. */
  get sendSpace(): number {
    return sendSpace(this.tcb);
  }

  /** Bytes that `send` took and the peer has not acknowledged, sent or not; 0 = none of them is needed any more. */
  get sendQueue(): number {
    return this.whole === null ? 0 : queued(this.whole);
  }

  /** Bytes that `receive` can give. */
  get readable(): number {
    const queue = this.whole === null ? null : this.whole.rcv.queue;
    return queue === null ? 0 : queue.length;
  }

  /** The peer's FIN was reached and everything before it was received by the application. */
  get ended(): boolean {
    return this.whole?.rcv.finished === true && this.readable === 0;
  }

  /** Bytes from the next one to be read up to the receive urgent pointer, come or still to come (MUST-33). */
  get urgentAhead(): number {
    const { rcv } = this.tcb;
    const textEnd = rcv.finished ? rcv.fin : rcv.nxt;
    return Math.max(diff(rcv.up, textEnd) + this.readable, 0);
  }

  /** A segment came whose checksum is right. It is trimmed in place; its text is kept by reference. */
  arrives(seg: Segment, now: number): void {
    segmentArrives(this.tcb, seg, now);
  }

  /**
   * §3.10.2 SEND: take what there is room for, and say how many bytes that was.
   *
   * **`data` is not copied**: whoever writes to it before it is acknowledged changes what is sent, or sent again.
   * Send a copy (`data.slice()`) to reuse it at once, or wait until `sendQueue` is 0. No notice says that; it is
   * also true once our FIN is acknowledged: FIN-WAIT-2, TIME_WAIT, CLOSED.
   * @throws TcpError EPIPE, ENOTCONN; TypeError ERR_INVALID_ARG_TYPE for data that is no Uint8Array
   */
  send(data: Uint8Array, now: number): number {
    return call.send(this.tcb, data, now);
  }

  /**
   * `send`, with all that was given up to its end marked as urgent (§3.8.5). The octets stay in the stream: the peer
   * is told how far to read before it may rest. New protocols should not use it (SHLD-13, RFC 6093 §5).
   * @throws as `send` does
   */
  sendUrgent(data: Uint8Array, now: number): number {
    return call.sendUrgent(this.tcb, data, now);
  }

  /** The next piece of text, a view; null = none now. */
  receive(now: number, maxBytes = Number.POSITIVE_INFINITY): Uint8Array | null {
    return call.receive(this.tcb, maxBytes, now);
  }

  /** No more to send: half-close. FIN-WAIT-2 then lasts until the peer finishes, too. */
  shutdown(now: number): void {
    call.shutdown(this.tcb, now);
  }

  /** No more to send and nobody to read. */
  close(now: number): void {
    call.close(this.tcb, now);
  }

  /** RST. */
  abort(now: number): void {
    call.abort(this.tcb, now);
  }

  /** @throws TypeError, RangeError */
  setKeepAlive(settings: call.KeepAlive, now: number): void {
    call.setKeepAlive(this.tcb, settings, now);
  }

  /** MUST-21, RFC 5482: how long nothing may move before the connection is given up, ms; 0 = for R2. @throws RangeError */
  setUserTimeout(timeout: number, now: number): void {
    call.setUserTimeout(this.tcb, timeout, now);
  }

  /** How long FIN-WAIT-2 may last once nobody reads, ms. @throws TypeError, RangeError */
  setFinWait2(limit: number, now: number): void {
    call.setFinWait2(this.tcb, limit, now);
  }

  /** SHLD-20: whether SOFT_ERROR notices come. What went wrong is known in any case (`info`). */
  setErrorReports(on: boolean): void {
    this.tcb.errorReports = on;
  }

  /** MAY-15: while on, only full segments leave, and the rest after 200 ms; off, what was held leaves. */
  setCork(on: boolean): void {
    call.setCork(this.tcb, on);
  }

  /** §3.9.1.7 (MAY-14): drop what has not left yet; how many bytes that was. */
  flush(now: number): number {
    return call.flush(this.tcb, now);
  }

  /**
   * The application's turn begins or ends. In between it answers what it was told of: an ACK of no more than a
   * segment, and text of less than one, wait for what it adds. The turn must not last: no timer ends it.
   */
  setTurn(on: boolean): void {
    this.tcb.inTurn = on;
  }

  /** Text that has not left once, bytes. */
  get notSent(): number {
    return notSent(this.tcb);
  }

  /** MUST-17. */
  setNoDelay(on: boolean): void {
    this.tcb.nagle = !on;
  }

  /**
   * TCP_QUICKACK: acknowledge what comes at once, or wait for something to go with it, until the peer's and the
   * application's pace say otherwise. It means something with `quickAcks` only.
   */
  setQuickAck(on: boolean): void {
    setQuickAck(this.tcb, on);
  }

  /** SO_RCVBUF: what may wait here to be read, bytes, what comes beside text included. It grows no more. */
  setReceiveBuffer(bytes: number): void {
    setReceiveBuffer(this.tcb, bytes);
  }

  /** SO_SNDBUF: what may wait for the peer, bytes. It grows no more. */
  setSendBuffer(bytes: number): void {
    setSendBuffer(this.tcb, bytes);
  }

  /** TCP_NOTSENT_LOWAT: take no more text while `bytes` of it have not left once; Infinity = no such limit. */
  setNotSentLowWater(bytes: number): void {
    setNotSentLowWater(this.tcb, bytes);
  }

  /** TCP_CONGESTION: another algorithm goes on with the window and the threshold that there are. */
  setCongestionControl(name: 'cubic' | 'reno'): void {
    const { tcb } = this;
    const next = controller({ ...tcb.parameters, congestionControl: name });
    if (tcb.congestion.smss > 0) next.takeOver(tcb.congestion);
    tcb.congestion = next;
  }

  /** TCP_WINDOW_CLAMP: offer no larger window than `bytes`. What was offered is honoured. */
  setWindowClamp(bytes: number): void {
    setWindowClamp(this.tcb, bytes);
  }

  /**
   * RFC 5927 §7.2: a packet of `length` bytes with sequence number `quoted`, in flight, was too big, and `mtu` bytes
   * (0: not said) would have passed. True: more has passed before; the claim waits for a timeout.
   */
  doubtsTooBig(mtu: number, length: number, quoted: Seq, now: number): boolean {
    return doubtsTooBig(this.tcb, mtu, length, quoted, now);
  }

  /** A claim that was doubted is doubted no more: the owner acts upon `tcb.mtuSearch.claimed`. */
  get hasConfirmedClaim(): boolean {
    return hasConfirmedClaim(this.tcb);
  }

  /** RFC 1191, RFC 8201: a packet with sequence number `quoted` was too big; `mtu` would have passed. */
  packetTooBig(mtu: number, quoted: Seq, now: number): void {
    packetTooBig(this.tcb, mtu, quoted, now);
  }

  /**
   * What is known of the path, learnt by another connection or grown old: larger or smaller, from now on. What is
   * in flight and larger goes again.
   */
  setPathMtu(mtu: number): void {
    pathMtuKnown(this.tcb, mtu);
  }

  /** §3.9.2.2: an ICMP error that quotes sequence number `quoted`. */
  icmpError(kind: 'soft' | 'hard', quoted: Seq, error: ConnectionError, now: number): void {
    icmpError(this.tcb, kind, quoted, error, now);
  }

  /** The link is gone: the connection ends without a word to the peer. */
  fail(error: ConnectionError, now: number): void {
    if (this.tcb.state !== 'CLOSED') enterClosed(this.tcb, error, 'local-link-down', now);
  }

  /** §3.10.8: handle every timer whose deadline has passed. */
  expire(now: number): void {
    expire(this.tcb, now);
  }

  /** Fill `out` with the next segment that is due; false = none. */
  output(out: Segment, now: number): boolean {
    return output(this.tcb, out, now);
  }

  /** `takeNotices` would return some. */
  get hasNotices(): boolean {
    return this.tcb.notices !== 0;
  }

  /** The notice bits (notice.ts) since the last call. */
  takeNotices(): number {
    const { notices } = this.tcb;
    this.tcb.notices = 0;
    return notices;
  }

  /** MUST-20: R1 was reached since the last call: IP might choose another way for those that come after. */
  takePathDoubt(): boolean {
    const { pathInDoubt } = this.tcb;
    this.tcb.pathInDoubt = false;
    return pathInDoubt;
  }

  /** In TIME-WAIT: may `syn` open the next incarnation (MAY-2, RFC 6191)? */
  acceptsIncarnation(syn: Segment): boolean {
    return acceptsIncarnation(this.tcb, syn);
  }

  /** An ISS for that incarnation, `iss` if it lies far enough ahead. */
  issBeyond(iss: Seq): Seq {
    return issBeyond(this.tcb, iss);
  }

  /** TIME-WAIT is cut short: the next incarnation takes its place (RFC 6191 §2). */
  giveWay(now: number): void {
    enterClosed(this.tcb, null, '6191-2-reuse', now);
  }

  /** In TIME-WAIT: may we open the next incarnation ourselves, from now on (parameter timeWaitReuse)? */
  mayBeReused(now: number): boolean {
    return this.tcb.state === 'TIME-WAIT' && mayBeReused(this.tcb.timestamps, now);
  }

  /** In TIME-WAIT, or closed by the application: it is ended to make room for others. */
  giveWayToOthers(now: number): void {
    giveWayToOthers(this.tcb, now);
  }

  /** §3.10.6 STATUS. */
  info(now: number): ConnectionInfo {
    return info(this.tcb, now);
  }
}
