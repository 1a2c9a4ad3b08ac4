// RFC 2018 §3-4 and RFC 2883 §4: the SACK option that the next segment carries.

import { mostSackBlocks } from './mss.ts';
import type { Segment } from './segment.ts';
import { add, diff, lt, min, type Seq } from './seq.ts';
import type { Tcb } from './tcb.ts';

const OPTION_HEAD = 4;
const BLOCK = 8;

/** How many bytes of SACK option the next segment will carry. */
export function sackBytes(tcb: Tcb): number {
  const { duplicate, reassembly } = tcb.rcv;
  if (!tcb.sack || (reassembly === null && !duplicate.due)) return 0;
  const wanted = (duplicate.due ? 1 : 0) + (reassembly === null ? 0 : reassembly.count);
  const blocks = Math.min(wanted, mostSackBlocks(tcb));
  return blocks === 0 ? 0 : OPTION_HEAD + BLOCK * blocks;
}

/** The blocks themselves: the duplicate first, if one is to be reported, then what is held. */
export function putSack(tcb: Tcb, out: Segment): void {
  const { duplicate, reassembly } = tcb.rcv;
  if (!tcb.sack || (reassembly === null && !duplicate.due)) return;
  const most = mostSackBlocks(tcb);
  let count = 0;
  if (duplicate.due && most > 0) {
    out.sackBlocks[0] = duplicate.left;
    out.sackBlocks[1] = duplicate.right;
    count = 1;
  }
  if (reassembly !== null) count = reassembly.blocks(out.sackBlocks, most, count);
  out.sackCount = count;
}

/**
 * [left, right) of the text that arrives lies below RCV.NXT. Nothing that the peer can't have sent before is
 * reported, whatever number an old or forged segment bears.
 */
export function noteDuplicate(tcb: Tcb, left: Seq, right: Seq, now: number): void {
  const { counters, rcv } = tcb;
  if (!tcb.sack || !tcb.parameters.dsack || !lt(left, rcv.nxt)) return;
  if (diff(rcv.nxt, left) > counters.bytesReceived + (rcv.finished ? 1 : 0)) return;
  rcv.duplicate.add(left, min(right, rcv.nxt));
  if (tcb.probe !== null) tcb.probe.rule(tcb, '2883-4-duplicate', now);
}

/** SEG, which lies at or above RCV.NXT, brings again what waits out of order. */
export function noteHeld(tcb: Tcb, seg: Segment, now: number): void {
  const { reassembly, duplicate } = tcb.rcv;
  if (!tcb.sack || !tcb.parameters.dsack || reassembly === null) return;
  const end = add(seg.seq, seg.textLength);
  if (!reassembly.reportOverlap(seg.seq, end, duplicate)) return;
  if (tcb.probe !== null) tcb.probe.rule(tcb, '2883-4-duplicate', now);
}
