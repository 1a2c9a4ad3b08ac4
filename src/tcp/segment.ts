// §3.3.1 SEG.*: one segment, arriving or about to leave. One shape, made once and filled again and again.

import type { ByteQueue } from '../lib/byte-queue.ts';
import { FIN, MAX_SACK_BLOCKS, SYN, type TcpFields } from '../wire/tcp.ts';
import { MAX_FAST_OPEN_COOKIE } from '../wire/tcp-options.ts';
import type { RuleId } from './rules.ts';
import { type Seq, seq } from './seq.ts';

const NO_TEXT = new Uint8Array(0);

export class Segment implements TcpFields {
  sourcePort = 0;
  destinationPort = 0;
  seq: Seq = seq(0);
  ack: Seq = seq(0);
  flags = 0;
  wnd = 0;
  up = 0;
  mss = 0;
  windowScale = -1;
  sackPermitted = false;
  timestamps = false;
  tsval = 0;
  tsecr = 0;
  readonly sackBlocks = new Int32Array(2 * MAX_SACK_BLOCKS);
  sackCount = 0;
  fastOpen = -1;
  readonly fastOpenCookie = new Int8Array(MAX_FAST_OPEN_COOKIE);
  fastOpenExperimental = false;
  userTimeout = -1;
  optionOrder: 'linux' | 'freebsd' = 'linux';
  accEcn = -1;
  accEcnFields = 0;
  ee0b = 0;
  eceb = 0;
  ee1b = 0;
  /** Arriving text lies here, `textLength` bytes from `textStart`. */
  text: Uint8Array = NO_TEXT;
  textStart = 0;
  textLength = 0;
  /** Leaving text lies here instead, from position `textStart` of the queue. Null: it lies in `text`. */
  queue: ByteQueue | null = null;
  /** Text bytes of each wire segment this one stands for; 0 when it stands for itself alone. */
  segmentSize = 0;
  /** ECN codepoint of the IP header: it came with this, or is to leave with it. RFC 3168 §5. */
  ecn = 0;
  /** It came with a SYN, which may have been trimmed since: SEG.WND is not scaled (RFC 7323 §2.2). */
  unscaledWindow = false;
  /** Why a leaving segment leaves. */
  why: RuleId = '9293-3.8-data';

  /** A segment with no flags, options or text, for the caller to fill. */
  clear(): void {
    this.seq = seq(0);
    this.ack = seq(0);
    this.flags = 0;
    this.wnd = 0;
    this.up = 0;
    this.mss = 0;
    this.windowScale = -1;
    this.sackPermitted = false;
    this.timestamps = false;
    this.tsval = 0;
    this.tsecr = 0;
    this.sackCount = 0;
    this.fastOpen = -1;
    this.fastOpenExperimental = false;
    this.userTimeout = -1;
    this.optionOrder = 'linux';
    this.accEcn = -1;
    this.accEcnFields = 0;
    this.ee0b = 0;
    this.eceb = 0;
    this.ee1b = 0;
    this.text = NO_TEXT;
    this.textStart = 0;
    this.textLength = 0;
    this.queue = null;
    this.segmentSize = 0;
    this.ecn = 0;
  }

  /** SEG.LEN: the sequence space it occupies, SYN and FIN counting one each (§3.4). */
  get len(): number {
    return this.textLength + ((this.flags & SYN) >> 1) + (this.flags & FIN);
  }
}

/** How many wire segments a received super-segment stands for; at least 1. */
export function segmentCount(seg: Segment): number {
  return seg.segmentSize > 0 && seg.textLength > seg.segmentSize
    ? Math.ceil(seg.textLength / seg.segmentSize)
    : 1;
}

/** Put the segment's text at `at` in `target`, wherever it lies now. */
export function copyText(seg: Segment, target: Uint8Array, at: number): void {
  if (seg.queue !== null) seg.queue.copyTo(target, at, seg.textStart, seg.textLength);
  else target.set(seg.text.subarray(seg.textStart, seg.textStart + seg.textLength), at);
}
