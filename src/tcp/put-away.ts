// What is kept of a connection that only waits: in TIME-WAIT for time to pass (§3.6.1), half open for one ACK (RFC 4987
// §3.5's SYN cache). Eleven words in place of a TCB, of which a TCB is made again whenever something concerns it, so
// that every rule of these states is written once, for TCBs.

import type { ConnectionError } from './errors.ts';
import { announcedMss, defaultMss, setSegmentSize } from './mss.ts';
import { CLOSED, ERROR } from './notice.ts';
import { add, type Seq } from './seq.ts';
import { type OpenOptions, Tcb } from './tcb.ts';
import { deadlineOf, nextDeadline, Timer } from './timers.ts';
import { offerUnscaledWindow, receiveWindow } from './window.ts';

export const RECORD_WORDS = 11;

/** Whose record it is. */
export type Kept = 'TIME-WAIT' | 'SYN-RECEIVED';

// Where each word lies. Of both:
const ID = 0;
const ISS = 1;
const IRS = 2;
const RECENT = 3;
const RECENT_AGE = 4;
const INVALID_AGE = 5;
const BITS = 6;
// TIME-WAIT:
const SND_NXT = 7;
const RCV_NXT = 8;
const WINDOW = 9;
const ACK_RANGE = 10;
// SYN-RECEIVED:
const PEER = 7;
const FIRST_AGE = 8;
const LAST_AGE = 9;
const COUNTS = 10;

// Of BITS:
const TIMESTAMPS = 1;
const SACK_BIT = 2;
const ECN_ON = 4;
const ECN_ECHO = 8;
const DISCARD = 16;
const PASSIVE = 32;
const SCALING = 64;
const ECN_DECLINED = 128;
const SND_SCALE = 8;
const RCV_SCALE = 12;
const CHALLENGES = 16;
const CHALLENGE_SPAN = 24;

const MOST_BYTE = 0xff;
const MOST_SHORT = 0xffff;
const MOST_COUNT = 0xfff;
const MOST_WORD = 0x7fffffff;
/** The age of what has not happened, or so long ago that it does not matter. */
const NEVER = MOST_WORD;
/** Challenge ACKs are counted from a time that is kept to so many ms, and never early. */
const SPAN_UNIT = 32;
/** Ages of what a round trip is measured by, and of what is rate-limited: parts of a millisecond. */
const FINE = 1024;
const LEAST_BUFFER = 1;

/** The state of a connection that a record can stand for, now that nothing of it is due; null: it cannot. */
export function keptAs(tcb: Tcb): Kept | null {
  if (tcb.resetDue || tcb.ack.due !== 0 || tcb.userTimeoutDue || tcb.ecn.accurate) return null;
  if (tcb.rcv.queue !== null && tcb.rcv.queue.length > 0) return null;
  if (tcb.state === 'TIME-WAIT') return waitsOnly(tcb) ? 'TIME-WAIT' : null;
  return tcb.state === 'SYN-RECEIVED' && isPlainlyHalfOpen(tcb) ? 'SYN-RECEIVED' : null;
}

/** The peer's FIN is acknowledged, and nothing but 2 MSL runs. */
const waitsOnly = (tcb: Tcb): boolean =>
  tcb.ack.last === tcb.rcv.nxt && nextDeadline(tcb) === deadlineOf(tcb, Timer.timeWait);

/** Our SYN,ACK has left, once or more, and that is all. */
function isPlainlyHalfOpen(tcb: Tcb): boolean {
  const { board, snd } = tcb;
  if (!tcb.passive || tcb.fastOpen !== null || snd.finQueued || snd.queue !== null) return false;
  if (snd.nxt !== add(tcb.iss, 1) || board.count !== 1 || board.lost > 0) return false;
  if (tcb.softError !== null || tcb.pathInDoubt || tcb.mtuSearch.claimed >= 0) return false;
  if (!tcb.userTimeoutChangeable || tcb.userTimeout !== tcb.parameters.userTimeout) return false;
  return nextDeadline(tcb) === deadlineOf(tcb, Timer.retransmission);
}

