// RFC 5681 §3.2, 6582, 6675, 8985, 9937: what an ACK says of loss, and what is done about it.

import { announceReduction } from './ecn.ts';
import { effectiveSendMss } from './mss.ts';
import { mtuProbeFailed } from './mtu-probing.ts';
import type { Segment } from './segment.ts';
import { add, diff, geq, gt, leq, lt, type Seq } from './seq.ts';
import { expectProof } from './spurious.ts';
import { isSynchronized } from './state.ts';
import type { Tcb } from './tcb.ts';
import { setTimer, startLossProbe, stopTimer, Timer } from './timers.ts';
import { limitAfterRepair, lossBasis, validateWindow, windowWasUsed } from './validation.ts';

/** The least time that a peer is given to have its reports and its ACKs agree, ms. */
const RENEGING_MIN = 10;

/** RFC 6675's pipe: bytes held to be in the network. Without SACK each duplicate ACK is a segment that left it. */
export function pipe(tcb: Tcb): number {
  const inFlight = tcb.board.pipe(tcb.snd.nxt);
  if (tcb.sack) return inFlight;
  const { active, duplicates } = tcb.recovery;
  // RFC 3042 §2: outside a repair, no more than two of them let something new leave.
  const left = active ? duplicates : Math.min(duplicates, tcb.parameters.reordering - 1);
  return Math.max(inFlight - left * effectiveSendMss(tcb, 0), 0);
}

/** What the sender makes of the path now, as Linux names it; how far an ECN reduction has come is not told here. */
export function congestionState(tcb: Tcb): 'open' | 'disorder' | 'recovery' | 'loss' {
  const { board, recovery, snd } = tcb;
  if (recovery.active) return 'recovery';
  if (isSynchronized(tcb.state) && recovery.isRepairing(snd.una)) return 'loss';
  return board.sackedCount > 0 || board.lost > 0 || recovery.duplicates > 0 ? 'disorder' : 'open';
}

/** RFC 2883 §4: the first block lies below SEG.ACK, or inside the second: it reports a duplicate. */
export function reportsDuplicate(seg: Segment): boolean {
  if (seg.sackCount === 0) return false;
  const left = seg.sackBlocks[0] as Seq;
  const right = seg.sackBlocks[1] as Seq;
  if (!lt(left, right)) return false;
  if (leq(right, seg.ack)) return true;
  if (seg.sackCount === 1) return false;
  return geq(left, seg.sackBlocks[2] as Seq) && leq(right, seg.sackBlocks[3] as Seq);
}

/** RFC 2018 §5: what the peer reports above SND.UNA, but for a D-SACK. Returns the bytes that are news. */
export function takeSacks(tcb: Tcb, seg: Segment, duplicate: boolean): number {
  const { board, rack, snd } = tcb;
  let fresh = 0;
  for (let i = duplicate ? 1 : 0; i < seg.sackCount; i++) {
    const left = seg.sackBlocks[2 * i] as Seq;
    const right = seg.sackBlocks[2 * i + 1] as Seq;
    // One that begins at SND.UNA would have been acknowledged.
    if (!lt(left, right) || leq(left, snd.una) || gt(right, snd.nxt)) continue;
    fresh += board.sack(left, right, rack);
  }
  return fresh;
}

/**
 * The board knows what an ACK said: SND.UNA advanced by `acknowledged` bytes, `delivered` are known to have
 * arrived that were not before, `duplicate`: it carried a D-SACK, `echo`: ECE. Detect loss, begin or end a
 * repair, and set the congestion window.
 */
