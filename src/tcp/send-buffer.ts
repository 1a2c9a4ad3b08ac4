// §3.9.1.2 how much text may wait here for the peer, and when an application that waits for room is told. With
// `sendBufferMax` the buffer follows the congestion window, twice as large: all of it may be in flight while as much
// is written.

import { queued, textEnd } from './closing.ts';
import { effectiveSendMss } from './mss.ts';
import { WRITABLE } from './notice.ts';
import { add, diff } from './seq.ts';
import type { Tcb } from './tcb.ts';

/** What is kept for one segment beside its text, bytes; with it, a power of two; and then its descriptor. */
const SEGMENT_OVERHEAD = 640;
const DESCRIPTOR = 256;
/** Segments that the buffer holds at least twice. */
const LEAST_SEGMENTS = 10;
/** Text that is handed to a link at once, at most. */
const LARGEST_STRETCH = 65_215;
/** A peer whose windows are smaller than this gets them filled, not halved. */
const TINY_WINDOW = 536;

/** Room for more text from the application, bytes. */
export function sendSpace(tcb: Tcb): number {
  const { snd } = tcb;
  const room = Math.max(snd.buffer - queued(tcb), 0);
  if (snd.notSentLowWater === Number.POSITIVE_INFINITY) return room;
  return Math.min(room, Math.max(snd.notSentLowWater - notSent(tcb), 0));
}

/** Text that has not left once. */
export const notSent = (tcb: Tcb): number =>
  tcb.snd.finSent ? 0 : Math.max(diff(textEnd(tcb), tcb.snd.nxt), 0);

/** `bytes` were added to the queue by one call. */
export function wrote(tcb: Tcb, bytes: number): void {
  const { snd } = tcb;
  const end = textEnd(tcb);
  const from = add(end, -bytes);
  if (!tcb.parameters.pushHalfWindow || snd.maxWnd === 0) {
    snd.pushes.wrote(from, end, snd.nxt, Number.POSITIVE_INFINITY, 0);
    return;
  }
  const half = snd.maxWnd >> 1;
  const mss = effectiveSendMss(tcb, 0);
  const most = Math.min(snd.maxWnd > TINY_WINDOW ? half : snd.maxWnd, LARGEST_STRETCH);
  snd.pushes.wrote(from, end, snd.nxt, Math.max(Math.floor(most / mss), 1) * mss, half);
}

/** The connection is established, or an application waits for room: the buffer may have to grow. */
export function expandSendBuffer(tcb: Tcb): void {
  const { congestion, parameters, snd } = tcb;
  if (parameters.sendBufferMax <= snd.buffer || snd.bufferChosen) return;
  const mss = effectiveSendMss(tcb, 0);
  const segments = Math.max(LEAST_SEGMENTS, Math.floor(congestion.cwnd / mss));
  const each = 2 ** Math.ceil(Math.log2(snd.mss + SEGMENT_OVERHEAD)) + DESCRIPTOR;
  snd.buffer = Math.min(Math.max(snd.buffer, 2 * segments * each), parameters.sendBufferMax);
}

/** Text was acknowledged or has left while the application waits for room. */
export function tellOfRoom(tcb: Tcb): void {
  const { parameters, snd } = tcb;
  if (snd.nxt !== snd.una && diff(snd.nxt, snd.una) < tcb.congestion.cwnd) expandSendBuffer(tcb);
  if (queued(tcb) > snd.buffer * (1 - parameters.writableShare)) return;
  if (2 * notSent(tcb) >= snd.notSentLowWater && notSent(tcb) > 0) return;
  snd.wanted = false;
  tcb.notices |= WRITABLE;
}

/** The application chooses how much may wait, bytes: it grows no more. */
export function setSendBuffer(tcb: Tcb, bytes: number): void {
  tcb.snd.buffer = bytes;
  tcb.snd.bufferChosen = true;
  if (tcb.snd.wanted) tellOfRoom(tcb);
}

/** No more text is taken while `bytes` wait to be sent for the first time; Infinity = no such limit. */
export function setNotSentLowWater(tcb: Tcb, bytes: number): void {
  tcb.snd.notSentLowWater = bytes;
  if (tcb.snd.wanted) tellOfRoom(tcb);
}
