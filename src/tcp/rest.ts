// A connection at rest: ESTABLISHED, with nothing in flight, unread, owed or timed but a keep-alive. Of its TCB, 5.4 KB,
// only what differs from a new one's is kept, some 0.3 KB; the TCB itself serves the next connection that something
// happens to. docs/decisions/0011.

import { Differences } from '../lib/differences.ts';
import type { Endpoint } from '../wire/address.ts';
import type { CongestionControl } from './congestion/control.ts';
import { defaultMss } from './mss.ts';
import type { Parameters } from './parameters.ts';
import { MtuSearch } from './recovery/mtu-search.ts';
import { ProportionalRateReduction } from './recovery/prr.ts';
import { Undo } from './recovery/undo.ts';
import { add, type Seq, seq } from './seq.ts';
import { controller, Tcb } from './tcb.ts';
import { isRunning, Timer } from './timers.ts';
import {
  AccEcnVariables,
  type AckVariables,
  type Counters,
  EcnVariables,
  type FastOpenVariables,
  type ReceiveVariables,
  type SendVariables,
} from './variables.ts';

const OFF = Number.POSITIVE_INFINITY;
/** Values that are carried, at most. */
const MOST_VALUES = 192;

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Does nothing wait for the peer, for the application, or for time to pass? */
export function isAtRest(tcb: Tcb, now: number): boolean {
  const { ack, frto, rcv, recovery, rto, snd, tlp } = tcb;
  if (snd.una !== snd.nxt || tcb.state !== 'ESTABLISHED' || tcb.probe !== null) return false;
  if (snd.queue !== null && snd.queue.length > 0) return false;
  if (rcv.queue !== null && rcv.queue.length > 0) return false;
  if (rcv.reassembly !== null || rcv.duplicate.due || rcv.finSeen || rcv.discard) return false;
  if (ack.due > 0 || ack.unacknowledged > 0 || tcb.accEcn.reflecting) return false;
  if (snd.finQueued || snd.urgent || snd.wanted || snd.probing || snd.probes > 0) return false;
  if (snd.unansweredProbes > 0 || snd.unansweredSince !== OFF || snd.stuckSince !== OFF) return false;
  if (snd.resentAt === now || !snd.busy.isIdle || !snd.pushes.isEmpty || !snd.bursts.isEmpty) return false;
  if (recovery.active || recovery.duplicates > 0 || frto.phase !== 'off' || tlp.due || rto.inRow > 0) return false;
  if (tcb.error !== null || tcb.softError !== null || tcb.pathInDoubt || tcb.resetDue) return false;
  if (tcb.probeDue || tcb.userTimeoutDue || tcb.keepAliveDue || tcb.keepAliveProbes > 0) return false;
  for (let timer = 0; timer < tcb.deadlines.length; timer++) {
    if (timer !== Timer.keepAlive && isRunning(tcb, timer as Timer)) return false;
  }
  return true;
}

/** Groups of variables that are not as in most connections, and are kept as they are; the others are null. */
interface Aside {
  readonly ecn: EcnVariables | null;
  readonly accEcn: AccEcnVariables | null;
  readonly prr: ProportionalRateReduction | null;
  readonly undo: Undo | null;
  readonly congestion: CongestionControl | null;
  readonly mtuSearch: MtuSearch | null;
  readonly fastOpen: FastOpenVariables | null;
}

/** The congestion window is led by the algorithm that the parameters name, and nothing of it may be taken back. */
const hasUsualCongestion = ({ congestion, parameters, undo }: Tcb): boolean =>
  congestion.name === parameters.congestionControl && !undo.open;

