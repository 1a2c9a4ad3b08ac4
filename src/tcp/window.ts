// §3.8.6 the window we offer and the window we are offered, with silly-window avoidance at the receiver.

import { ACK } from '../wire/tcp.ts';
import type { Segment } from './segment.ts';
import { add, diff, leq, lt, max, min, type Seq } from './seq.ts';
import { isSynchronized } from './state.ts';
import type { Tcb } from './tcb.ts';
import { isRunning, Timer } from './timers.ts';

const MAX_WINDOW = 65_535;
const MAX_SCALE = 14;

/** RCV.WND as the peer knows it, bytes. */
export const receiveWindow = (tcb: Tcb): number => Math.max(diff(tcb.rcv.edge, tcb.rcv.nxt), 0);

/** The shift that lets a window cover `buffer` bytes (RFC 7323 §2.3). */
export function scaleFor(buffer: number): number {
  let scale = 0;
  while (scale < MAX_SCALE && MAX_WINDOW << scale < buffer) scale += 1;
  return scale;
}

/** The largest window there can be: the buffer, or what the field can say of it. */
const capacity = (tcb: Tcb): number => Math.min(tcb.parameters.receiveBuffer, MAX_WINDOW << tcb.rcv.scale);

/** Room for text from RCV.NXT on. What waits out of order lies inside it. */
function room(tcb: Tcb): number {
  const unread = tcb.rcv.queue === null ? 0 : tcb.rcv.queue.length;
  return Math.min(Math.max(tcb.parameters.receiveBuffer - unread, 0), capacity(tcb));
}

/**
 * The right edge to offer now. §3.8.6.2.2 (MUST-39): it advances by at least one segment or half the buffer,
 * or not at all; it never moves left (SHLD-14).
 */
function edgeToOffer(tcb: Tcb): Seq {
  const { rcv } = tcb;
  const edge = add(rcv.nxt, room(tcb));
  const step = Math.min(capacity(tcb) / 2, tcb.announcedMss);
  return diff(edge, rcv.edge) >= step ? edge : rcv.edge;
}

/**
 * Fix the window that the segment about to leave will carry: sets RCV.EDGE, returns SEG.WND as on the wire.
 * A scaled window is rounded up so that its edge does not move left; but never past one unit more than
 * there is room for: there the field falls back, and RCV.EDGE stays, since what was offered once is
 * honoured (RFC 7323 §2.4).
 */
export function offerWindow(tcb: Tcb): number {
  const { rcv } = tcb;
  const wanted = Math.max(diff(edgeToOffer(tcb), rcv.nxt), 0);
  const unit = 1 << rcv.scale;
  let units = Math.ceil(wanted / unit);
  if (units * unit > room(tcb) + unit) units = Math.floor(wanted / unit);
  rcv.edge = max(rcv.edge, add(rcv.nxt, units * unit));
  return units;
}

/** The window of a SYN or SYN,ACK is never scaled (RFC 7323 §2.2). */
export function offerUnscaledWindow(tcb: Tcb): number {
  const wnd = Math.min(room(tcb), MAX_WINDOW);
  tcb.rcv.edge = add(tcb.rcv.nxt, wnd);
  return wnd;
}

/**
 * Reading has made room: must the peer hear of it now? Yes if the window was all but closed and opens by a
 * segment, or if half of it is new and no ACK waits that would say so in passing.
 */
export function windowUpdateDue(tcb: Tcb): boolean {
  const gain = diff(edgeToOffer(tcb), tcb.rcv.edge);
  if (gain <= 0) return false;
  if (receiveWindow(tcb) < 2 * tcb.announcedMss) return true;
  return gain >= capacity(tcb) / 2 && !isRunning(tcb, Timer.delayedAck);
}

/**
 * The sequence number for a segment without text: SND.NXT, unless the peer's window ends before it, as it does
 * while a zero-window probe is in flight. There the peer would not look at its ACK, nor believe its RST.
 */
export const acceptableSeq = ({ snd, state }: Tcb): Seq =>
  isSynchronized(state) ? min(snd.nxt, add(snd.una, snd.wnd)) : snd.nxt;

/** The peer's window as it stands in `seg`: bytes. */
const windowOf = (tcb: Tcb, seg: Segment): number =>
  seg.unscaledWindow ? seg.wnd : seg.wnd << tcb.snd.scale;

/** Take the window of the segment that established the connection (§3.10.7.3, §3.10.7.4 fifth). */
export function initSendWindow(tcb: Tcb, seg: Segment): void {
  const { snd } = tcb;
  snd.wnd = windowOf(tcb, seg);
  snd.maxWnd = Math.max(snd.maxWnd, snd.wnd);
  snd.wl1 = seg.seq;
  snd.wl2 = seg.ack;
}

/** §3.10.7.4 fifth: take SEG.WND if the segment is newer than the last that was taken. True if SND.WND changed. */
export function updateSendWindow(tcb: Tcb, seg: Segment): boolean {
  const { snd } = tcb;
  if ((seg.flags & ACK) === 0) return false;
  const newer = lt(snd.wl1, seg.seq) || (snd.wl1 === seg.seq && leq(snd.wl2, seg.ack));
  if (!newer) return false;
  const before = snd.wnd;
  initSendWindow(tcb, seg);
  return snd.wnd !== before;
}
