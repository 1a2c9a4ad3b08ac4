// Reading pcapng (draft-ietf-opsawg-pcapng §3-4) from a stream of bytes of any origin: both byte orders, any
// number of sections and interfaces. Blocks of other types are passed over; a malformed file ends in a fault.

import type { CaptureFrame } from './capture-frame.ts';
import {
  BYTE_ORDER_MAGIC,
  ENHANCED_PACKET,
  EPB_FLAGS,
  IF_NAME,
  IF_TSRESOL,
  INTERFACE_DESCRIPTION,
  OPT_COMMENT,
  OPT_END,
  padded,
  SECTION_HEADER,
  SHB_USERAPPL,
  SIMPLE_PACKET,
} from './pcapng.ts';
import { splitTime } from './pcapng-time.ts';

/** A longer block is taken for a damaged file: it bounds what is held in memory. */
const MAX_BLOCK_BYTES = 1 << 24;
/** Interfaces are remembered for as long as the section lasts. */
const MAX_INTERFACES = 1 << 16;
/** So are a block's options. */
const MAX_OPTIONS = 1024;
/** Microseconds (§4.2). */
const DEFAULT_RESOLUTION = 6;

/**
 * Why reading stopped: `magic`, not a pcapng file; `block-length`, not a multiple of 4, too short or too
 * long for its type, or not the same at both ends; `interface`, a packet of an interface that was not
 * described, or too many interfaces.
 */
export type PcapngFault = 'magic' | 'block-length' | 'interface';

export interface PcapngInterface {
  readonly linkType: number;
  readonly snapLength: number;
  /** '' = none. */
  readonly name: string;
  /** Timestamp units in a second: a power of ten or of two. */
  readonly unitsPerSecond: bigint;
}

export type PcapngBlock =
  | { readonly type: 'section'; readonly application: string }
  | { readonly type: 'interface'; readonly id: number; readonly interface: PcapngInterface }
  | {
      readonly type: 'packet';
      readonly interfaceId: number;
      /** Nanoseconds since 1970; null: a simple packet, which has no time. */
      readonly time: bigint | null;
      readonly direction: 'in' | 'out' | 'unknown';
      /** Several comments are joined by line feeds. */
      readonly comment: string;
      /** Bytes on the wire; more than `data` if the capture cut it. */
      readonly originalLength: number;
      readonly data: Uint8Array;
    };

/** Feed it with `push`, ask it with `next` until it says null. Holds at most one block, 16 MiB, and a push. */
export class PcapngReader {
  /** Why no more will come; null while the file is sound. */
  fault: PcapngFault | null = null;
  /** Offset in the file of the first byte that was not read: the next block, or the broken one. */
  offset = 0;
  private readonly decoder = new TextDecoder();
  private buffer = new Uint8Array(0);
  private view = new DataView(this.buffer.buffer);
  /** The unread bytes are [at, used). */
  private at = 0;
  private used = 0;
  private littleEndian = true;
  private inSection = false;
  private interfaces: PcapngInterface[] = [];

  /** Add the next bytes of the file; they are copied. */
  push(bytes: Uint8Array): void {
    if (this.fault !== null) return;
    const pending = this.pending;
    if (this.used + bytes.length > this.buffer.length) {
      // Doubled, so that small pushes stay cheap; replaced, as blocks that were handed out lie in the old one.
      const larger = new Uint8Array(Math.max(2 * pending, pending + bytes.length));
      larger.set(this.buffer.subarray(this.at, this.used));
      this.buffer = larger;
      this.at = 0;
      this.used = pending;
    }
    this.buffer.set(bytes, this.used);
    this.used += bytes.length;
  }

  /** Bytes that were pushed and are not part of a whole block: not 0 at the end of a file that was cut. */
  get pending(): number {
    return this.used - this.at;
  }

  /** The next block of a type we know; null: push more, or see `fault`. */
  next(): PcapngBlock | null {
    while (this.fault === null) {
      const length = this.blockLength();
      if (length === 0) return null;
      const view = new DataView(this.buffer.buffer, this.buffer.byteOffset + this.at, length);
      this.at += length;
      const block = this.readBlock(view);
      if (this.fault === null) this.offset += length;
      if (block !== null) return block;
    }
    return null;
  }

