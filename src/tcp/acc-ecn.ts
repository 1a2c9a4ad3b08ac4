// RFC 9768 AccECN: the receiver counts marks and says how many there were, in the three header flags as one counter,
// ACE, and in an option that counts bytes. The sender answers any as it answers an echo (loss.ts, answerMark).

import { accEcnLength } from '../wire/acc-ecn-option.ts';
import { CE, ECT0, ECT1, NOT_ECT } from '../wire/ip.ts';
import { ACK, AE, CWR, ECE, SYN } from '../wire/tcp.ts';
import { acknowledgeNow } from './delayed-ack.ts';
import { effectiveSendMss } from './mss.ts';
import type { RuleId } from './rules.ts';
import { type Segment, segmentCount } from './segment.ts';
import { lt, type Seq } from './seq.ts';
import type { Tcb } from './tcb.ts';

/** The three flags: on a SYN what is asked for, and from then on a counter modulo 8 (§3.2.2). */
const ACE = AE | CWR | ECE;
const ACE_SHIFT = 6;
/** Table 2, table 3: the flags that tell with which codepoint a SYN or a SYN,ACK came, by the codepoint. */
const CODEPOINT_FLAGS: readonly number[] = [CWR, CWR | ECE, AE, AE | CWR];
/** §3.1.4.1, §3.1.4.2: so many SYNs ask, and so many SYN,ACKs agree, before something on the path is suspected. */
const TRIES = 2;
/** §3.2.2.5.1: marks since the last ACK that call for one, with text and without. */
const MARKS_WITH_TEXT = 2;
const MARKS_WITHOUT = 3;
const COUNTER = 0xffffff;
const MAX_OPTIONS = 40;
const TIMESTAMPS_BYTES = 12;
const LEAST_TEXT = 8;

function tell(tcb: Tcb, why: RuleId, now: number): void {
  if (tcb.probe !== null) tcb.probe.rule(tcb, why, now);
}

/** §3.1.1, §3.1.4.1: the flags of our SYN. */
export function offerFlags(tcb: Tcb, now: number): number {
  const { accEcn, ecn } = tcb;
  accEcn.syns += 1;
  if (accEcn.syns <= TRIES) {
    ecn.asked = true;
    return ACE;
  }
  if (!ecn.declined) tell(tcb, '9768-3.1.4.1-fallback', now);
  ecn.declined = true;
  return 0;
}

/** §3.1.1, §3.1.4.2: the flags of our SYN,ACK; the option goes with the first alone, since it may be what is dropped. */
export function answerFlags(tcb: Tcb, out: Segment, now: number): number {
  const { accEcn, ecn } = tcb;
  accEcn.syns += 1;
  if (accEcn.syns === 1) fillOption(tcb, out, 3);
  else accEcn.options = false;
  if (accEcn.syns <= TRIES) return CODEPOINT_FLAGS[accEcn.codepoint]!;
  if (!ecn.declined) tell(tcb, '9768-3.1.4.2-fallback', now);
  ecn.declined = true;
  return 0;
}

/** §3.1.2, §3.1.3: does the peer's SYN ask for AccECN, or its SYN,ACK agree to it? If so, it is on. */
export function negotiateAccurate(tcb: Tcb, seg: Segment, now: number): boolean {
  const { accEcn, ecn } = tcb;
  const flags = seg.flags & ACE;
  if (tcb.parameters.ecn !== 'accurate') return false;
  const answer = (seg.flags & ACK) !== 0;
  if (answer ? !ecn.asked || !CODEPOINT_FLAGS.includes(flags) : flags === 0 || flags === (CWR | ECE))
    return false;
  ecn.on = true;
  ecn.accurate = true;
  accEcn.codepoint = seg.ecn;
  accEcn.syns = 0;
  tell(tcb, '9768-3.1.1-on', now);
  if (!answer) return true;
  accEcn.announce = 2;
  accEcn.reflecting = true;
  if (seg.ecn === CE) accEcn.cep += 1;
  // Our SYN was not ECT.
  if (flags !== CODEPOINT_FLAGS[NOT_ECT]) mangled(tcb, now);
  markedBytes(tcb, seg);
  seg.ecn = NOT_ECT; // Counted; text that came along is not to count the packet again.
  return true;
}

