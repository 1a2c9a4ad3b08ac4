// RFC 5681, with RFC 6928's initial window.

import { type CongestionControl, initialWindow } from './control.ts';

export class Reno implements CongestionControl {
  readonly name = 'reno';
  cwnd = 0;
  ssthresh = Number.POSITIVE_INFINITY;
  private smss = 0;
  /** Bytes acknowledged since the last increase in congestion avoidance. */
  private counted = 0;
  private readonly initialSegments: number;

  constructor(initialSegments: number) {
    this.initialSegments = initialSegments;
  }

  setSegmentSize(smss: number): void {
    if (this.smss === 0) this.cwnd = initialWindow(this.initialSegments, smss);
    else if (smss < this.smss) this.cwnd = Math.floor(this.cwnd / this.smss) * smss;
    this.cwnd = Math.max(this.cwnd, smss);
    this.smss = smss;
  }

  acked(bytes: number, limited: boolean): void {
    if (!limited) return;
    if (this.cwnd < this.ssthresh) {
      this.cwnd += Math.min(bytes, this.smss);
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

  repairing(cwnd: number): void {
    this.cwnd = cwnd;
  }

  repaired(): void {
    this.cwnd = this.ssthresh;
  }

  timeout(flight: number, again: boolean): void {
    if (this.smss === 0) return; // A SYN: see handshakeLoss.
    if (!again) this.ssthresh = this.halved(flight);
    this.cwnd = this.smss;
    this.counted = 0;
  }

  restartAfterIdle(): void {
    this.cwnd = Math.min(this.cwnd, initialWindow(this.initialSegments, this.smss));
  }

  handshakeLoss(): void {
    this.cwnd = this.smss;
  }

  private halved(flight: number): number {
    return Math.max(Math.floor(flight / 2), 2 * this.smss);
  }
}