/** Take the groups that stay whole out of `tcb`, which gets new ones in their place. */
function putAside(tcb: Writable<Tcb>): Aside | null {
  const { ecn, fastOpen, mtuSearch, undo } = tcb;
  const usual = hasUsualCongestion(tcb);
  if (usual && !ecn.on && fastOpen === null && mtuSearch.isUntried) return null;
  const aside: Aside = {
    ecn: ecn.on ? ecn : null,
    accEcn: ecn.accurate ? tcb.accEcn : null,
    prr: ecn.reducing ? tcb.prr : null,
    undo: undo.open ? undo : null,
    congestion: usual ? null : tcb.congestion,
    mtuSearch: mtuSearch.isUntried ? null : mtuSearch,
    fastOpen,
  };
  if (aside.ecn !== null) tcb.ecn = new EcnVariables();
  if (aside.accEcn !== null) tcb.accEcn = new AccEcnVariables();
  if (aside.prr !== null) tcb.prr = new ProportionalRateReduction();
  if (aside.undo !== null) tcb.undo = new Undo(tcb.iss);
  if (aside.congestion !== null) tcb.congestion = controller(tcb.parameters);
  if (aside.mtuSearch !== null) {
    tcb.mtuSearch = new MtuSearch(tcb.remote.address.family, mtuSearch.limit, tcb.parameters);
  }
  tcb.fastOpen = null;
  return aside;
}

function putBack(tcb: Writable<Tcb>, aside: Aside): void {
  tcb.ecn = aside.ecn ?? tcb.ecn;
  tcb.accEcn = aside.accEcn ?? tcb.accEcn;
  tcb.prr = aside.prr ?? tcb.prr;
  tcb.undo = aside.undo ?? tcb.undo;
  tcb.congestion = aside.congestion ?? tcb.congestion;
  tcb.mtuSearch = aside.mtuSearch ?? tcb.mtuSearch;
  tcb.fastOpen = aside.fastOpen;
}

const number32 = (kept: Differences, value: Seq, usual: Seq): Seq => kept.number(value, usual) as Seq;

/** The numbers of `tcb` are written, or read into it; what means nothing at rest is left as it is. */
function carry(tcb: Writable<Tcb>, kept: Differences): void {
  const { board, parameters, rcv, snd } = tcb;
  snd.una = number32(kept, snd.una, seq(0));
  snd.nxt = snd.una;
  rcv.nxt = number32(kept, rcv.nxt, seq(0));
  carryConnection(tcb, kept);
  carrySend(snd, kept, parameters);
  carryReceive(rcv, kept, parameters);
  carryAck(tcb.ack, kept, rcv.nxt);
  const { una } = snd;
  board.carry(kept, una);
  carryCounters(tcb.counters, kept, board.delivered);
  tcb.rto.carry(kept);
  tcb.rack.carry(kept, una);
  tcb.tlp.carry(kept, una);
  tcb.delivery.carry(kept, una, board.delivered);
  tcb.recovery.carry(kept, una);
  tcb.validation.carry(kept, una);
  tcb.congestion.carry(kept);
  tcb.mtuSearch.carry(kept);
}

function carryConnection(tcb: Writable<Tcb>, kept: Differences): void {
  const { deadlines, parameters, rcv, snd } = tcb;
  const timestamps: Writable<Tcb['timestamps']> = tcb.timestamps;
  tcb.id = kept.number(tcb.id, 0);
  tcb.iss = number32(kept, tcb.iss, add(snd.una, -1));
  tcb.irs = number32(kept, tcb.irs, add(rcv.nxt, -1));
  tcb.passive = kept.flag(tcb.passive, true);
  tcb.sack = kept.flag(tcb.sack, true);
  tcb.announcedMss = kept.number(tcb.announcedMss, 0);
  tcb.pathMtu = kept.number(tcb.pathMtu, 0);
  tcb.superSegment = kept.number(tcb.superSegment, tcb.pathMtu);
  tcb.lastHeard = kept.number(tcb.lastHeard, 0);
  tcb.notices = kept.number(tcb.notices, 0);
  tcb.keepAlive = kept.flag(tcb.keepAlive, parameters.keepAlive);
  tcb.keepAliveIdle = kept.number(tcb.keepAliveIdle, parameters.keepAliveIdle);
  tcb.keepAliveInterval = kept.number(tcb.keepAliveInterval, parameters.keepAliveInterval);
  tcb.keepAliveCount = kept.number(tcb.keepAliveCount, parameters.keepAliveCount);
  deadlines[Timer.keepAlive] = kept.number(deadlines[Timer.keepAlive] as number, OFF);
  tcb.userTimeout = kept.number(tcb.userTimeout, parameters.userTimeout);
  tcb.userTimeoutChangeable = kept.flag(tcb.userTimeoutChangeable, true);
  tcb.errorReports = kept.flag(tcb.errorReports, true);
  tcb.finWait2 = kept.number(tcb.finWait2, parameters.finWait2);
  tcb.corked = kept.flag(tcb.corked, false);
  tcb.nagle = kept.flag(tcb.nagle, parameters.nagle);
  timestamps.on = kept.flag(timestamps.on, true);
  timestamps.recent = kept.number(timestamps.recent, 0);
  timestamps.recentAt = kept.number(timestamps.recentAt, tcb.lastHeard);
  timestamps.offset = kept.number(timestamps.offset, 0);
}