/** Our ACK of the SYN,ACK was lost, or the SYN,ACK is late: the server still wants to know how it came. */
export function reflectAgain(tcb: Tcb, seg: Segment): void {
  const { accEcn } = tcb;
  if (!tcb.ecn.accurate || tcb.passive || seg.seq !== tcb.irs || (seg.flags & ACK) === 0) return;
  accEcn.codepoint = seg.ecn;
  accEcn.reflecting = true;
}

/** §3.2.2.3: the path writes to the codepoint. What is marked still is answered, but there will be less of it. */
function mangled(tcb: Tcb, now: number): void {
  if (!tcb.ecn.declined) tell(tcb, '9768-3.2.2.3-mangled', now);
  tcb.ecn.declined = true;
}

/** §3.2.2.4: no counter begins at zero; something clears the flags, so they say nothing. */
function zeroed(tcb: Tcb, now: number): void {
  tell(tcb, '9768-3.2.2.4-zeroed', now);
  tcb.ecn.declined = true;
  tcb.accEcn.distrusted = true;
}

/** §3.2, §3.2.2.5.1: an acceptable packet came, trimmed to the window: count it, and see whether that calls for an ACK. */
export function countMarks(tcb: Tcb, seg: Segment): void {
  const { accEcn, ecn } = tcb;
  const text = seg.textLength;
  if (text > 0 && seg.ecn !== NOT_ECT) {
    ecn.seen = true;
    accEcn.optionDue = true;
    if (seg.ecn === CE) accEcn.ceb += text;
    else if (seg.ecn === ECT0) accEcn.e0b += text;
    else if (seg.ecn === ECT1) accEcn.e1b += text;
  }
  const before = accEcn.marked;
  accEcn.marked = seg.ecn === CE;
  if (!accEcn.marked) return;
  const packets = segmentCount(seg);
  accEcn.cep += packets;
  accEcn.marks += packets;
  if (text > 0 && !before) acknowledgeNow(tcb, '9768-3.2.2.5.1-change');
  else if (accEcn.marks >= (text > 0 ? MARKS_WITH_TEXT : MARKS_WITHOUT)) {
    acknowledgeNow(tcb, '9768-3.2.2.5.1-count');
  }
}

/** ACE, where the link cuts super-segments: CWR is a part of it, and cleared in all of them but the first. */
export const aceHasCwr = (tcb: Tcb): boolean =>
  tcb.ecn.accurate && (tcb.accEcn.cep & (CWR >> ACE_SHIFT)) !== 0;

/** §3.2.2: `out`, complete but for this and not a SYN, says how many marks there were. */
export function sayMarks(tcb: Tcb, out: Segment): void {
  const { accEcn } = tcb;
  const reflects = accEcn.reflecting && out.len === 0 && out.sackCount === 0;
  out.flags |= reflects ? CODEPOINT_FLAGS[accEcn.codepoint]! : (accEcn.cep << ACE_SHIFT) & ACE;
  accEcn.reflecting = false;
  accEcn.marks = 0;
  if (out.accEcn < 0) return;
  accEcn.optionDue = false;
  if (accEcn.announce > 0) accEcn.announce = out.textLength > 0 ? 0 : 1;
}

/**
 * §3.2.3.3: bytes of option that a segment with `text` or without carries beside `sack` bytes of SACK, which go
 * before it: every counter that ever changed, when one has changed; all of them in a client's first ACK and text.
 */
export function accEcnBytes(tcb: Tcb, sack: number, text: boolean): number {
  const { accEcn } = tcb;
  if (!tcb.ecn.accurate || !accEcn.options) return 0;
  if (!accEcn.optionDue && accEcn.announce <= (text ? 0 : 1)) return 0;
  const length = accEcnLength(fieldsToSend(tcb));
  const fits = (tcb.timestamps.on ? TIMESTAMPS_BYTES : 0) + sack + length <= MAX_OPTIONS;
  return fits && effectiveSendMss(tcb, sack + length) >= LEAST_TEXT ? length : 0;
}

function fieldsToSend({ accEcn }: Tcb): number {
  if (accEcn.announce > 0 || (accEcn.e0b !== 1 && accEcn.e1b !== 1)) return 3;
  return accEcn.ceb !== 0 ? 2 : 1;
}

