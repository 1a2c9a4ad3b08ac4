// RFC 7661 and RFC 2861: how much of the congestion window is really used. Bytes and milliseconds.

import type { Differences } from '../../lib/differences.ts';
import { lt, type Seq } from '../seq.ts';

/** RFC 7661 §4.2: the sampling period is three round trips, a second at least. */
const ROUNDS = 3;
const LEAST_PERIOD = 1_000;
/** RFC 7661 §4.4.3: how long a window that is not used may be kept. */
const NON_VALIDATED_PERIOD = 300_000;

export class CwndValidation {
  /** Acknowledged since the present round trip began; the engine counts, `roundBegins` starts anew. */
  acknowledged = 0;
  /** The most of a round trip, in this half of the sampling period and in the one before; -1: none yet. */
  private recent = -1;
  private earlier = -1;
  private halfBegan = 0;
  /** When at least half of the window was in use last, by pipeACK. */
  private validatedAt = Number.POSITIVE_INFINITY;
  /** RFC 2861: since when the window has not been what limits, and the most that was in flight meanwhile. */
  private unlimitedSince = Number.POSITIVE_INFINITY;
  private used = 0;

  /** Linux: was it the window that held the sender back in this round trip, and the most in flight until it did. */
  private held = false;
  private most = 0;
  /** SND.NXT when that was noted: the round trip ends there. */
  private end: Seq;

  constructor(iss: Seq) {
    this.end = iss;
  }

  /** What outlives a rest (tcp/rest.ts). */
  carry(kept: Differences, una: Seq): void {
    this.acknowledged = kept.number(this.acknowledged);
    this.recent = kept.number(this.recent);
    this.earlier = kept.number(this.earlier);
    this.halfBegan = kept.number(this.halfBegan);
    this.validatedAt = kept.number(this.validatedAt);
    this.unlimitedSince = kept.number(this.unlimitedSince);
    this.used = kept.number(this.used);
    this.held = kept.flag(this.held);
    this.most = kept.number(this.most);
    this.end = una;
  }

  /** Linux: `flight` bytes are in flight now; `held`: as much as the window lets out. */
  inUse(flight: number, held: boolean, una: Seq, nxt: Seq): void {
    if (lt(una, this.end) && !held && (this.held || flight <= this.most)) return;
    this.held = held;
    this.most = flight;
    this.end = nxt;
  }

  /** Linux: may the window grow? In slow start, if half of it was in use. */
  isInUse(cwnd: number, ssthresh: number): boolean {
    return this.held || (cwnd < ssthresh && cwnd < 2 * this.most);
  }

  /** All that was in flight when the last round trip began is acknowledged. */
  roundBegins(srtt: number, cwnd: number, now: number): void {
    this.turn(srtt, now);
    this.recent = Math.max(this.recent, this.acknowledged);
    this.acknowledged = 0;
    if (this.validatedAt === Number.POSITIVE_INFINITY || this.isValidated(cwnd, srtt, now))
      this.validatedAt = now;
  }

  /** RFC 7661 §4.2: the most that a round trip delivered of late; Infinity while nothing was measured. */
  pipeAck(srtt: number, now: number): number {
    if (this.recent < 0 && this.earlier < 0) return Number.POSITIVE_INFINITY;
    this.turn(srtt, now);
    return Math.max(this.recent, this.earlier);
  }

  /** RFC 7661 §4.3: half of the window is in use. */
  isValidated(cwnd: number, srtt: number, now: number): boolean {
    return this.pipeAck(srtt, now) >= cwnd / 2;
  }

  /** RFC 7661 §4.4.3: how many periods have passed without; they begin anew. */
  periodsOver(now: number): number {
    const periods = Math.max(Math.floor((now - this.validatedAt) / NON_VALIDATED_PERIOD), 0);
    if (periods > 0) this.validatedAt = now;
    return periods;
  }

  /**
   * RFC 2861 §3.1: an ACK came with `flight` bytes in flight before it; `limited`: the window was what held
   * the sender back. Returns the most that was used in the last RTO or more without that, else -1.
   */
  unused(flight: number, limited: boolean, rto: number, now: number): number {
    if (limited || this.unlimitedSince === Number.POSITIVE_INFINITY) {
      this.unlimitedSince = now;
      this.used = limited ? 0 : flight;
      return -1;
    }
    this.used = Math.max(this.used, flight);
    if (now - this.unlimitedSince < rto) return -1;
    const { used } = this;
    this.unlimitedSince = now;
    this.used = 0;
    return used;
  }

  /** The sampling period moves on by halves. */
  private turn(srtt: number, now: number): void {
    const half = Math.max(ROUNDS * srtt, LEAST_PERIOD) / 2;
    const passed = now - this.halfBegan;
    if (passed < half) return;
    this.earlier = passed < 2 * half ? Math.max(this.recent, 0) : 0;
    this.recent = 0;
    this.halfBegan = now;
  }
}
