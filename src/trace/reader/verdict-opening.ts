// Verdicts on how a connection began, or did not.

import type { Connection } from './connection.ts';
import { type Evidence, isSet } from './evidence.ts';
import { roleOf, type Verdict } from './verdict-kinds.ts';
import { refusedByIcmp } from './verdict-path.ts';

/** RFC 9293 §3.4.2: 2 MSL, with its MSL of two minutes; milliseconds. */
const LONGEST_TIME_WAIT = 240_000;

const waitsOf = ({ syns }: Evidence): number[] => syns.slice(1).map((syn, i) => syn.time - syns[i]!.time);

/** It never came to be. */
export function opening({ directions, evidence }: Connection): Verdict | null {
  const { reset, synAck, synAckCount, strayAck, synCount, syns, thirdAck, ends } = evidence;
  const [first] = syns;
  if (first === undefined || isSet(thirdAck) || (directions[1].isnKnown && !isSet(synAck))) return null;
  const frames = syns.map((syn) => syn.frame);
  if (isSet(strayAck) && !isSet(synAck)) {
    return { kind: 'old-connection', severity: 3, packets: [first.frame, strayAck.frame, reset?.frame ?? 0] };
  }
  if (reset !== null && reset.by === 1 && !isSet(synAck)) {
    return {
      kind: 'refused',
      severity: 3,
      packets: [first.frame, reset.frame],
      after: reset.time - first.time,
    };
  }
  if (ends[1].packets === 0) {
    const refusal = refusedByIcmp(evidence, 0, first.frame);
    if (refusal !== null) return refusal;
    return { kind: 'unanswered', severity: 3, packets: frames, attempts: synCount, waits: waitsOf(evidence) };
  }
  if (!isSet(synAck) || ends[0].bytes > 0 || reset !== null) return null;
  const packets = [first.frame, synAck.frame];
  return { kind: 'half-open', severity: 3, packets, answers: synAckCount, missing: 'client' };
}

/** RFC 6191, RFC 9293 §3.6.1: a SYN may end the TIME-WAIT of its ports early. */
export function timeWaitReuse({ before, evidence }: Connection): Verdict | null {
  if (before === null) return null;
  const { first } = evidence;
  const after = first.time - before.time;
  if (after > LONGEST_TIME_WAIT) return null;
  const packets = [before.frame, first.frame];
  return { kind: 'time-wait-reuse', severity: 0, packets, by: roleOf(before.first), after };
}

export function slowOpening(evidence: Evidence): Verdict | null {
  if (evidence.synCount < 2 || !isSet(evidence.synAck)) return null;
  const packets = [...evidence.syns.map((syn) => syn.frame), evidence.synAck.frame];
  const { synCount: attempts } = evidence;
  return { kind: 'slow-opening', severity: 2, packets, attempts, waits: waitsOf(evidence) };
}
