// RFC 9438 CUBIC, with HyStart++ (RFC 9406) in the first slow start. Bytes; time in milliseconds, t and K in seconds.

import type { Differences } from '../../lib/differences.ts';
import { CongestionWindow, type RoundTrip } from './control.ts';
import { HyStart } from './hystart.ts';

const BETA = 0.7;
/** Segments per second cubed. */
const C = 0.4;
/** §4.3: what Reno's increase must be for the same average with this BETA. */
const ALPHA = (3 * (1 - BETA)) / (1 + BETA);
/** §4.2: cwnd grows at most by half of itself in a round trip. */
const MOST_GROWTH = 1.5;
const NEVER = Number.NEGATIVE_INFINITY;

/** What §4.9.2 wants back when a loss turns out to have been none. */
interface Prior {
  wMax: number;
  k: number;
  epoch: number;
  wEst: number;
  cwndPrior: number;
  hystart: HyStart | null;
}

export class Cubic extends CongestionWindow {
  readonly name = 'cubic';
  /** Window at the last loss, lowered by fast convergence (§4.7). */
  private wMax = 0;
  /** Seconds from the start of the epoch until the window is wMax again. */
  private k = 0;
  /** When congestion avoidance began, less the time in which cwnd was not what limited; NEVER outside of it. */
  private epoch = NEVER;
  /** What Reno would have (§4.3). */
  private wEst = 0;
  private cwndPrior = 0;
  private lastAck = NEVER;
  private hystart: HyStart | null;
  private readonly prior: Prior = { wMax: 0, k: 0, epoch: NEVER, wEst: 0, cwndPrior: 0, hystart: null };

  constructor(initialSegments: number, slowStartLimit = 8, hystart = true, wholeSegments = false) {
    super(initialSegments, slowStartLimit, wholeSegments);
    this.hystart = hystart ? new HyStart() : null;
  }

  acked(bytes: number, limited: boolean, rtt: RoundTrip, round: boolean, now: number): void {
    if (!limited) this.passOver(now);
    else if (this.cwnd < this.ssthresh) this.slowStart(bytes, rtt, round);
    else this.avoidCongestion(bytes, rtt, now);
    this.lastAck = now;
  }

  override carry(kept: Differences): void {
    super.carry(kept);
    this.wMax = kept.number(this.wMax);
    this.k = kept.number(this.k);
    this.epoch = kept.number(this.epoch);
    this.wEst = kept.number(this.wEst);
    this.cwndPrior = kept.number(this.cwndPrior);
    this.lastAck = kept.number(this.lastAck);
    if (!kept.flag(this.hystart !== null)) this.hystart = null;
    else {
      this.hystart ??= new HyStart();
      this.hystart.carry(kept);
    }
  }

  /** §5.8: the time since the last ACK is no part of `t`: something other than cwnd held the sender back. */
  private passOver(now: number): void {
    if (this.lastAck !== NEVER) this.epoch += now - this.lastAck;
  }

  private slowStart(bytes: number, rtt: RoundTrip, round: boolean): void {
    const { hystart } = this;
    this.epoch = NEVER;
    if (hystart?.acked(rtt.latest, round)) {
      this.ssthresh = this.cwnd;
      return;
    }
    const growth = this.slowStartGrowth(bytes, hystart !== null);
    this.cwnd += hystart === null ? growth : growth / hystart.divisor;
  }

  /** §4.2 to §4.5. */
  private avoidCongestion(bytes: number, rtt: RoundTrip, now: number): void {
    if (this.epoch === NEVER) this.beginEpoch(now);
    const t = (now - this.epoch) / 1000;
    const alpha = this.wEst < this.cwndPrior ? ALPHA : 1;
    this.wEst += (alpha * this.smss * bytes) / this.cwnd;
    if (this.cubic(t) < this.wEst) {
      this.cwnd = Math.max(this.cwnd, this.wEst);
      return;
    }
    const ahead = this.cubic(t + rtt.srtt / 1000);
    const target = Math.min(Math.max(ahead, this.cwnd), MOST_GROWTH * this.cwnd);
    this.cwnd += ((target - this.cwnd) * bytes) / this.cwnd;
  }

  private beginEpoch(now: number): void {
    this.epoch = now;
    this.wEst = this.cwnd;
    if (this.wMax <= this.cwnd) {
      this.wMax = this.cwnd;
      this.k = 0;
    } else {
      this.k = Math.cbrt((this.wMax - this.cwnd) / (C * this.smss));
    }
  }

  /** Figure 1: W_cubic(t). */
  private cubic(t: number): number {
    return C * this.smss * (t - this.k) ** 3 + this.wMax;
  }

  /** §4.6, §4.7. */
  lossDetected(flight: number): void {
    this.wMax = this.cwnd < this.wMax ? (this.cwnd * (1 + BETA)) / 2 : this.cwnd;
    this.reduce(flight);
  }

  private reduce(flight: number): void {
    this.cwndPrior = this.cwnd;
    this.ssthresh = this.reduced(flight, BETA);
    this.epoch = NEVER;
    this.hystart = null; // RFC 9406 §4.3: for the first slow start only
  }

  /** §4.9.2. */
  override remember(): void {
    super.remember();
    const { prior } = this;
    prior.wMax = this.wMax;
    prior.k = this.k;
    prior.epoch = this.epoch;
    prior.wEst = this.wEst;
    prior.cwndPrior = this.cwndPrior;
    prior.hystart = this.hystart;
  }

  override undo(): void {
    super.undo();
    const { prior } = this;
    this.wMax = prior.wMax;
    this.k = prior.k;
    this.epoch = prior.epoch;
    this.wEst = prior.wEst;
    this.cwndPrior = prior.cwndPrior;
    this.hystart = prior.hystart;
  }

  /** §4.8: what the window was tells nothing any more. */
  timeout(flight: number, again: boolean): void {
    if (this.smss === 0) return; // A SYN: see handshakeLoss.
    if (!again) this.reduce(flight);
    this.wMax = 0;
    this.epoch = NEVER;
    this.cwnd = this.smss;
  }

  /** §5.8. */
  override idle(now: number): void {
    this.passOver(now);
    this.lastAck = now;
  }
}
