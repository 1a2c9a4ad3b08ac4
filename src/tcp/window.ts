// §3.8.6 the window we offer and the window we are offered, with silly-window avoidance at the receiver.

import { ACK } from '../wire/tcp.ts';
import type { ReceiveTuning } from './receive-tuning.ts';
import type { Segment } from './segment.ts';
import { add, diff, leq, lt, max, min, type Seq } from './seq.ts';
import { isSynchronized } from './state.ts';
import type { Tcb } from './tcb.ts';
import { isRunning, Timer } from './timers.ts';

/** What an unscaled window can say, bytes. */
export const MAX_WINDOW = 65_535;
const MAX_SCALE = 14;
const TIMESTAMPS_BYTES = 12;

/** What of a connection the window of its SYN is chosen by: a SYN,ACK with a cookie has no more (syn-cookies.ts). */
export interface Opening extends Pick<Tcb, 'parameters' | 'announcedMss' | 'passive'> {
  readonly rcv: Pick<Tcb['rcv'], 'buffer' | 'clamp' | 'scale'>;
  readonly timestamps: Pick<Tcb['timestamps'], 'on'>;
}

/** RCV.WND as the peer knows it, bytes. */
export const receiveWindow = (tcb: Tcb): number => Math.max(diff(tcb.rcv.edge, tcb.rcv.nxt), 0);

/** The shift that lets a window cover `buffer` bytes (RFC 7323 §2.3). */
export function scaleFor(buffer: number): number {
  let scale = 0;
  while (scale < MAX_SCALE && MAX_WINDOW << scale < buffer) scale += 1;
  return scale;
}

/** The shift we offer: for the buffer, or for what it may grow to. */
export const offeredScale = ({ parameters, rcv }: Pick<Opening, 'parameters' | 'rcv'>): number =>
  scaleFor(Math.min(Math.max(rcv.buffer * parameters.receiveShare, parameters.receiveBufferMax), rcv.clamp));

/** Text that the receive buffer holds, bytes; at least one, or nothing would ever come. */
export const fullSpace = ({ parameters, rcv }: Pick<Opening, 'parameters' | 'rcv'>): number =>
  Math.max(Math.floor(rcv.buffer * parameters.receiveShare), 1);

/** The largest window there can be: the buffer, or what the field can say of it. */
const capacity = (tcb: Tcb): number => Math.min(fullSpace(tcb), tcb.rcv.clamp, MAX_WINDOW << tcb.rcv.scale);

/** Room for text from RCV.NXT on. What waits out of order lies inside it. */
export function room(tcb: Tcb): number {
  const unread = tcb.rcv.queue === null ? 0 : tcb.rcv.queue.length;
  return Math.min(Math.max(fullSpace(tcb) - unread, 0), capacity(tcb));
}

/**
 * `windowRule` 'linux': the window that there is room for. As far as it has grown; with less than half of the buffer
 * free it shrinks in whole units; with less than a segment or a sixteenth free it is none. A scaled one is rounded
 * up, another to whole segments, unless it is right as it is.
 */
function windowByLinux(tcb: Tcb, { clamp, threshold }: ReceiveTuning): number {
  const { rcv } = tcb;
  const full = fullSpace(tcb);
  const most = Math.min(clamp, full);
  // What has not grown to two segments yet must be able to open all the same (§3.8.6.2.2: by half of it).
  const mss = Math.min(rcv.mss, most, threshold);
  const step = Math.min(mss, threshold / 2);
  const unit = 1 << rcv.scale;
  let free = Math.max(full - (rcv.queue === null ? 0 : rcv.queue.length), 0);
  if (free < most / 2) {
    free = Math.floor(free / unit) * unit;
    if (free < full >> 4 || free < mss) return 0;
  }
  free = Math.min(free, threshold);
  if (rcv.scale > 0) return Math.ceil(free / unit) * unit;
  const before = diff(rcv.edge, tcb.ack.last);
  if (before <= free - step || before > free) return Math.floor(free / mss) * mss;
  return mss === most && free > before + most / 2 ? free : before;
}

