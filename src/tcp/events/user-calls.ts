// §3.10.1-6 the user calls: OPEN, SEND, RECEIVE, CLOSE, ABORT, STATUS.

import { ByteQueue } from '../../lib/byte-queue.ts';
import { checkInteger, checkNumber, invalidType, isBytes } from '../../lib/check.ts';
import { limitFinWait2, textEnd } from '../closing.ts';
import { acknowledgeNow, acknowledgeRead } from '../delayed-ack.ts';
import { TcpError } from '../errors.ts';
import { takeSyn } from '../handshake.ts';
import { startKeepAlive, stopKeepAlive } from '../keep-alive.ts';
import { announcedMss, defaultMss } from '../mss.ts';
import { WRITABLE } from '../notice.ts';
import type { UserCall } from '../probe.ts';
import { tuneToReader } from '../receive-buffer.ts';
import { resetPeer } from '../reset.ts';
import type { Segment } from '../segment.ts';
import { sendSpace, wrote } from '../send-buffer.ts';
import { add, diff } from '../seq.ts';
import { isSynchronized } from '../state.ts';
import { type OpenOptions, Tcb } from '../tcb.ts';
import { enter, enterClosed } from '../transition.ts';
import { markUrgent } from '../urgent.ts';
import { heedUserTimeout } from '../user-timeout.ts';
import { windowUpdateDue } from '../window.ts';

function create(options: OpenOptions, passive: boolean): Tcb {
  const { family } = options.remote.address;
  return new Tcb(options, passive, announcedMss(family, options.mtu, options.parameters), defaultMss(family));
}

function tell(tcb: Tcb, call: UserCall, bytes: number, now: number): void {
  if (tcb.probe !== null) tcb.probe.userCall(tcb, call, bytes, now);
}

/** §3.10.1 active OPEN: the SYN is due. */
export function openActive(options: OpenOptions, now: number): Tcb {
  const tcb = create(options, false);
  tell(tcb, 'connect', 0, now);
  enter(tcb, 'SYN-SENT', '9293-3.10.1-active', now);
  return tcb;
}

/** §3.10.7.2 third: a listener received `syn`; the SYN,ACK is due. What else the SYN carries, the peer sends again. */
export function openPassive(options: OpenOptions, syn: Segment, now: number): Tcb {
  const tcb = create(options, true);
  enter(tcb, 'LISTEN', '9293-3.10.1-passive', now);
  tcb.counters.segmentsReceived += 1;
  tcb.lastHeard = now;
  if (tcb.probe !== null) tcb.probe.segmentArrives(tcb, syn, now);
  takeSyn(tcb, syn, now);
  enter(tcb, 'SYN-RECEIVED', '9293-3.10.7.2-third', now);
  return tcb;
}

/** RFC 4987 §3.6: `syn` was answered by a cookie, and is known again from the ACK that arrives next. */
export function openFromCookie(options: OpenOptions, syn: Segment, now: number): Tcb {
  const tcb = create(options, true);
  const { board, snd } = tcb;
  takeSyn(tcb, syn, now);
  snd.nxt = add(tcb.iss, 1);
  board.sent(snd.nxt, now);
  board.resent(0, 1, now); // As if it had left twice: when is not known, so nothing is measured (Karn).
  enter(tcb, 'SYN-RECEIVED', '4987-3.6-cookie', now);
  return tcb;
}

/**
 * §3.10.2 SEND: queue what there is room for, by reference: `data` must not change until it is acknowledged.
 * Returns how many bytes were taken; when fewer than offered, a WRITABLE notice follows.
 * @throws TcpError EPIPE after our own close, ENOTCONN when there is no connection; TypeError for other data.
 */
