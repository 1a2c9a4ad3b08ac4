// RFC 9293 §3.1 the TCP header: bytes <-> fields. No policy: what a field means is said in src/tcp/.

import { readWord, writeWord } from './ip.ts';
import { decodeTcpOptions, encodeTcpOptions, tcpOptionsLength } from './tcp-options.ts';

export const FIN = 0x001;
export const SYN = 0x002;
export const RST = 0x004;
export const PSH = 0x008;
export const ACK = 0x010;
export const URG = 0x020;
export const ECE = 0x040;
export const CWR = 0x080;
/** RFC 9768; the NS bit of older texts. */
export const AE = 0x100;

/** How many SACK blocks a header can hold (RFC 2018 §3: four without timestamps). */
export const MAX_SACK_BLOCKS = 4;

/**
 * The fields of one TCP segment. Numbers are as on the wire (`wnd` is not scaled); sequence numbers,
 * acknowledgment numbers and timestamps are signed 32-bit integers with the same bits.
 */
export interface TcpFields {
  sourcePort: number;
  destinationPort: number;
  seq: number;
  ack: number;
  /** The nine flag bits above, or-ed. */
  flags: number;
  wnd: number;
  /** Urgent pointer. */
  up: number;
  /** Maximum segment size option, bytes; 0 = absent. */
  mss: number;
  /** Window scale option (RFC 7323 §2), shift as received; -1 = absent. */
  windowScale: number;
  sackPermitted: boolean;
  /** RFC 7323 §3; `tsval` and `tsecr` mean something only if this is true. */
  timestamps: boolean;
  tsval: number;
  tsecr: number;
  /** RFC 2018 §3: left and right edge of each block, in the order of the option. */
  readonly sackBlocks: Int32Array;
  /** Blocks in use, 0 to MAX_SACK_BLOCKS. */
  sackCount: number;
  /** RFC 7413 §4.1.1: bytes of cookie in the Fast Open option, 0 = it asks for one; -1 = absent. */
  fastOpen: number;
  /** The cookie, in the first `fastOpen` places. */
  readonly fastOpenCookie: Int8Array;
  /** It came, or is to leave, under the experimental kind that came before kind 34 (§4.1.1, RFC 6994). */
  fastOpenExperimental: boolean;
  /** User timeout option (RFC 5482 §2), seconds; -1 = absent. */
  userTimeout: number;
  /** In which order to write the options; reading takes any. */
  optionOrder: 'linux' | 'freebsd';
  /**
   * AccECN option (RFC 9768 §3.2.3): which of its two orders, 0 (E0B first) or 1 (E1B first); -1 = absent. Then
   * `accEcnFields` of its three counters are there, 24 bits each, from the front of the order.
   */
  accEcn: number;
  accEcnFields: number;
  ee0b: number;
  eceb: number;
  ee1b: number;
  /** The buffer in which the text lies; the header codec sets these three when reading, and ignores them
   * when writing: whoever sends a packet places its text. */
  text: Uint8Array;
  textStart: number;
  textLength: number;
}

/** The header without options, bytes. */
export const TCP_HEADER_LENGTH = 20;

/**
 * Why bytes are no TCP segment: `truncated`, fewer than 20 bytes; `data-offset`, a header shorter than 20
 * bytes or longer than the segment.
 */
export type TcpFault = 'truncated' | 'data-offset';

/**
 * Read the segment in [start, end). Every field is written, unless there is a fault. The checksum is not
 * looked at, and neither are the reserved bits (§3.1).
 */
export function decodeTcp(bytes: Uint8Array, start: number, end: number, into: TcpFields): TcpFault | null {
  if (end - start < TCP_HEADER_LENGTH) return 'truncated';
  const headerLength = (bytes[start + 12]! >> 4) << 2;
  if (headerLength < TCP_HEADER_LENGTH || headerLength > end - start) return 'data-offset';
  into.sourcePort = (bytes[start]! << 8) | bytes[start + 1]!;
  into.destinationPort = (bytes[start + 2]! << 8) | bytes[start + 3]!;
  into.seq = readWord(bytes, start + 4);
  into.ack = readWord(bytes, start + 8);
  into.flags = ((bytes[start + 12]! & 1) << 8) | bytes[start + 13]!;
  into.wnd = (bytes[start + 14]! << 8) | bytes[start + 15]!;
  into.up = (bytes[start + 18]! << 8) | bytes[start + 19]!;
  decodeTcpOptions(bytes, start + TCP_HEADER_LENGTH, start + headerLength, into);
  into.text = bytes;
  into.textStart = start + headerLength;
  into.textLength = end - start - headerLength;
  return null;
}

/**
 * Write the header with its options at `at`, the checksum zero: it is summed when the text is in place.
 * Returns the header's length, bytes.
 */
export function encodeTcp(fields: TcpFields, bytes: Uint8Array, at: number): number {
  const headerLength = TCP_HEADER_LENGTH + encodeTcpOptions(fields, bytes, at + TCP_HEADER_LENGTH);
  bytes[at] = fields.sourcePort >>> 8;
  bytes[at + 1] = fields.sourcePort;
  bytes[at + 2] = fields.destinationPort >>> 8;
  bytes[at + 3] = fields.destinationPort;
  writeWord(bytes, at + 4, fields.seq);
  writeWord(bytes, at + 8, fields.ack);
  bytes[at + 12] = (headerLength << 2) | ((fields.flags >>> 8) & 1);
  bytes[at + 13] = fields.flags;
  bytes[at + 14] = fields.wnd >>> 8;
  bytes[at + 15] = fields.wnd;
  bytes[at + 16] = 0;
  bytes[at + 17] = 0;
  bytes[at + 18] = fields.up >>> 8;
  bytes[at + 19] = fields.up;
  return headerLength;
}

/** How many bytes `encodeTcp` would write. */
export function tcpHeaderLength(fields: TcpFields): number {
  return TCP_HEADER_LENGTH + tcpOptionsLength(fields);
}
