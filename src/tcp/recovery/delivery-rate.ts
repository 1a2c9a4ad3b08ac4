// How fast text arrives at the peer, as Linux's tcp_info tells it: sampled once a round trip. Milliseconds and bytes.

import type { Differences } from '../../lib/differences.ts';
import { gt, type Seq } from '../seq.ts';

export class DeliveryRate {
  /** Of the last round trip, bytes per second; 0 before the first. A lower one that says nothing is left out. */
  rate = 0;
  /** It was the application that kept the last sample low. */
  limited = true;
  /** SND.NXT when the present round began. */
  private end: Seq;
  private since = 0;
  private before = 0;
  /** Nothing was in flight then: the round is as long as the round trip. */
  private wasIdle = true;

  constructor(iss: Seq) {
    this.end = iss;
  }

  /** What outlives a rest (tcp/rest.ts). */
  carry(kept: Differences, una: Seq): void {
    this.rate = kept.number(this.rate);
    this.limited = kept.flag(this.limited);
    this.end = kept.near(this.end, una) as Seq;
    this.since = kept.number(this.since);
    this.before = kept.number(this.before);
    this.wasIdle = kept.flag(this.wasIdle);
  }

  /** The handshake is done; what has arrived until now, the SYN, is no text. */
  begin(delivered: number): void {
    this.before = delivered;
  }

  /**
   * An ACK up to `una` came: `delivered` segments of `smss` bytes have arrived since the beginning; `limited`: the
   * application had nothing more to send.
   */
  acked(
    una: Seq,
    nxt: Seq,
    delivered: number,
    smss: number,
    limited: boolean,
    rtt: number,
    now: number,
  ): void {
    if (!gt(una, this.end)) return;
    const interval = this.wasIdle ? rtt : now - this.since;
    if (interval > 0) {
      const rate = ((delivered - this.before) * smss * 1000) / interval;
      // What an application that has little to say yields is no lower bound.
      if (!limited || rate >= this.rate) {
        this.rate = rate;
        this.limited = limited;
      }
    }
    this.end = nxt;
    this.since = now;
    this.before = delivered;
    this.wasIdle = una === nxt;
  }
}
