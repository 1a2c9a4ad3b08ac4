// RFC 9293 §3.2, RFC 7323 §2-3, RFC 2018 §2-3, RFC 7413 §4.1.1: the options of a TCP header. Options may stand on any segment
// (MUST-5) and at any alignment (MUST-64). A malformed list ends early; the segment is kept (MUST-7).

import { ACC_ECN0, ACC_ECN1, accEcnLength, decodeAccEcn, encodeAccEcn } from './acc-ecn-option.ts';
import { readWord, writeWord } from './ip.ts';
import type { TcpFields } from './tcp.ts';
import { fromUserTimeout, toUserTimeout } from './user-timeout-field.ts';

const EOL = 0;
const NOP = 1;
const MSS = 2;
const WINDOW_SCALE = 3;
const SACK_PERMITTED = 4;
const SACK = 5;
const TIMESTAMPS = 8;
const USER_TIMEOUT = 28;
const FAST_OPEN = 34;
/** RFC 6994: a kind shared by experiments, told apart by a number of two bytes. */
const EXPERIMENT = 254;
const FAST_OPEN_EXPERIMENT = 0xf989;

const MSS_LENGTH = 4;
const WINDOW_SCALE_LENGTH = 3;
const SACK_PERMITTED_LENGTH = 2;
const TIMESTAMPS_LENGTH = 10;
const USER_TIMEOUT_LENGTH = 4;
/** Kind and length; under the shared kind the experiment's number too. */
const FAST_OPEN_HEAD = 2;
const EXPERIMENT_HEAD = 4;
const MIN_FAST_OPEN_COOKIE = 4;
/** The longest cookie of TCP Fast Open, bytes (RFC 7413 §4.1.1). */
export const MAX_FAST_OPEN_COOKIE = 16;
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
  | 'userTimeout'
  | 'fastOpen'
  | 'fastOpenCookie'
  | 'fastOpenExperimental'
  | 'accEcn'
  | 'accEcnFields'
  | 'ee0b'
  | 'eceb'
  | 'ee1b'
>;
type Ordered = TcpOptions & Pick<TcpFields, 'optionOrder'>;

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
  into.userTimeout = -1;
  into.fastOpen = -1;
  into.fastOpenExperimental = false;
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
    case USER_TIMEOUT:
      if (length === USER_TIMEOUT_LENGTH)
        into.userTimeout = fromUserTimeout((bytes[at + 2]! << 8) | bytes[at + 3]!);
      return;
    case FAST_OPEN:
      return decodeFastOpen(bytes, at + FAST_OPEN_HEAD, length - FAST_OPEN_HEAD, false, into);
    case EXPERIMENT:
      if (length < EXPERIMENT_HEAD || ((bytes[at + 2]! << 8) | bytes[at + 3]!) !== FAST_OPEN_EXPERIMENT)
        return;
      return decodeFastOpen(bytes, at + EXPERIMENT_HEAD, length - EXPERIMENT_HEAD, true, into);
    case ACC_ECN0:
      return decodeAccEcn(bytes, at + 2, length - 2, 0, into);
    case ACC_ECN1:
      return decodeAccEcn(bytes, at + 2, length - 2, 1, into);
  }
}

/** RFC 7413 §4.1.1: nothing, or an even number of bytes from 4 to 16; an option with another length is none. */
function decodeFastOpen(
  bytes: Uint8Array,
  at: number,
  length: number,
  experimental: boolean,
  into: TcpOptions,
): void {
  const fits = length >= MIN_FAST_OPEN_COOKIE && length <= MAX_FAST_OPEN_COOKIE && (length & 1) === 0;
  if (length !== 0 && !fits) return;
  into.fastOpen = length;
  into.fastOpenExperimental = experimental;
  for (let i = 0; i < length; i++) into.fastOpenCookie[i] = bytes[at + i]!;
}

function decodeSack(bytes: Uint8Array, at: number, length: number, into: TcpOptions): void {
  into.sackCount = length >> 3;
  for (let edge = 0; edge < length >> 2; edge++) into.sackBlocks[edge] = readWord(bytes, at + 4 * edge);
}