function carrySend(snd: SendVariables, kept: Differences, { sendBuffer }: Parameters): void {
  const { una } = snd;
  snd.wnd = kept.number(snd.wnd, 0);
  snd.maxWnd = kept.number(snd.maxWnd, snd.wnd);
  snd.wl1 = number32(kept, snd.wl1, seq(0));
  snd.wl2 = number32(kept, snd.wl2, una);
  snd.scaling = kept.flag(snd.scaling, true);
  snd.scale = kept.number(snd.scale, 0);
  snd.mss = kept.number(snd.mss, 0);
  snd.up = number32(kept, snd.up, add(una, -1));
  snd.buffer = kept.number(snd.buffer, sendBuffer);
  snd.bufferChosen = kept.flag(snd.bufferChosen, false);
  snd.notSentLowWater = kept.number(snd.notSentLowWater, OFF);
  snd.pushes.carry(kept, una);
  snd.bursts.carry(kept, una);
  snd.pushedTo = number32(kept, snd.pushedTo, una);
  snd.burst = kept.flag(snd.burst, false);
  snd.resentTo = una;
  snd.resentAt = -OFF;
  snd.busy.carry(kept);
  snd.lastText = kept.number(snd.lastText, OFF);
  snd.small = una;
  snd.round = number32(kept, snd.round, una);
  snd.sampleRound = number32(kept, snd.sampleRound, una);
  snd.cwndLimited = kept.flag(snd.cwndLimited, false);
  snd.burstLimited = kept.flag(snd.burstLimited, false);
  snd.burstEnd = number32(kept, snd.burstEnd, add(una, -1));
}

function carryReceive(rcv: ReceiveVariables, kept: Differences, { receiveBuffer }: Parameters): void {
  rcv.edge = number32(kept, rcv.edge, rcv.nxt);
  rcv.told = number32(kept, rcv.told, rcv.edge);
  rcv.up = number32(kept, rcv.up, rcv.nxt);
  rcv.scale = kept.number(rcv.scale, 0);
  rcv.mss = kept.number(rcv.mss, 536);
  rcv.buffer = kept.number(rcv.buffer, receiveBuffer);
  rcv.clamp = kept.number(rcv.clamp, OFF);
  if (rcv.tuning !== null) rcv.tuning.carry(kept, rcv.nxt);
}

function carryAck(ack: AckVariables, kept: Differences, next: Seq): void {
  ack.quick = kept.number(ack.quick, 0);
  ack.interactive = kept.flag(ack.interactive, false);
  ack.patience = kept.number(ack.patience, 0);
  ack.pushed = kept.number(ack.pushed, 0);
  ack.lastSize = kept.number(ack.lastSize, 0);
  ack.lastText = kept.number(ack.lastText, -OFF);
  ack.last = number32(kept, ack.last, next);
  ack.challengeSince = kept.number(ack.challengeSince, -OFF);
  ack.challenges = kept.number(ack.challenges, 0);
  ack.lastInvalid = kept.number(ack.lastInvalid, -OFF);
}

