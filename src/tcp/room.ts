// §3.8 how much may leave: what the peer's window, the congestion window, Nagle's algorithm and the avoidance of silly
// windows let through.

import { accEcnBytes, aceHasCwr } from './acc-ecn.ts';
import { type Activity, BUFFER_LIMITED, BUSY, IDLE, WINDOW_LIMITED } from './busy-time.ts';
import { textEnd } from './closing.ts';
import { pipe } from './loss.ts';
import { effectiveSendMss, superSegmentText } from './mss.ts';
import { mayBePartial } from './nagle.ts';
import type { RuleId } from './rules.ts';
import { sackBytes } from './sack-option.ts';
import { add, diff, type Seq } from './seq.ts';
import { isSynchronized } from './state.ts';
import type { Tcb } from './tcb.ts';

/** How many bytes of SACK and AccECN options the next segment with text will carry. */
export function reportBytes(tcb: Tcb): number {
  const sack = sackBytes(tcb);
  return sack + accEcnBytes(tcb, sack, true);
}

/** RFC 5682 §2.1 step 2b: new text goes before what is held lost. */
export const isForward = (tcb: Tcb): boolean => tcb.frto.phase === 'forward';

/** Text beyond SND.NXT, bytes. */
export const unsentText = (tcb: Tcb): number => (tcb.snd.finSent ? 0 : diff(textEnd(tcb), tcb.snd.nxt));

/** What the peer's window leaves from `from` on, bytes; negative when it shrank. */
export const windowRoom = (tcb: Tcb, from: Seq): number => diff(add(tcb.snd.una, tcb.snd.wnd), from);

/** What begins at `from` lies where the window no longer reaches. The oldest never does: it goes again all the same. */
export const isBeyondWindow = (tcb: Tcb, from: Seq): boolean =>
  from !== tcb.snd.una && windowRoom(tcb, from) <= 0;

/** What the congestion window leaves, bytes. */
export const congestionRoom = (tcb: Tcb): number => Math.floor(tcb.congestion.cwnd - pipe(tcb));

/** The next segment says what is not true of all those that a link would cut it into: CWR, or how far UP lies. */
const leavesAlone = (tcb: Tcb): boolean => tcb.ecn.cwrDue || tcb.snd.urgent || aceHasCwr(tcb);

/** How much new text the windows let out, bytes. */
export const newTextRoom = (tcb: Tcb): number => Math.min(windowRoom(tcb, tcb.snd.nxt), congestionRoom(tcb));

/** How much of `unsent` bytes may leave in one segment now (§3.7.4, §3.8.6.2.1). */
export function sendable(tcb: Tcb, unsent: number, now: number): number {
  const { snd } = tcb;
  const sack = reportBytes(tcb);
  const mss = effectiveSendMss(tcb, sack);
  const congestion = congestionRoom(tcb);
  if (congestion < Math.min(unsent, windowRoom(tcb, snd.nxt))) snd.cwndLimited = true;
  const allowed = snd.burstLimited ? Math.min(congestion, diff(snd.burstEnd, snd.nxt)) : congestion;
  const room = Math.min(windowRoom(tcb, snd.nxt), allowed);
  const most = leavesAlone(tcb) ? mss : superSegmentText(tcb, mss, sack);
  const length = Math.min(unsent, room, most);
  if (length <= 0) return 0;
  const partial = length % mss;
  if (partial === 0 || mayBePartial(tcb, unsent, length, mss) || isForward(tcb)) return length;
  if (length === partial && tcb.probe !== null && !tcb.inTurn) {
    tcb.probe.rule(tcb, whyHeld(tcb, length === unsent), now);
  }
  return length - partial;
}

function whyHeld(tcb: Tcb, all: boolean): RuleId {
  if (tcb.corked) return 'local-cork';
  return all ? '9293-3.7.4-nagle' : '9293-3.8.6.2.1-held';
}

/** All that may leave has left: what does the connection wait for? */
export function activity(tcb: Tcb): Activity {
  const { snd } = tcb;
  if (snd.queue === null || snd.queue.length === 0) return IDLE;
  const unsent = isSynchronized(tcb.state) ? unsentText(tcb) : 0;
  if (unsent > 0 && windowRoom(tcb, snd.nxt) < Math.min(unsent, snd.mss)) return WINDOW_LIMITED;
  return snd.wanted && !snd.cwndLimited ? BUFFER_LIMITED : BUSY;
}
