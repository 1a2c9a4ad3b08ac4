// §3.8.2: what the engine asks of a congestion controller. Bytes and milliseconds throughout.

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
  /** The handshake is done, or the segment size changed: `smss` is what one full segment carries. */
  setSegmentSize(smss: number): void;
  /**
   * New data was acknowledged outside a repair. `limited`: cwnd was what held the sender back (RFC 7661 §4.1);
   * `round`: all that was in flight when the last round began is acknowledged.
   */
  acked(bytes: number, limited: boolean, rtt: RoundTrip, round: boolean, now: number): void;
  /** Loss was detected with `flight` bytes in flight: SSTHRESH for the repair that begins. */
  lossDetected(flight: number, now: number): void;
  /** During a repair PRR says what cwnd is (RFC 9937). */
  repairing(cwnd: number): void;
  /** The repair is over: cwnd is SSTHRESH. */
  repaired(): void;
  /** The retransmission timer expired; `again`: for data it had expired for before (RFC 5681 §3.1). */
  timeout(flight: number, again: boolean, now: number): void;
  /** Nothing was sent for more than an RTO (RFC 5681 §4.1). */
  restartAfterIdle(now: number): void;
  /** The SYN or the SYN,ACK was lost (RFC 5681 §3.1): the initial window is one segment. */
  handshakeLoss(): void;
}

/** RFC 6928 §2, for ten segments: min(10 * MSS, max(2 * MSS, 14600)). */
export function initialWindow(segments: number, smss: number): number {
  return Math.min(segments * smss, Math.max(2 * smss, segments * 1460));
}
