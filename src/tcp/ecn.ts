// RFC 3168 Explicit Congestion Notification: asking for it, sending text that may be marked, echoing marks. What an
// echo does to the congestion window is in loss.ts. RFC 8311 lets experiments mark more than new text, and RFC 8511
// lets a mark cost less than a loss: neither is done.

import { CE, ECT0, NOT_ECT } from '../wire/ip.ts';
import { ACK, CWR, ECE, SYN } from '../wire/tcp.ts';
import { answerFlags, negotiateAccurate, offerFlags, reflectAgain } from './acc-ecn.ts';
import { acknowledgeNow } from './delayed-ack.ts';
import type { Segment } from './segment.ts';
import type { Tcb } from './tcb.ts';

/** A SYN with both is an ECN-setup SYN, a SYN,ACK with ECE alone an ECN-setup SYN,ACK. */
const SETUP = ECE | CWR;

/**
 * §6.1.1: the flags of our SYN, or of our `answer` to the peer's. §6.1.1.1: something on the path may drop what it
 * does not know, so a SYN that goes `again` asks for nothing.
 */
export function setupFlags(tcb: Tcb, out: Segment, answer: boolean, again: boolean, now: number): number {
  const { ecn, parameters, probe } = tcb;
  if (answer && ecn.accurate) return answerFlags(tcb, out, now);
  if (answer) return ecn.on ? ECE : 0;
  if (parameters.ecn === 'accurate') return offerFlags(tcb, now);
  if (parameters.ecn !== 'request') return 0;
  if (again) {
    if (!ecn.declined && probe !== null) probe.rule(tcb, '3168-6.1.1.1-fallback', now);
    ecn.declined = true;
    return 0;
  }
  ecn.asked = true;
  return SETUP;
}

/** §6.1.1: what the peer's SYN or SYN,ACK says to it. */
export function negotiateEcn(tcb: Tcb, seg: Segment, now: number): void {
  const { ecn, probe } = tcb;
  const flags = seg.flags & SETUP;
  if (negotiateAccurate(tcb, seg, now)) return;
  if ((seg.flags & ACK) !== 0) {
    ecn.on = ecn.asked && flags === ECE;
    // Some old hosts send reserved bits back as they came.
    if (ecn.asked && flags === SETUP && probe !== null) probe.rule(tcb, '3168-6.1.1-reflected', now);
  } else {
    const willing = tcb.passive ? tcb.parameters.ecn !== 'off' : ecn.asked && !ecn.declined;
    // No SYN is sent as ECT: on a path that makes it one, marks mean nothing. Linux does the same.
    ecn.on = willing && flags === SETUP && seg.ecn === NOT_ECT;
  }
  if (ecn.on && probe !== null) probe.rule(tcb, '3168-6.1.1-on', now);
}

/** §6.1.1: the peer's SYN came again, and asks for nothing any more. Or its SYN,ACK did. */
export function synAgain(tcb: Tcb, seg: Segment): void {
  reflectAgain(tcb, seg);
  const same = tcb.state === 'SYN-RECEIVED' && seg.seq === tcb.irs;
  if (same && (seg.flags & SETUP) !== SETUP) tcb.ecn.declined = true;
}

/** Text came that lies in the window (§6.1.5). CWR is older than the mark it may come with (§6.1.3). */
export function takeMark(tcb: Tcb, seg: Segment, now: number): void {
  const { ecn, probe } = tcb;
  if (ecn.accurate) return;
  if ((seg.flags & CWR) !== 0) {
    if (ecn.echo && probe !== null) probe.rule(tcb, '3168-6.1.3-cwr', now);
    ecn.echo = false;
    // The peer's window may be down to one segment, and wait for this ACK.
    acknowledgeNow(tcb, '3168-6.1.3-cwr');
  }
  if (seg.ecn !== NOT_ECT) ecn.seen = true;
  if (seg.ecn !== CE || ecn.echo) return;
  ecn.echo = true;
  if (probe !== null) probe.rule(tcb, '3168-6.1.3-ce', now);
}

/**
 * New text leaves in `out`: routers may mark it, and the first after a reduction says CWR (§6.1.2). Not a
 * window probe, whose loss tells nothing (§6.1.6).
 */
export function markNewText(tcb: Tcb, out: Segment): void {
  const { ecn, snd } = tcb;
  if (out.textLength === 0 || (out.flags & SYN) !== 0 || snd.probing) return;
  if (!ecn.declined) out.ecn = ECT0;
  if (!ecn.cwrDue) return;
  ecn.cwrDue = false;
  ecn.end = out.seq;
  out.flags |= CWR;
}

/** §6.1.2: does this ACK echo a mark that something in flight met? Not with a SYN, whose flags ask for ECN. */
export const echoesMark = (tcb: Tcb, seg: Segment): boolean =>
  tcb.ecn.on && !tcb.ecn.accurate && (seg.flags & (ECE | SYN)) === ECE && tcb.snd.una !== tcb.snd.nxt;

/** §6.1.2: the congestion window was reduced, for a mark or a loss: CWR is to say so. AccECN has no use for it. */
export function announceReduction({ ecn }: Tcb): void {
  ecn.cwrDue = ecn.on && !ecn.accurate;
}
