// RFC 5681, with RFC 6928's initial window.

import type { Differences } from '../../lib/differences.ts';
import { CongestionWindow } from './control.ts';

const HALF = 1 / 2;

export class Reno extends CongestionWindow {
  readonly name = 'reno';
  /** Bytes acknowledged since the last increase in congestion avoidance. */
  private counted = 0;

  override carry(kept: Differences): void {
    super.carry(kept);
    this.counted = kept.number(this.counted);
  }

  acked(bytes: number, limited: boolean): void {
    if (!limited) return;
    if (this.cwnd < this.ssthresh) {
      this.cwnd += this.slowStartGrowth(bytes, false);
      return;
    }
    this.counted += bytes;
    if (this.counted >= this.cwnd) {
      this.counted -= this.cwnd;
      this.cwnd += this.smss;
    }
  }

  lossDetected(flight: number): void {
    this.ssthresh = this.reduced(flight, HALF);
    this.counted = 0;
  }

  timeout(flight: number, again: boolean): void {
    if (this.smss === 0) return; // A SYN: see handshakeLoss.
    if (!again) this.ssthresh = this.reduced(flight, HALF);
    this.cwnd = this.smss;
    this.counted = 0;
  }
}