export function send(tcb: Tcb, data: Uint8Array, now: number): number {
  if (!isBytes(data)) throw invalidType('data', 'a Uint8Array', data);
  if (tcb.state === 'CLOSED' || tcb.state === 'LISTEN') {
    throw new TcpError('ENOTCONN', 'connection does not exist');
  }
  if (tcb.snd.finQueued) throw new TcpError('EPIPE', 'connection closing');
  const taken = Math.min(data.length, sendSpace(tcb));
  tcb.snd.wanted = taken < data.length;
  if (taken === 0) return 0;
  tcb.snd.queue ??= new ByteQueue();
  tcb.snd.queue.push(data, 0, taken);
  wrote(tcb, taken);
  tell(tcb, 'send', taken, now);
  return taken;
}

/** The same with the urgent flag: what was taken, and all that waits before it, is urgent (MUST-30, MUST-31). */
export function sendUrgent(tcb: Tcb, data: Uint8Array, now: number): number {
  const taken = send(tcb, data, now);
  if (taken > 0) markUrgent(tcb);
  return taken;
}

/**
 * §3.10.3 RECEIVE: the next piece of text in order, at most `maxBytes`, as a view of the buffer in which it
 * came. Null: none waits now. @throws TypeError, RangeError for a number of bytes that is none.
 */
export function receive(tcb: Tcb, maxBytes: number, now: number): Uint8Array | null {
  if (maxBytes !== Number.POSITIVE_INFINITY) checkInteger('maxBytes', maxBytes, 0, Number.POSITIVE_INFINITY);
  const { queue } = tcb.rcv;
  const text = queue === null ? null : queue.shift(maxBytes);
  if (text === null) return null;
  tell(tcb, 'receive', text.length, now);
  if (tcb.state !== 'CLOSED' && !tcb.rcv.finished) {
    if (tcb.rcv.tuning !== null) tuneToReader(tcb, now);
    if (windowUpdateDue(tcb)) acknowledgeNow(tcb, '9293-3.8.6.2.2-update');
    else acknowledgeRead(tcb, queue!.length === 0);
  }
  return text;
}

/**
 * §3.10.4 CLOSE of our direction: a FIN follows the last octet of the queue; the peer may go on sending, and be
 * silent for as long as it likes: FIN-WAIT-2 has no end of its own while somebody here reads. A program that does
 * not want to wait calls `close`, and one that wants to know whether the peer is still there turns keep-alive on.
 */
export function shutdown(tcb: Tcb, now: number): void {
  if (tcb.state === 'CLOSED' || tcb.snd.finQueued) return;
  tell(tcb, 'shutdown', 0, now);
  finish(tcb, now);
}

function finish(tcb: Tcb, now: number): void {
  switch (tcb.state) {
    case 'LISTEN':
    case 'SYN-SENT':
      return enterClosed(tcb, null, '9293-3.10.4-never-open', now);
    case 'ESTABLISHED':
      tcb.snd.finQueued = true;
      return enter(tcb, 'FIN-WAIT-1', '9293-3.10.4-close', now);
    case 'SYN-RECEIVED':
    case 'CLOSE-WAIT':
      tcb.snd.finQueued = true;
      return;
    case 'FIN-WAIT-1':
    case 'FIN-WAIT-2':
    case 'CLOSING':
    case 'LAST-ACK':
    case 'TIME-WAIT':
    case 'CLOSED':
      return;
  }
}

/**
 * §3.10.4 CLOSE of both directions, as a program's close() means it: our FIN follows, and nobody will read.
 * Text that was received and never read, or comes later, is answered with a RST (SHLD-3).
 */
export function close(tcb: Tcb, now: number): void {
  if (tcb.state === 'CLOSED' || tcb.rcv.discard) return;
  tell(tcb, 'close', 0, now);
  const unread = tcb.rcv.queue !== null && tcb.rcv.queue.length > 0;
  tcb.rcv.queue = null;
  if (unread && tcb.state !== 'TIME-WAIT') {
    resetPeer(tcb, '9293-3.6.1-unread');
    return enterClosed(tcb, null, '9293-3.6.1-unread', now);
  }
  tcb.rcv.discard = true;
  if (!tcb.snd.finQueued) finish(tcb, now);
  limitFinWait2(tcb, now);
}