  /**
   * The next packet, without its comment and with its interface's link type; false: push more, or see `fault`.
   * Other blocks are passed over. `number` is left to the caller.
   */
  nextFrame(into: CaptureFrame): boolean {
    while (this.fault === null) {
      const length = this.blockLength();
      if (length === 0) return false;
      const view = this.whole;
      const { at, offset, littleEndian } = this;
      const type = view.getUint32(at, littleEndian);
      this.at += length;
      this.offset += length;
      if (type !== ENHANCED_PACKET) {
        const block = this.readBlock(new DataView(view.buffer, view.byteOffset + at, length));
        if (block?.type === 'packet') {
          this.simpleFrame(block.data, block.originalLength, into);
          into.offset = offset;
          return true;
        }
        if (this.fault !== null) this.offset = offset;
        continue;
      }
      const captured = view.getUint32(at + 20, littleEndian);
      const described = this.interfaces[view.getUint32(at + 8, littleEndian)];
      if (captured > length - 32 || described === undefined) {
        this.fail(described === undefined ? 'interface' : 'block-length');
        this.offset = offset;
        return false;
      }
      into.offset = offset;
      into.linkType = described.linkType;
      into.bytes = this.buffer;
      into.start = at + 28;
      into.end = into.start + captured;
      into.originalLength = Math.max(view.getUint32(at + 24, littleEndian), captured);
      splitTime(
        view.getUint32(at + 12, littleEndian),
        view.getUint32(at + 16, littleEndian),
        described.unitsPerSecond,
        into,
      );
      into.direction = this.directionAt(view, at + 28 + padded(captured), at + length - 4);
      return true;
    }
    return false;
  }

  private simpleFrame(data: Uint8Array, originalLength: number, into: CaptureFrame): void {
    into.linkType = this.interfaces[0]!.linkType;
    into.bytes = data;
    into.start = 0;
    into.end = data.length;
    into.originalLength = Math.max(originalLength, data.length);
    into.seconds = 0;
    into.nanoseconds = 0;
    into.direction = 'unknown';
  }

  /** epb_flags among the options in [at, end); nothing is allocated. */
  private directionAt(view: DataView, start: number, end: number): 'in' | 'out' | 'unknown' {
    let at = start;
    while (at + 4 <= end) {
      const code = view.getUint16(at, this.littleEndian);
      const length = view.getUint16(at + 2, this.littleEndian);
      if (code === OPT_END || length > end - at - 4) break;
      if (code === EPB_FLAGS && length === 4) return direction(view.getUint32(at + 4, this.littleEndian));
      at += 4 + padded(length);
    }
    return 'unknown';
  }

  /** One view for as long as the buffer lasts. */
  private get whole(): DataView {
    if (this.view.buffer !== this.buffer.buffer) this.view = new DataView(this.buffer.buffer);
    return this.view;
  }

  /** Length of the block at hand once it is whole and sound, else 0; learns the byte order of a section. */
  private blockLength(): number {
    if (this.pending < 12) return 0;
    const { at } = this;
    const head = this.whole;
    const section = head.getUint32(at, true) === SECTION_HEADER;
    if (section) {
      const magic = head.getUint32(at + 8, true);
      this.littleEndian = magic === BYTE_ORDER_MAGIC;
      if (!this.littleEndian && head.getUint32(at + 8, false) !== BYTE_ORDER_MAGIC) return this.fail('magic');
    } else if (!this.inSection) return this.fail('magic');
    const length = head.getUint32(at + 4, this.littleEndian);
    const least = 12 + fixedLength(head.getUint32(at, this.littleEndian));
    if (length < least || length > MAX_BLOCK_BYTES || length % 4 !== 0) return this.fail('block-length');
    if (this.pending < length) return 0;
    return head.getUint32(at + length - 4, this.littleEndian) === length ? length : this.fail('block-length');
  }

  private readBlock(view: DataView): PcapngBlock | null {
    switch (view.getUint32(0, this.littleEndian)) {
      case SECTION_HEADER:
        this.inSection = true;
        this.interfaces = [];
        return { type: 'section', application: this.text(view, this.options(view, 24), SHB_USERAPPL) };
      case INTERFACE_DESCRIPTION:
        return this.readInterface(view);
      case ENHANCED_PACKET:
        return this.readEnhancedPacket(view);
      case SIMPLE_PACKET:
        return this.readSimplePacket(view);
      default:
        return null;
    }
  }

