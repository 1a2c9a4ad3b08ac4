// §3.8.6.2.2 how much text may wait here for the application, and how that grows (receive-tuning.ts).

import type { Segment } from './segment.ts';
import { add, diff, max, type Seq } from './seq.ts';
import type { Tcb } from './tcb.ts';
import { echoedRtt } from './timestamps.ts';
import { firstWindow, fullSpace, room } from './window.ts';

/** The octet that the application reads next. */
const nextRead = ({ rcv }: Tcb): Seq =>
  add(rcv.finished ? rcv.fin : rcv.nxt, rcv.queue === null ? 0 : -rcv.queue.length);

/** Both SYNs are acknowledged. */
export function startTuning(tcb: Tcb, now: number): void {
  const { rcv } = tcb;
  if (rcv.tuning === null) return;
  // Only the header of a SYN could not say it.
  if (tcb.parameters.windowRule === 'linux') {
    rcv.edge = max(rcv.edge, add(rcv.nxt, firstWindow(tcb)));
    rcv.told = rcv.edge;
  }
  rcv.tuning.established(fullSpace(tcb), tcb.announcedMss, diff(rcv.edge, rcv.nxt), rcv.nxt, now);
}

/** The text of SEG, a super-segment perhaps, came in order; RCV.NXT is behind it. */
export function tuneToArrival(tcb: Tcb, seg: Segment, now: number): void {
  const { ack, rcv } = tcb;
  const { tuning } = rcv;
  if (tuning === null) return;
  if (!tcb.timestamps.on) tuning.windowArrived(rcv.nxt, diff(rcv.edge, ack.last), now);
  else if (seg.textLength >= rcv.mss) tuning.echoed(seg.tsecr, echoedRtt(tcb, seg, now));
  if (tcb.parameters.windowRule === 'linux')
    tuning.grow(seg.textLength, room(tcb), tcb.announcedMss, rcv.mss);
}

/** The application has read: the buffer may have to grow with its pace. */
export function tuneToReader(tcb: Tcb, now: number): void {
  const { parameters, rcv } = tcb;
  if (rcv.tuning === null) return;
  const wanted = rcv.tuning.taken(nextRead(tcb), tcb.announcedMss, now);
  if (wanted === 0 || rcv.tuning.chosen || !parameters.receiveBufferGrows) return;
  if (parameters.receiveBufferMax === 0) return;
  const buffer = Math.min(Math.ceil(wanted / parameters.receiveShare), parameters.receiveBufferMax);
  if (buffer <= rcv.buffer) return;
  rcv.buffer = buffer;
  rcv.tuning.clamp = fullSpace(tcb);
}

/** The application chooses how much may wait, bytes, what comes beside text included: it grows no more. */
export function setReceiveBuffer(tcb: Tcb, bytes: number): void {
  tcb.rcv.buffer = bytes;
  if (tcb.rcv.tuning !== null) tcb.rcv.tuning.chosen = true;
}

/** The application bounds the window, bytes. What was offered already is honoured. */
export function setWindowClamp(tcb: Tcb, bytes: number): void {
  const { rcv } = tcb;
  rcv.clamp = bytes;
  if (rcv.tuning === null) return;
  rcv.tuning.clamp = bytes;
  rcv.tuning.threshold = Math.min(rcv.tuning.threshold, bytes);
}
