// RFC 4821 §7: the search, by trying, for the largest packet that the path carries. Sizes are bytes of IP packet.
// RFC 8899's machine is for datagrams; its states are here a range: BASE (low = base), SEARCHING (low < high),
// COMPLETE (nothing between them), ERROR (low below base).

import type { Differences } from '../../lib/differences.ts';
import type { Parameters } from '../parameters.ts';
import { geq, gt, lt, type Seq, seq } from '../seq.ts';

const TCP_HEADER = 20;
/** RFC 8200 §5: every path of IPv6 carries that much. */
const LEAST_IPV6 = 1_280;
/** A range narrower than this is not worth a probe. */
const NARROW = 8;
/** RFC 1191 §6.3, RFC 8201 §4: after ten minutes the path may have widened. */
const AGAIN_AFTER = 600_000;

export class MtuSearch {
  /** The search is on; off, the link and ICMP alone say what the path carries. */
  enabled: boolean;
  /** What the link and ICMP allow. */
  limit: number;
  /** §7.1 search_low: held to arrive. */
  low: number;
  /** §7.1 search_high: the largest that may arrive. */
  high: number;
  /** Size of the probe in flight; 0 = there is none. */
  probing = 0;
  /** Where the probe's text begins and ends. */
  start: Seq = seq(0);
  end: Seq = seq(0);
  /** The largest that has arrived; 0 = none, or forgotten. path-claims.ts. */
  proven = 0;
  /** RFC 5927 §7.2: what a doubted ICMP error claims, -1 = there is none; its packet's length and number. path-claims.ts. */
  claimed = -1;
  claimedLength = 0;
  claimedFor: Seq = seq(0);
  /** Something has failed since `high` was `limit`: what is left of the range is halved from then on. */
  private narrowed = false;
  /** When a probe last left, ms. */
  private probedAt = Number.NEGATIVE_INFINITY;
  private readonly base: number;
  private readonly floor: number;

  constructor(family: 4 | 6, limit: number, parameters: Parameters) {
    const headers = (family === 4 ? 20 : 40) + TCP_HEADER;
    const least = family === 4 ? 0 : LEAST_IPV6;
    this.base = Math.max(parameters.baseMss + headers, least);
    this.floor = Math.max(parameters.mtuProbeFloor + headers, least);
    this.enabled = parameters.mtuProbing === 'on';
    this.limit = limit;
    this.low = Math.min(this.base, limit);
    this.high = limit;
  }

  /** Nothing was tried, doubted or found: the search is as it began, at `limit`. */
  get isUntried(): boolean {
    const { base, limit } = this;
    const begun = this.low === Math.min(base, limit) && this.high === limit && !this.narrowed;
    return begun && this.probing === 0 && this.claimed < 0 && this.probedAt === Number.NEGATIVE_INFINITY;
  }

  /** What outlives a rest of such a search (tcp/rest.ts). */
  carry(kept: Differences): void {
    this.enabled = kept.flag(this.enabled);
    this.limit = kept.number(this.limit);
    this.proven = kept.number(this.proven);
    this.low = Math.min(this.base, this.limit);
    this.high = this.limit;
  }

  /** The packets to send, but for probes. */
  get current(): number {
    return this.enabled ? this.low : this.limit;
  }

  /** The link or ICMP allow `mtu`: the search begins anew below it. */
  limitTo(mtu: number): void {
    this.limit = mtu;
    this.low = Math.min(this.low, mtu);
    this.high = mtu;
    this.narrowed = false;
    if (this.probing > mtu) this.probing = 0;
  }

  /** §7.3: the size to try, at most `ceiling`: that first, since most paths carry it; 0 = none. */
  next(ceiling: number, now: number): number {
    if (this.narrowed && this.high - this.low < NARROW && now - this.probedAt >= AGAIN_AFTER) {
      this.high = this.limit;
      this.narrowed = false;
    }
    const top = Math.min(this.high, ceiling);
    if (!this.narrowed) return top > this.low ? top : 0;
    return top - this.low < NARROW ? 0 : (this.low + top + 1) >> 1;
  }

  /** §7.5: a probe of `size` leaves with the text from `start` to `end`. */
  sent(size: number, start: Seq, end: Seq, now: number): void {
    this.probing = size;
    this.start = start;
    this.end = end;
    this.probedAt = now;
  }

  /** §7.6.1: all below `una` is acknowledged. True: the probe has arrived, and the range begins with its size. */
  acknowledged(una: Seq): boolean {
    if (!geq(una, this.end)) return false;
    this.low = this.probing;
    this.probing = 0;
    return true;
  }

  /** §7.6.2. */
  failed(): void {
    this.high = this.probing - 1;
    this.narrowed = true;
    this.probing = 0;
  }

  /** §7.6.4: the text from `start` to `end` left again. If it is the probe's, what comes of it tells nothing. */
  sentAgain(start: Seq, end: Seq): void {
    if (lt(start, this.end) && gt(end, this.start)) this.probing = 0;
  }

  /** §7.7: nothing of the present size arrives. False: it cannot be smaller. */
  fallBack(): boolean {
    const before = this.current;
    if (before > this.base) {
      this.high = before - 1;
      this.low = this.base;
    } else {
      this.low = Math.max(before >> 1, Math.min(this.floor, before));
    }
    this.enabled = true;
    this.narrowed = true;
    this.probing = 0;
    return this.low < before;
  }
}