export function answerAck(
  tcb: Tcb,
  acknowledged: number,
  delivered: number,
  duplicate: boolean,
  echo: boolean,
  now: number,
): void {
  const { board, congestion, ecn, rack, recovery, snd } = tcb;
  const smss = effectiveSendMss(tcb, 0);
  const repairing = recovery.isRepairing(add(snd.una, -acknowledged));
  const { duplicates } = recovery;
  // Linux has the ACK that ends a repair raise the window, and counts what each tells to have arrived.
  const byWindow = tcb.parameters.lossBasis === 'cwnd';
  const repair = acknowledged > 0 ? recovery.newAck(snd.una, Math.ceil(acknowledged / smss)) : 'none';
  if (repair === 'full') {
    congestion.repaired();
    limitAfterRepair(tcb);
  }
  if (ecn.settling && !ecn.cwrDue && gt(snd.una, ecn.end)) ecn.settling = false;
  if (ecn.reducing && gt(snd.una, ecn.end)) endReduction(tcb);
  rack.adapt(snd.una, snd.nxt, duplicate, repairing && !recovery.isRepairing(snd.una));
  const before = board.lost;
  detectLoss(tcb, repair === 'partial', now);
  const found = board.lost > before;
  if (found && !mtuProbeFailed(tcb) && recovery.mayBegin(snd.una, tcb.sack)) beginRepair(tcb, delivered, now);
  else if (tcb.tlp.answered(snd.una, duplicate)) answerProbe(tcb, acknowledged, now);
  if (echo) answerMark(tcb, acknowledged, delivered, now);
  if (recovery.active) {
    // RFC 9937 §6.2: what duplicates have told of before, a partial ACK does not tell again.
    const fresh = repair === 'partial' ? delivered - (duplicates - recovery.duplicates) * smss : delivered;
    congestion.repairing(tcb.prr.acked(fresh, pipe(tcb), acknowledged > 0 && !found, smss));
  } else if (ecn.reducing) {
    // With little in flight PRR may let nothing out; a segment may leave all the same (RFC 3168 §6.1.2).
    if (delivered > 0)
      congestion.repairing(Math.max(tcb.prr.acked(delivered, pipe(tcb), acknowledged > 0, smss), smss));
  } else if (acknowledged > 0 && (repair === 'none' || byWindow)) {
    const { rto } = tcb;
    rto.latest = rack.rtt;
    const round = gt(snd.una, snd.round);
    if (round) snd.round = snd.nxt;
    congestion.acked(byWindow ? delivered : acknowledged, windowWasUsed(tcb), rto, round, now);
    tcb.validation.acknowledged += acknowledged;
    validateWindow(tcb, diff(snd.nxt, snd.una) + acknowledged, round, now);
  }
}

/** With SACK, by time (RFC 8985 §6.2 step 5); without, by the third duplicate and each partial ACK (RFC 6582 §3.2). */
export function detectLoss(tcb: Tcb, partial: boolean, now: number): void {
  const { board, rack, recovery, rto, snd } = tcb;
  if (!tcb.sack) {
    const third = recovery.duplicates === tcb.parameters.reordering && recovery.mayBegin(snd.una, false);
    if (!(third || partial) || board.count === 0) return;
    snd.again = partial ? '6582-3.2-partial' : '5681-3.2-fast-retransmit';
    board.loseFirst(effectiveSendMss(tcb, 0));
    return;
  }
  const recovering = recovery.isRepairing(snd.una);
  if (!recovering && board.sackedCount === 0) {
    stopTimer(tcb, Timer.reordering, now);
    return;
  }
  const before = board.lost;
  const wait = rack.detectLoss(board, recovering, rto.minRtt, rto.srtt, now);
  if (board.lost > before) snd.again = '8985-6.2-lost';
  setTimer(tcb, Timer.reordering, now + wait, now);
}

/** RFC 9937 §6, RFC 6675 §5 step 4. */
function beginRepair(tcb: Tcb, delivered: number, now: number): void {
  const { ecn, recovery, snd } = tcb;
  expectProof(tcb);
  recovery.begin(snd.nxt);
  // RFC 3168 §6.1.2: a mark and a loss in one window call for one reduction, and that is under way.
  if (ecn.reducing) ecn.reducing = false;
  else reduce(tcb, diff(snd.nxt, snd.una), delivered, now);
  tcb.tlp.cancel();
  tcb.counters.fastRetransmits += 1;
  if (tcb.probe !== null) tcb.probe.rule(tcb, tcb.sack ? '8985-6.2-lost' : '5681-3.2-fast-retransmit', now);
}

/** From here on PRR leads the congestion window from `flight` bytes to SSTHRESH. */
function reduce(tcb: Tcb, flight: number, delivered: number, now: number): void {
  const { board, congestion, parameters, recovery, snd } = tcb;
  const outstanding = diff(snd.nxt, snd.una);
  const reported = tcb.sack ? board.sacked : recovery.duplicates * effectiveSendMss(tcb, 0);
  const before = congestion.cwnd;
  slowDown(tcb, flight, now);
  if (parameters.lossBasis === 'cwnd') {
    tcb.prr.begin(before, congestion.ssthresh, tcb.sack, effectiveSendMss(tcb, 0));
  } else {
    tcb.prr.begin(Math.max(outstanding - reported, 0) + delivered, congestion.ssthresh, tcb.sack);
  }
}

