// What is remarkable about the next segment of a direction, as Wireshark defines it (User's Guide, "TCP Analysis"),
// and what of the segment is remembered for the next one. One rule is stricter than the guide's: a segment is
// Out-Of-Order only if some of it had not been captured before; what was captured twice is a retransmission.

import type { Segment } from '../../tcp/segment.ts';
import { add, gt, leq, lt, type Seq } from '../../tcp/seq.ts';
import { ACK, FIN, RST, SYN } from '../../wire/tcp.ts';
import type { Direction } from './direction.ts';
import * as flag from './flags.ts';

/** Since the last ACK of the receiver, milliseconds. */
const FAST_RETRANSMISSION_MS = 20;
/** Since the furthest segment of the same direction, while the round trip is not known; milliseconds. */
const OUT_OF_ORDER_MS = 3;

const CONTROL = SYN | FIN | RST;

/** Behind the last sequence number of a segment. */
export const endOf = (segment: Segment): Seq =>
  add(segment.seq, segment.textLength + (segment.flags & SYN ? 1 : 0) + (segment.flags & FIN ? 1 : 0));

/** A SYN of another connection between the same ports, while this one goes on. */
export const isStraySyn = (segment: Segment, fwd: Direction): boolean =>
  (segment.flags & SYN) !== 0 && fwd.isnKnown && segment.seq !== fwd.isn;

/** `roundTrip`: of the handshake, milliseconds; -1: not known. `fwd` is the segment's direction. */
export function analyse(
  segment: Segment,
  time: number,
  fwd: Direction,
  rev: Direction,
  roundTrip: number,
): number {
  if (isStraySyn(segment, fwd)) return flag.PORTS_REUSED;
  const bare = segment.textLength === 0 && (segment.flags & CONTROL) === 0;
  let found = windows(segment, fwd, rev) | sequence(segment, fwd);
  if (bare) found = acknowledgment(segment, fwd, rev, found);
  if ((segment.flags & ACK) !== 0 && rev.ackableKnown) {
    if (gt(segment.ack, rev.ackable) || rev.hasGapBelow(segment.ack)) found |= flag.ACKED_UNSEEN;
  }
  const begins = (segment.flags & SYN) !== 0 && !fwd.isnKnown;
  const takesNumbers = !begins && (segment.textLength > 0 || (segment.flags & (SYN | FIN)) !== 0);
  if (takesNumbers && fwd.nextKnown && lt(segment.seq, fwd.next) && (found & flag.KEEP_ALIVE) === 0) {
    found |= again(segment, time, fwd, rev, roundTrip);
  }
  return found | fastOpen(segment, rev);
}

/** Of a closed window, and of one that is used up. */
function windows(segment: Segment, fwd: Direction, rev: Direction): number {
  if ((segment.flags & CONTROL) !== 0) return 0;
  let found = segment.wnd === 0 ? flag.ZERO_WINDOW : 0;
  if (segment.textLength === 0) return found;
  const closed = rev.windowKnown && rev.window === 0;
  if (closed && segment.textLength === 1 && fwd.nextKnown && segment.seq === fwd.next) {
    found |= flag.ZERO_WINDOW_PROBE;
  }
  if (rev.windowBytes > 0 && rev.ackKnown && endOf(segment) === rev.windowEdge) found |= flag.WINDOW_FULL;
  return found;
}

/** Where the segment begins, against where one was expected. */
function sequence(segment: Segment, fwd: Direction): number {
  // A SYN begins the numbers anew: what came before it belongs to an earlier connection.
  if (!fwd.nextKnown || (segment.flags & (SYN | RST)) !== 0) return 0;
  if (gt(segment.seq, fwd.next)) return flag.PREVIOUS_NOT_CAPTURED;
  const short = segment.textLength <= 1 && (segment.flags & CONTROL) === 0;
  return short && segment.seq === add(fwd.next, -1) ? flag.KEEP_ALIVE : 0;
}

/** Of a segment that carries nothing but an acknowledgment and a window. */
function acknowledgment(segment: Segment, fwd: Direction, rev: Direction, found: number): number {
  const { ack, wnd } = segment;
  if ((segment.flags & ACK) === 0 || !fwd.ackKnown || !fwd.nextKnown) return found;
  if (segment.seq !== fwd.next) return found;
  const probed = (rev.lastFlags & flag.ZERO_WINDOW_PROBE) !== 0;
  const repeats = ack === fwd.ack;
  const sameWindow = wnd === fwd.window;
  if (!repeats) {
    const answers = probed && wnd !== 0 && !sameWindow && ack === rev.ackable;
    return answers ? found | flag.WINDOW_UPDATE : found;
  }
  if (wnd === 0) return probed && sameWindow ? found | flag.ZERO_WINDOW_PROBE_ACK : found;
  if (sameWindow && (rev.lastFlags & flag.KEEP_ALIVE) !== 0) return found | flag.KEEP_ALIVE_ACK;
  if (!sameWindow && segment.sackCount === 0) return found | flag.WINDOW_UPDATE;
  return found | flag.DUP_ACK;
}

