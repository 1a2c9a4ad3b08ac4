// The text of one direction of a captured connection in the order of its sequence numbers (RFC 9293 §3.4): what was
// sent again is given once, what came late is put in its place, what was not captured is said.

import { add, geq, gt, leq, lt, type Seq, seq } from '../../tcp/seq.ts';
import { FIN, RST, SYN } from '../../wire/tcp.ts';
import type { SeenPacket } from './packets.ts';

/** Who is given the text. */
export interface TextSink {
  /** Valid until it returns. */
  readonly text: (bytes: Uint8Array) => void;
  /** Bytes that were sent and not captured. */
  readonly missing: (bytes: number) => void;
}

interface Held {
  readonly at: Seq;
  readonly end: Seq;
  /** As much of it as was captured. */
  readonly bytes: Uint8Array;
}

/** Held until what is before it comes: segments, and their bytes. More are given with a gap before them. */
const MAX_HELD = 4096;
const MAX_HELD_BYTES = 16 << 20;
/** A segment further ahead is no part of the connection: no window is so large (RFC 7323 §2.2). */
const MAX_AHEAD = 1 << 30;

export class TextStream {
  private readonly sink: TextSink;
  private known = false;
  private next: Seq = seq(0);
  private finEnd: Seq | null = null;
  private acked: Seq | null = null;
  /** In order, without overlaps being removed. */
  private held: Held[] = [];
  private heldBytes = 0;

  constructor(sink: TextSink) {
    this.sink = sink;
  }

  /** The next captured segment of this direction. */
  segment({ segment, capturedLength }: SeenPacket): void {
    const { flags, text, textStart, textLength } = segment;
    if ((flags & RST) !== 0) return;
    const at = add(segment.seq, (flags & SYN) !== 0 ? 1 : 0);
    const end = add(at, textLength);
    if (!this.known) {
      this.known = true;
      this.next = at;
    } else if ((flags & SYN) !== 0 && at !== this.next && textLength === 0) {
      return;
    }
    if ((flags & FIN) !== 0) this.finEnd = add(end, 1);
    if (textLength === 0 || leq(end, this.next)) return;
    const bytes = text.subarray(textStart, textStart + Math.min(capturedLength, textLength));
    if (leq(at, this.next)) {
      this.give(at, end, bytes);
      this.release();
    } else if (((at - this.next) | 0) < MAX_AHEAD) {
      this.hold({ at, end, bytes: bytes.slice() });
    }
  }

  /** The peer has everything below: what is missing there was not captured, and will not come. */
  acknowledged(ack: Seq): void {
    if (!this.known) return;
    if (this.acked === null || gt(ack, this.acked)) this.acked = ack;
    while (this.held.length > 0 && geq(this.acked, this.held[0]!.at)) this.passGap();
  }

  /** No more will come. */
  finish(): void {
    while (this.held.length > 0) this.passGap();
    const { acked, finEnd } = this;
    if (acked === null) return;
    const end = acked === finEnd ? add(acked, -1) : acked;
    const missing = (end - this.next) | 0;
    if (missing > 0 && missing < MAX_AHEAD) this.skip(end);
  }

  private hold(segment: Held): void {
    const { held } = this;
    let at = held.length;
    while (at > 0 && lt(segment.at, held[at - 1]!.at)) at--;
    held.splice(at, 0, segment);
    this.heldBytes += segment.bytes.length;
    while (held.length > MAX_HELD || this.heldBytes > MAX_HELD_BYTES) this.passGap();
  }

  private passGap(): void {
    const { at } = this.held[0]!;
    if (gt(at, this.next)) this.skip(at);
    this.release();
  }

  /** What is held and follows now. */
  private release(): void {
    let count = 0;
    for (const { at, end, bytes } of this.held) {
      if (gt(at, this.next)) break;
      this.give(at, end, bytes);
      this.heldBytes -= bytes.length;
      count++;
    }
    if (count > 0) this.held.splice(0, count);
  }

  /** [at, end) begins at or before what is next. */
  private give(at: Seq, end: Seq, bytes: Uint8Array): void {
    if (leq(end, this.next)) return;
    const known = (this.next - at) | 0;
    const length = (end - this.next) | 0;
    const rest = bytes.subarray(Math.min(known, bytes.length));
    this.next = end;
    if (rest.length > 0) this.sink.text(rest);
    if (rest.length < length) this.sink.missing(length - rest.length);
  }

  private skip(to: Seq): void {
    this.sink.missing((to - this.next) | 0);
    this.next = to;
  }
}
