// RFC 5681, with RFC 6928's initial window.

import { CongestionWindow } from './control.ts';

export class Reno extends CongestionWindow {
  readonly name = 'reno';
  /** Bytes acknowledged since the last increase in congestion avoidance. */
  private counted = 0;

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
    this.ssthresh = this.halved(flight);
    this.counted = 0;
  }

  timeout(flight: number, again: boolean): void {
    if (this.smss === 0) return; // A SYN: see handshakeLoss.
    if (!again) this.ssthresh = this.halved(flight);
    this.cwnd = this.smss;
    this.counted = 0;
  }

  private halved(flight: number): number {
    return Math.max(Math.floor(flight / 2), 2 * this.smss);
  }
}
