// §3.8.2: what the engine asks of a congestion controller. Bytes and milliseconds throughout.

import type { Differences } from '../../lib/differences.ts';

/** Round trips, ms; passed as an object, since numbers with fractions would be boxed. */
export interface RoundTrip {
  /** Of what an ACK delivered last; 0 without a sample. */
  readonly latest: number;
  /** Smoothed; 0 before the first sample. */
  readonly srtt: number;
}

export interface CongestionControl {
  readonly name: string;
  readonly cwnd: number;
  readonly ssthresh: number;
  /** What a full segment carries; 0 until the handshake is done. */
  readonly smss: number;
  /** The handshake is done, or the segment size changed: `smss` is what one full segment carries. */
  setSegmentSize(smss: number): void;
  /**
   * New data was acknowledged outside a repair. `limited`: cwnd was what held the sender back (RFC 7661 §4.1);
   * `round`: all that was in flight when the last round began is acknowledged.
   */
  acked(bytes: number, limited: boolean, rtt: RoundTrip, round: boolean, now: number): void;
  /** A loss is about to be reported, by what may turn out to be a mistake: keep the state as it is. */
  remember(): void;
  /** It was one: as much as then, or more if there is more (RFC 4015 §3; RFC 9438 §4.9). */
  undo(): void;
  /** Loss was detected with `flight` bytes in flight: SSTHRESH for the repair that begins. */
  lossDetected(flight: number, now: number): void;
  /** During a repair PRR says what cwnd is (RFC 9937). */
  repairing(cwnd: number): void;
  /** The repair is over: cwnd is SSTHRESH. */
  repaired(): void;
  /** The retransmission timer expired; `again`: for data it had expired for before (RFC 5681 §3.1). */
  timeout(flight: number, again: boolean, now: number): void;
  /** Nothing was sent for more than an RTO; that tells nothing of the path. */
  idle(now: number): void;
  /** RFC 6928 §2, which is RFC 5681 §4.1's restart window too. */
  initialWindow(): number;
  /** What outlives a rest (tcp/rest.ts) when what was kept by `remember` need not. */
  carry(kept: Differences): void;
  /** No more than `bytes` is known to be safe (RFC 5681 §4.1, RFC 7661 §4.4.2). */
  limit(bytes: number): void;
  /** Not so much was used: cwnd falls to `cwnd`; slow start may win most of it back (RFC 7661 §4.4.3). */
  lower(cwnd: number): void;
  /** The SYN or the SYN,ACK was lost (RFC 5681 §3.1): the initial window is one segment. */
  handshakeLoss(): void;
}

/** What all controllers do alike. */
export abstract class CongestionWindow implements CongestionControl {
  abstract readonly name: string;
  cwnd = 0;
  ssthresh = Number.POSITIVE_INFINITY;
  smss = 0;
  private readonly initialSegments: number;
  private readonly slowStartLimit: number;
  private readonly wholeSegments: boolean;
  /** Of what `remember` was told to keep. */
  private priorCwnd = 0;
  private priorSsthresh = 0;

  /** `slowStartLimit`: see Parameters. `wholeSegments`: a loss leaves a window of so many, and no part of one. */
  constructor(initialSegments: number, slowStartLimit = 8, wholeSegments = false) {
    this.wholeSegments = wholeSegments;
    this.initialSegments = initialSegments;
    this.slowStartLimit = slowStartLimit;
  }

  remember(): void {
    this.priorCwnd = this.cwnd;
    this.priorSsthresh = this.ssthresh;
  }

  undo(): void {
    this.cwnd = Math.max(this.cwnd, this.priorCwnd);
    this.ssthresh = Math.max(this.ssthresh, this.priorSsthresh);
  }

  /** Go on where `other` was: the application has chosen another algorithm. */
  takeOver(other: CongestionControl): void {
    this.setSegmentSize(other.smss);
    this.cwnd = other.cwnd;
    this.ssthresh = other.ssthresh;
    this.remember();
  }

  carry(kept: Differences): void {
    this.smss = kept.number(this.smss);
    this.cwnd = kept.number(this.cwnd);
    this.ssthresh = kept.number(this.ssthresh);
  }

  abstract acked(bytes: number, limited: boolean, rtt: RoundTrip, round: boolean, now: number): void;
  abstract lossDetected(flight: number, now: number): void;
  abstract timeout(flight: number, again: boolean, now: number): void;

  /** Smaller segments: as many as before. Larger ones: as many bytes, but one segment at least. */
  setSegmentSize(smss: number): void {
    if (this.smss === 0) this.cwnd = this.initialFor(smss);
    else if (smss < this.smss) {
      this.cwnd = Math.floor(this.cwnd / this.smss) * smss;
      this.priorCwnd = Math.floor(this.priorCwnd / this.smss) * smss;
    }
    this.cwnd = Math.max(this.cwnd, smss);
    this.smss = smss;
  }

  repairing(cwnd: number): void {
    this.cwnd = cwnd;
  }

  repaired(): void {
    this.cwnd = this.ssthresh;
  }

  idle(_now: number): void {}

  initialWindow(): number {
    return this.initialFor(this.smss);
  }

  limit(bytes: number): void {
    this.cwnd = Math.min(this.cwnd, bytes);
  }

  lower(cwnd: number): void {
    this.ssthresh = Math.max(this.ssthresh, Math.floor(0.75 * this.cwnd));
    this.cwnd = Math.min(this.cwnd, cwnd);
  }

  /** What an ACK of `bytes` adds in slow start; `watched`: HyStart++ guards against overshooting. */
  protected slowStartGrowth(bytes: number, watched: boolean): number {
    if (this.slowStartLimit === Number.POSITIVE_INFINITY) return Math.min(bytes, this.ssthresh - this.cwnd);
    return Math.min(bytes, (watched ? this.slowStartLimit : 1) * this.smss);
  }

  /** SSTHRESH: `part` of `bytes`, but two segments at least (RFC 5681 equation 4). */
  protected reduced(bytes: number, part: number): number {
    const rest = Math.floor(part * bytes);
    return Math.max(this.wholeSegments ? rest - (rest % this.smss) : rest, 2 * this.smss);
  }

  handshakeLoss(): void {
    this.cwnd = this.smss;
  }

  /** RFC 6928 §2, for ten segments: min(10 * MSS, max(2 * MSS, 14600)). */
  private initialFor(smss: number): number {
    const n = this.initialSegments;
    return Math.min(n * smss, Math.max(2 * smss, n * 1460));
  }
}
