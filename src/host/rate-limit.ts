// RFC 4443 §2.4 (f), RFC 1812 §4.3.2.8: a token bucket for ICMP errors. Each message takes one to three tokens
// at random, so that nobody can count through the bucket what we answered to others.

import type { KeyedRandom } from './random.ts';

/** Of a message, in tokens. */
const MEAN_COST = 2;

export class TokenBucket {
  private readonly perMillisecond: number;
  private readonly burst: number;
  private readonly random: KeyedRandom;
  private tokens: number;
  private last = -Infinity;
  /** What the next message costs. Drawn once: else asking often enough would make every message cheap. */
  private price = MEAN_COST;

  /** `rate` in messages a second, `burst` in messages. */
  constructor(rate: number, burst: number, random: KeyedRandom) {
    this.perMillisecond = (MEAN_COST * rate) / 1000;
    this.burst = MEAN_COST * burst;
    this.random = random;
    this.tokens = this.burst;
  }

  take(now: number): boolean {
    const earned = (now - this.last) * this.perMillisecond;
    this.tokens = Math.min(this.burst, this.tokens + earned);
    this.last = now;
    if (this.tokens < this.price) return false;
    this.tokens -= this.price;
    this.price = 1 + this.random.below(3);
    return true;
  }
}
