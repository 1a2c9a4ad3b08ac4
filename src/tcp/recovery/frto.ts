// RFC 5682 F-RTO: after a timeout, new text instead of old shows whether what was in flight still arrives.

import { add, diff, type Seq } from '../seq.ts';

/** §2.1 step 2b: segments of new text. */
const NEW_SEGMENTS = 2;

export class ForwardRto {
  /** `resent`: the oldest went again, its answer is awaited. `forward`: new text goes out before old does. */
  phase: 'off' | 'resent' | 'forward' = 'off';
  /** When the timer expired, ms. */
  private since = 0;
  /** As far as new text may go. */
  private limit: Seq;

  constructor(iss: Seq) {
    this.limit = iss;
  }

  /** §2.1 step 1. */
  begin(now: number): void {
    this.phase = 'resent';
    this.since = now;
  }

  /** Step 2b. */
  goForward(nxt: Seq, smss: number): void {
    this.phase = 'forward';
    this.limit = add(nxt, NEW_SEGMENTS * smss);
  }

  /** What came tells of a loss, or nothing: RFC 6298's repair goes on. */
  stop(): void {
    this.phase = 'off';
  }

  /** Bytes of new text that may leave from `nxt` on. */
  room(nxt: Seq): number {
    return diff(this.limit, nxt);
  }

  /** An ACK delivered something that was sent once, `longest` ms ago (-1: nothing): before the timer expired? */
  isOriginal(longest: number, now: number): boolean {
    return longest > now - this.since;
  }
}
