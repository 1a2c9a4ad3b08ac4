// §3.8.2: what the engine asks of a congestion controller. Bytes throughout.

export interface CongestionControl {
  readonly name: string;
  readonly cwnd: number;
  readonly ssthresh: number;
  /** The handshake is done, or the segment size changed: `smss` is what one full segment carries. */
  setSegmentSize(smss: number): void;
  /** New data was acknowledged outside a repair; `limited`: cwnd was what held the sender back (RFC 7661 §4.1). */
  acked(bytes: number, limited: boolean): void;
  /** Fast retransmit begins, with `flight` bytes in flight. */
  enterRecovery(flight: number): void;
  /** One more duplicate ACK during the repair: a segment has left the network. */
  duplicateAck(): void;
  /** RFC 6582 §3.2 step 3: a partial ACK of `bytes`. */
  partialAck(bytes: number): void;
  /** The repair is over. */
  exitRecovery(flight: number): void;
  /** The retransmission timer expired; `again`: for data it had expired for before (RFC 5681 §3.1). */
  timeout(flight: number, again: boolean): void;
  /** Nothing was sent for more than an RTO (RFC 5681 §4.1). */
  restartAfterIdle(): void;
  /** The SYN or the SYN,ACK was lost (RFC 5681 §3.1): the initial window is one segment. */
  handshakeLoss(): void;
}