/** It begins before what was expected: lost and sent again, late, or sent again for nothing. */
function again(segment: Segment, time: number, fwd: Direction, rev: Direction, roundTrip: number): number {
  const end = endOf(segment);
  const filled = fwd.fillGap(segment.seq, end);
  if (segment.textLength > 0 && rev.ackKnown && leq(end, rev.ack)) return flag.SPURIOUS_RETRANSMISSION;
  const asked = rev.ackKnown && rev.dupAcks >= 2 && segment.seq === rev.ack;
  if (asked && time - rev.ackTime < FAST_RETRANSMISSION_MS) return flag.FAST_RETRANSMISSION;
  const threshold = roundTrip > 0 ? roundTrip : OUT_OF_ORDER_MS;
  const late = filled && end !== fwd.next && time - fwd.nextTime < threshold;
  return late ? flag.OUT_OF_ORDER : flag.RETRANSMISSION;
}

/** RFC 7413: a cookie on a SYN; whether the SYN,ACK takes the text of the SYN. */
function fastOpen(segment: Segment, rev: Direction): number {
  if ((segment.flags & SYN) === 0) return 0;
  if ((segment.flags & ACK) === 0) return segment.fastOpen > 0 ? flag.FAST_OPEN_SYN : 0;
  if (!rev.isnKnown || rev.synText === 0) return 0;
  return segment.ack === add(rev.isn, 1) ? flag.FAST_OPEN_IGNORED : flag.FAST_OPEN_ACCEPTED;
}

/** What the segment was, for the ones that follow. */
export function remember(
  segment: Segment,
  time: number,
  frame: number,
  found: number,
  fwd: Direction,
  rev: Direction,
): void {
  fwd.lastFlags = found;
  if (isStraySyn(segment, fwd)) return;
  const end = endOf(segment);
  if ((segment.flags & SYN) !== 0) rememberSyn(segment, fwd, rev);
  if ((found & flag.PREVIOUS_NOT_CAPTURED) !== 0) fwd.addGap(fwd.next, segment.seq);
  // The octet of a probe is not expected to be taken: what follows may begin with it.
  const probe = (found & flag.ZERO_WINDOW_PROBE) !== 0;
  if ((segment.flags & RST) === 0) {
    if (!probe && (!fwd.nextKnown || gt(end, fwd.next))) {
      fwd.next = end;
      fwd.nextTime = time;
    }
    if (!fwd.ackableKnown || gt(end, fwd.ackable)) fwd.ackable = end;
    fwd.nextKnown = true;
    fwd.ackableKnown = true;
  }
  if ((segment.flags & ACK) !== 0) rememberAck(segment, time, frame, found, fwd, rev);
  fwd.window = segment.wnd;
  fwd.windowKnown = true;
  fwd.windowOfSyn = (segment.flags & SYN) !== 0;
  fwd.seen = true;
}

function rememberSyn(segment: Segment, fwd: Direction, rev: Direction): void {
  if (!fwd.isnKnown) fwd.nextKnown = false;
  fwd.isn = segment.seq;
  fwd.isnKnown = true;
  fwd.mss = segment.mss;
  fwd.sackPermitted = segment.sackPermitted;
  fwd.timestamps = segment.timestamps;
  fwd.offeredShift = segment.windowScale;
  fwd.synText = segment.textLength;
  // RFC 7323 §2.2: in use only if both SYNs carry it; §2.3: never beyond 14.
  const both = rev.isnKnown && segment.windowScale >= 0 && rev.offeredShift >= 0;
  if (!rev.isnKnown) return;
  fwd.shift = both ? Math.min(segment.windowScale, 14) : 0;
  rev.shift = both ? Math.min(rev.offeredShift, 14) : 0;
}

function rememberAck(
  segment: Segment,
  time: number,
  frame: number,
  found: number,
  fwd: Direction,
  rev: Direction,
): void {
  if (!fwd.ackKnown || segment.ack !== fwd.ack) {
    fwd.dupAcks = 0;
    fwd.dupAckOf = frame;
  } else if ((found & flag.DUP_ACK) !== 0) {
    fwd.dupAcks++;
  }
  if (!fwd.ackKnown || gt(segment.ack, fwd.highestAck)) {
    fwd.highestAck = segment.ack;
    rev.dropGaps(segment.ack);
  }
  fwd.ack = segment.ack;
  fwd.ackTime = time;
  fwd.ackKnown = true;
  if (rev.ackableKnown && gt(segment.ack, rev.ackable)) rev.ackable = segment.ack;
}
