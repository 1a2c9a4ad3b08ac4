// RFC 6298: the retransmission timeout, from round-trip samples, by the RFC's estimator or by Linux's. Milliseconds
// throughout.

import type { Differences } from '../../lib/differences.ts';

const ALPHA = 1 / 8;
const BETA = 1 / 4;
const K = 4;
/** Linux: a deviation that comes of a shorter round trip counts that much less. */
const DECREASE = 1 / 8;

export class RetransmissionTimeout {
  /** Smoothed round-trip time; 0 before the first sample. */
  srtt = 0;
  rttvar = 0;
  /** The round trip of what was delivered last, whether or not it counted as a sample; 0 before the first. */
  latest = 0;
  /** The smallest sample so far; Infinity before the first. */
  minRtt = Number.POSITIVE_INFINITY;
  /** Timeouts since the last sample that counted (§5.5). */
  backoffs = 0;
  /** Timeouts since something was acknowledged last; how many such rows there were, and how long the former lasted. */
  inRow = 0;
  rows = 0;
  rowTime = 0;
  rowBegan = 0;
  /** The RTO in force, §2.5 and §5.5. A field, since what a getter returns may be boxed. */
  value: number;
  /** What the samples say, without backoff. */
  private base: number;
  private readonly min: number;
  private readonly max: number;
  private readonly varianceMin: number;
  private readonly slop: number;
  /** `sampleByLinux` is to be told of samples, and not `sample`. */
  readonly linux: boolean;
  /** Linux: K times the smoothed deviation, and the largest that it was in the present round trip. */
  deviation = 0;
  private deviationMax = 0;

  /** `varianceMin`: what 4 * RTTVAR counts at least: G, or more. `slop` is added to what samples give. */
  constructor(
    initial: number,
    min: number,
    max: number,
    varianceMin: number,
    slop = 0,
    estimator: 'rfc6298' | 'linux' = 'rfc6298',
  ) {
    this.base = initial;
    this.slop = slop;
    this.linux = estimator === 'linux';
    this.varianceMin = varianceMin;
    this.min = min;
    this.max = max;
    this.value = Math.min(initial, max);
  }

  /**
   * §2.2-2.4. Only samples that Karn's algorithm allows (§3) may be passed. `expected`: how many of them a
   * round trip yields; the gains are divided by that (RFC 7323 appendix G).
   */
  sample(rtt: number, expected = 1): void {
    if (this.srtt === 0) {
      this.srtt = Math.max(rtt, Number.MIN_VALUE);
      this.rttvar = rtt / 2;
    } else {
      this.rttvar += (BETA / expected) * (Math.abs(this.srtt - rtt) - this.rttvar);
      this.srtt += (ALPHA / expected) * (rtt - this.srtt);
    }
    this.minRtt = Math.min(this.minRtt, rtt);
    this.compute();
  }

  /** §2.3: what the samples say now; it ends the backoff (§5). */
  private compute(): void {
    this.backoffs = 0;
    this.base = Math.max(this.srtt + Math.max(this.varianceMin, K * this.rttvar) + this.slop, this.min);
    this.value = Math.min(this.base, this.max);
  }

  /**
   * The same by Linux's rule; `round`: with the ACK that gave the sample a round trip was over. RTTVAR follows the largest deviation at once, and goes a quarter of the way down to it when a round trip is over;
   * 4 * RTTVAR never falls below `varianceMin`. Every sample counts alike.
   */
  sampleByLinux(rtt: number, round: boolean): void {
    this.minRtt = Math.min(this.minRtt, rtt);
    this.followDeviation(rtt, round);
    this.compute();
  }

  private followDeviation(rtt: number, round: boolean): void {
    if (this.srtt === 0) {
      this.srtt = Math.max(rtt, Number.MIN_VALUE);
      this.deviation = (K * rtt) / 2;
      this.deviationMax = Math.max(this.deviation, this.varianceMin);
      this.rttvar = this.deviationMax / K;
      return;
    }
    const error = rtt - this.srtt;
    this.srtt += ALPHA * error;
    const excess = Math.abs(error) - BETA * this.deviation;
    this.deviation += error < 0 && excess > 0 ? DECREASE * excess : excess;
    if (this.deviation > this.deviationMax) {
      this.deviationMax = this.deviation;
      this.rttvar = Math.max(this.rttvar, this.deviationMax / K);
    }
    if (!round) return;
    this.rttvar -= Math.max(this.rttvar - this.deviationMax / K, 0) / 4;
    this.deviationMax = this.varianceMin;
  }

  /** What outlives a rest (tcp/rest.ts), where no row of timeouts goes on. */
  carry(kept: Differences): void {
    this.srtt = kept.number(this.srtt);
    this.rttvar = kept.number(this.rttvar);
    this.minRtt = kept.number(this.minRtt);
    this.backoffs = kept.number(this.backoffs);
    this.rows = kept.number(this.rows);
    this.rowTime = kept.number(this.rowTime);
    this.base = kept.number(this.base);
    this.value = Math.min(this.base * 2 ** this.backoffs, this.max);
    this.deviation = kept.number(this.deviation);
    this.deviationMax = kept.number(this.deviationMax);
  }

  /** The timer expired, whether or not that lengthens it. */
  countExpiry(now: number): void {
    if (this.inRow === 0) {
      this.rows += 1;
      this.rowBegan = now;
    }
    this.inRow += 1;
  }

  /** Something is acknowledged after timeouts. */
  endRow(now: number): void {
    this.rowTime += now - this.rowBegan;
    this.inRow = 0;
  }

  /** §5.5: the timer expired. */
  backOff(): void {
    if (this.value >= this.max) return;
    this.backoffs += 1;
    this.value = Math.min(this.base * 2 ** this.backoffs, this.max);
  }

  /** The timeouts turned out to have been for nothing. */
  forgetBackoffs(): void {
    this.backoffs = 0;
    this.value = Math.min(this.base, this.max);
  }

  /** §5.7: the SYN was retransmitted and no sample has come: data starts with at least 3 s. */
  afterLostSyn(): void {
    this.backoffs = 0;
    this.base = Math.max(this.base, 3_000);
    this.value = Math.min(this.base, this.max);
  }
}
