// §3.10.7.4 sixth to eighth: the urgent pointer, the text, the FIN.

import { ByteQueue } from '../lib/byte-queue.ts';
import { FIN, URG } from '../wire/tcp.ts';
import { enterTimeWait } from './closing.ts';
import { acknowledgeDuplicate, acknowledgeFin, acknowledgeNow, acknowledgeText } from './delayed-ack.ts';
import { takeMark } from './ecn.ts';
import { stopKeepAlive } from './keep-alive.ts';
import { END, READABLE, URGENT } from './notice.ts';
import { noteArrival } from './quick-ack.ts';
import { Reassembly } from './reassembly.ts';
import { tuneToArrival } from './receive-buffer.ts';
import { sendReset } from './reset.ts';
import type { RuleId } from './rules.ts';
import { noteHeld } from './sack-option.ts';
import type { Segment } from './segment.ts';
import { add, diff, geq, gt, max } from './seq.ts';
import { receivesText } from './state.ts';
import type { Tcb } from './tcb.ts';
import { enter, enterClosed } from './transition.ts';
import { pointerOffset } from './urgent.ts';
import { acceptableSeq } from './window.ts';

const SMALL = 256;

/** Sixth: RCV.UP (MUST-30..33). The urgent octets themselves stay in the stream (RFC 6093 §6). */
export function processUrgent(tcb: Tcb, seg: Segment, now: number): void {
  const { rcv } = tcb;
  if ((seg.flags & URG) === 0 || !receivesText(tcb.state)) return;
  const up = add(seg.seq, seg.up + pointerOffset(tcb));
  if (!gt(up, max(rcv.up, rcv.nxt))) return;
  rcv.up = up;
  tcb.notices |= URGENT;
  if (tcb.probe !== null) tcb.probe.rule(tcb, '9293-3.10.7.4-sixth', now);
}

/** Seventh. False: the connection is gone. */
export function processText(tcb: Tcb, seg: Segment, now: number): boolean {
  if (seg.textLength === 0 || !receivesText(tcb.state)) return true;
  if (tcb.rcv.discard) {
    // SHLD-3: it can't be delivered, and the peer must not think that it was.
    const usual = tcb.parameters.resets === 'usual';
    sendReset(tcb, usual ? seg.ack : acceptableSeq(tcb), '9293-3.6.1-data-after-close');
    enterClosed(tcb, null, '9293-3.6.1-data-after-close', now);
    return false;
  }
  if (tcb.ecn.on) takeMark(tcb, seg, now);
  if (tcb.rcv.finSeen) cutBehindFin(tcb, seg, now);
  noteHeld(tcb, seg, now);
  if (seg.seq === tcb.rcv.nxt) takeInOrder(tcb, seg, now);
  else keepForLater(tcb, seg, now);
  return true;
}

/** The first FIN that was accepted says where the stream ends; a peer that sends on is wrong. */
function cutBehindFin(tcb: Tcb, seg: Segment, now: number): void {
  const beyond = diff(add(seg.seq, seg.textLength), tcb.rcv.fin);
  if (beyond <= 0) return;
  seg.textLength = Math.max(seg.textLength - beyond, 0);
  drop(tcb, seg, '9293-3.10.7.4-seventh-after-fin', now);
}

function drop(tcb: Tcb, seg: Segment, why: RuleId, now: number): void {
  if (tcb.probe !== null) tcb.probe.segmentDropped(tcb, seg, why, now);
}

