// RFC 791 §3.1 the IPv4 header. Options are skipped, but a source route is reported (RFC 1122 §3.2.1.8).

import { foldChecksum, isChecksumValid } from './checksum.ts';
import { type IpHeader, readWord, writeWord } from './ip.ts';

export const IPV4_HEADER_LENGTH = 20;

const END_OF_OPTIONS = 0;
const NO_OPERATION = 1;
const LOOSE_SOURCE_ROUTE = 131;
const STRICT_SOURCE_ROUTE = 137;

/** The third word of an IPv4-mapped address, as in `Address`. */
const MAPPED = 0xffff;

/**
 * Why bytes are no IPv4 packet: `truncated`, the header does not fit; `version`; `header-length`, below 20;
 * `total-length`, below the header's; `checksum`.
 */
export type Ipv4Fault = 'truncated' | 'version' | 'header-length' | 'total-length' | 'checksum';

/** The fields of one IPv4 header; made once and filled again and again. */
export class Ipv4Header implements IpHeader {
  readonly family = 4;
  readonly source = Int32Array.of(0, 0, MAPPED, 0);
  readonly destination = Int32Array.of(0, 0, MAPPED, 0);
  protocol = 0;
  trafficClass = 0;
  hopLimit = 64;
  payloadStart = 0;
  payloadEnd = 0;
  identification = 0;
  fragmentOffset = 0;
  moreFragments = false;
  dontFragment = true;
  /** The options hold a loose or strict source route, used up or not. */
  sourceRoute = false;
  /** Bytes, header and payload, as the header says; the packet at hand may be shorter. */
  totalLength = 0;
}

/**
 * Read the header at `start` of a packet that ends no later than `end`. The payload ends where the header or
 * the buffer says, whichever comes first: links pad, and error messages quote the beginnings of packets.
 * `checksum` false: do not verify the header's checksum (of a quoted header, which routers have altered).
 */
export function decodeIpv4(
  bytes: Uint8Array,
  start: number,
  end: number,
  into: Ipv4Header,
  checksum = true,
): Ipv4Fault | null {
  if (end - start < IPV4_HEADER_LENGTH) return 'truncated';
  if (bytes[start]! >> 4 !== 4) return 'version';
  const headerLength = (bytes[start]! & 15) << 2;
  if (headerLength < IPV4_HEADER_LENGTH) return 'header-length';
  if (headerLength > end - start) return 'truncated';
  const totalLength = (bytes[start + 2]! << 8) | bytes[start + 3]!;
  if (totalLength < headerLength) return 'total-length';
  if (checksum && !isChecksumValid(bytes, start, start + headerLength, 0)) return 'checksum';
  const fragment = (bytes[start + 6]! << 8) | bytes[start + 7]!;
  into.trafficClass = bytes[start + 1]!;
  into.totalLength = totalLength;
  into.identification = (bytes[start + 4]! << 8) | bytes[start + 5]!;
  into.dontFragment = (fragment & 0x4000) !== 0;
  into.moreFragments = (fragment & 0x2000) !== 0;
  into.fragmentOffset = (fragment & 0x1fff) << 3;
  into.hopLimit = bytes[start + 8]!;
  into.protocol = bytes[start + 9]!;
  into.source[3] = readWord(bytes, start + 12);
  into.destination[3] = readWord(bytes, start + 16);
  into.sourceRoute =
    headerLength > IPV4_HEADER_LENGTH &&
    hasSourceRoute(bytes, start + IPV4_HEADER_LENGTH, start + headerLength);
  into.payloadStart = start + headerLength;
  into.payloadEnd = Math.min(end, start + totalLength);
  return null;
}

/**
 * Write a header of 20 bytes with its checksum at `at`: `totalLength` is the caller's, options and payload
 * offsets are not looked at. Returns 20.
 */
export function encodeIpv4(header: Ipv4Header, bytes: Uint8Array, at: number): number {
  const { source, destination } = header;
  const first = 0x4500 | header.trafficClass;
  const fragment =
    (header.dontFragment ? 0x4000 : 0) | (header.moreFragments ? 0x2000 : 0) | (header.fragmentOffset >>> 3);
  const last = (header.hopLimit << 8) | header.protocol;
  const from = source[3]!;
  const to = destination[3]!;
  const checksum = foldChecksum(
    first +
      header.totalLength +
      header.identification +
      fragment +
      last +
      ((from >>> 16) + (from & 0xffff) + (to >>> 16) + (to & 0xffff)),
  );
  writeWord(bytes, at, (first << 16) | header.totalLength);
  writeWord(bytes, at + 4, (header.identification << 16) | fragment);
  writeWord(bytes, at + 8, (last << 16) | checksum);
  writeWord(bytes, at + 12, from);
  writeWord(bytes, at + 16, to);
  return IPV4_HEADER_LENGTH;
}

/** A malformed list ends the search: what stands behind it cannot be told from padding. */
function hasSourceRoute(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    const type = bytes[at]!;
    if (type === LOOSE_SOURCE_ROUTE || type === STRICT_SOURCE_ROUTE) return true;
    if (type === NO_OPERATION) {
      at++;
      continue;
    }
    if (type === END_OF_OPTIONS || at + 1 >= end || bytes[at + 1]! < 2) return false;
    at += bytes[at + 1]!;
  }
  return false;
}
