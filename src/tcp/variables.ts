// §3.3.1 the variables of one connection, in groups that tcb.ts holds together: SND, RCV and the companions' own. Each
// comment names the unit and who writes it.

import type { ByteQueue } from '../lib/byte-queue.ts';
import { MAX_FAST_OPEN_COOKIE } from '../wire/tcp-options.ts';
import { BusyTime } from './busy-time.ts';
import type { Parameters } from './parameters.ts';
import { PushPoints } from './push-points.ts';
import type { Reassembly } from './reassembly.ts';
import { ReceiveTuning } from './receive-tuning.ts';
import { DuplicateReport } from './recovery/duplicate.ts';
import type { RuleId } from './rules.ts';
import { type Seq, seq } from './seq.ts';

const OFF = Number.POSITIVE_INFINITY;

/** SND.* */
export class SendVariables {
  /** Oldest unacknowledged sequence number. ack.ts, handshake.ts. */
  una: Seq;
  /** Next sequence number to be sent; never goes back. output.ts, handshake.ts. */
  nxt: Seq;
  /** Peer's window, bytes, scaled. window.ts. */
  wnd = 0;
  /** SEG.SEQ and SEG.ACK of the last window update. window.ts. */
  wl1: Seq = seq(0);
  wl2: Seq = seq(0);
  /** Largest window the peer ever offered, bytes (§3.8.6.2.1; RFC 5961 MAX.SND.WND). window.ts. */
  maxWnd = 0;
  /** Both SYNs carried a window scale (RFC 7323 §2.2). handshake.ts. */
  scaling = false;
  /** Shift to apply to windows we receive, RFC 7323 §2. handshake.ts. */
  scale = 0;
  /** MSS the peer announced, or the default (MUST-15), bytes. handshake.ts. */
  mss: number;
  /** Text the application gave us and the peer has not acknowledged; null until there is some. user-calls.ts, ack.ts. */
  queue: ByteQueue | null = null;
  /** SND.UP: the octet behind the urgent data; it means something while `urgent`. urgent.ts. */
  up: Seq;
  /** Urgent data is not all acknowledged. urgent.ts. */
  urgent = false;
  /** The application has nothing more to send: a FIN follows the queue. user-calls.ts. */
  finQueued = false;
  /** It has left at least once. output.ts. */
  finSent = false;
  /** A send took less than it was offered: the application waits for room. user-calls.ts, send-buffer.ts. */
  wanted = false;
  /** What of the queue may be waiting, bytes. send-buffer.ts. */
  buffer: number;
  /** The application chose it: it does not grow. send-buffer.ts. */
  bufferChosen = false;
  /** No more is taken while that much of the queue has not been sent, bytes. send-buffer.ts. */
  notSentLowWater = OFF;
  /** Where what the application wrote ends, for PSH. send-buffer.ts, output.ts, ack.ts. */
  readonly pushes: PushPoints;
  /** Where the burst ends that is leaving, and whether it has several segments. bursts.ts. */
  pushedTo: Seq;
  burst = false;
  /** Where such bursts have ended. bursts.ts, ack.ts. */
  readonly bursts: PushPoints;
  /** Where the last of what left again ended, and when that was, ms. bursts.ts. */
  resentTo: Seq;
  resentAt = -OFF;
  /** What the connection was doing, and for how long. output.ts. */
  readonly busy = new BusyTime();
  /** Since when the octet at SND.UNA has been unanswered, ms; Infinity = nothing is. output.ts, ack.ts. */
  unansweredSince = OFF;
  /**
   * Since when what waits, sent or held back, has not moved, ms; Infinity = nothing waits. A peer that only says
   * that its window is closed leaves it as it is (RFC 5482 §3). output.ts, ack.ts, persist.ts.
   */
  stuckSince = OFF;
  /** When text was last sent, ms (RFC 5681 §4.1); Infinity = never. output.ts. */
  lastText = OFF;
  /** The one octet in flight is a zero-window probe: the persist timer resends it. persist.ts, ack.ts. */
  probing = false;
  /** Probes since the window was last open (SHLD-30). persist.ts, ack.ts. */
  probes = 0;
  /** Those since the peer was last heard. persist.ts, ack.ts. */
  unansweredProbes = 0;
  /** Behind the last segment that was not full, or SND.UNA (appendix A.3). output.ts, ack.ts. */
  small: Seq;
  /** Why what is held lost goes again. loss.ts, persist.ts, failures.ts, segment-arrives.ts. */
  again: RuleId = '6298-5.4-retransmit';
  /** SND.NXT when the present round trip began. loss.ts. */
  round: Seq;
  /** The same, as the samples of the round-trip time count it. rtt.ts. */
  sampleRound: Seq;
  /** SND.NXT was held back by the congestion window when output last stopped. output.ts. */
  cwndLimited = false;
  /** Before SND.UNA advances again, new text may go no further than this. validation.ts, spurious.ts, ack.ts. */
  burstLimited = false;
  burstEnd: Seq;

