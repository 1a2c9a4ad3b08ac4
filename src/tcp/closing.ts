// §3.6 closing: FIN both ways, half-close, TIME-WAIT, and who may take over its place.

import { ACK, RST, SYN } from '../wire/tcp.ts';
import { stopKeepAlive } from './keep-alive.ts';
import { TIME_WAIT } from './notice.ts';
import { resetPeer } from './reset.ts';
import type { RuleId } from './rules.ts';
import type { Segment } from './segment.ts';
import { add, gt, max, type Seq } from './seq.ts';
import { isSynchronized } from './state.ts';
import type { Tcb } from './tcb.ts';
import { setTimer, stopAllTimers, Timer } from './timers.ts';
import { enter, enterClosed } from './transition.ts';

/** Sequence number of the first octet of the send queue. */
export const textStart = (tcb: Tcb): Seq => (isSynchronized(tcb.state) ? tcb.snd.una : add(tcb.iss, 1));

/** Octets in the send queue. */
export const queued = (tcb: Tcb): number => (tcb.snd.queue === null ? 0 : tcb.snd.queue.length);

/** Sequence number behind the last octet the application gave us: where our FIN stands, or will stand. */
export const textEnd = (tcb: Tcb): Seq => add(textStart(tcb), queued(tcb));

/** Our FIN leaves. From ESTABLISHED, CLOSE has entered FIN-WAIT-1 already (§3.10.4). */
export function finLeaves(tcb: Tcb, now: number): void {
  if (tcb.state !== 'CLOSE-WAIT') return;
  stopKeepAlive(tcb, now);
  enter(tcb, 'LAST-ACK', '9293-3.6-fin', now);
}

/** MUST-13: two MSL from now, with every other timer off. */
export function enterTimeWait(tcb: Tcb, why: RuleId, now: number): void {
  stopAllTimers(tcb, now);
  restartTimeWait(tcb, now);
  tcb.notices |= TIME_WAIT;
  enter(tcb, 'TIME-WAIT', why, now);
}

export function restartTimeWait(tcb: Tcb, now: number): void {
  setTimer(tcb, Timer.timeWait, now + 2 * tcb.parameters.msl, now);
}

/** FIN-WAIT-2 with nobody left to read here: the peer's FIN is not waited for without end. */
export function limitFinWait2(tcb: Tcb, now: number): void {
  if (tcb.state === 'FIN-WAIT-2' && tcb.rcv.discard) {
    setTimer(tcb, Timer.finWait2, now + tcb.finWait2, now);
  }
}

/**
 * May this SYN open a new incarnation in place of one in TIME-WAIT (MAY-2; RFC 6191 §2)? Yes if its
 * timestamp, or else its sequence number, shows that it is no duplicate of the old one's.
 */
export function acceptsIncarnation(tcb: Tcb, seg: Segment): boolean {
  if (tcb.state !== 'TIME-WAIT' || (seg.flags & (SYN | ACK | RST)) !== SYN) return false;
  if (tcb.parameters.timestamps && seg.timestamps) {
    if (!tcb.timestamps.on) return true;
    const ahead = (seg.tsval - tcb.timestamps.recent) | 0;
    if (ahead !== 0) return ahead > 0;
  }
  return gt(seg.seq, tcb.rcv.nxt);
}

/** How long the peer must have been silent before we may open a 4-tuple in TIME-WAIT anew, ms; Linux has a second. */
const REUSE_AFTER = 1_000;

/**
 * In TIME-WAIT: may we open the next incarnation ourselves (RFC 6191 §4's assumptions, from the other side)? Every segment of it
 * carries a later timestamp than any of the old one's, so the peer can tell them apart.
 */
export const mayBeReused = (timestamps: Pick<Tcb['timestamps'], 'on' | 'recentAt'>, now: number): boolean =>
  timestamps.on && now - timestamps.recentAt >= REUSE_AFTER;

/** The host has too many like this one, which nobody waits for: it ends here, and the peer is told if it would care. */
export function giveWayToOthers(tcb: Tcb, now: number): void {
  if (tcb.state !== 'TIME-WAIT') resetPeer(tcb, 'local-lingering-limit');
  enterClosed(tcb, null, 'local-lingering-limit', now);
}

/** §3.4.1, RFC 6191 §2: an ISS for the next incarnation that lies beyond everything the old one sent. */
export function issBeyond(tcb: Tcb, iss: Seq): Seq {
  return max(iss, add(tcb.snd.nxt, 1 << 16));
}
