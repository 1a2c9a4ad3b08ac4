// RFC 9937 Proportional Rate Reduction: how much may leave on each ACK of a recovery. Bytes.

export class ProportionalRateReduction {
  private delivered = 0;
  private out = 0;
  private flight = 1;
  private ssthresh = 0;
  private most = 0;
  private unit = 1;

  /**
   * §6: a recovery begins. `flight`: RecoverFS, what was in flight, less what the peer had reported before.
   * `exact`: the peer says by SACK what arrived; else no more than `flight` is believed (§6.2). `unit`: what leaves is
   * counted in such steps.
   */
  begin(flight: number, ssthresh: number, exact: boolean, unit = 1): void {
    this.unit = unit;
    this.most = exact ? Number.POSITIVE_INFINITY : flight;
    this.delivered = 0;
    this.out = 0;
    this.flight = Math.max(flight, 1);
    this.ssthresh = ssthresh;
  }

  /**
   * §6: an ACK delivered `bytes`; `pipe` bytes are in the network after it. `safe`: SND.UNA advanced and no
   * further loss showed. Returns the congestion window until the next ACK.
   */
  acked(bytes: number, pipe: number, safe: boolean, smss: number): number {
    const fresh = Math.min(bytes, this.most - this.delivered);
    this.delivered += fresh;
    let count: number;
    if (pipe > this.ssthresh) {
      const { unit } = this;
      count = Math.ceil((this.delivered * this.ssthresh) / this.flight / unit) * unit - this.out;
    } else {
      count = Math.max(this.delivered - this.out, fresh);
      if (safe) count += smss;
      count = Math.min(this.ssthresh - pipe, count);
    }
    // The first retransmission leaves at once.
    if (this.out === 0) count = Math.max(count, smss);
    return pipe + Math.max(count, 0);
  }

  sent(bytes: number): void {
    this.out += bytes;
  }
}
