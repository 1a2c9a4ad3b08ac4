// §3.8.5 urgent data, the sender's side: how far it reaches, and the pointer in each segment that says so. The receiver's
// side is the sixth step, in text.ts. Urgent octets are octets of the stream, at both ends (RFC 6093 §6).

import { URG } from '../wire/tcp.ts';
import { textEnd } from './closing.ts';
import { acknowledgeNow } from './delayed-ack.ts';
import type { Segment } from './segment.ts';
import { add, diff, geq } from './seq.ts';
import { isSynchronized } from './state.ts';
import type { Tcb } from './tcb.ts';

/** What the field can say. Where the end lies further, each segment moves it on (MUST-31). */
const FARTHEST = 65_535;

/** What a pointer at the last urgent octet lacks to one at the octet behind it. */
export const pointerOffset = (tcb: Tcb): number => (tcb.parameters.urgentPointer === 'last' ? 1 : 0);

/** All that the application has given us by now is urgent (MUST-30). */
export function markUrgent(tcb: Tcb): void {
  const { snd } = tcb;
  snd.up = textEnd(tcb);
  snd.urgent = true;
  // The text can't leave, and the peer is to know all the same: it may be what makes it read on.
  const shut = diff(add(snd.una, snd.wnd), snd.nxt) <= 0;
  if (isSynchronized(tcb.state) && shut) acknowledgeNow(tcb, '9293-3.8.5-urgent');
}

/** `out`, complete but for this, leaves before the urgent data does, or with some of it. */
export function announceUrgent(tcb: Tcb, out: Segment): void {
  const ahead = diff(tcb.snd.up, out.seq);
  if (ahead <= 0) return;
  out.flags |= URG;
  out.up = Math.min(ahead - pointerOffset(tcb), FARTHEST);
}

/** SND.UNA advanced: past the urgent data there is none, and SND.UP must not seem to lie ahead again. */
export function urgentAcknowledged({ snd }: Tcb): void {
  if (snd.urgent && geq(snd.una, snd.up)) snd.urgent = false;
}
