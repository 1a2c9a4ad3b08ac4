// RFC 7413 TCP Fast Open: text in the SYN. What a SYN and a SYN,ACK carry for it, and what becomes of the text.

import { queued } from './closing.ts';
import { WRITABLE } from './notice.ts';
import type { Segment } from './segment.ts';
import type { Tcb } from './tcb.ts';

/** RFC 7413 §4.2: it is open as far as the application is concerned, though our SYN is not acknowledged yet. */
export const isOpenEarly = (tcb: Tcb): boolean => tcb.fastOpen?.accepted === true;

/** Our first SYN or SYN,ACK is `out`. One that goes again has neither option nor text (§4.2.2, §7.3.1). */
export function addFastOpen(tcb: Tcb, out: Segment): void {
  const { fastOpen, snd } = tcb;
  if (fastOpen === null || snd.nxt !== tcb.iss) return;
  out.fastOpen = fastOpen.length;
  out.fastOpenExperimental = fastOpen.experimental;
  for (let i = 0; i < fastOpen.length; i++) out.fastOpenCookie[i] = fastOpen.cookie[i]!;
  if (tcb.state !== 'SYN-SENT') return;
  if (fastOpen.length === 0) out.why = '7413-4.2.1-request';
  fastOpen.sent = Math.min(fastOpen.room, queued(tcb));
  if (fastOpen.sent === 0) return;
  out.queue = snd.queue;
  out.textLength = fastOpen.sent;
  out.why = '7413-4.2.2-data';
}

/** The SYN,ACK acknowledges `bytes` of the text in our SYN. */
export function releaseEarlyText(tcb: Tcb, bytes: number): void {
  const { fastOpen, snd } = tcb;
  if (fastOpen === null || snd.queue === null || bytes === 0) return;
  snd.queue.discard(bytes);
  fastOpen.taken = true;
  if (!snd.wanted) return;
  snd.wanted = false;
  tcb.notices |= WRITABLE;
}

/** §4.2.2: text of our SYN that was not taken follows the handshake at once. It was not lost on the way. */
export function resendEarlyText(tcb: Tcb): void {
  if (tcb.fastOpen === null || tcb.passive || tcb.snd.una === tcb.snd.nxt) return;
  tcb.snd.again = '7413-4.2.2-resend';
  tcb.board.markAllLost();
}
