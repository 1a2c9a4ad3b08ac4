// RFC 5681 with RFC 6582's recovery and RFC 6928's initial window.

import { DUP_THRESH } from '../recovery/fast-recovery.ts';
import type { CongestionControl } from './control.ts';

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
    if (this.smss === 0) this.cwnd = this.initialWindow(smss);
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

  enterRecovery(flight: number): void {
    this.ssthresh = this.halved(flight);
    this.cwnd = this.ssthresh + DUP_THRESH * this.smss;
    this.counted = 0;
  }

  duplicateAck(): void {
    this.cwnd += this.smss;
  }

  partialAck(bytes: number): void {
    this.cwnd = Math.max(this.cwnd - bytes, 0);
    if (bytes >= this.smss) this.cwnd += this.smss;
    this.cwnd = Math.max(this.cwnd, this.smss);
  }

  exitRecovery(flight: number): void {
    // RFC 6582 §3.2 step 3, full acknowledgment (1): no burst when little is in flight.
    this.cwnd = Math.min(this.ssthresh, Math.max(flight, this.smss) + this.smss);
  }

  timeout(flight: number, again: boolean): void {
    if (this.smss === 0) return; // A SYN: see handshakeLoss.
    if (!again) this.ssthresh = this.halved(flight);
    this.cwnd = this.smss;
    this.counted = 0;
  }

  restartAfterIdle(): void {
    this.cwnd = Math.min(this.cwnd, this.initialWindow(this.smss));
  }

  handshakeLoss(): void {
    this.cwnd = this.smss;
  }

  private halved(flight: number): number {
    return Math.max(Math.floor(flight / 2), 2 * this.smss);
  }

  /** RFC 6928 §2, for ten segments: min(10 * MSS, max(2 * MSS, 14600)). */
  private initialWindow(smss: number): number {
    const n = this.initialSegments;
    return Math.min(n * smss, Math.max(2 * smss, n * 1460));
  }
}
