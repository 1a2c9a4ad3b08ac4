// What is kept of the TCB of a connection at rest (rest.ts): its numbers, and whole groups of variables where these are
// not as in most connections. Every variable that outlives a rest is carried here or by the class that has it.

import type { Differences } from '../lib/differences.ts';
import type { CongestionControl } from './congestion/control.ts';
import { MtuSearch } from './recovery/mtu-search.ts';
import { ProportionalRateReduction } from './recovery/prr.ts';
import { Undo } from './recovery/undo.ts';
import { max, type Seq } from './seq.ts';
import { controller, type Tcb } from './tcb.ts';
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
/** Numbers that are carried, at most. */
export const MOST_NUMBERS = 160;

export type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

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
  if (recovery.active || recovery.duplicates > 0 || frto.phase !== 'off' || tlp.due || rto.inRow > 0)
    return false;
  if (tcb.error !== null || tcb.softError !== null || tcb.pathInDoubt || tcb.resetDue || tcb.inTurn)
    return false;
  if (tcb.probeDue || tcb.userTimeoutDue || tcb.keepAliveDue || tcb.keepAliveProbes > 0) return false;
  for (let timer = 0; timer < tcb.deadlines.length; timer++) {
    if (timer !== Timer.keepAlive && isRunning(tcb, timer as Timer)) return false;
  }
  return true;
}

