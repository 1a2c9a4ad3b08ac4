// §3.3.1 the transmission control block: every variable of one connection, no logic. Each comment names the
// unit and who writes it. Plain fields only: a connection can be copied, compared, saved and restored.

import type { ByteQueue } from '../lib/byte-queue.ts';
import type { Endpoint } from '../wire/address.ts';
import { BusyTime } from './busy-time.ts';
import type { CongestionControl } from './congestion/control.ts';
import { Cubic } from './congestion/cubic.ts';
import { Reno } from './congestion/reno.ts';
import type { ConnectionError } from './errors.ts';
import type { Parameters } from './parameters.ts';
import type { Probe } from './probe.ts';
import { PushPoints } from './push-points.ts';
import type { Reassembly } from './reassembly.ts';
import { ReceiveTuning } from './receive-tuning.ts';
import { FastRecovery } from './recovery/fast-recovery.ts';
import { ProportionalRateReduction } from './recovery/prr.ts';
import { Rack } from './recovery/rack.ts';
import { RetransmissionTimeout } from './recovery/rto.ts';
import { Scoreboard } from './recovery/scoreboard.ts';
import { TailLossProbe } from './recovery/tlp.ts';
import type { RuleId } from './rules.ts';
import { type Seq, seq } from './seq.ts';
import type { State } from './state.ts';

const OFF = Number.POSITIVE_INFINITY;
const TIMER_COUNT = 8;

/** What both ends and the path are called and can carry, fixed when the connection is opened. */
export interface OpenOptions {
  /** Names the connection to an observer. */
  readonly id: number;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** §3.4.1, from isn.ts. */
  readonly iss: Seq;
  /** RFC 7323 §5.4: added to the timestamp clock, random per connection. Milliseconds. */
  readonly timestampOffset: number;
  readonly parameters: Parameters;
  /** Largest IP packet of the first hop, bytes. */
  readonly mtu: number;
  /** Largest IP packet the link takes and cuts itself; `mtu` when it cuts none. */
  readonly superSegment: number;
  readonly probe: Probe | null;
}

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
  /** Where the burst ends that is leaving. bursts.ts. */
  burstEnd: Seq;
  /** What the connection was doing, and for how long. output.ts. */
  readonly busy = new BusyTime();
  /** Since when the octet at SND.UNA has been unanswered, ms; Infinity = nothing is. output.ts, ack.ts. */
  unansweredSince = OFF;
  /** When text was last sent, ms (RFC 5681 §4.1); Infinity = never. output.ts. */
  lastText = OFF;
  /** The one octet in flight is a zero-window probe: the persist timer resends it. persist.ts, ack.ts. */
  probing = false;
  /** Probes since the window was last open (SHLD-30). persist.ts, ack.ts. */
  probes = 0;
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

  constructor(iss: Seq, mss: number, buffer: number) {
    this.buffer = buffer;
    this.pushes = new PushPoints(iss);
    this.una = iss;
    this.nxt = iss;
    this.small = iss;
    this.round = iss;
    this.sampleRound = iss;
    this.burstEnd = iss;
    this.mss = mss;
  }
}

/** RCV.* */
export class ReceiveVariables {
  /** Next sequence number expected. text.ts, fin. */
  nxt: Seq = seq(0);
  /** Right edge of the window we have offered; RCV.WND is its distance from RCV.NXT. window.ts. */
  edge: Seq = seq(0);
  /** Receive urgent pointer: the octet behind the urgent data. text.ts. */
  up: Seq = seq(0);
  /** Shift of the windows we offer, RFC 7323 §2. handshake.ts. */
  scale = 0;
  /** Text in order that the application has not taken; null until there is some. text.ts, user-calls.ts. */
  queue: ByteQueue | null = null;
  /** Text out of order; null until there is some. text.ts. */
  reassembly: Reassembly | null = null;
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
  retransmissions = 0;
  timeouts = 0;
  fastRetransmits = 0;
  duplicateAcks = 0;
  outOfOrder = 0;
  probes = 0;
}

