// How the receive buffer and the window grow with what the peer sends and the application takes: the round trip seen
// from here, dynamic right-sizing, and the slow start of the window (RFC 7323 §2.3 leaves all that to the receiver).
// Bytes and milliseconds.

import type { Differences } from '../lib/differences.ts';
import { add, diff, lt, type Seq, seq } from './seq.ts';

/** Segments that a sender may begin with: what the application takes before that is no measure of a round trip. */
const FIRST_FLIGHT = 10;
/** Room for reordering and loss beside twice what came in a round trip, segments. */
const CUSHION = 16;
/** Text from which on a segment is worth the buffer in which it came: the window grows by two full ones. */
const GOOD_SEGMENT = 1152;
/** Smaller ones do not make the window grow. */
const SMALL_SEGMENT = 128;

export class ReceiveTuning {
  /** The largest window there may be: set by the application, or by the buffer; Infinity until established. */
  clamp = Number.POSITIVE_INFINITY;
  /** The window that may be offered now, as far as it has grown. */
  threshold = 0;
  /** The application chose the buffer: it does not grow. */
  chosen = false;
  /** Smoothed round trip, from what is received; 0 = none yet. */
  rtt = 0;
  /** What the application took in the last round trip. */
  space = 0;
  /** Since when, and from which octet on, that is being counted. */
  private since = 0;
  private from: Seq = seq(0);
  /** A window's worth of text is awaited: since when, up to where; Infinity = not begun. */
  private windowSince = Number.POSITIVE_INFINITY;
  private windowEnd: Seq = seq(0);
  /** The last echo that gave a sample. */
  private echo = 0;

  /** What outlives a rest (rest.ts); `next`: RCV.NXT, up to which all is read. */
  carry(kept: Differences, next: Seq): void {
    this.clamp = kept.number(this.clamp);
    this.threshold = kept.number(this.threshold);
    this.chosen = kept.flag(this.chosen);
    this.rtt = kept.number(this.rtt);
    this.space = kept.number(this.space);
    this.since = kept.number(this.since);
    this.from = kept.near(this.from, next) as Seq;
    this.windowSince = kept.number(this.windowSince);
    this.windowEnd = kept.number(this.windowEnd) as Seq;
    this.echo = kept.number(this.echo);
  }

  /** Both SYNs are acknowledged: `full` bytes of text fit, `mss` is what we announced, `wnd` what we offered. */
  established(full: number, mss: number, wnd: number, read: Seq, now: number): void {
    this.clampTo(full, mss);
    this.threshold = Math.min(wnd, this.clamp);
    this.space = Math.min(this.threshold, FIRST_FLIGHT * mss);
    this.from = read;
    this.since = now;
  }

  /** The buffer holds `full` bytes of text: one segment of that stays in reserve. */
  private clampTo(full: number, mss: number): void {
    this.clamp = Math.min(this.clamp, full);
    if (this.clamp > 2 * mss && this.clamp + mss > full) this.clamp = Math.max(2 * mss, full - mss);
  }

  /** `length` bytes came at once; `room`: how much more text fits; `full`: what counts as a full segment. */
  grow(length: number, room: number, mss: number, full: number): void {
    const space = Math.min(this.clamp, room) - this.threshold;
    if (length < SMALL_SEGMENT || space <= 0) return;
    const step = Math.max(2 * (length >= GOOD_SEGMENT ? mss : full), 2 * length);
    this.threshold += Math.min(space, step);
  }

  /** Without timestamps: a round trip lasts at most as long as it takes to receive a window of `wnd` bytes. */
  windowArrived(nxt: Seq, wnd: number, now: number): void {
    if (this.windowSince !== Number.POSITIVE_INFINITY) {
      if (lt(nxt, this.windowEnd)) return;
      const sample = Math.max(now - this.windowSince, 1);
      this.rtt = this.rtt === 0 ? sample : Math.min(this.rtt, sample);
    }
    this.windowEnd = add(nxt, wnd);
    this.windowSince = now;
  }

  /** With timestamps: a full segment echoes `echo`, which left here `sample` ms ago. */
  echoed(echo: number, sample: number): void {
    if (echo === this.echo || sample < 0) return;
    this.echo = echo;
    const rtt = Math.max(sample, 1);
    this.rtt = this.rtt === 0 ? rtt : this.rtt + (rtt - this.rtt) / 8;
  }

  /**
   * The application has taken everything before `read`. Once a round trip: how much was it? Returns the text for
   * which there should be room, 0 = as before: twice that, for losses, and for a sender that speeds up.
   */
  taken(read: Seq, mss: number, now: number): number {
    if (this.rtt === 0 || now - this.since < this.rtt) return 0;
    const copied = diff(read, this.from);
    const before = this.space;
    this.from = read;
    this.since = now;
    if (copied <= before) return 0;
    this.space = copied;
    const wanted = 2 * copied + CUSHION * mss;
    return wanted + 2 * Math.floor((wanted * (copied - before)) / before);
  }
}