/** The option whose room `accEcnBytes` has found. */
export function addAccEcn(tcb: Tcb, out: Segment): void {
  if (!tcb.ecn.accurate) return;
  const sack = out.sackCount > 0 ? 4 + 8 * out.sackCount : 0;
  if (accEcnBytes(tcb, sack, out.textLength > 0) > 0) fillOption(tcb, out, fieldsToSend(tcb));
}

function fillOption({ accEcn }: Tcb, out: Segment, fields: number): void {
  out.accEcn = accEcn.e0b === 1 && accEcn.e1b !== 1 ? 1 : 0;
  out.accEcnFields = fields;
  out.ee0b = accEcn.e0b & COUNTER;
  out.eceb = accEcn.ceb & COUNTER;
  out.ee1b = accEcn.e1b & COUNTER;
}

/**
 * §3.2.2.2: an ACK came, SND.UNA having been `before`, that tells of `delivered` bytes; `bare`: with nothing else.
 * Are there marks among them that must be answered?
 */
export function takeMarks(
  tcb: Tcb,
  seg: Segment,
  before: Seq,
  delivered: number,
  bare: boolean,
  now: number,
): boolean {
  const { accEcn, ecn } = tcb;
  if ((seg.flags & SYN) !== 0 || lt(seg.ack, before)) return false;
  const ace = (seg.flags & ACE) >> ACE_SHIFT;
  const first = !accEcn.heard;
  accEcn.heard = true;
  if (first && ace === 0) zeroed(tcb, now);
  const bytes = markedBytes(tcb, seg);
  if (first && tcb.passive && bare && seg.sackCount === 0) {
    takeReflection(tcb, seg.flags & ACE, now);
    return false;
  }
  const marks = marksIn(tcb, (ace - accEcn.toldCep) & 7, bytes, delivered, now);
  accEcn.toldCep += marks;
  ecn.deliveredCe += marks;
  return marks > 0 && !accEcn.distrusted && before !== tcb.snd.nxt;
}

/** §3.2.2.1, table 4: how our SYN,ACK, which was not ECT, came to the client. */
function takeReflection(tcb: Tcb, flags: number, now: number): void {
  const codepoint = CODEPOINT_FLAGS.indexOf(flags);
  if (codepoint === CE) tcb.accEcn.toldCep += 1;
  if (codepoint > NOT_ECT) mangled(tcb, now);
}

/**
 * §3.2.2.5.2: the counter went on by `least`, or by 8 more, or 16. `bytes` that the option has tell which; without
 * it (-1) an ACK of more than 7 packets is believed to be the worst it can be, if any of them could be marked.
 */
function marksIn(tcb: Tcb, least: number, bytes: number, delivered: number, now: number): number {
  const smss = effectiveSendMss(tcb, 0);
  const packets = Math.ceil(delivered / smss);
  if (bytes < 0) return packets > 7 && !tcb.ecn.declined ? packets - ((packets - least) & 7) : least;
  // §3.2.3.2.5: marked bytes in no marked packet.
  if (bytes > 0 && least === 0 && packets <= 7) mangled(tcb, now);
  return least + (Math.max(Math.ceil(bytes / smss) - least, 0) & ~7);
}

/** Bytes newly told to have been marked; -1: the segment does not say, or can't be believed (§3.2.3.2.4). */
function markedBytes({ accEcn }: Tcb, seg: Segment): number {
  if (seg.accEcn < 0 || accEcn.ignoring) return -1;
  if (!accEcn.optionHeard) {
    accEcn.optionHeard = true;
    const [first, third] = seg.accEcn === 0 ? [seg.ee0b, seg.ee1b] : [seg.ee1b, seg.ee0b];
    accEcn.ignoring = (seg.accEcnFields > 0 && first === 0) || (seg.accEcnFields > 2 && third === 0);
    if (accEcn.ignoring) return -1;
  }
  // Left out, it has not changed since the last option; that one may have been lost.
  if (seg.accEcnFields < 2) return accEcn.toldCeb === 0 ? 0 : -1;
  const more = (seg.eceb - accEcn.toldCeb) & COUNTER;
  if (more > COUNTER >> 1) return -1; // From before the last.
  accEcn.toldCeb += more;
  return more;
}
