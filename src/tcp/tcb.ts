// §3.3.1 the transmission control block: every variable of one connection, no logic. Each comment names the
// unit and who writes it. Plain fields only: a connection can be copied, compared, saved and restored.

import type { Endpoint } from '../wire/address.ts';
import type { CongestionControl, CongestionWindow } from './congestion/control.ts';
import { Cubic } from './congestion/cubic.ts';
import { Reno } from './congestion/reno.ts';
import { CwndValidation } from './congestion/validation.ts';
import type { ConnectionError } from './errors.ts';
import type { Parameters } from './parameters.ts';
import type { Probe } from './probe.ts';
import { DeliveryRate } from './recovery/delivery-rate.ts';
import { FastRecovery } from './recovery/fast-recovery.ts';
import { ForwardRto } from './recovery/frto.ts';
import { MtuSearch } from './recovery/mtu-search.ts';
import { ProportionalRateReduction } from './recovery/prr.ts';
import { Rack } from './recovery/rack.ts';
import { RetransmissionTimeout } from './recovery/rto.ts';
import { Scoreboard } from './recovery/scoreboard.ts';
import { TailLossProbe } from './recovery/tlp.ts';
import { Undo } from './recovery/undo.ts';
import type { RuleId } from './rules.ts';
import { type Seq, seq } from './seq.ts';
import type { State } from './state.ts';
import {
  AccEcnVariables,
  AckVariables,
  Counters,
  EcnVariables,
  type FastOpenVariables,
  ReceiveVariables,
  SendVariables,
  TimestampVariables,
} from './variables.ts';

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

/** A controller of the kind that `parameters` name. */
export function controller(parameters: Parameters): CongestionWindow {
  const { congestionControl, hystart, initialWindow, lossBasis, slowStartLimit } = parameters;
  const whole = lossBasis === 'cwnd';
  if (congestionControl === 'reno') return new Reno(initialWindow, slowStartLimit, whole);
  return new Cubic(initialWindow, slowStartLimit, hystart === 'on', whole);
}

/** Every variable of one connection (§3.3.1). Only the engine writes to it. */
export class Tcb {
  readonly id: number;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly parameters: Parameters;
  /** Who watches; null: nobody. Written by the owner of the connection, between events. */
  probe: Probe | null;
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
  readonly ecn = new EcnVariables();
  readonly accEcn = new AccEcnVariables();
  /** When each timer of timers.ts goes off, ms, Infinity = off; an array of floats, since a field would box them. */
  readonly deadlines = new Float64Array(TIMER_COUNT).fill(OFF);
  readonly counters = new Counters();
  readonly rto: RetransmissionTimeout;
  /** What is in flight. output.ts, loss.ts. */
  readonly board: Scoreboard;
  readonly rack: Rack;
  readonly prr = new ProportionalRateReduction();
  readonly tlp: TailLossProbe;
  readonly delivery: DeliveryRate;
  readonly recovery: FastRecovery;
  /** Whether the last repair was called for. spurious.ts. */
  readonly undo: Undo;
  readonly frto = new ForwardRto();
  congestion: CongestionControl;
  /** How much of the congestion window is used. validation.ts. */
  readonly validation: CwndValidation;
  /** Null: this connection does without. */
  fastOpen: FastOpenVariables | null = null;
  /** RFC 2018: both SYNs permitted SACK. handshake.ts. */
  sack = false;
  /** Path MTU, bytes of IP packet: what is sent, but for probes of a larger one. mss.ts. */
  pathMtu: number;
  /** What is known and tried of the path. mtu-probing.ts. */
  readonly mtuSearch: MtuSearch;
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
  /** Time between its probes, ms, and how many may go unanswered. user-calls.ts. */
  keepAliveInterval: number;
  keepAliveCount: number;
  /** §3.10.8, ms; 0 = none. user-calls.ts, user-timeout.ts. */
  userTimeout: number;
  /** RFC 5482 §3.1 CHANGEABLE: the application has not set it, so the peer's wish counts. user-calls.ts. */
  userTimeoutChangeable = true;
  /** The next ACK is to carry the option. user-calls.ts, handshake.ts. */
  userTimeoutDue = false;
  /** R1 was reached, and IP has not heard of it (MUST-20). failures.ts, connection.ts. */
  pathInDoubt = false;
  /** Soft errors are told to the application (SHLD-20). user-calls.ts. */
  errorReports = true;
  /** How long FIN-WAIT-2 may last with nobody to read, ms. user-calls.ts. */
  finWait2: number;
  /** Only full segments leave (MAY-16). user-calls.ts. */
  corked = false;
  /** The application's turn lasts: an ACK that may wait, and less than a segment of text, leave at its end. connection.ts */
  inTurn = false;
  /** §3.7.4; setNoDelay. user-calls.ts. */
  nagle: boolean;
  /** When the peer was last heard, ms. segment-arrives.ts. */
  lastHeard = 0;
  /** A RST is to be sent: its numbers. reset.ts. */
  resetDue = false;
  /** It acknowledges, too, up to here. */
  resetAcknowledges = false;
  resetAck: Seq = seq(0);
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
    this.delivery = new DeliveryRate(options.iss);
    this.tlp = new TailLossProbe(parameters.lossProbeMargin, parameters.lossProbeMin);
    this.recovery = new FastRecovery(options.iss);
    this.congestion = controller(parameters);
    this.undo = new Undo(options.iss);
    this.validation = new CwndValidation(options.iss);
    this.board = new Scoreboard(options.iss);
    this.rack = new Rack(options.iss, parameters.reordering);
    this.mtuSearch = new MtuSearch(options.remote.address.family, options.mtu, parameters);
    this.pathMtu = this.mtuSearch.current;
    this.superSegment = options.superSegment;
    this.announcedMss = announcedMss;
    this.keepAlive = parameters.keepAlive;
    this.keepAliveIdle = parameters.keepAliveIdle;
    this.keepAliveInterval = parameters.keepAliveInterval;
    this.keepAliveCount = parameters.keepAliveCount;
    this.userTimeout = parameters.userTimeout;
    this.finWait2 = parameters.finWait2;
    this.nagle = parameters.nagle;
  }
}
