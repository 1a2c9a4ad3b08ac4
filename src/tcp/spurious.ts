// RFC 4015, with the detection of RFC 3522 (timestamps), RFC 2883 (D-SACK) and RFC 5682 (F-RTO): a repair that turns
// out to have been called for by nothing is undone.

import { textEnd } from './closing.ts';
import { effectiveSendMss } from './mss.ts';
import type { RuleId } from './rules.ts';
import type { Segment } from './segment.ts';
import { add, diff, geq, gt, type Seq } from './seq.ts';
import { isSynchronized } from './state.ts';
import type { Tcb } from './tcb.ts';
import { limitBurst } from './validation.ts';

/** The congestion window is about to be reduced for a loss: remember what it was. */
export function expectProof({ congestion, snd, undo }: Tcb): void {
  congestion.remember();
  undo.begin(snd.nxt);
}

/** The retransmission timer expired; nothing has been done about it yet. */
export function doubtTimeout(tcb: Tcb, now: number): void {
  const { frto, parameters, recovery, snd } = tcb;
  frto.stop();
  if (!isSynchronized(tcb.state)) return;
  // RFC 5682 §2.1 step 1: a timeout within a repair is no fresh one. What was remembered before it stays.
  if (recovery.isRepairing(snd.una)) return;
  expectProof(tcb);
  if (parameters.frto) frto.begin(now);
}

/**
 * SEG begins with a D-SACK. True: it can be believed; someone who reports more duplicates than there were
 * retransmissions saw the network's, or lies.
 */
export function believeDuplicate(tcb: Tcb, seg: Segment): boolean {
  const { counters, snd } = tcb;
  const left = seg.sackBlocks[0] as Seq;
  const right = seg.sackBlocks[1] as Seq;
  const length = diff(right, left);
  if (gt(right, snd.nxt) || length > snd.maxWnd) return false;
  const segments = Math.ceil(length / effectiveSendMss(tcb, 0));
  counters.dsackDuplicates += segments;
  if (counters.dsackDuplicates > counters.retransmissions) return false;
  tcb.board.delivered += segments;
  tcb.undo.duplicated(left, right);
  return true;
}

/**
 * A repair may have been for nothing, and what an ACK delivered is known: SND.UNA advanced by `acknowledged` bytes, `delivered` are news; `repeated`: it
 * was a duplicate. Was the repair that goes on, or the last one, for nothing?
 */
export function judgeRepair(
  tcb: Tcb,
  acknowledged: number,
  delivered: number,
  repeated: boolean,
  now: number,
): void {
  const { rack, recovery, snd, undo } = tcb;
  const proven = askFrto(tcb, acknowledged, delivered, repeated, now);
  if (undo.isRefuted) takeBack(tcb, '2883-5-undo', now);
  else if (acknowledged > 0 && undo.predates(rack.echoed) && !isAmbiguous(tcb))
    takeBack(tcb, '3522-3.2-undo', now);
  else if (proven) takeBack(tcb, '5682-2.1-undo', now);
  else undo.acknowledged(snd.una, snd.nxt, recovery.isRepairing(snd.una));
}

/** In a repair of several holes, one that filled itself tells nothing of those that were sent again too. */
const isAmbiguous = ({ board, recovery }: Tcb): boolean => recovery.active && board.resentSegments() > 0;

/** RFC 5682 §2.1, §3.1 steps 2 and 3. True: text from before the timeout arrives that was sent only once. */
function askFrto(tcb: Tcb, acknowledged: number, delivered: number, repeated: boolean, now: number): boolean {
  const { frto, rack, recovery, snd } = tcb;
  if (frto.phase === 'off') return false;
  const original = frto.isOriginal(rack.longest, now);
  if (frto.phase === 'forward') {
    if (original) return true;
    if (acknowledged > 0 || delivered > 0 || repeated) frto.stop();
  } else if (acknowledged > 0) {
    const smss = effectiveSendMss(tcb, 0);
    if (geq(snd.una, recovery.recover) || !hasNewText(tcb, smss)) frto.stop();
    else goForward(tcb, smss);
  } else if (tcb.sack && original) {
    return true;
  } else if (repeated) {
    frto.stop();
  }
  return false;
}

/** Step 2b: two segments of new text. */
function goForward(tcb: Tcb, smss: number): void {
  tcb.frto.phase = 'forward';
  limitBurst(tcb, 2 * smss);
}

/** Is there new text, and does the peer's window let a segment of it out? */
function hasNewText(tcb: Tcb, smss: number): boolean {
  const { snd } = tcb;
  const unsent = snd.finSent ? 0 : diff(textEnd(tcb), snd.nxt);
  return unsent > 0 && diff(add(snd.una, snd.wnd), snd.nxt) >= Math.min(unsent, smss);
}

/** RFC 4015 §3: the state from before; nothing is held lost. */
function takeBack(tcb: Tcb, why: RuleId, now: number): void {
  const { board, congestion, frto, rack, recovery, rto, snd, undo } = tcb;
  // What came late in a fast recovery came out of order (RFC 8985 §6.2 step 4).
  if (recovery.active) rack.reordered();
  undo.end();
  frto.stop();
  board.forgetLosses();
  recovery.undo(snd.una);
  congestion.undo();
  rto.forgetBackoffs();
  tcb.ecn.cwrDue = false;
  tcb.counters.undos += 1;
  if (tcb.probe !== null) tcb.probe.rule(tcb, why, now);
}