export class Tcb {
  readonly id: number;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly parameters: Parameters;
  readonly probe: Probe | null;
  readonly iss: Seq;
  irs: Seq = seq(0);
  /** Written by state changes only (transition in tcb-state.ts). */
  state: State = 'CLOSED';
  /** SYN-RECEIVED came from LISTEN, not from SYN-SENT (MUST-11). */
  readonly passive: boolean;
  readonly snd: SendVariables;
  readonly rcv: ReceiveVariables;
  readonly ack = new AckVariables();
  readonly timestamps: TimestampVariables;
  /** When each timer of timers.ts goes off, ms, Infinity = off; an array of floats, since a field would box them. */
  readonly deadlines = new Float64Array(TIMER_COUNT).fill(OFF);
  readonly counters = new Counters();
  readonly rto: RetransmissionTimeout;
  /** What is in flight. output.ts, loss.ts. */
  readonly board: Scoreboard;
  readonly rack: Rack;
  readonly prr = new ProportionalRateReduction();
  readonly tlp: TailLossProbe;
  readonly recovery: FastRecovery;
  readonly congestion: CongestionControl;
  /** RFC 2018: both SYNs permitted SACK. handshake.ts. */
  sack = false;
  /** Path MTU, bytes of IP packet. mss.ts. */
  pathMtu: number;
  /** Largest IP packet the link takes. */
  readonly superSegment: number;
  /** What we announce in our SYN (§3.7.1), bytes; fixed at open. */
  readonly announcedMss: number;
  /** The persist timer fired: what waits may leave whatever the window says. timeouts.ts, output.ts. */
  probeDue = false;
  /** Keep-alive probes since the peer was last heard. timeouts.ts, keep-alive.ts. */
  keepAliveProbes = 0;
  /** The keep-alive timer fired: a probe is to be sent. */
  keepAliveDue = false;
  /** Keep-alive is on (setKeepAlive; §3.8.4), and its idle time, ms. user-calls.ts. */
  keepAlive: boolean;
  keepAliveIdle: number;
  /** §3.7.4; setNoDelay. user-calls.ts. */
  nagle: boolean;
  /** When the peer was last heard, ms. segment-arrives.ts. */
  lastHeard = 0;
  /** A RST is to be sent: its numbers. reset.ts. */
  resetDue = false;
  resetSeq: Seq = seq(0);
  resetWhy: RuleId = '9293-3.10.5-abort';
  /** Notice bits for the application, not yet taken. */
  notices = 0;
  /** How it ended, if not well. */
  error: ConnectionError | null = null;
  /** The last soft error (§3.9.1.8) since something was acknowledged; told when the connection is given up. */
  softError: ConnectionError | null = null;

  constructor(options: OpenOptions, passive: boolean, announcedMss: number, defaultMss: number) {
    const { parameters } = options;
    this.id = options.id;
    this.local = options.local;
    this.remote = options.remote;
    this.parameters = parameters;
    this.probe = options.probe;
    this.iss = options.iss;
    this.passive = passive;
    this.snd = new SendVariables(options.iss, defaultMss, parameters.sendBuffer);
    this.rcv = new ReceiveVariables(parameters);
    this.timestamps = new TimestampVariables(options.timestampOffset);
    this.rto = new RetransmissionTimeout(
      parameters.rtoInitial,
      parameters.rtoMin,
      parameters.rtoMax,
      parameters.rtoVarianceMin,
      parameters.rtoSlop,
      parameters.rttEstimator,
    );
    this.tlp = new TailLossProbe(parameters.lossProbeMargin, parameters.lossProbeMin);
    this.recovery = new FastRecovery(options.iss);
    const { congestionControl, initialWindow } = parameters;
    this.congestion = congestionControl === 'cubic' ? new Cubic(initialWindow) : new Reno(initialWindow);
    this.board = new Scoreboard(options.iss);
    this.rack = new Rack(options.iss);
    this.pathMtu = options.mtu;
    this.superSegment = options.superSegment;
    this.announcedMss = announcedMss;
    this.keepAlive = parameters.keepAlive;
    this.keepAliveIdle = parameters.keepAliveIdle;
    this.nagle = parameters.nagle;
  }
}