/**
 * Write the options at `at`, in the order that `optionOrder` names: behind those of the SYN Fast Open with its NOPs
 * and a user timeout, if there is room for it; then as many SACK blocks as there is room for, and AccECN if there is
 * room still. Returns the bytes written, a multiple of 4.
 */
export function encodeTcpOptions(fields: Ordered, bytes: Uint8Array, at: number): number {
  return fields.optionOrder === 'freebsd'
    ? encodeByFreeBsd(fields, bytes, at)
    : encodeByLinux(fields, bytes, at);
}

/**
 * Linux's order, padded as Linux pads, so that timestamps and SACK edges lie on words: MSS; SACK-permitted and
 * timestamps together, or each behind two NOPs; NOP and window scale; NOPs and SACK blocks.
 */
function encodeByLinux(fields: TcpOptions, bytes: Uint8Array, at: number): number {
  let next = at;
  if (fields.mss > 0) next = writeMss(fields, bytes, next);
  if (fields.timestamps || fields.sackPermitted) next += encodePair(fields, bytes, next);
  if (fields.windowScale >= 0) next = writeWindowScale(fields, bytes, next);
  next = writeRare(fields, bytes, at, next);
  const blocks = sackBlocksThatFit(fields, next - at);
  if (blocks > 0) next = writeSack(fields, blocks, bytes, next);
  if (accEcnFits(fields, next - at)) next += encodeAccEcn(fields, bytes, next);
  return next - at;
}

/**
 * FreeBSD's order: MSS; NOP and window scale; SACK-permitted; timestamps and SACK blocks, each where NOPs bring it
 * two octets behind a word; and zeros up to the next word.
 */
function encodeByFreeBsd(fields: TcpOptions, bytes: Uint8Array, at: number): number {
  let next = at;
  if (fields.mss > 0) next = writeMss(fields, bytes, next);
  if (fields.windowScale >= 0) next = writeWindowScale(fields, bytes, next);
  if (fields.sackPermitted) {
    bytes[next] = SACK_PERMITTED;
    bytes[next + 1] = SACK_PERMITTED_LENGTH;
    next += 2;
  }
  if (fields.timestamps) {
    while (((next - at) & 3) !== 2) bytes[next++] = NOP;
    next = writeTimestamps(fields, bytes, next);
  }
  next = writeRare(fields, bytes, at, next);
  const blocks = sackBlocksThatFit(fields, (next - at + 3) & ~3);
  if (blocks > 0) {
    while (((next - at) & 3) !== 0) bytes[next++] = NOP;
    next = writeSack(fields, blocks, bytes, next);
  }
  if (accEcnFits(fields, (next - at + 3) & ~3)) {
    while (((next - at) & 3) !== 0) bytes[next++] = NOP;
    next += encodeAccEcn(fields, bytes, next);
  }
  while (((next - at) & 3) !== 0) bytes[next++] = EOL;
  return next - at;
}

/** What few segments carry, behind `used` bytes from `at` on: Fast Open, and a user timeout if there is room. */
function writeRare(fields: TcpOptions, bytes: Uint8Array, at: number, used: number): number {
  let next = used;
  if (fields.fastOpen >= 0) next += encodeFastOpen(fields, bytes, next);
  if (carriesUserTimeout(fields, next - at)) next += encodeUserTimeout(fields.userTimeout, bytes, next);
  return next;
}

function writeMss({ mss }: TcpOptions, bytes: Uint8Array, at: number): number {
  bytes[at] = MSS;
  bytes[at + 1] = MSS_LENGTH;
  bytes[at + 2] = mss >>> 8;
  bytes[at + 3] = mss;
  return at + 4;
}

function writeWindowScale({ windowScale }: TcpOptions, bytes: Uint8Array, at: number): number {
  bytes[at] = NOP;
  bytes[at + 1] = WINDOW_SCALE;
  bytes[at + 2] = WINDOW_SCALE_LENGTH;
  bytes[at + 3] = windowScale;
  return at + 4;
}

