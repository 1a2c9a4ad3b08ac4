// RFC 5927 §7.2: an ICMP error that says less gets through than has got through before is believed only when what
// it quotes has timed out. Who can guess what is in flight then cannot make segments small that do arrive.

import { effectiveSendMss, headersOf } from './mss.ts';
import { geq, lt, type Seq } from './seq.ts';
import type { Tcb } from './tcb.ts';

/** What is acknowledged, and not yet taken off the board, has arrived: packets of that size get through. */
export function noteArrival(tcb: Tcb, acknowledged: number): void {
  const { board, mtuSearch, pathMtu, snd } = tcb;
  const mss = effectiveSendMss(tcb, 0);
  const headers = headersOf(tcb.remote.address.family);
  const options = Math.min(snd.mss, pathMtu - headers) - mss;
  const text = Math.min(acknowledged, board.count > 0 ? board.lengthOf(0) : 0, mss);
  mtuSearch.proven = Math.max(mtuSearch.proven, headers + options + text);
}

/**
 * A router claims that packets of `mtu` bytes are the largest it passes on, and quotes one of `length` that began
 * with sequence number `quoted`. True: that is not believed yet, and kept.
 */
export function doubtsTooBig(tcb: Tcb, mtu: number, length: number, quoted: Seq, now: number): boolean {
  const { mtuSearch, parameters } = tcb;
  const largest = mtu === 0 ? length - 1 : mtu;
  if (!parameters.verifyTooBig || largest >= mtuSearch.proven) return false;
  mtuSearch.claimed = mtu;
  mtuSearch.claimedLength = length;
  mtuSearch.claimedFor = quoted;
  if (tcb.probe !== null) tcb.probe.rule(tcb, '5927-7.2-doubted', now);
  return true;
}

/** The retransmission timer expired: if what a claim quotes is among what has not arrived, it may be true. */
export function confirmTooBig(tcb: Tcb): void {
  const { mtuSearch, snd } = tcb;
  if (mtuSearch.claimed < 0) return;
  const missing = geq(mtuSearch.claimedFor, snd.una) && lt(mtuSearch.claimedFor, snd.nxt);
  if (missing) mtuSearch.proven = 0;
  else mtuSearch.claimed = -1;
}

/** A claim waits that is not doubted any more. */
export const hasConfirmedClaim = ({ mtuSearch }: Tcb): boolean =>
  mtuSearch.claimed >= 0 && mtuSearch.proven === 0;
