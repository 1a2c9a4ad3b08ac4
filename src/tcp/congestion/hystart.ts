// RFC 9406 HyStart++: leave slow start when the round trip grows, before the queue overflows. Milliseconds.

import type { Differences } from '../../lib/differences.ts';

const MIN_THRESHOLD = 4;
const MAX_THRESHOLD = 16;
const DIVISOR = 8;
const SAMPLES = 8;
/** Conservative slow start: growth is divided by this, for so many rounds. */
const CSS_GROWTH_DIVISOR = 4;
const CSS_ROUNDS = 5;

const NONE = Number.POSITIVE_INFINITY;

export class HyStart {
  private lastRound = NONE;
  private thisRound = NONE;
  private samples = 0;
  /** The round trip that led to conservative slow start; Infinity outside of it. */
  private baseline = NONE;
  private rounds = 0;

  /** What outlives a rest (tcp/rest.ts). */
  carry(kept: Differences): void {
    this.lastRound = kept.number(this.lastRound);
    this.thisRound = kept.number(this.thisRound);
    this.samples = kept.number(this.samples);
    this.baseline = kept.number(this.baseline);
    this.rounds = kept.number(this.rounds);
  }

  /** What an ACK's bytes are divided by. */
  get divisor(): number {
    return this.baseline === NONE ? 1 : CSS_GROWTH_DIVISOR;
  }

  /** An ACK in slow start with a round trip of `rtt`; `round`: a new round begins. True: slow start is over. */
  acked(rtt: number, round: boolean): boolean {
    if (round && this.beginRound()) return true;
    if (rtt > 0) {
      this.thisRound = Math.min(this.thisRound, rtt);
      this.samples += 1;
    }
    if (this.samples < SAMPLES) return false;
    if (this.baseline !== NONE) {
      // §4.2: the delay was a passing one.
      if (this.thisRound < this.baseline) this.baseline = NONE;
    } else if (this.lastRound !== NONE) {
      const threshold = Math.max(MIN_THRESHOLD, Math.min(this.lastRound / DIVISOR, MAX_THRESHOLD));
      if (this.thisRound >= this.lastRound + threshold) {
        this.baseline = this.thisRound;
        this.rounds = 0;
      }
    }
    return false;
  }

  private beginRound(): boolean {
    this.lastRound = this.thisRound;
    this.thisRound = NONE;
    this.samples = 0;
    if (this.baseline === NONE) return false;
    this.rounds += 1;
    return this.rounds >= CSS_ROUNDS;
  }
}
