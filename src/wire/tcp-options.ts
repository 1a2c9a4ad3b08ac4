// RFC 9293 §3.2, RFC 7323 §2-3, RFC 2018 §2-3: the options of a TCP header. Options may stand on any segment
// (MUST-5) and at any alignment (MUST-64). A malformed list ends early; the segment is kept (MUST-7).

import { readWord, writeWord } from './ip.ts';
import type { TcpFields } from './tcp.ts';

const EOL = 0;
const NOP = 1;
const MSS = 2;
const WINDOW_SCALE = 3;
const SACK_PERMITTED = 4;
const SACK = 5;
const TIMESTAMPS = 8;
const ACC_ECN0 = 172;
const ACC_ECN1 = 174;

const MSS_LENGTH = 4;
const WINDOW_SCALE_LENGTH = 3;
const SACK_PERMITTED_LENGTH = 2;
const TIMESTAMPS_LENGTH = 10;
/** The data offset counts at most 15 words. */
const MAX_OPTIONS_LENGTH = 40;

/** The part of a segment's fields that options carry. */
export type TcpOptions = Pick<
  TcpFields,
  | 'mss'
  | 'windowScale'
  | 'sackPermitted'
  | 'timestamps'
  | 'tsval'
  | 'tsecr'
  | 'sackBlocks'
  | 'sackCount'
  | 'accEcn'
  | 'accEcnFields'
  | 'ee0b'
  | 'eceb'
  | 'ee1b'
>;

/**
 * Read the options in [start, end) of `bytes`. Kinds that we do not carry out are skipped by their length
 * (MUST-6, MUST-68); a known kind with another length than its own is skipped too; of two of a kind the
 * last one counts.
 */
export function decodeTcpOptions(bytes: Uint8Array, start: number, end: number, into: TcpOptions): void {
  into.mss = 0;
  into.windowScale = -1;
  into.sackPermitted = false;
  into.timestamps = false;
  into.tsval = 0;
  into.tsecr = 0;
  into.sackCount = 0;
  into.accEcn = -1;
  into.accEcnFields = 0;
  let at = start;
  while (at < end) {
    const kind = bytes[at]!;
    if (kind === NOP) {
      at++;
      continue;
    }
    if (kind === EOL || at + 1 >= end) return;
    const length = bytes[at + 1]!;
    if (length < 2 || length > end - at) return;
    decodeOption(bytes, at, kind, length, into);
    at += length;
  }
}

/** Read one option of which `length` bytes are known to be there. */
function decodeOption(bytes: Uint8Array, at: number, kind: number, length: number, into: TcpOptions): void {
  switch (kind) {
    case TIMESTAMPS:
      if (length !== TIMESTAMPS_LENGTH) return;
      into.timestamps = true;
      into.tsval = readWord(bytes, at + 2);
      into.tsecr = readWord(bytes, at + 6);
      return;
    case SACK:
      if (length >= 10 && length <= 34 && (length & 7) === 2) decodeSack(bytes, at + 2, length - 2, into);
      return;
    case MSS:
      if (length === MSS_LENGTH) into.mss = (bytes[at + 2]! << 8) | bytes[at + 3]!;
      return;
    case WINDOW_SCALE:
      if (length === WINDOW_SCALE_LENGTH) into.windowScale = bytes[at + 2]!;
      return;
    case SACK_PERMITTED:
      if (length === SACK_PERMITTED_LENGTH) into.sackPermitted = true;
      return;
    case ACC_ECN0:
      return decodeAccEcn(bytes, at + 2, length - 2, 0, into);
    case ACC_ECN1:
      return decodeAccEcn(bytes, at + 2, length - 2, 1, into);
  }
}

function decodeSack(bytes: Uint8Array, at: number, length: number, into: TcpOptions): void {
  into.sackCount = length >> 3;
  for (let edge = 0; edge < length >> 2; edge++) into.sackBlocks[edge] = readWord(bytes, at + 4 * edge);
}

/** RFC 9768 §3.2.3: as many whole fields as there are; what is behind them is padding. */
function decodeAccEcn(bytes: Uint8Array, at: number, length: number, order: 0 | 1, into: TcpOptions): void {
  const fields = Math.min(Math.floor(length / 3), 3);
  const field = (n: number): number =>
    n < fields ? (bytes[at + 3 * n]! << 16) | (bytes[at + 3 * n + 1]! << 8) | bytes[at + 3 * n + 2]! : 0;
  into.accEcn = order;
  into.accEcnFields = fields;
  into.ee0b = field(2 * order);
  into.eceb = field(1);
  into.ee1b = field(2 - 2 * order);
}

