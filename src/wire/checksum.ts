// RFC 1071 the Internet checksum, and the pseudo-headers of RFC 9293 §3.1 and RFC 8200 §8.1.

import type { Address } from './address.ts';

/**
 * From here on a range is read as 32-bit words through a view. Measured: 64 KiB at 8.8 GB/s and 1460 bytes
 * in 0.22 us, against 2.6 GB/s and 0.55 us byte by byte; a view costs 25 ns and 100 bytes of garbage.
 */
const VIEW_BYTES = 256;
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
  const lead = -(bytes.byteOffset + start) & 3;
  const count = (end - start - lead) >> 2;
  const words = sumWords(new Int32Array(bytes.buffer, bytes.byteOffset + start + lead, count));
  // Behind an odd lead, the bytes of each 16-bit word have changed places.
  const odd = (lead & 1) === 1;
  const tail = start + lead + 4 * count;
  const ends = sumShort(bytes, start, start + lead) + swapIf(odd, sumShort(bytes, tail, end));
  return ends + swapIf(odd !== LITTLE_ENDIAN, words);
}

/** The 16-bit halves of all words, two sums at once. */
function sumWords(words: Int32Array): number {
  let high = 0;
  let low = 0;
  let at = 0;
  for (const last = words.length - 3; at < last; at += 4) {
    const a = words[at]!;
    const b = words[at + 1]!;
    const c = words[at + 2]!;
    const d = words[at + 3]!;
    low = (low + (a & 0xffff)) | 0;
    high = (high + (a >>> 16)) | 0;
    low = (low + (b & 0xffff)) | 0;
    high = (high + (b >>> 16)) | 0;
    low = (low + (c & 0xffff)) | 0;
    high = (high + (c >>> 16)) | 0;
    low = (low + (d & 0xffff)) | 0;
    high = (high + (d >>> 16)) | 0;
  }
  for (; at < words.length; at++) {
    low = (low + (words[at]! & 0xffff)) | 0;
    high = (high + (words[at]! >>> 16)) | 0;
  }
  return low + high;
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