/** §3.10.5 ABORT: a RST, and the TCB is gone. */
export function abort(tcb: Tcb, now: number): void {
  if (tcb.state === 'CLOSED') return;
  tell(tcb, 'abort', 0, now);
  tcb.rcv.queue = null;
  switch (tcb.state) {
    case 'SYN-RECEIVED':
    case 'ESTABLISHED':
    case 'FIN-WAIT-1':
    case 'FIN-WAIT-2':
    case 'CLOSE-WAIT':
      resetPeer(tcb, '9293-3.10.5-abort');
      break;
    case 'CLOSING':
    case 'LAST-ACK':
    case 'TIME-WAIT':
    case 'LISTEN':
    case 'SYN-SENT':
      break;
  }
  enterClosed(tcb, null, '9293-3.10.5-abort', now);
}

/** §3.8.4: how one connection is kept alive. Times in ms, more than 0. */
export interface KeepAlive {
  readonly on: boolean;
  /** Silence before the first probe. */
  readonly idle: number;
  /** Between one probe and the next. */
  readonly interval: number;
  /** Unanswered probes after which the peer is held dead; at least 2 (MUST-29). */
  readonly count: number;
}

/** §3.8.4 (MUST-24, MUST-27). @throws TypeError, RangeError for values that it cannot have */
export function setKeepAlive(tcb: Tcb, { on, idle, interval, count }: KeepAlive, now: number): void {
  checkNumber('idle', idle, Number.MIN_VALUE, Number.MAX_VALUE);
  checkNumber('interval', interval, Number.MIN_VALUE, Number.MAX_VALUE);
  checkNumber('count', count, 2, Number.POSITIVE_INFINITY);
  tcb.keepAlive = on;
  tcb.keepAliveIdle = idle;
  tcb.keepAliveInterval = interval;
  tcb.keepAliveCount = count;
  if (on) startKeepAlive(tcb, now);
  else stopKeepAlive(tcb, now);
}

/** §3.8.3 (MUST-21), RFC 5482: how long nothing may move, ms; 0 = for R2. @throws TypeError, RangeError */
export function setUserTimeout(tcb: Tcb, timeout: number, now: number): void {
  checkNumber('timeout', timeout, 0, Number.POSITIVE_INFINITY);
  tcb.userTimeout = timeout;
  tcb.userTimeoutChangeable = false;
  heedUserTimeout(tcb, now);
  if (!tcb.parameters.userTimeoutOption || !isSynchronized(tcb.state)) return;
  tcb.userTimeoutDue = true;
  acknowledgeNow(tcb, '5482-3.1-advertise');
}

/** How long FIN-WAIT-2 may last once nobody reads, ms, from now on if it has begun. @throws TypeError, RangeError */
export function setFinWait2(tcb: Tcb, limit: number, now: number): void {
  checkNumber('limit', limit, 0, Number.POSITIVE_INFINITY);
  tcb.finWait2 = limit;
  limitFinWait2(tcb, now);
}

/**
 * MAY-15, MAY-16: while corked only full segments leave, and the rest after 200 ms (MUST-60) or with a FIN.
 * Uncorked, what was held leaves without waiting for an ACK.
 */
export function setCork(tcb: Tcb, on: boolean): void {
  tcb.corked = on;
  if (!on) tcb.snd.small = tcb.snd.una;
}

/** §3.9.1.7 FLUSH (MAY-14): drop the text that has not left yet. Returns how many bytes that was. */
export function flush(tcb: Tcb, now: number): number {
  const { snd } = tcb;
  if (snd.queue === null || snd.finSent) return 0;
  const unsent = Math.min(diff(textEnd(tcb), snd.nxt), snd.queue.length);
  if (unsent <= 0) return 0;
  tell(tcb, 'flush', unsent, now);
  snd.queue.discardLast(unsent);
  snd.pushes.cut(textEnd(tcb));
  if (snd.wanted) tcb.notices |= WRITABLE;
  snd.wanted = false;
  return unsent;
}