/**
 * Write the options at `at`, in Linux's order and padded as Linux pads, so that timestamps and SACK edges
 * lie on words: MSS; SACK-permitted and timestamps together, or each behind two NOPs; NOP and window scale;
 * NOPs and as many SACK blocks as there is room for; NOPs and AccECN, if there is room still. Returns the bytes written, a multiple of 4.
 */
export function encodeTcpOptions(fields: TcpOptions, bytes: Uint8Array, at: number): number {
  let next = at;
  if (fields.mss > 0) {
    bytes[next] = MSS;
    bytes[next + 1] = MSS_LENGTH;
    bytes[next + 2] = fields.mss >>> 8;
    bytes[next + 3] = fields.mss;
    next += 4;
  }
  if (fields.timestamps || fields.sackPermitted) next += encodePair(fields, bytes, next);
  if (fields.windowScale >= 0) {
    bytes[next] = NOP;
    bytes[next + 1] = WINDOW_SCALE;
    bytes[next + 2] = WINDOW_SCALE_LENGTH;
    bytes[next + 3] = fields.windowScale;
    next += 4;
  }
  const blocks = sackBlocksThatFit(fields, next - at);
  if (blocks > 0) {
    bytes[next] = NOP;
    bytes[next + 1] = NOP;
    bytes[next + 2] = SACK;
    bytes[next + 3] = 2 + 8 * blocks;
    next += 4;
    for (let edge = 0; edge < 2 * blocks; edge++, next += 4) writeWord(bytes, next, fields.sackBlocks[edge]!);
  }
  if (accEcnFits(fields, next - at)) next += encodeAccEcn(fields, bytes, next);
  return next - at;
}

/** SACK-permitted and timestamps: 4 or 12 bytes. */
function encodePair(fields: TcpOptions, bytes: Uint8Array, at: number): number {
  let next = at;
  if (fields.timestamps && fields.sackPermitted) {
    bytes[next] = SACK_PERMITTED;
    bytes[next + 1] = SACK_PERMITTED_LENGTH;
  } else {
    bytes[next] = NOP;
    bytes[next + 1] = NOP;
  }
  next += 2;
  if (!fields.timestamps) {
    bytes[next] = SACK_PERMITTED;
    bytes[next + 1] = SACK_PERMITTED_LENGTH;
    return 4;
  }
  bytes[next] = TIMESTAMPS;
  bytes[next + 1] = TIMESTAMPS_LENGTH;
  writeWord(bytes, next + 2, fields.tsval);
  writeWord(bytes, next + 6, fields.tsecr);
  return 12;
}

/** Bytes that an AccECN option of so many fields takes with its padding: a multiple of 4. */
export const accEcnLength = (fields: number): number => (2 + 3 * fields + 3) & ~3;

const accEcnFits = ({ accEcn, accEcnFields }: TcpOptions, used: number): boolean =>
  accEcn >= 0 && used + accEcnLength(accEcnFields) <= MAX_OPTIONS_LENGTH;

function encodeAccEcn(fields: TcpOptions, bytes: Uint8Array, at: number): number {
  const { accEcn: order, accEcnFields: count, ee0b, eceb, ee1b } = fields;
  const length = accEcnLength(count);
  const option = at + length - (2 + 3 * count);
  bytes.fill(NOP, at, option);
  bytes[option] = order === 0 ? ACC_ECN0 : ACC_ECN1;
  bytes[option + 1] = 2 + 3 * count;
  for (let n = 0; n < count; n++) {
    const value = n === 1 ? eceb : (n === 0) === (order === 0) ? ee0b : ee1b;
    bytes[option + 2 + 3 * n] = value >>> 16;
    bytes[option + 3 + 3 * n] = value >>> 8;
    bytes[option + 4 + 3 * n] = value;
  }
  return length;
}

/** How many bytes `encodeTcpOptions` would write. */
export function tcpOptionsLength(fields: TcpOptions): number {
  let length = 0;
  if (fields.mss > 0) length += 4;
  if (fields.timestamps) length += 12;
  else if (fields.sackPermitted) length += 4;
  if (fields.windowScale >= 0) length += 4;
  const blocks = sackBlocksThatFit(fields, length);
  if (blocks > 0) length += 4 + 8 * blocks;
  return accEcnFits(fields, length) ? length + accEcnLength(fields.accEcnFields) : length;
}

function sackBlocksThatFit(fields: TcpOptions, used: number): number {
  if (fields.sackCount <= 0) return 0;
  return Math.min(fields.sackCount, (MAX_OPTIONS_LENGTH - used - 4) >> 3);
}
