// Reading the classic pcap format (draft-ietf-opsawg-pcap §4-5) from a stream of bytes of any origin: both byte
// orders, microseconds and nanoseconds. A malformed record ends in a fault.

import type { CaptureFrame } from './capture-frame.ts';

export const PCAP_MICROSECONDS = 0xa1b2c3d4;
export const PCAP_NANOSECONDS = 0xa1b23c4d;

const FILE_HEADER_LENGTH = 24;
const RECORD_HEADER_LENGTH = 16;
/** A longer record is taken for a damaged file: it bounds what is held in memory. */
const MAX_RECORD_BYTES = 1 << 24;
/** The upper bits of the field say how long a frame check sequence is (§4). */
const LINK_TYPE_MASK = 0xffff;
const NS_PER_S = 1_000_000_000;

/** Why reading stopped: `magic`, not a pcap file; `record-length`, too long to be true. */
export type PcapFault = 'magic' | 'record-length';

/** Feed it with `push`, ask it with `next` until it says false. Holds at most one record, 16 MiB, and a push. */
export class PcapReader {
  /** Why no more will come; null while the file is sound. */
  fault: PcapFault | null = null;
  /** Offset in the file of the first byte that was not read: the next record, or the broken one. */
  offset = 0;
  private buffer = new Uint8Array(0);
  private view = new DataView(this.buffer.buffer);
  /** The unread bytes are [at, used). */
  private at = 0;
  private used = 0;
  private littleEndian = true;
  private nanoseconds = false;
  private linkType = -1;

  /** Add the next bytes of the file; they are copied. Frames handed out are no longer valid. */
  push(bytes: Uint8Array): void {
    if (this.fault !== null) return;
    const pending = this.pending;
    if (this.used + bytes.length > this.buffer.length) this.makeRoom(pending, bytes.length);
    this.buffer.set(bytes, this.used);
    this.used += bytes.length;
  }

  /** Bytes that were pushed and are not part of a whole record: not 0 at the end of a file that was cut. */
  get pending(): number {
    return this.used - this.at;
  }

  /** The next frame; false: push more, or see `fault`. `number` is left to the caller. */
  next(into: CaptureFrame): boolean {
    if (this.fault !== null) return false;
    if (this.linkType < 0 && !this.readFileHeader()) return false;
    if (this.pending < RECORD_HEADER_LENGTH) return false;
    const { view, at, littleEndian } = this;
    const captured = view.getUint32(at + 8, littleEndian);
    if (captured > MAX_RECORD_BYTES) return this.fail('record-length');
    const length = RECORD_HEADER_LENGTH + captured;
    if (this.pending < length) return false;
    const fraction = view.getUint32(at + 4, littleEndian) * (this.nanoseconds ? 1 : 1000);
    const carry = Math.floor(fraction / NS_PER_S);
    into.seconds = view.getUint32(at, littleEndian) + carry;
    into.nanoseconds = fraction - carry * NS_PER_S;
    into.linkType = this.linkType;
    into.offset = this.offset;
    into.direction = 'unknown';
    into.bytes = this.buffer;
    into.start = at + RECORD_HEADER_LENGTH;
    into.end = at + length;
    // A record that says less than was captured is mended.
    into.originalLength = Math.max(view.getUint32(at + 12, littleEndian), captured);
    this.at += length;
    this.offset += length;
    return true;
  }

  private readFileHeader(): boolean {
    if (this.pending < 4) return false;
    const magic = this.view.getUint32(this.at, true);
    const swapped = this.view.getUint32(this.at, false);
    this.littleEndian = isMagic(magic);
    if (!this.littleEndian && !isMagic(swapped)) return this.fail('magic');
    if (this.pending < FILE_HEADER_LENGTH) return false;
    this.nanoseconds = (this.littleEndian ? magic : swapped) === PCAP_NANOSECONDS;
    this.linkType = this.view.getUint32(this.at + 20, this.littleEndian) & LINK_TYPE_MASK;
    this.at += FILE_HEADER_LENGTH;
    this.offset += FILE_HEADER_LENGTH;
    return true;
  }

  /** Unread bytes go to the front; the buffer doubles, so that small pushes stay cheap. */
  private makeRoom(pending: number, more: number): void {
    if (pending + more <= this.buffer.length) {
      this.buffer.copyWithin(0, this.at, this.used);
    } else {
      const larger = new Uint8Array(Math.max(2 * pending, pending + more));
      larger.set(this.buffer.subarray(this.at, this.used));
      this.buffer = larger;
      this.view = new DataView(larger.buffer);
    }
    this.at = 0;
    this.used = pending;
  }

  private fail(fault: PcapFault): false {
    this.fault = fault;
    this.buffer = new Uint8Array(0);
    this.view = new DataView(this.buffer.buffer);
    this.at = 0;
    this.used = 0;
    return false;
  }
}

const isMagic = (word: number): boolean => word === PCAP_MICROSECONDS || word === PCAP_NANOSECONDS;