  constructor(iss: Seq, mss: number, buffer: number) {
    this.buffer = buffer;
    this.pushes = new PushPoints(iss);
    this.bursts = new PushPoints(iss);
    this.resentTo = iss;
    this.una = iss;
    this.nxt = iss;
    this.up = iss;
    this.small = iss;
    this.round = iss;
    this.sampleRound = iss;
    this.burstEnd = iss;
    this.pushedTo = iss;
    this.mss = mss;
  }
}

/** RCV.* */
export class ReceiveVariables {
  /** Next sequence number expected. text.ts, fin. */
  nxt: Seq = seq(0);
  /** Right edge of the window we have offered; RCV.WND is its distance from RCV.NXT. window.ts. */
  edge: Seq = seq(0);
  /** The same as the last segment that left said it: below `edge` where the field was rounded down. window.ts. */
  told: Seq = seq(0);
  /** Receive urgent pointer: the octet behind the urgent data. text.ts. */
  up: Seq = seq(0);
  /** Shift of the windows we offer, RFC 7323 §2. handshake.ts. */
  scale = 0;
  /** Text in order that the application has not taken; null until there is some. text.ts, user-calls.ts. */
  queue: ByteQueue | null = null;
  /** Text out of order; null until there is some. text.ts. */
  reassembly: Reassembly | null = null;
  /** RFC 2883: what came again and is to be reported. sack-option.ts, delayed-ack.ts. */
  readonly duplicate = new DuplicateReport();
  /** Where the peer's FIN stands, once `finSeen`. fin of text.ts. */
  fin: Seq = seq(0);
  finSeen = false;
  /** The FIN has been reached: RCV.NXT lies behind it. */
  finished = false;
  /** Nobody will read any more (the application closed both ways). user-calls.ts. */
  discard = false;
  /** Largest text seen in one segment, bytes: what counts as full-sized (§3.8.6.3). delayed-ack.ts, quick-ack.ts. */
  mss = 536;
  /** Unread text that may wait, with what comes beside it, bytes. receive-buffer.ts. */
  buffer: number;
  /** The application lets no window be larger, bytes. receive-buffer.ts. */
  clamp = OFF;
  /** How the buffer and the window grow; null: neither does. receive-buffer.ts, window.ts. */
  readonly tuning: ReceiveTuning | null;

  constructor({ receiveBuffer, receiveBufferMax, windowRule }: Parameters) {
    this.buffer = receiveBuffer;
    const grows = receiveBufferMax > receiveBuffer || windowRule === 'linux';
    this.tuning = grows ? new ReceiveTuning() : null;
  }
}

/** The acknowledgment we owe. delayed-ack.ts. */
export class AckVariables {
  /** ACKs to send now; more than one only for duplicates, each of which counts (RFC 5681 §4.2). */
  due = 0;
  /** Why. */
  why: RuleId = '9293-3.8.6.3-delayed';
  /** Text bytes received since the last ACK. */
  unacknowledged = 0;
  /** Segments still to be acknowledged one by one. This and the next four: quick-ack.ts. */
  quick = 0;
  /** The application answers what comes: an ACK may well find company. */
  interactive = false;
  /** How long an ACK may wait, whole ms; 0 before the first text. */
  patience = 0;
  /** Segments since the last ACK that were not full: the peer had no more. */
  pushed = 0;
  /** Size of the last segment, if it was smaller than those before; else 0. */
  lastSize = 0;
  /** When text last came in order, ms. text.ts. */
  lastText = -OFF;
  /** RFC 7323 §4.3 Last.ACK.sent. output.ts. */
  last: Seq = seq(0);
  /** RFC 5961 §7: when challenge ACKs were last counted, ms, and how many since. */
  challengeSince = -OFF;
  challenges = 0;
  /** When a segment without text that was not acceptable was last answered, ms. reset.ts. */
  lastInvalid = -OFF;
}

/** RFC 7323 timestamps. */
export class TimestampVariables {
  /** Negotiated: both SYNs carried the option. handshake.ts. */
  on = false;
  /** TS.Recent, and when it was taken, ms. acceptance.ts. */
  recent = 0;
  recentAt = -OFF;
  /** Added to our clock. */
  readonly offset: number;

