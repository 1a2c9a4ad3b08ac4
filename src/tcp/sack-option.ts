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
  if (!tcb.sack || (reassembly === null && !duplicate.due && !holdsFin(tcb))) return 0;
  const wanted =
    (duplicate.due ? 1 : 0) + (reassembly === null ? 0 : reassembly.count) + (finAlone(tcb) ? 1 : 0);
  const blocks = Math.min(wanted, mostSackBlocks(tcb));
  return blocks === 0 ? 0 : OPTION_HEAD + BLOCK * blocks;
}

/** The blocks themselves: the duplicate first, if one is to be reported, then what is held. */
export function putSack(tcb: Tcb, out: Segment): void {
  const { duplicate, reassembly } = tcb.rcv;
  if (!tcb.sack || (reassembly === null && !duplicate.due && !holdsFin(tcb))) return;
  const most = mostSackBlocks(tcb);
  let count = 0;
  if (duplicate.due && most > 0) {
    out.sackBlocks[0] = duplicate.left;
    out.sackBlocks[1] = duplicate.right;
    count = 1;
  }
  if (reassembly !== null) count = reassembly.blocks(out.sackBlocks, most, count);
  out.sackCount = holdsFin(tcb) ? reportFin(tcb, out.sackBlocks, count, most) : count;
}

/** The peer's FIN came before text that it stands behind. */
const holdsFin = ({ rcv }: Tcb): boolean => rcv.finSeen && !rcv.finished;

/** And no text that is held reaches up to it. */
const finAlone = (tcb: Tcb): boolean =>
  holdsFin(tcb) && (tcb.rcv.reassembly === null || tcb.rcv.reassembly.end !== tcb.rcv.fin);

/** The FIN takes a number like any octet: the block that ends where it stands has it, or one of its own. */
function reportFin(tcb: Tcb, blocks: Int32Array, count: number, most: number): number {
  const { fin } = tcb.rcv;
  if (finAlone(tcb)) {
    if (count >= most) return count;
    blocks[2 * count] = fin;
    blocks[2 * count + 1] = add(fin, 1);
    return count + 1;
  }
  for (let i = tcb.rcv.duplicate.due ? 1 : 0; i < count; i++) {
    if (blocks[2 * i + 1] === fin) blocks[2 * i + 1] = add(fin, 1);
  }
  return count;
}

/**
 * [left, right) of the text that arrives lies below RCV.NXT. Nothing that the peer can't have sent before is
 * reported, whatever number an old or forged segment bears; and who is in TIME-WAIT has nothing to learn from it.
 */
export function noteDuplicate(tcb: Tcb, left: Seq, right: Seq, now: number): void {
  const { counters, rcv } = tcb;
  if (!tcb.sack || !tcb.parameters.dsack || !lt(left, rcv.nxt) || tcb.state === 'TIME-WAIT') return;
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
