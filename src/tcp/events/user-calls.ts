// §3.10.1-6 the user calls: OPEN, SEND, RECEIVE, CLOSE, ABORT, STATUS.

import { ByteQueue } from '../../lib/byte-queue.ts';
import { checkInteger, invalidType, isBytes } from '../../lib/check.ts';
import { limitFinWait2 } from '../closing.ts';
import { acknowledgeNow, acknowledgeRead } from '../delayed-ack.ts';
import { TcpError } from '../errors.ts';
import { takeSyn } from '../handshake.ts';
import { startKeepAlive, stopKeepAlive } from '../keep-alive.ts';
import { announcedMss, defaultMss } from '../mss.ts';
import type { UserCall } from '../probe.ts';
import { tuneToReader } from '../receive-buffer.ts';
import { sendReset } from '../reset.ts';
import type { Segment } from '../segment.ts';
import { sendSpace, wrote } from '../send-buffer.ts';
import { type OpenOptions, Tcb } from '../tcb.ts';
import { enter, enterClosed } from '../transition.ts';
import { acceptableSeq, windowUpdateDue } from '../window.ts';

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

/** §3.10.4 CLOSE of our direction: a FIN follows the last octet of the queue; the peer may go on sending. */
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
    sendReset(tcb, acceptableSeq(tcb), '9293-3.6.1-unread');
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
      sendReset(tcb, acceptableSeq(tcb), '9293-3.10.5-abort');
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

/** §3.8.4 (MUST-24, MUST-27): turn keep-alive on, with its idle time in ms, or off. */
export function setKeepAlive(tcb: Tcb, on: boolean, idle: number, now: number): void {
  tcb.keepAlive = on;
  tcb.keepAliveIdle = idle;
  if (on) startKeepAlive(tcb, now);
  else stopKeepAlive(tcb, now);
}