function carryCounters(counters: Counters, kept: Differences, delivered: number): void {
  counters.segmentsSent = kept.number(counters.segmentsSent, 1);
  counters.segmentsReceived = kept.number(counters.segmentsReceived, 2);
  counters.bytesSent = kept.number(counters.bytesSent, 0);
  counters.bytesReceived = kept.number(counters.bytesReceived, 0);
  counters.acknowledged = kept.number(counters.acknowledged, 1);
  counters.retransmissions = kept.number(counters.retransmissions, 0);
  counters.bytesRetransmitted = kept.number(counters.bytesRetransmitted, 0);
  counters.textSegmentsSent = kept.number(counters.textSegmentsSent, 0);
  counters.textSegmentsReceived = kept.number(counters.textSegmentsReceived, 0);
  counters.delivered = kept.number(counters.delivered, delivered);
  counters.timeouts = kept.number(counters.timeouts, 0);
  counters.fastRetransmits = kept.number(counters.fastRetransmits, 0);
  counters.undos = kept.number(counters.undos, 0);
  counters.duplicateAcks = kept.number(counters.duplicateAcks, 0);
  counters.dsackDuplicates = kept.number(counters.dsackDuplicates, 0);
  counters.reorderings = kept.number(counters.reorderings, 0);
  counters.outOfOrder = kept.number(counters.outOfOrder, 0);
  counters.probes = kept.number(counters.probes, 0);
}

/** Between whom a connection is. */
export interface Ends {
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

/** What a connection that may rest is known by meanwhile, and what is left of its TCB. */
export class Resting {
  readonly place: Rest;
  readonly ends: Ends;
  readonly parameters: Parameters;
  values: number[] | null = null;
  aside: Aside | null = null;

  constructor(place: Rest, ends: Ends, parameters: Parameters) {
    this.place = place;
    this.ends = ends;
    this.parameters = parameters;
  }
}

/** Something that may rest. */
export interface Sleeper {
  /** It stands in the queue of those that are awake. */
  queued: boolean;
  /** It rests from now on, if there is nothing to be done for it. */
  rest(now: number): void;
}

/** Where the connections of one host rest. The first of those that are awake and idle is the next to do so. */
export class Rest {
  private readonly most: number;
  private readonly kept = new Differences(MOST_VALUES);
  private readonly spare: Writable<Tcb>[] = [];
  private readonly awake: Sleeper[] = [];
  /** Before it, `awake` has been gone through. */
  private head = 0;

  /** `most`: fewer connections than this are awake and idle at the same time. */
  constructor(most: number) {
    this.most = most;
  }

  /** Something happened to `sleeper`. */
  woke(sleeper: Sleeper): void {
    if (sleeper.queued) return;
    sleeper.queued = true;
    this.awake.push(sleeper);
  }

  /** So many are awake that `settle` has something to do. */
  get isCrowded(): boolean {
    return this.awake.length - this.head >= this.most;
  }

  /** Nobody works on a TCB now: those that have been awake for longest rest, unless they are busy. */
  settle(now: number): void {
    const { awake, most } = this;
    while (awake.length - this.head >= most) {
      const sleeper = awake[this.head++]!;
      sleeper.queued = false;
      sleeper.rest(now);
    }
    if (2 * this.head < awake.length) return;
    awake.copyWithin(0, this.head);
    awake.length -= this.head;
    this.head = 0;
  }

  /** What `tcb` is goes into `resting`; the TCB is another's from now on. */
  lay(tcb: Writable<Tcb>, resting: Resting): void {
    const { kept, spare } = this;
    resting.aside = putAside(tcb);
    kept.write();
    carry(tcb, kept);
    resting.values = kept.record(resting.values);
    if (spare.length < this.most) spare.push(tcb);
  }

  /** A TCB like the one that `lay` was given. */
  raise(resting: Resting): Tcb {
    const { aside, values } = resting;
    const tcb = this.blank(resting);
    this.kept.read(values!);
    carry(tcb, this.kept);
    if (aside !== null) putBack(tcb, aside);
    resting.aside = null;
    return tcb;
  }

  /** A TCB in which everything that `carry` passes over is as it is at rest. */
  private blank({ ends, parameters }: Resting): Writable<Tcb> {
    const { local, remote } = ends;
    const { family } = remote.address;
    const spare = this.spare.pop();
    if (spare !== undefined && spare.parameters === parameters && spare.remote.address.family === family) {
      spare.local = local;
      spare.remote = remote;
      return spare;
    }
    const options = {
      id: 0,
      local,
      remote,
      iss: seq(0),
      timestampOffset: 0,
      parameters,
      mtu: 0,
      superSegment: 0,
      probe: null,
    };
    const tcb = new Tcb(options, true, 0, defaultMss(family));
    tcb.state = 'ESTABLISHED';
    return tcb;
  }
}