  private readInterface(view: DataView): PcapngBlock | null {
    if (this.interfaces.length === MAX_INTERFACES) {
      this.fail('interface');
      return null;
    }
    const options = this.options(view, 16);
    const resolution = options.find((option) => option.code === IF_TSRESOL && option.length === 1);
    const described: PcapngInterface = {
      linkType: view.getUint16(8, this.littleEndian),
      snapLength: view.getUint32(12, this.littleEndian),
      name: this.text(view, options, IF_NAME),
      unitsPerSecond: unitsPerSecond(resolution ? view.getUint8(resolution.at) : DEFAULT_RESOLUTION),
    };
    const id = this.interfaces.push(described) - 1;
    return { type: 'interface', id, interface: described };
  }

  private readEnhancedPacket(view: DataView): PcapngBlock | null {
    const little = this.littleEndian;
    const captured = view.getUint32(20, little);
    const interfaceId = view.getUint32(8, little);
    const described = this.interfaces[interfaceId];
    if (captured > view.byteLength - 32 || described === undefined) {
      this.fail(described === undefined ? 'interface' : 'block-length');
      return null;
    }
    const options = this.options(view, 28 + padded(captured));
    const flags = options.find((option) => option.code === EPB_FLAGS && option.length === 4);
    const units = (BigInt(view.getUint32(12, little)) << 32n) | BigInt(view.getUint32(16, little));
    return {
      type: 'packet',
      interfaceId,
      time: (units * 1_000_000_000n) / described.unitsPerSecond,
      direction: direction(flags ? view.getUint32(flags.at, little) : 0),
      comment: this.text(view, options, OPT_COMMENT),
      originalLength: view.getUint32(24, little),
      data: new Uint8Array(view.buffer, view.byteOffset + 28, captured),
    };
  }

  private readSimplePacket(view: DataView): PcapngBlock | null {
    const described = this.interfaces[0];
    if (described === undefined) {
      this.fail('interface');
      return null;
    }
    const originalLength = view.getUint32(8, this.littleEndian);
    const limit = described.snapLength === 0 ? originalLength : described.snapLength;
    const captured = Math.min(originalLength, limit, view.byteLength - 16);
    return {
      type: 'packet',
      interfaceId: 0,
      time: null,
      direction: 'unknown',
      comment: '',
      originalLength,
      data: new Uint8Array(view.buffer, view.byteOffset + 12, captured),
    };
  }

  /** Where the options from `start` on lie; those behind a malformed one are left out. */
  private options(view: DataView, start: number): OptionAt[] {
    const found: OptionAt[] = [];
    const end = view.byteLength - 4;
    let at = start;
    while (at + 4 <= end && found.length < MAX_OPTIONS) {
      const code = view.getUint16(at, this.littleEndian);
      const length = view.getUint16(at + 2, this.littleEndian);
      if (code === OPT_END || length > end - at - 4) break;
      found.push({ code, at: at + 4, length });
      at += 4 + padded(length);
    }
    return found;
  }

  private text(view: DataView, options: readonly OptionAt[], code: number): string {
    return options
      .filter((option) => option.code === code)
      .map(({ at, length }) => this.decoder.decode(new Uint8Array(view.buffer, view.byteOffset + at, length)))
      .join('\n');
  }

  private fail(fault: PcapngFault): 0 {
    this.fault = fault;
    this.buffer = new Uint8Array(0);
    this.at = 0;
    this.used = 0;
    return 0;
  }
}

interface OptionAt {
  readonly code: number;
  /** Offset of the value in the block. */
  readonly at: number;
  readonly length: number;
}

/** Bytes between a block's head and its data, by type. */
function fixedLength(type: number): number {
  switch (type) {
    case SECTION_HEADER:
      return 16;
    case INTERFACE_DESCRIPTION:
      return 8;
    case ENHANCED_PACKET:
      return 20;
    case SIMPLE_PACKET:
      return 4;
    default:
      return 0;
  }
}

/** if_tsresol (§4.2): a negative power of ten, or of two if the top bit is set. */
function unitsPerSecond(resolution: number): bigint {
  return (resolution & 0x80 ? 2n : 10n) ** BigInt(resolution & 0x7f);
}

function direction(flags: number): 'in' | 'out' | 'unknown' {
  if ((flags & 3) === 1) return 'in';
  return (flags & 3) === 2 ? 'out' : 'unknown';
}
