// What IPv4 and IPv6 headers have in common, so that everything above reads one shape.

/** Protocol numbers that a host of ours knows what to do with. */
export const PROTOCOL_ICMP = 1;
export const PROTOCOL_TCP = 6;
export const PROTOCOL_UDP = 17;
/** RFC 8200 §4.5: what follows is a fragment header. */
export const PROTOCOL_FRAGMENT = 44;
export const PROTOCOL_ICMPV6 = 58;
/** RFC 8200 §4.7: nothing follows. */
export const PROTOCOL_NONE = 59;

/** RFC 3168 §5: the low two bits of the traffic class. */
export const ECN_MASK = 3;
export const NOT_ECT = 0;
export const ECT1 = 1;
export const ECT0 = 2;
/** Congestion experienced: a router marked the packet instead of dropping it. */
export const CE = 3;

/**
 * The fields that a decoded IP header of either version offers. Offsets count in the decoded buffer.
 * Addresses are four int32 words in network order, an IPv4 address as ::ffff:x, as in `Address`.
 */
export interface IpHeader {
  readonly family: 4 | 6;
  readonly source: Int32Array;
  readonly destination: Int32Array;
  /** The upper-layer protocol, behind every extension header that was walked. */
  protocol: number;
  /** DSCP and ECN. */
  trafficClass: number;
  /** IPv4: TTL. */
  hopLimit: number;
  /** First byte behind the headers. */
  payloadStart: number;
  /** Just behind the last byte of the packet or of the buffer, whichever comes first. */
  payloadEnd: number;
  /** IPv4 16 bits, IPv6 32 bits (int32) and 0 without a fragment header. */
  identification: number;
  /** Bytes, a multiple of 8. */
  fragmentOffset: number;
  moreFragments: boolean;
}

/**
 * What a congested router does to the packet in [at, end): CE takes the place of ECT, and an IPv4 header's checksum
 * follows (RFC 1624). False: it is not ECT, and stays as it is.
 */
export function markCongestion(bytes: Uint8Array, at: number, end: number): boolean {
  if (end - at < 20) return false;
  const v4 = bytes[at]! >> 4 === 4;
  // IPv6 has the traffic class four bits further on.
  const field = at + 1;
  const codepoint = (bytes[field]! >> (v4 ? 0 : 4)) & ECN_MASK;
  if (codepoint === NOT_ECT) return false;
  bytes[field]! |= CE << (v4 ? 0 : 4);
  if (!v4 || codepoint === CE) return true;
  const sum = (((bytes[at + 10]! << 8) | bytes[at + 11]!) ^ 0xffff) + CE - codepoint;
  const checksum = ((sum & 0xffff) + (sum >> 16)) ^ 0xffff;
  bytes[at + 10] = checksum >> 8;
  bytes[at + 11] = checksum;
  return true;
}

/** The packet is a part of a larger one. */
export function isFragment(header: IpHeader): boolean {
  return header.moreFragments || header.fragmentOffset !== 0;
}

/** Read one 32-bit word in network order, as int32. */
export function readWord(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}

/** Write one 32-bit word in network order. */
export function writeWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word >>> 24;
  bytes[at + 1] = word >>> 16;
  bytes[at + 2] = word >>> 8;
  bytes[at + 3] = word;
}