function writeTimestamps({ tsval, tsecr }: TcpOptions, bytes: Uint8Array, at: number): number {
  bytes[at] = TIMESTAMPS;
  bytes[at + 1] = TIMESTAMPS_LENGTH;
  writeWord(bytes, at + 2, tsval);
  writeWord(bytes, at + 6, tsecr);
  return at + 10;
}

function writeSack({ sackBlocks }: TcpOptions, blocks: number, bytes: Uint8Array, at: number): number {
  bytes[at] = NOP;
  bytes[at + 1] = NOP;
  bytes[at + 2] = SACK;
  bytes[at + 3] = 2 + 8 * blocks;
  for (let edge = 0; edge < 2 * blocks; edge++) writeWord(bytes, at + 4 + 4 * edge, sackBlocks[edge]!);
  return at + 4 + 8 * blocks;
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
  writeTimestamps(fields, bytes, next);
  return 12;
}

const accEcnFits = ({ accEcn, accEcnFields }: TcpOptions, used: number): boolean =>
  accEcn >= 0 && used + accEcnLength(accEcnFields) <= MAX_OPTIONS_LENGTH;

/** A multiple of 4 bytes; the longest cookie fits beside everything else that a SYN carries. */
function encodeFastOpen(fields: TcpOptions, bytes: Uint8Array, at: number): number {
  const { fastOpen, fastOpenCookie, fastOpenExperimental } = fields;
  const head = fastOpenExperimental ? EXPERIMENT_HEAD : FAST_OPEN_HEAD;
  bytes[at] = fastOpenExperimental ? EXPERIMENT : FAST_OPEN;
  bytes[at + 1] = head + fastOpen;
  if (fastOpenExperimental) {
    bytes[at + 2] = FAST_OPEN_EXPERIMENT >>> 8;
    bytes[at + 3] = FAST_OPEN_EXPERIMENT & 0xff;
  }
  let next = at + head;
  for (let i = 0; i < fastOpen; i++) bytes[next++] = fastOpenCookie[i]!;
  while (((next - at) & 3) !== 0) bytes[next++] = NOP;
  return next - at;
}

function fastOpenLength({ fastOpen, fastOpenExperimental }: TcpOptions): number {
  if (fastOpen < 0) return 0;
  return ((fastOpenExperimental ? EXPERIMENT_HEAD : FAST_OPEN_HEAD) + fastOpen + 3) & ~3;
}

function encodeUserTimeout(timeout: number, bytes: Uint8Array, at: number): number {
  const field = toUserTimeout(timeout);
  bytes[at] = USER_TIMEOUT;
  bytes[at + 1] = USER_TIMEOUT_LENGTH;
  bytes[at + 2] = field >>> 8;
  bytes[at + 3] = field;
  return USER_TIMEOUT_LENGTH;
}

/** A SYN with a long Fast Open cookie has no room for it. */
function carriesUserTimeout({ userTimeout }: TcpOptions, used: number): boolean {
  return userTimeout >= 0 && ((used + 3) & ~3) + USER_TIMEOUT_LENGTH <= MAX_OPTIONS_LENGTH;
}

/** How many bytes `encodeTcpOptions` would write, in either order. */
export function tcpOptionsLength(fields: TcpOptions): number {
  let length = 0;
  if (fields.mss > 0) length += 4;
  if (fields.timestamps) length += 12;
  else if (fields.sackPermitted) length += 4;
  if (fields.windowScale >= 0) length += 4;
  length += fastOpenLength(fields);
  if (carriesUserTimeout(fields, length)) length += USER_TIMEOUT_LENGTH;
  const blocks = sackBlocksThatFit(fields, length);
  if (blocks > 0) length += 4 + 8 * blocks;
  return accEcnFits(fields, length) ? length + accEcnLength(fields.accEcnFields) : length;
}

function sackBlocksThatFit(fields: TcpOptions, used: number): number {
  if (fields.sackCount <= 0) return 0;
  return Math.min(fields.sackCount, (MAX_OPTIONS_LENGTH - used - 4) >> 3);
}
