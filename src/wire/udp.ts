// RFC 768 the UDP header, as much as a host needs that speaks TCP alone: to answer closed ports, and to test.

import { foldChecksum, isChecksumValid, pseudoHeaderSumOf, sumBytes } from './checksum.ts';
import { PROTOCOL_UDP } from './ip.ts';

export const UDP_HEADER_LENGTH = 8;

/** `truncated`: no room for a header; `length`: the length field is below 8 or beyond the packet. */
export type UdpFault = 'truncated' | 'length';

/** The fields of one datagram; made once and filled again and again. */
export class UdpHeader {
  sourcePort = 0;
  destinationPort = 0;
  /** Header and data, bytes. */
  length = 0;
  /** As received; 0: the sender made none. */
  checksum = 0;
  payloadStart = 0;
  payloadEnd = 0;
}

/** Read the datagram in [start, end). Bytes behind its length are padding. The checksum is not verified. */
export function decodeUdp(bytes: Uint8Array, start: number, end: number, into: UdpHeader): UdpFault | null {
  if (end - start < UDP_HEADER_LENGTH) return 'truncated';
  const length = (bytes[start + 4]! << 8) | bytes[start + 5]!;
  if (length < UDP_HEADER_LENGTH || length > end - start) return 'length';
  into.sourcePort = (bytes[start]! << 8) | bytes[start + 1]!;
  into.destinationPort = (bytes[start + 2]! << 8) | bytes[start + 3]!;
  into.length = length;
  into.checksum = (bytes[start + 6]! << 8) | bytes[start + 7]!;
  into.payloadStart = start + UDP_HEADER_LENGTH;
  into.payloadEnd = start + length;
  return null;
}

/**
 * Whether the checksum of a decoded datagram holds, in the packet whose IP header starts at `ipStart`.
 * None at all is right for IPv4 (RFC 768) and wrong for IPv6 (RFC 8200 §8.1).
 */
export function isUdpChecksumValid(bytes: Uint8Array, ipStart: number, header: UdpHeader): boolean {
  if (header.checksum === 0) return bytes[ipStart]! >> 4 === 4;
  const pseudoHeader = pseudoHeaderSumOf(bytes, ipStart, PROTOCOL_UDP, header.length);
  return isChecksumValid(bytes, header.payloadStart - UDP_HEADER_LENGTH, header.payloadEnd, pseudoHeader);
}

/**
 * Write a header with its checksum at `at`, in front of `payloadLength` bytes that are in place behind it;
 * `pseudoHeader` is the pseudo-header's sum. Returns 8.
 */
export function encodeUdp(
  bytes: Uint8Array,
  at: number,
  sourcePort: number,
  destinationPort: number,
  payloadLength: number,
  pseudoHeader: number,
): number {
  const length = UDP_HEADER_LENGTH + payloadLength;
  bytes[at] = sourcePort >>> 8;
  bytes[at + 1] = sourcePort;
  bytes[at + 2] = destinationPort >>> 8;
  bytes[at + 3] = destinationPort;
  bytes[at + 4] = length >>> 8;
  bytes[at + 5] = length;
  bytes[at + 6] = 0;
  bytes[at + 7] = 0;
  // A sum that comes out as zero is sent as ones: zero means that there is none.
  const checksum = foldChecksum(sumBytes(bytes, at, at + length, pseudoHeader)) || 0xffff;
  bytes[at + 6] = checksum >>> 8;
  bytes[at + 7] = checksum;
  return UDP_HEADER_LENGTH;
}
