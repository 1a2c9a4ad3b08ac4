// The pcapng file format (draft-ietf-opsawg-pcapng §3-4): the blocks that a capture of IP packets needs,
// written little-endian, each as bytes of its own. Read again by pcapng-reader.ts.

export const SECTION_HEADER = 0x0a0d0d0a;
export const INTERFACE_DESCRIPTION = 1;
export const SIMPLE_PACKET = 3;
export const ENHANCED_PACKET = 6;
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

/** Packets start with their IP header, of either version. */
export const LINKTYPE_RAW = 101;

export const OPT_END = 0;
export const OPT_COMMENT = 1;
export const SHB_USERAPPL = 4;
export const IF_NAME = 2;
export const IF_TSRESOL = 9;
export const EPB_FLAGS = 2;

/** Timestamps are counted in 10^-9 s. */
const NANOSECONDS = 9;
const MAX_OPTION_BYTES = 0xffff;
const NS_PER_MS = 1_000_000;
const MASK_32 = 0xffff_ffffn;

const NO_BYTES = new Uint8Array(0);
const encoder = new TextEncoder();

/** The block that a file begins with; `application` names the program that wrote it. */
export function sectionHeaderBlock(application: string): Uint8Array {
  const block = new Block(SECTION_HEADER, 16, [[SHB_USERAPPL, utf8(application)]], NO_BYTES);
  block.u32(0, BYTE_ORDER_MAGIC);
  block.u16(4, 1);
  block.u16(6, 0);
  // The section's length is not known in advance: all ones (§4.1).
  block.u32(8, 0xffffffff);
  block.u32(12, 0xffffffff);
  return block.bytes;
}

/** An interface on which raw IP is captured; the first one of a section gets id 0. */
export function interfaceBlock(name: string): Uint8Array {
  const options: Option[] = [
    [IF_NAME, utf8(name)],
    [IF_TSRESOL, Uint8Array.of(NANOSECONDS)],
  ];
  const block = new Block(INTERFACE_DESCRIPTION, 8, options, NO_BYTES);
  block.u16(0, LINKTYPE_RAW);
  // Snapshot length 0: packets are whole.
  block.u32(4, 0);
  return block.bytes;
}

/** One captured packet. */
export interface CapturedPacket {
  readonly interfaceId: number;
  /** Milliseconds since 1970, or any origin, kept to the nanosecond; or nanoseconds. */
  readonly time: number | bigint;
  readonly direction: 'in' | 'out' | 'unknown';
  /** '' = none. */
  readonly comment: string;
  /** Bytes on the wire, if more than are given. */
  readonly originalLength?: number;
}

/**
 * A packet, the bytes [start, end), which are copied. A comment beyond 65,535 bytes of UTF-8 is cut between
 * two characters. @throws RangeError unless the time is finite and not negative.
 */
export function packetBlock(
  packet: CapturedPacket,
  bytes: Uint8Array,
  start: number,
  end: number,
): Uint8Array {
  if (!(packet.time >= 0 && packet.time < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`${packet.time} is no time of capture`);
  }
  const options: Option[] = [];
  if (packet.comment !== '') options.push([OPT_COMMENT, utf8(packet.comment)]);
  if (packet.direction !== 'unknown') {
    options.push([EPB_FLAGS, Uint8Array.of(packet.direction === 'in' ? 1 : 2, 0, 0, 0)]);
  }
  const data = bytes.subarray(start, end);
  const block = new Block(ENHANCED_PACKET, 20, options, data);
  const nanoseconds = toNanoseconds(packet.time);
  block.u32(0, packet.interfaceId);
  block.u32(4, Number((nanoseconds >> 32n) & MASK_32));
  block.u32(8, Number(nanoseconds & MASK_32));
  block.u32(12, data.length);
  block.u32(16, Math.max(data.length, packet.originalLength ?? 0));
  return block.bytes;
}

type Option = readonly [code: number, value: Uint8Array];

/** One block: type and length, fixed fields, data and options, each padded to 32 bits, and the length again. */
class Block {
  readonly bytes: Uint8Array;
  private readonly view: DataView;

  constructor(type: number, fixed: number, options: readonly Option[], data: Uint8Array) {
    let optionBytes = options.length === 0 ? 0 : 4;
    for (const [, value] of options) optionBytes += 4 + padded(value.length);
    const total = 12 + fixed + padded(data.length) + optionBytes;
    this.bytes = new Uint8Array(total);
    this.view = new DataView(this.bytes.buffer);
    this.view.setUint32(0, type, true);
    this.view.setUint32(4, total, true);
    this.bytes.set(data, 8 + fixed);
    let at = 8 + fixed + padded(data.length);
    for (const [code, value] of options) {
      this.view.setUint16(at, code, true);
      this.view.setUint16(at + 2, value.length, true);
      this.bytes.set(value, at + 4);
      at += 4 + padded(value.length);
    }
    this.view.setUint32(total - 4, total, true);
  }

  u16(at: number, value: number): void {
    this.view.setUint16(8 + at, value, true);
  }

  u32(at: number, value: number): void {
    this.view.setUint32(8 + at, value, true);
  }
}

/** Round up to 32 bits. */
export function padded(length: number): number {
  return (length + 3) & ~3;
}

/** An option's text, cut at a character if it is longer than an option can be. */
function utf8(text: string): Uint8Array {
  const bytes = encoder.encode(text);
  if (bytes.length <= MAX_OPTION_BYTES) return bytes;
  let end = MAX_OPTION_BYTES;
  while ((bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}

/** Whole and broken milliseconds apart: times since 1970 in ns do not fit a double. */
function toNanoseconds(time: number | bigint): bigint {
  if (typeof time === 'bigint') return time;
  const whole = Math.floor(time);
  return BigInt(whole) * BigInt(NS_PER_MS) + BigInt(Math.round((time - whole) * NS_PER_MS));
}
