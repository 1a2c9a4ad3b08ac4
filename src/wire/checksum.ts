// RFC 1071 the Internet checksum, and the pseudo-headers of RFC 9293 §3.1 and RFC 8200 §8.1.

import type { Address } from './address.ts';

/**
 * From here on a range is read as 32-bit words. Measured: 1460 bytes in 0.18 us, 8 GB/s, against 0.55 us byte by
 * byte; where the view of words has to be made first, that takes 0.07 us more.
 */
const VIEW_BYTES = 256;
/** The words of a larger buffer are not kept: what nobody else holds on to should not live on for a sum. */
const KEPT_BYTES = 0x20000;
/** Even, and small enough for int32 sums of 16-bit words. */
const BLOCK_BYTES = 0x10000;

/** Views read in the machine's byte order; sums of swapped words are swapped sums (RFC 1071 §2 (B)). */
const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * Add the 16-bit words of [start, end) to `sum`, any unsigned 32-bit number; an odd last byte is padded with
 * zero. Returns a sum of at most 17 bits, to be passed on or folded.
 */
export function sumBytes(bytes: Uint8Array, start: number, end: number, sum = 0): number {
  let total = (sum & 0xffff) + (sum >>> 16);
  let at = start;
  while (end - at >= VIEW_BYTES) {
    const stop = Math.min(end, at + BLOCK_BYTES);
    total += sumBlock(bytes, at, stop);
    total = (total & 0xffff) + (total >>> 16);
    at = stop;
  }
  total += sumShort(bytes, at, end);
  return (total & 0xffff) + (total >>> 16);
}

/** Byte by byte, two sums at once; at most BLOCK_BYTES. */
function sumShort(bytes: Uint8Array, start: number, end: number): number {
  let high = 0;
  let low = 0;
  let at = start;
  for (; at + 7 < end; at += 8) {
    high = (high + bytes[at]!) | 0;
    low = (low + bytes[at + 1]!) | 0;
    high = (high + bytes[at + 2]!) | 0;
    low = (low + bytes[at + 3]!) | 0;
    high = (high + bytes[at + 4]!) | 0;
    low = (low + bytes[at + 5]!) | 0;
    high = (high + bytes[at + 6]!) | 0;
    low = (low + bytes[at + 7]!) | 0;
  }
  for (; at + 1 < end; at += 2) {
    high = (high + bytes[at]!) | 0;
    low = (low + bytes[at + 1]!) | 0;
  }
  if (at < end) high = (high + bytes[at]!) | 0;
  return (high << 8) + low;
}

/** At most BLOCK_BYTES, the aligned middle of them word by word. */
function sumBlock(bytes: Uint8Array, start: number, end: number): number {
  if (bytes !== viewed) view(bytes);
  const lead = (firstWord - start) & 3;
  const from = start + lead;
  const count = (end - from) >> 2;
  const first = (from - firstWord) >> 2;
  const middle = sumWords(words, first, first + count);
  // Behind an odd lead, the bytes of each 16-bit word have changed places.
  const odd = (lead & 1) === 1;
  const ends = sumShort(bytes, start, from) + swapIf(odd, sumShort(bytes, from + 4 * count, end));
  if (bytes.length > KEPT_BYTES) forget();
  return ends + swapIf(odd !== LITTLE_ENDIAN, middle);
}

// One buffer as words. Packets come in bursts from one buffer: with a view for each of them, `bench memory` spent 5 %
// of its time making views.
const NO_BYTES = new Uint8Array(0);
const NO_WORDS = new Int32Array(0);
let viewed: Uint8Array = NO_BYTES;
let words: Int32Array = NO_WORDS;
/** Where in `viewed` the first word lies. */
let firstWord = 0;

function view(bytes: Uint8Array): void {
  firstWord = -bytes.byteOffset & 3;
  words = new Int32Array(bytes.buffer, bytes.byteOffset + firstWord, (bytes.length - firstWord) >> 2);
  viewed = bytes;
}

function forget(): void {
  viewed = NO_BYTES;
  words = NO_WORDS;
}

/** The words of [from, to) as 16-bit halves: all of them modulo 2^32, less the high ones, are the low ones. */
function sumWords(words: Int32Array, from: number, to: number): number {
  let high = 0;
  let all = 0;
  let at = from;
  for (; at + 3 < to; at += 4) {
    const a = words[at]!;
    const b = words[at + 1]!;
    const c = words[at + 2]!;
    const d = words[at + 3]!;
    all = (all + a) | 0;
    high = (high + (a >>> 16)) | 0;
    all = (all + b) | 0;
    high = (high + (b >>> 16)) | 0;
    all = (all + c) | 0;
    high = (high + (c >>> 16)) | 0;
    all = (all + d) | 0;
    high = (high + (d >>> 16)) | 0;
  }
  for (; at < to; at++) {
    all = (all + words[at]!) | 0;
    high = (high + (words[at]! >>> 16)) | 0;
  }
  return high + ((all - (high << 16)) >>> 0);
}

/** Fold to 16 bits, and exchange the two bytes if asked to. */
function swapIf(swap: boolean, sum: number): number {
  const once = (sum & 0xffff) + (sum >>> 16);
  const folded = (once & 0xffff) + (once >>> 16);
  return swap ? ((folded & 0xff) << 8) | (folded >> 8) : folded;
}

/** The 16-bit one's complement of the one's complement sum: what a checksum field holds. */
export function foldChecksum(sum: number): number {
  const once = (sum & 0xffff) + (sum >>> 16);
  return ~(once + (once >>> 16)) & 0xffff;
}

/** The sum of the pseudo-header; `length` is the upper layer's, header and text, bytes. */
export function pseudoHeaderSum(
  source: Address,
  destination: Address,
  protocol: number,
  length: number,
): number {
  return addressSum(source) + addressSum(destination) + protocol + (length >>> 16) + (length & 0xffff);
}

/** The same, read from the packet whose IP header starts at `ipStart` (a routing header has been used up). */
export function pseudoHeaderSumOf(
  bytes: Uint8Array,
  ipStart: number,
  protocol: number,
  upperLength: number,
): number {
  const v4 = bytes[ipStart]! >> 4 === 4;
  const start = ipStart + (v4 ? 12 : 8);
  return sumBytes(
    bytes,
    start,
    start + (v4 ? 8 : 32),
    protocol + (upperLength >>> 16) + (upperLength & 0xffff),
  );
}

/** Whether [start, end), its checksum field included, sums up with the pseudo-header's sum (0 = none). */
export function isChecksumValid(
  bytes: Uint8Array,
  start: number,
  end: number,
  pseudoHeader: number,
): boolean {
  return foldChecksum(sumBytes(bytes, start, end, pseudoHeader)) === 0;
}

function addressSum(address: Address): number {
  const low = wordSum(address.d);
  return address.family === 4 ? low : low + wordSum(address.a) + wordSum(address.b) + wordSum(address.c);
}

function wordSum(word: number): number {
  return (word >>> 16) + (word & 0xffff);
}