/** Write what is kept of a connection that is `kept` from `at` on. Its deadline is kept beside it. */
export function writeRecord(tcb: Tcb, kept: Kept, words: Int32Array, at: number): void {
  const deadline = nextDeadline(tcb);
  const { timestamps } = tcb;
  words[at + ID] = tcb.id;
  words[at + ISS] = tcb.iss;
  words[at + IRS] = tcb.irs;
  words[at + RECENT] = timestamps.recent;
  words[at + RECENT_AGE] = age(timestamps.recentAt, deadline, 1);
  words[at + INVALID_AGE] = age(tcb.ack.lastInvalid, deadline, FINE);
  words[at + BITS] = bitsOf(tcb);
  if (kept === 'TIME-WAIT') {
    words[at + SND_NXT] = tcb.snd.nxt;
    words[at + RCV_NXT] = tcb.rcv.nxt;
    words[at + WINDOW] = receiveWindow(tcb);
    words[at + ACK_RANGE] = Math.min(tcb.snd.maxWnd, tcb.counters.acknowledged);
    return;
  }
  const { counters, snd } = tcb;
  words[at + PEER] = snd.mss | (Math.min(counters.segmentsReceived, MOST_SHORT) << 16);
  words[at + FIRST_AGE] = age(snd.unansweredSince, deadline, 1);
  words[at + LAST_AGE] = age(tcb.board.sentAt(0), deadline, FINE);
  words[at + COUNTS] =
    Math.min(counters.timeouts, MOST_BYTE) |
    (Math.min(counters.retransmissions, MOST_COUNT) << 8) |
    (Math.min(counters.segmentsSent, MOST_COUNT) << 20);
}

/** The connection's name, which no other has. */
export const recordId = (words: Int32Array, at: number): number => (words[at + ID] as number) >>> 0;

/** Of one in TIME-WAIT: what says whether its place may be taken (mayBeReused). */
export function recordTimestamps(
  words: Int32Array,
  at: number,
  deadline: number,
): { readonly on: boolean; readonly recentAt: number } {
  const on = ((words[at + BITS] as number) & TIMESTAMPS) !== 0;
  return { on, recentAt: timeOf(words[at + RECENT_AGE] as number, deadline, 1) };
}

/** What `options` must say of it: its ISS and name. */
export function recordNames(words: Int32Array, at: number): { readonly id: number; readonly iss: Seq } {
  return { id: recordId(words, at), iss: words[at + ISS] as Seq };
}

/** A connection as the record at `at` has it, with its one timer at `deadline`. No observer is told: nothing happens. */
export function fromRecord(
  options: OpenOptions,
  kept: Kept,
  words: Int32Array,
  at: number,
  deadline: number,
): Tcb {
  const { parameters, remote, mtu } = options;
  const { family } = remote.address;
  const bits = words[at + BITS] as number;
  const tcb = new Tcb(
    options,
    (bits & PASSIVE) !== 0,
    announcedMss(family, mtu, parameters),
    defaultMss(family),
  );
  tcb.state = kept;
  tcb.irs = words[at + IRS] as Seq;
  tcb.timestamps.on = (bits & TIMESTAMPS) !== 0;
  tcb.sack = (bits & SACK_BIT) !== 0;
  tcb.ecn.on = (bits & ECN_ON) !== 0;
  tcb.ecn.echo = (bits & ECN_ECHO) !== 0;
  tcb.ecn.declined = (bits & ECN_DECLINED) !== 0;
  tcb.snd.scaling = (bits & SCALING) !== 0;
  tcb.snd.scale = (bits >> SND_SCALE) & 15;
  tcb.rcv.scale = (bits >> RCV_SCALE) & 15;
  refresh(tcb, words, at, deadline);
  if (kept === 'TIME-WAIT') restoreTimeWait(tcb, words, at);
  else restoreHalfOpen(tcb, words, at, deadline);
  return tcb;
}

/** What may have changed since `tcb` was put away: what segments that came for the record have left in it. */
export function refresh(tcb: Tcb, words: Int32Array, at: number, deadline: number): void {
  const { ack, timestamps } = tcb;
  const bits = words[at + BITS] as number;
  const timer = tcb.state === 'TIME-WAIT' ? Timer.timeWait : Timer.retransmission;
  tcb.deadlines[timer] = deadline;
  timestamps.recent = words[at + RECENT] as number;
  timestamps.recentAt = timeOf(words[at + RECENT_AGE] as number, deadline, 1);
  ack.lastInvalid = timeOf(words[at + INVALID_AGE] as number, deadline, FINE);
  const challenges = (bits >> CHALLENGES) & MOST_BYTE;
  ack.challenges = challenges === MOST_BYTE ? Number.POSITIVE_INFINITY : challenges;
  ack.challengeSince =
    challenges === 0 ? Number.NEGATIVE_INFINITY : ack.lastInvalid - (bits >>> CHALLENGE_SPAN) * SPAN_UNIT;
}