  constructor(offset: number) {
    this.offset = offset;
  }
}

/** RFC 3168. ecn.ts, unless it says otherwise. */
export class EcnVariables {
  /** Negotiated: marks are echoed, and echoes answered. */
  on = false;
  /** With it, marks are counted instead: AccECN (RFC 9768). */
  accurate = false;
  /** Our SYN offered it. */
  asked = false;
  /** One of the SYNs, theirs or ours, came or went without it: text does not leave as ECT (§6.1.1). */
  declined = false;
  /** A mark came: ECE goes with every ACK until CWR comes. */
  echo = false;
  /** The congestion window was reduced: CWR goes with the next new text. loss.ts, output.ts. */
  cwrDue = false;
  /** A mark, and no loss, has the congestion window reduced at present. loss.ts. */
  reducing = false;
  /** Until CWR has left and has arrived, the same mark may still be echoed. loss.ts. */
  settling = false;
  /** SND.NXT when that began, or when CWR left; it lasts until something beyond is acknowledged. loss.ts. */
  end: Seq = seq(0);
  /** Text came as ECT or CE. */
  seen = false;
  /** Full segments' worth of what was delivered, by ACKs with ECE. loss.ts. */
  deliveredCe = 0;
}

/** RFC 7413, of a connection that uses it. fast-open.ts, events/early-data.ts. Whoever opens the connection fills it in before the SYN or SYN,ACK leaves. */
export class FastOpenVariables {
  /** Bytes of cookie in our SYN or SYN,ACK, 0 = it asks for one; -1 = no option. */
  length = -1;
  readonly cookie = new Int8Array(MAX_FAST_OPEN_COOKIE);
  experimental = false;
  /** Text that our SYN may carry, bytes. */
  room = 0;
  /** Text that it did carry, bytes. */
  sent = 0;
  /** Passive: the cookie was good, and text may flow both ways before the last ACK of the handshake. */
  accepted = false;
  /** The text of a SYN, ours or the peer's, was taken by whom it was for. */
  taken = false;
  /** Active: nothing of it came through, and the host has taken note. */
  vanished = false;
}

/** RFC 9768. acc-ecn.ts. */
export class AccEcnVariables {
  /** Marked packets, and bytes by their mark, that have come (§3.2: r.cep, r.ceb, r.e0b, r.e1b). */
  cep = 5;
  ceb = 0;
  e0b = 1;
  e1b = 1;
  /** What the peer has told of ours: s.cep, s.ceb. */
  toldCep = 5;
  toldCeb = 0;
  /** With which codepoint the peer's SYN or SYN,ACK came. */
  codepoint = 0;
  /** The next bare ACK says so (§3.2.2.1). */
  reflecting = false;
  /** The last packet was marked; how many were since our last ACK. */
  marked = false;
  marks = 0;
  /** SYNs, or SYN,ACKs, that have left. */
  syns = 0;
  /** The path is held to let options pass; a byte counter has changed since the last one left. */
  options = true;
  optionDue = false;
  /** A client's whole option is to go with whatever is next (2), with the first text (1). */
  announce = 0;
  /** A segment other than a SYN has come, and one with an option. */
  heard = false;
  optionHeard = false;
  /** The path clears the option, or the flags (§3.2.3.2.4, §3.2.2.4). */
  ignoring = false;
  distrusted = false;
}

/** What has happened so far, for info(). Counts. */
export class Counters {
  segmentsSent = 0;
  segmentsReceived = 0;
  /** Text bytes, first transmissions only. */
  bytesSent = 0;
  /** Text bytes delivered in order. */
  bytesReceived = 0;
  /** Sequence numbers acknowledged, SYN and FIN too. */
  acknowledged = 0;
  /** Segments, as are all that follow but bytesRetransmitted. */
  retransmissions = 0;
  /** Text bytes of those. */
  bytesRetransmitted = 0;
  /** With text, first transmissions and others. */
  textSegmentsSent = 0;
  textSegmentsReceived = 0;
  /** Of ours, that the peer turned out to have, the SYN too. */
  delivered = 0;
  timeouts = 0;
  fastRetransmits = 0;
  /** Repairs that turned out to have been for nothing. */
  undos = 0;
  duplicateAcks = 0;
  /** That the peer reported to have come twice (RFC 2883). */
  dsackDuplicates = 0;
  /** ACKs that showed that the network had reordered what we sent. */
  reorderings = 0;
  outOfOrder = 0;
  probes = 0;
}