function takeInOrder(tcb: Tcb, seg: Segment, now: number): void {
  const { rcv } = tcb;
  rcv.queue ??= new ByteQueue();
  const { queue } = rcv;
  const end = seg.textStart + seg.textLength;
  // Where the application lags behind, little pieces are put together: each costs far more than its bytes.
  if (queue.length > 0 && seg.textLength < SMALL) queue.pushCopy(seg.text, seg.textStart, end);
  else queue.push(seg.text, seg.textStart, end);
  const before = rcv.nxt;
  rcv.nxt = add(rcv.nxt, seg.textLength);
  const full = seg.segmentSize > 0 ? seg.segmentSize : seg.textLength;
  if (tcb.parameters.quickAcks > 0) noteArrival(tcb, seg, full, now);
  tcb.ack.lastText = now;
  if (rcv.tuning !== null) tuneToArrival(tcb, seg, now);
  if (rcv.reassembly === null) {
    acknowledgeText(tcb, seg.textLength, full, now);
    // Part of it came again: had our ACK arrived, the peer would not have sent that.
    if (rcv.duplicate.due) acknowledgeNow(tcb, '2883-4-duplicate');
  } else {
    rcv.nxt = rcv.reassembly.take(rcv.nxt, (piece) => queue.push(piece));
    if (rcv.reassembly.isEmpty) rcv.reassembly = null;
    // RFC 5681 §4.2: all or part of a gap was filled.
    acknowledgeNow(tcb, '5681-4.2-gap');
  }
  // RCV.UP keeps up with what is still to be read, or it would seem to lie ahead again after 2^31 bytes.
  rcv.up = max(rcv.up, add(rcv.nxt, -queue.length));
  tcb.counters.bytesReceived += diff(rcv.nxt, before);
  tcb.notices |= READABLE;
  if (tcb.probe !== null) tcb.probe.rule(tcb, '9293-3.10.7.4-seventh', now);
}

/** SHLD-31, and RFC 5681 §4.2's immediate duplicate ACK. */
function keepForLater(tcb: Tcb, seg: Segment, now: number): void {
  const { rcv } = tcb;
  tcb.counters.outOfOrder += 1;
  acknowledgeDuplicate(tcb, '5681-4.2-out-of-order');
  rcv.reassembly ??= new Reassembly(); // Null, or not empty, after every segment.
  const budget = 2 * tcb.rcv.buffer;
  const kept = rcv.reassembly.insert(seg.seq, seg.text, seg.textStart, seg.textLength, budget);
  if (rcv.reassembly.isEmpty) rcv.reassembly = null;
  if (!kept) drop(tcb, seg, '9293-3.10.7.4-seventh-no-room', now);
  else if (tcb.probe !== null) tcb.probe.rule(tcb, '9293-3.10.7.4-seventh-out-of-order', now);
}

/** Eighth: SEG carries a FIN, or its text reached one that came early. */
export function processFin(tcb: Tcb, seg: Segment, now: number): void {
  const { rcv } = tcb;
  if ((seg.flags & FIN) !== 0 && !rcv.finSeen && receivesText(tcb.state)) {
    const fin = add(seg.seq, seg.textLength);
    // A FIN before what the peer has sent already is none.
    const held = rcv.reassembly === null ? rcv.nxt : rcv.reassembly.end;
    if (geq(fin, max(held, rcv.nxt))) {
      rcv.fin = fin;
      rcv.finSeen = true;
      if (fin !== rcv.nxt && seg.textLength === 0) acknowledgeDuplicate(tcb, '5681-4.2-out-of-order');
    }
  }
  if (!rcv.finSeen || rcv.finished || rcv.nxt !== rcv.fin) return;
  rcv.finished = true;
  rcv.nxt = add(rcv.fin, 1);
  rcv.reassembly = null;
  acknowledgeFin(tcb, now);
  tcb.notices |= READABLE | END;
  afterFin(tcb, now);
}

function afterFin(tcb: Tcb, now: number): void {
  switch (tcb.state) {
    case 'ESTABLISHED':
      return enter(tcb, 'CLOSE-WAIT', '9293-3.10.7.4-eighth-close-wait', now);
    case 'FIN-WAIT-1':
      // Had our FIN been acknowledged, the fifth step would have led to FIN-WAIT-2.
      stopKeepAlive(tcb, now);
      return enter(tcb, 'CLOSING', '9293-3.10.7.4-eighth-closing', now);
    case 'FIN-WAIT-2':
      return enterTimeWait(tcb, '9293-3.10.7.4-eighth-time-wait', now);
    case 'CLOSE-WAIT':
    case 'CLOSING':
    case 'LAST-ACK':
    case 'TIME-WAIT':
    case 'LISTEN':
    case 'SYN-SENT':
    case 'SYN-RECEIVED':
    case 'CLOSED':
      return;
  }
}