/**
 * RFC 3168 §6.1.2: the peer echoes a mark: as for a loss (RFC 5681 §3.1), but nothing goes again. Once a round trip:
 * not before CWR has left, and something beyond it, or beyond SND.NXT where it began, is acknowledged.
 */
function answerMark(tcb: Tcb, acknowledged: number, delivered: number, now: number): void {
  const { ecn, recovery, snd } = tcb;
  if (!ecn.accurate) ecn.deliveredCe += Math.ceil(delivered / effectiveSendMss(tcb, 0));
  if (ecn.settling || ecn.reducing || !recovery.mayBegin(snd.una, false)) return;
  tcb.undo.end();
  reduce(tcb, diff(snd.nxt, snd.una) + acknowledged, delivered, now);
  ecn.reducing = true;
  ecn.settling = true;
  ecn.end = snd.nxt;
  tcb.tlp.cancel();
  if (tcb.probe !== null) tcb.probe.rule(tcb, ecn.accurate ? '9768-3.2.2-marks' : '3168-6.1.2-ece', now);
}

function endReduction(tcb: Tcb): void {
  tcb.ecn.reducing = false;
  tcb.congestion.repaired();
}

/** RFC 5681 §3.2: what limited transmit has sent beyond the congestion window does not count. */
function slowDown(tcb: Tcb, flight: number, now: number): void {
  announceReduction(tcb);
  tcb.congestion.lossDetected(lossBasis(tcb, flight, now), now);
}

/** RFC 8985 §7.4: a loss was repaired by its probe; it was a loss all the same. */
function answerProbe(tcb: Tcb, acknowledged: number, now: number): void {
  const { congestion, snd } = tcb;
  tcb.undo.end();
  slowDown(tcb, diff(snd.nxt, snd.una) + acknowledged, now);
  congestion.repaired();
  if (tcb.probe !== null) tcb.probe.rule(tcb, '8985-7.4-repaired', now);
}

/** The reordering timer expired (RFC 8985 §6.3). */
export function reorderingExpired(tcb: Tcb, now: number): void {
  const before = tcb.board.lost;
  detectLoss(tcb, false, now);
  if (tcb.board.lost > before && !mtuProbeFailed(tcb) && tcb.recovery.mayBegin(tcb.snd.una, true)) {
    beginRepair(tcb, 0, now);
    const smss = effectiveSendMss(tcb, 0);
    tcb.congestion.repairing(tcb.prr.acked(0, pipe(tcb), false, smss));
  }
}

/**
 * What was reported lies at SND.UNA: a peer that still had it would have acknowledged it (RFC 2018 §8). Its next ACK
 * may say otherwise, within half a round trip.
 */
export function hurryReneging(tcb: Tcb, now: number): void {
  const wait = Math.min(Math.max(tcb.rto.srtt / 2, RENEGING_MIN), tcb.rto.value);
  setTimer(tcb, Timer.retransmission, now + wait, now);
}

/** The retransmission timer expired: all that the peer has not reported is held lost. */
export function loseAll(tcb: Tcb, now: number): void {
  const { board } = tcb;
  // RFC 2018 §8: the oldest can't be missing if it was reported; then the peer reneged.
  if (board.count > 0 && board.isSacked(0)) board.forgetSacks();
  tcb.snd.again = '6298-5.4-retransmit';
  tcb.ecn.reducing = false;
  announceReduction(tcb);
  board.markAllLost();
  tcb.tlp.cancel();
  stopTimer(tcb, Timer.reordering, now);
  stopTimer(tcb, Timer.lossProbe, now);
}

/** RFC 8985 §7.2: with something in flight and no sign of trouble, a probe is due before the timer, or in its place. */
export function scheduleProbe(tcb: Tcb, now: number): void {
  const { board, recovery, rto, snd, tlp } = tcb;
  const calm = isSynchronized(tcb.state) && !recovery.isRepairing(snd.una) && board.sackedCount === 0;
  if (
    !tcb.parameters.tailLossProbe ||
    !tcb.sack ||
    !calm ||
    board.count === 0 ||
    snd.probing ||
    tlp.outstanding ||
    tlp.due
  ) {
    stopTimer(tcb, Timer.lossProbe, now);
    return;
  }
  const alone = board.pipe(snd.nxt) <= effectiveSendMss(tcb, 0);
  tlp.update(rto, alone);
  startLossProbe(tcb, now);
}