/** Groups of variables that are not as in most connections, and are kept as they are; the others are null. */
export interface Aside {
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
export function putAside(tcb: Writable<Tcb>): Aside | null {
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

export function putBack(tcb: Writable<Tcb>, aside: Aside): void {
  tcb.ecn = aside.ecn ?? tcb.ecn;
  tcb.accEcn = aside.accEcn ?? tcb.accEcn;
  tcb.prr = aside.prr ?? tcb.prr;
  tcb.undo = aside.undo ?? tcb.undo;
  tcb.congestion = aside.congestion ?? tcb.congestion;
  tcb.mtuSearch = aside.mtuSearch ?? tcb.mtuSearch;
  tcb.fastOpen = aside.fastOpen;
}

/** The numbers of `tcb` are written, or read into it; what means nothing at rest is left as it is. */
export function carry(tcb: Writable<Tcb>, kept: Differences): void {
  const { board, rcv, snd } = tcb;
  snd.una = kept.number(snd.una) as Seq;
  snd.nxt = snd.una;
  rcv.nxt = kept.number(rcv.nxt) as Seq;
  carryConnection(tcb, kept);
  carrySettings(tcb, kept);
  carryTimestamps(tcb.timestamps, kept);
  carrySend(snd, kept, rcv.nxt);
  carryReceive(rcv, kept);
  carryAck(tcb.ack, kept, rcv.nxt);
  const { una } = snd;
  board.carry(kept, una);
  carryCounters(tcb.counters, kept, board.delivered);
  tcb.rto.carry(kept);
  tcb.rack.carry(kept, una);
  tcb.tlp.carry(kept, una);
  tcb.delivery.carry(kept, una);
  tcb.recovery.carry(kept, una);
  tcb.validation.carry(kept, una);
  tcb.mtuSearch.carry(kept);
  tcb.congestion.carry(kept); // Last, since its controllers carry more or less.
}

function carryConnection(tcb: Writable<Tcb>, kept: Differences): void {
  const { rcv, snd } = tcb;
  tcb.id = kept.number(tcb.id);
  tcb.iss = kept.near(tcb.iss, snd.una) as Seq;
  tcb.irs = kept.near(tcb.irs, rcv.nxt) as Seq;
  tcb.passive = kept.flag(tcb.passive);
  tcb.sack = kept.flag(tcb.sack);
  tcb.announcedMss = kept.number(tcb.announcedMss);
  tcb.pathMtu = kept.number(tcb.pathMtu);
  tcb.superSegment = kept.number(tcb.superSegment);
  tcb.lastHeard = kept.number(tcb.lastHeard);
  tcb.notices = kept.number(tcb.notices);
}

function carrySettings(tcb: Writable<Tcb>, kept: Differences): void {
  const { deadlines } = tcb;
  tcb.keepAlive = kept.flag(tcb.keepAlive);
  tcb.keepAliveIdle = kept.number(tcb.keepAliveIdle);
  tcb.keepAliveInterval = kept.number(tcb.keepAliveInterval);
  tcb.keepAliveCount = kept.number(tcb.keepAliveCount);
  deadlines[Timer.keepAlive] = kept.number(deadlines[Timer.keepAlive] as number);
  tcb.userTimeout = kept.number(tcb.userTimeout);
  tcb.userTimeoutChangeable = kept.flag(tcb.userTimeoutChangeable);
  tcb.errorReports = kept.flag(tcb.errorReports);
  tcb.finWait2 = kept.number(tcb.finWait2);
  tcb.corked = kept.flag(tcb.corked);
  tcb.nagle = kept.flag(tcb.nagle);
}

function carryTimestamps(timestamps: Writable<Tcb['timestamps']>, kept: Differences): void {
  timestamps.on = kept.flag(timestamps.on);
  timestamps.recent = kept.number(timestamps.recent);
  timestamps.recentAt = kept.number(timestamps.recentAt);
  timestamps.offset = kept.number(timestamps.offset);
}

function carrySend(snd: SendVariables, kept: Differences, next: Seq): void {
  const { una } = snd;
  snd.wnd = kept.number(snd.wnd);
  snd.maxWnd = kept.near(snd.maxWnd, snd.wnd);
  snd.wl1 = kept.near(snd.wl1, next) as Seq;
  snd.wl2 = kept.near(snd.wl2, una) as Seq;
  snd.scaling = kept.flag(snd.scaling);
  snd.scale = kept.number(snd.scale);
  snd.mss = kept.number(snd.mss);
  snd.up = una;
  snd.buffer = kept.number(snd.buffer);
  snd.bufferChosen = kept.flag(snd.bufferChosen);
  snd.notSentLowWater = kept.number(snd.notSentLowWater);
  carrySent(snd, kept);
}

function carrySent(snd: SendVariables, kept: Differences): void {
  const { una } = snd;
  snd.pushes.restart(una);
  snd.bursts.restart(una);
  snd.pushedTo = kept.near(max(snd.pushedTo, una), una) as Seq;
  snd.burst = kept.flag(snd.burst);
  snd.resentTo = una;
  snd.resentAt = -OFF;
  snd.busy.carry(kept);
  snd.lastText = kept.number(snd.lastText);
  snd.small = una;
  snd.round = una;
  snd.sampleRound = una;
  snd.cwndLimited = kept.flag(snd.cwndLimited);
  snd.burstLimited = kept.flag(snd.burstLimited);
  snd.burstEnd = snd.burstLimited ? (kept.near(snd.burstEnd, una) as Seq) : una;
}

function carryReceive(rcv: ReceiveVariables, kept: Differences): void {
  rcv.edge = kept.near(rcv.edge, rcv.nxt) as Seq;
  rcv.told = kept.near(rcv.told, rcv.edge) as Seq;
  rcv.up = kept.near(rcv.up, rcv.nxt) as Seq;
  rcv.scale = kept.number(rcv.scale);
  rcv.mss = kept.number(rcv.mss);
  rcv.buffer = kept.number(rcv.buffer);
  rcv.clamp = kept.number(rcv.clamp);
  if (rcv.tuning !== null) rcv.tuning.carry(kept, rcv.nxt);
}

function carryAck(ack: AckVariables, kept: Differences, next: Seq): void {
  ack.quick = kept.number(ack.quick);
  ack.interactive = kept.flag(ack.interactive);
  ack.patience = kept.number(ack.patience);
  ack.pushed = kept.number(ack.pushed);
  ack.lastSize = kept.number(ack.lastSize);
  ack.lastText = kept.number(ack.lastText);
  ack.last = kept.near(ack.last, next) as Seq;
  ack.challengeSince = kept.number(ack.challengeSince);
  ack.challenges = kept.number(ack.challenges);
  ack.lastInvalid = kept.number(ack.lastInvalid);
}

function carryCounters(counters: Counters, kept: Differences, delivered: number): void {
  counters.segmentsSent = kept.number(counters.segmentsSent);
  counters.segmentsReceived = kept.number(counters.segmentsReceived);
  counters.bytesSent = kept.number(counters.bytesSent);
  counters.bytesReceived = kept.number(counters.bytesReceived);
  counters.acknowledged = kept.number(counters.acknowledged - counters.bytesSent) + counters.bytesSent;
  counters.retransmissions = kept.number(counters.retransmissions);
  counters.bytesRetransmitted = kept.number(counters.bytesRetransmitted);
  counters.textSegmentsSent = kept.number(counters.textSegmentsSent);
  counters.textSegmentsReceived = kept.number(counters.textSegmentsReceived);
  counters.delivered = kept.number(counters.delivered - delivered) + delivered;
  carryTroubles(counters, kept);
}

function carryTroubles(counters: Counters, kept: Differences): void {
  counters.timeouts = kept.number(counters.timeouts);
  counters.fastRetransmits = kept.number(counters.fastRetransmits);
  counters.undos = kept.number(counters.undos);
  counters.duplicateAcks = kept.number(counters.duplicateAcks);
  counters.dsackDuplicates = kept.number(counters.dsackDuplicates);
  counters.reorderings = kept.number(counters.reorderings);
  counters.outOfOrder = kept.number(counters.outOfOrder);
  counters.probes = kept.number(counters.probes);
}
