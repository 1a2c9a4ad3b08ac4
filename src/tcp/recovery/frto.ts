// RFC 5682 F-RTO: after a timeout, new text instead of old shows whether what was in flight still arrives.

export class ForwardRto {
  /** `resent`: the oldest went again, its answer is awaited. `forward`: new text goes out before old does. */
  phase: 'off' | 'resent' | 'forward' = 'off';
  /** When the timer expired, ms. */
  private since = 0;

  /** §2.1 step 1. */
  begin(now: number): void {
    this.phase = 'resent';
    this.since = now;
  }

  /** What came tells of a loss, or nothing: RFC 6298's repair goes on. */
  stop(): void {
    this.phase = 'off';
  }

  /** An ACK delivered something that was sent once, `longest` ms ago (-1: nothing): before the timer expired? */
  isOriginal(longest: number, now: number): boolean {
    return longest > now - this.since;
  }
}