/** The record of `tcb` is gone: it has ended, and whoever had to be told of it was. */
export function endUnseen(tcb: Tcb, error: ConnectionError | null): void {
  tcb.state = 'CLOSED';
  tcb.error = error;
  tcb.notices |= error === null ? CLOSED : CLOSED | ERROR;
  tcb.deadlines.fill(Number.POSITIVE_INFINITY);
}

/** All that was sent and received is done with; the window stays as it was offered last. */
function restoreTimeWait(tcb: Tcb, words: Int32Array, at: number): void {
  const { ack, counters, parameters, rcv, snd } = tcb;
  const window = words[at + WINDOW] as number;
  snd.nxt = words[at + SND_NXT] as Seq;
  snd.una = snd.nxt;
  snd.small = snd.nxt;
  snd.finQueued = true;
  snd.finSent = true;
  snd.maxWnd = words[at + ACK_RANGE] as number;
  counters.acknowledged = snd.maxWnd;
  rcv.nxt = words[at + RCV_NXT] as Seq;
  snd.wl1 = add(rcv.nxt, -1);
  snd.wl2 = snd.nxt;
  rcv.edge = add(rcv.nxt, window);
  rcv.told = rcv.edge;
  rcv.up = rcv.nxt;
  rcv.fin = add(rcv.nxt, -1);
  rcv.finSeen = true;
  rcv.finished = true;
  rcv.discard = ((words[at + BITS] as number) & DISCARD) !== 0;
  rcv.clamp = window;
  rcv.buffer = Math.max(rcv.buffer, Math.ceil((window + (1 << rcv.scale)) / parameters.receiveShare));
  if (rcv.tuning !== null) {
    rcv.tuning.clamp = window;
    rcv.tuning.threshold = Math.max(window, LEAST_BUFFER);
  }
  ack.last = rcv.nxt;
  setSegmentSize(tcb);
}

/** As if the SYN had just come and been answered, and the timer had expired as often as it has. */
function restoreHalfOpen(tcb: Tcb, words: Int32Array, at: number, deadline: number): void {
  const { board, counters, parameters, rcv, recovery, rto, snd } = tcb;
  const peer = words[at + PEER] as number;
  const counts = words[at + COUNTS] as number;
  const first = timeOf(words[at + FIRST_AGE] as number, deadline, 1);
  const last = timeOf(words[at + LAST_AGE] as number, deadline, FINE);
  counters.segmentsReceived = peer >>> 16;
  counters.timeouts = counts & MOST_BYTE;
  counters.retransmissions = (counts >> 8) & MOST_COUNT;
  counters.segmentsSent = counts >>> 20;
  tcb.lastHeard = first;
  snd.mss = peer & MOST_SHORT;
  rcv.nxt = add(tcb.irs, 1);
  rcv.up = rcv.nxt;
  tcb.ack.last = rcv.nxt;
  offerUnscaledWindow(tcb);
  snd.nxt = add(tcb.iss, 1);
  snd.unansweredSince = first;
  snd.stuckSince = first;
  snd.lastText = first;
  board.sent(snd.nxt, last);
  if (counters.retransmissions > 0) board.resent(0, 1, last);
  for (let i = 0; i < counters.timeouts; i++) {
    rto.backOff();
    rto.countExpiry(first + parameters.rtoInitial);
    recovery.timeout(snd.nxt);
  }
}

function bitsOf({ ack, ecn, passive, rcv, sack, snd, timestamps }: Tcb): number {
  const span = Math.floor((ack.lastInvalid - ack.challengeSince) / SPAN_UNIT);
  return (
    (timestamps.on ? TIMESTAMPS : 0) |
    (sack ? SACK_BIT : 0) |
    (ecn.on ? ECN_ON : 0) |
    (ecn.echo ? ECN_ECHO : 0) |
    (ecn.declined ? ECN_DECLINED : 0) |
    (rcv.discard ? DISCARD : 0) |
    (passive ? PASSIVE : 0) |
    (snd.scaling ? SCALING : 0) |
    (snd.scale << SND_SCALE) |
    (rcv.scale << RCV_SCALE) |
    (Math.min(ack.challenges, MOST_BYTE) << CHALLENGES) |
    (ack.challenges === 0 ? 0 : Math.min(span, MOST_BYTE) << CHALLENGE_SPAN)
  );
}

/** How long before `deadline` it was `time`, in parts of a ms. */
function age(time: number, deadline: number, parts: number): number {
  return time === Number.NEGATIVE_INFINITY ? NEVER : Math.min(Math.round((deadline - time) * parts), NEVER);
}

const timeOf = (ago: number, deadline: number, parts: number): number =>
  ago === NEVER ? Number.NEGATIVE_INFINITY : deadline - ago / parts;
