// Verdicts on what the path does to segments: too big for it, or no way at all.

import { type Evidence, isSet } from './evidence.ts';
import { MIN_CHAIN, roleOf, type Verdict } from './verdict-kinds.ts';

/** Without larger text, nothing says that size matters. */
const MIN_BLACK_HOLE = 1000;

/** Large text never arrives, smaller text does. */
export function blackHole({ ends }: Evidence): Verdict | null {
  for (const end of [0, 1] as const) {
    const { delivered, resized, worst, chain, last } = ends[end];
    const stuck = chain.count >= worst.count ? chain : worst;
    const answers = ends[end === 0 ? 1 : 0].packets > 0;
    const large = Math.max(stuck.length, resized.from);
    if (stuck.count < MIN_CHAIN || large < MIN_BLACK_HOLE || large <= delivered || !answers) continue;
    if (resized.frame === 0 && (stuck.answered || delivered > large / 2)) continue;
    // Without anything that did arrive, it may be any loss.
    if (resized.frame === 0 && delivered === 0) continue;
    return {
      kind: 'black-hole',
      severity: 3,
      packets: [stuck.first.frame, stuck.last.frame || last.frame, resized.frame],
      sender: roleOf(end),
      length: large,
      delivered,
      times: stuck.count,
      healed: resized.to,
    };
  }
  return null;
}

/** RFC 1191, RFC 8201: ICMP said that something was too big, and smaller text went on; or nothing did. */
export function pathMtu(evidence: Evidence, arrived: boolean): Verdict | null {
  const { cutSmaller } = evidence;
  if (isSet(cutSmaller) !== arrived) return null;
  for (const end of [0, 1] as const) {
    const error = evidence.errorAbout(end, true);
    const { chain } = evidence.ends[end];
    if (error === undefined || (!arrived && chain.count < MIN_CHAIN)) continue;
    const { frame, mtu, reporter } = error;
    const packets = [frame, arrived ? cutSmaller.frame : chain.last.frame];
    const severity = arrived ? 1 : 3;
    return { kind: 'path-mtu', severity, packets, sender: roleOf(end), mtu, reporter, arrived };
  }
  return null;
}

/** Text that is sent again and again, and ICMP says why: RFC 1122 §4.2.3.9, no reason to give up by itself. */
export function unreachable(evidence: Evidence): Verdict | null {
  for (const end of [0, 1] as const) {
    if (evidence.ends[end].chain.count === 0) continue;
    const found = refusedByIcmp(evidence, end, 0);
    if (found !== null) return found;
  }
  return null;
}

/** `syn`: the frame of the SYN that it is about; 0: the connection was open. */
export function refusedByIcmp(evidence: Evidence, end: 0 | 1, syn: number): Verdict | null {
  const error = evidence.errorAbout(end, false);
  if (error === undefined || error.reason === 'too-big') return null;
  const { frame, reason, reporter } = error;
  const packets = [syn, frame];
  return {
    kind: 'unreachable',
    severity: 3,
    packets,
    sender: roleOf(end),
    reason,
    reporter,
    opening: syn > 0,
  };
}
