// §3.7.4 Nagle's algorithm, and §3.8.6.2.1, how a sender avoids silly windows: may less than a full segment leave?

import { gt } from './seq.ts';
import type { Tcb } from './tcb.ts';

/**
 * `length` bytes, no whole number of segments of `mss`, could leave, of `unsent` that wait. Yes if no small
 * segment is unacknowledged (appendix A.3: full ones do not count) or Nagle is off, and they are all that waits
 * or fill half of the largest window the peer ever offered (§3.8.6.2.1, Fs = 1/2); or if a FIN follows them, or
 * they are urgent (as Linux holds it). A cork (MAY-16) holds back all else, and so does the application's turn.
 */
export function mayBePartial(tcb: Tcb, unsent: number, length: number, mss: number): boolean {
  const { snd } = tcb;
  if (length === unsent && (snd.finQueued || snd.urgent)) return true;
  if (tcb.corked || tcb.inTurn) return false;
  if (tcb.nagle && gt(snd.small, snd.una)) return false;
  return length === unsent || (length < mss && length >= snd.maxWnd / 2);
}