/** Is the window that could be offered now at least as large as the last one was when it was offered? */
export const windowMoves = (tcb: Tcb): boolean =>
  tcb.rcv.tuning === null || tcb.parameters.windowRule === 'room'
    ? room(tcb) >= diff(tcb.rcv.edge, tcb.ack.last)
    : windowByLinux(tcb, tcb.rcv.tuning) >= diff(tcb.rcv.edge, tcb.ack.last);

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
  if (rcv.tuning !== null && tcb.parameters.windowRule === 'linux') return offerByLinux(tcb, rcv.tuning);
  const wanted = Math.max(diff(edgeToOffer(tcb), rcv.nxt), 0);
  const unit = 1 << rcv.scale;
  let units = Math.ceil(wanted / unit);
  if (units * unit > room(tcb) + unit) units = Math.floor(wanted / unit);
  rcv.told = add(rcv.nxt, units * unit);
  rcv.edge = max(rcv.edge, rcv.told);
  return units;
}

/**
 * The same by Linux's rule: what was offered is never taken back, but rounded up to a whole unit. Many small segments
 * that nobody reads move the edge by as many units, as far as the buffer goes with what is kept beside text.
 */
function offerByLinux(tcb: Tcb, tuning: ReceiveTuning): number {
  const { rcv } = tcb;
  const unit = 1 << rcv.scale;
  let before = Math.ceil(receiveWindow(tcb) / unit);
  if (before * unit > rcv.buffer - (rcv.queue === null ? 0 : rcv.queue.length)) before -= 1;
  const units = Math.min(Math.max(Math.floor(windowByLinux(tcb, tuning) / unit), before), MAX_WINDOW);
  rcv.told = add(rcv.nxt, units * unit);
  rcv.edge = max(rcv.edge, rcv.told);
  return units;
}

/** What is offered at first, as soon as there is a header that can say it; Linux's is whole segments. */
export function firstWindow(tcb: Opening): number {
  const most = MAX_WINDOW << tcb.rcv.scale;
  const wnd = Math.min(fullSpace(tcb), tcb.rcv.clamp);
  if (tcb.parameters.windowRule !== 'linux') return Math.min(wnd, most);
  const mss = tcb.announcedMss - (tcb.passive && tcb.timestamps.on ? TIMESTAMPS_BYTES : 0);
  return Math.min(wnd > mss ? Math.floor(wnd / mss) * mss : wnd, most);
}

/** The window of a SYN or SYN,ACK is never scaled (RFC 7323 §2.2). */
export function offerUnscaledWindow(tcb: Tcb): number {
  const wnd = Math.min(firstWindow(tcb), MAX_WINDOW);
  tcb.rcv.edge = add(tcb.rcv.nxt, wnd);
  tcb.rcv.told = tcb.rcv.edge;
  return wnd;
}

/**
 * Reading has made room: must the peer hear of it now? Yes if the window was all but closed and opens by a
 * segment, or if half of it is new and no ACK waits that would say so in passing.
 */
export function windowUpdateDue(tcb: Tcb): boolean {
  const { tuning } = tcb.rcv;
  if (tuning !== null && tcb.parameters.windowRule === 'linux') {
    const now = Math.max(diff(tcb.rcv.told, tcb.rcv.nxt), 0);
    const wnd = 2 * now <= tuning.clamp ? windowByLinux(tcb, tuning) : 0;
    return wnd > 0 && wnd >= 2 * now;
  }
  const gain = diff(edgeToOffer(tcb), tcb.rcv.edge);
  if (gain <= 0) return false;
  if (receiveWindow(tcb) < 2 * tcb.announcedMss) return true;
  return gain >= capacity(tcb) / 2 && !isRunning(tcb, Timer.delayedAck);
}

/**
 * The sequence number for a segment without text: SND.NXT, unless the peer's window ends before it, as it does
 * while a zero-window probe is in flight. There the peer would not look at its ACK, nor believe its RST. By less than
 * one unit of a scaled window it may only seem to end: the field was rounded down (RFC 7323 §2.4).
 */
export function acceptableSeq({ snd, state }: Tcb): Seq {
  if (!isSynchronized(state)) return snd.nxt;
  const edge = add(snd.una, snd.wnd);
  const rounded = snd.scaling && !snd.probing && diff(snd.nxt, edge) < 1 << snd.scale;
  return rounded ? snd.nxt : min(snd.nxt, edge);
}

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
