// What went wrong on a connection, if anything did: the worst of what its evidence shows, with the frames that show
// it. How that is said to a person is in ../text/.

import type { Connection } from './connection.ts';
import { type Chain, type EndEvidence, type Evidence, isSet, type ResetSeen } from './evidence.ts';
import * as flag from './flags.ts';
import { MIN_CHAIN, type ResetCause, roleOf, type Verdict } from './verdict-kinds.ts';
import { opening, slowOpening, timeWaitReuse } from './verdict-opening.ts';
import { blackHole, pathMtu, unreachable } from './verdict-path.ts';

export type { ResetCause, Role, Severity, Verdict, VerdictOf } from './verdict-kinds.ts';

/** A closed window, or a FIN without an answer, is worth a word from here on; milliseconds. */
const LONG_CLOSED = 500;
const LONG_UNCLOSED = 5000;
/** A hop limit that differs by more is not the same machine's. */
const HOPS = 3;
const MIN_NAGLE = 3;
const SLOW_ANSWER = 1000;

/** `end`: when the capture ended, milliseconds since its first frame. */
export function verdictOf(connection: Connection, end: number): Verdict {
  const { evidence } = connection;
  return (
    opening(connection) ??
    pathMtu(evidence, false) ??
    blackHole(evidence) ??
    resetVerdict(evidence) ??
    unreachable(evidence) ??
    unacknowledged(evidence) ??
    neverClosed(evidence, end) ??
    zeroWindow(evidence, end) ??
    slowOpening(evidence) ??
    pathMtu(evidence, true) ??
    losses(evidence) ??
    noWindowScale(connection) ??
    delayedAck(evidence) ??
    slowAnswer(evidence) ??
    timeWaitReuse(connection) ??
    fine(connection)
  );
}

function resetVerdict(evidence: Evidence): Verdict | null {
  const { reset, ends } = evidence;
  if (reset === null) return null;
  const cause = resetCause(reset, evidence);
  const closed = isSet(ends[0].fin) && isSet(ends[1].fin);
  const severity = cause === 'after-close' && closed ? 0 : cause === 'after-close' ? 1 : 3;
  const packets = [reset.after.frame, reset.frame];
  return { kind: 'reset', severity, packets, by: roleOf(reset.by), cause };
}

function resetCause(reset: ResetSeen, { ends, stall }: Evidence): ResetCause {
  const own = ends[reset.by];
  const peer = ends[reset.by === 0 ? 1 : 0];
  if (own.hopLimit >= 0 && Math.abs(own.hopLimit - reset.hopLimit) > HOPS) return 'middlebox';
  if (own.chain.count >= MIN_CHAIN && reset.after.by === reset.by) return 'gave-up';
  if (isSet(own.fin) && isSet(peer.lastText) && peer.lastText.time >= own.fin.time) return 'data-after-close';
  if (isSet(own.fin) || isSet(peer.fin)) return 'after-close';
  const probes = own.countOf(flag.KEEP_ALIVE) > peer.countOf(flag.KEEP_ALIVE_ACK);
  if (probes && reset.after.by === reset.by) return 'keep-alive';
  // RFC 9293 §3.5.2: whoever has no connection answers an ACK by a RST without one.
  const answers = reset.after.by !== reset.by && !reset.acknowledges;
  return answers && reset.time - reset.after.time <= Math.max(stall.milliseconds, 1000)
    ? 'unknown-connection'
    : 'abort';
}

/** The end of the story: text that is sent again and again, and nothing comes back. */
function unacknowledged({ ends }: Evidence): Verdict | null {
  for (const end of [0, 1] as const) {
    const { chain }: { chain: Chain } = ends[end];
    if (chain.count < MIN_CHAIN) continue;
    const packets = [chain.first.frame, chain.last.frame];
    const { count: times, length } = chain;
    return { kind: 'unacknowledged', severity: 3, packets, sender: roleOf(end), times, length };
  }
  return null;
}

/** One end's FIN was acknowledged, and the other end never sent its own. */
function neverClosed({ ends, reset }: Evidence, end: number): Verdict | null {
  if (reset !== null) return null;
  for (const closer of [0, 1] as const) {
    const own = ends[closer];
    const peer = ends[closer === 0 ? 1 : 0];
    if (!isSet(own.finAcked) || isSet(peer.fin)) continue;
    const since = Math.max(own.finAcked.time, peer.lastText.time);
    if (end - since < LONG_UNCLOSED) continue;
    const by = roleOf(closer === 0 ? 1 : 0);
    const packets = [own.fin.frame, own.finAcked.frame];
    return { kind: 'never-closed', severity: 2, packets, by, waited: end - since };
  }
  return null;
}

