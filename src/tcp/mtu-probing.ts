// RFC 4821: finding out what a path carries where no ICMP tells: by a larger segment now and then, which is lost
// at no one's cost, and by falling back when nothing large arrives at all.

import { effectiveSendMss, headersOf, setPathMtu } from './mss.ts';
import { add, diff, lt } from './seq.ts';
import type { Tcb } from './tcb.ts';

/** §7.4: with fewer segments in the congestion window the loss of one is found too late; Linux takes the same. */
const LEAST_WINDOW = 11;
/** Segments behind the probe, so that duplicate ACKs tell of its loss. */
const BEHIND = 4;

/** The link or ICMP say what the path carries, less than before or more. */
export function limitPathMtu(tcb: Tcb, mtu: number): void {
  tcb.mtuSearch.limitTo(mtu);
  setPathMtu(tcb, tcb.mtuSearch.current);
}

/**
 * §7.3, §7.4: how much text to send as a probe now, `unsent` waiting and the windows leaving `peerRoom` and
 * `congestionRoom`; bytes, 0 = no probe. A probe must not hold anything up, nor be mistaken for congestion.
 */
export function mtuProbeText(
  tcb: Tcb,
  unsent: number,
  peerRoom: number,
  congestionRoom: number,
  now: number,
): number {
  const { board, mtuSearch, recovery, rto, snd } = tcb;
  if (mtuSearch.probing > 0 || rto.backoffs > 0 || tcb.rcv.reassembly !== null) return 0;
  if (recovery.isRepairing(snd.una) || recovery.duplicates > 0 || board.sackedCount > 0) return 0;
  const mss = effectiveSendMss(tcb, 0);
  if (tcb.congestion.cwnd < LEAST_WINDOW * mss) return 0;
  const size = mtuSearch.next(snd.mss + headersOf(tcb.remote.address.family), now);
  const length = mss + size - tcb.pathMtu;
  const enough = length + BEHIND * mss;
  return size > 0 && unsent >= enough && peerRoom >= enough && congestionRoom >= length ? length : 0;
}

/** §7.5: it leaves, `length` bytes from SND.NXT on. */
export function mtuProbeSent(tcb: Tcb, length: number, now: number): void {
  const { mtuSearch, pathMtu, snd } = tcb;
  const size = pathMtu + length - effectiveSendMss(tcb, 0);
  mtuSearch.sent(size, snd.nxt, add(snd.nxt, length), now);
}

/** §7.6.1: SND.UNA has advanced while a probe was in flight. Its arrival makes all segments as large. */
export function mtuProbeAnswered(tcb: Tcb, now: number): void {
  if (!tcb.mtuSearch.acknowledged(tcb.snd.una)) return;
  setPathMtu(tcb, tcb.mtuSearch.current);
  if (tcb.probe !== null) tcb.probe.rule(tcb, '4821-7.6.1-larger', now);
}

/**
 * §7.6.2: loss was detected. True: it is the probe's, and nothing else's. That it was too large is no sign of
 * congestion; its text goes again in segments that are known to arrive.
 */
export function mtuProbeFailed(tcb: Tcb): boolean {
  const { board, mtuSearch } = tcb;
  if (mtuSearch.probing === 0) return false;
  const first = board.nextLost();
  if (first < 0 || board.startOf(first) !== mtuSearch.start) return false;
  if (board.lost > diff(mtuSearch.end, mtuSearch.start)) return false;
  for (let i = first; i < board.count && lt(board.startOf(i), mtuSearch.end); i++) board.markLost(i);
  mtuSearch.failed();
  tcb.snd.again = '4821-7.6.2-failed';
  return true;
}

/** §7.7: R1 timeouts in a row, and full segments in flight: perhaps they are too large and no ICMP gets here. */
export function detectBlackHole(tcb: Tcb, now: number): void {
  const { mtuSearch, parameters, rto, snd } = tcb;
  if (parameters.mtuProbing === 'off' || rto.backoffs < parameters.r1) return;
  if (diff(snd.nxt, snd.una) < effectiveSendMss(tcb, 0) || !mtuSearch.fallBack()) return;
  setPathMtu(tcb, mtuSearch.current);
  if (tcb.probe !== null) tcb.probe.rule(tcb, '4821-7.7-black-hole', now);
}
