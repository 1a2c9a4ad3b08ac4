// RFC 6298: the retransmission timeout, from round-trip samples. Milliseconds throughout.

const ALPHA = 1 / 8;
const BETA = 1 / 4;
const K = 4;
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
  /** The RTO in force, §2.5 and §5.5. A field, since what a getter returns may be boxed. */
  value: number;
  /** What the samples say, without backoff. */
  private base: number;
  private readonly min: number;
  private readonly max: number;
  private readonly varianceMin: number;

  /** `varianceMin`: what 4 * RTTVAR counts at least: G, or more. */
  constructor(initial: number, min: number, max: number, varianceMin: number) {
    this.base = initial;
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
    this.backoffs = 0;
    this.base = Math.max(this.srtt + Math.max(this.varianceMin, K * this.rttvar), this.min);
    this.value = Math.min(this.base, this.max);
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