function zeroWindow({ ends }: Evidence, end: number): Verdict | null {
  for (const receiver of [0, 1] as const) {
    const own = ends[receiver];
    const open = isSet(own.closedSince);
    const now = open ? end - own.closedSince.time : 0;
    const longest = Math.max(own.closedLongest, now);
    if (longest < LONG_CLOSED) continue;
    const ongoing = now > own.closedLongest;
    const packets = ongoing ? [own.closedSince.frame] : [own.closedFrom.frame, own.closedTo.frame];
    // Lost probes or updates make a closed window last longer than its receiver meant it to.
    const lost = own.countOf(flag.ANY_RETRANSMISSION) > 0 || ends[receiver === 0 ? 1 : 0].worst.count > 0;
    return {
      kind: 'zero-window',
      severity: 2,
      packets,
      receiver: roleOf(receiver),
      longest,
      total: own.closedTotal + now,
      open: ongoing,
      slow: lost ? 'network' : 'receiver',
    };
  }
  return null;
}

/** Lost, or only late: what was captured after a gap tells them apart. */
function losses({ ends, stall }: Evidence): Verdict | null {
  const lostBy = (end: EndEvidence): number => end.countOf(flag.RETRANSMISSION | flag.FAST_RETRANSMISSION);
  const lateBy = (end: EndEvidence): number => end.countOf(flag.OUT_OF_ORDER | flag.SPURIOUS_RETRANSMISSION);
  const sender = lostBy(ends[1]) > lostBy(ends[0]) ? 1 : 0;
  const own = ends[sender];
  const lost = lostBy(own);
  if (lost > 0) {
    const stalled = stall.cause === 'retransmission' ? stall.milliseconds : 0;
    const packets = [own.firstOf(flag.RETRANSMISSION | flag.FAST_RETRANSMISSION)];
    if (stalled > 0) packets.push(stall.from.frame, stall.to.frame);
    const severity = stalled >= 200 || lost * 100 > own.packets ? 2 : 1;
    const role = roleOf(sender);
    const { ambiguous, forNothing } = own.resent;
    return {
      kind: 'loss',
      severity,
      packets,
      sender: role,
      lost,
      of: own.packets,
      stall: stalled,
      forNothing,
      ambiguous,
    };
  }
  const other = lateBy(ends[1]) > lateBy(ends[0]) ? 1 : 0;
  const late = ends[other].countOf(flag.OUT_OF_ORDER);
  const spurious = ends[other].countOf(flag.SPURIOUS_RETRANSMISSION);
  if (late + spurious === 0) return null;
  const packets = [ends[other].firstOf(flag.OUT_OF_ORDER | flag.SPURIOUS_RETRANSMISSION)];
  return { kind: 'reordering', severity: 1, packets, sender: roleOf(other), late, spurious };
}

/** RFC 7323 §2: without the option at both ends no window is larger than 65,535 bytes. */
function noWindowScale({ directions, evidence }: Connection): Verdict | null {
  const [client, server] = directions;
  if (!client.isnKnown || !server.isnKnown || (client.offeredShift >= 0 && server.offeredShift >= 0))
    return null;
  for (const sender of [0, 1] as const) {
    const full = evidence.ends[sender].countOf(flag.WINDOW_FULL);
    if (full === 0 || evidence.ends[sender].bytes < 0x1_0000) continue;
    const by = client.offeredShift < 0 ? 'client' : 'server';
    const packets = [evidence.ends[sender].firstOf(flag.WINDOW_FULL)];
    return { kind: 'no-window-scale', severity: 1, packets, by, full };
  }
  return null;
}

function delayedAck({ ends }: Evidence): Verdict | null {
  for (const sender of [0, 1] as const) {
    const { nagle } = ends[sender];
    if (nagle.count < MIN_NAGLE) continue;
    const packets = [nagle.text, nagle.ack, nagle.next];
    const { count: times, total } = nagle;
    return { kind: 'delayed-ack', severity: 1, packets, sender: roleOf(sender), times, total };
  }
  return null;
}

/** Only the server's: what a client waits for may be a person. */
function slowAnswer({ ends }: Evidence): Verdict | null {
  const { from, to, waited } = ends[1].answer;
  if (waited < SLOW_ANSWER) return null;
  return { kind: 'slow-answer', severity: 1, packets: [from, to], waited };
}

function fine({ evidence, directions }: Connection): Verdict {
  const [client, server] = evidence.ends;
  const packets = [client.fin.frame, server.fin.frame];
  if (isSet(client.fin) && isSet(server.fin)) return { kind: 'fine', severity: 0, packets, ending: 'closed' };
  const whole = directions[0].isnKnown && directions[1].isnKnown;
  return { kind: 'fine', severity: 0, packets, ending: whole ? 'open' : 'partial' };
}
