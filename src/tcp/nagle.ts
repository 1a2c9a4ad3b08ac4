// §3.7.4 Nagle's algorithm, and §3.8.6.2.1, how a sender avoids silly windows: may less than a full segment leave?

import type { Tcb } from './tcb.ts';

/**
 * `length` bytes, no whole number of segments of `mss`, could leave, of `unsent` that wait. Yes if they are all
 * that waits, and nothing is unacknowledged or Nagle is off or a FIN follows; or if they fill half of the
 * largest window the peer ever offered (§3.8.6.2.1, Fs = 1/2).
 */
export function mayBePartial(tcb: Tcb, unsent: number, length: number, mss: number): boolean {
  const { snd } = tcb;
  const idle = snd.una === snd.nxt;
  if (length === unsent && (idle || !tcb.nagle || snd.finQueued)) return true;
  return length < mss && length < unsent && length >= snd.maxWnd / 2;
}
