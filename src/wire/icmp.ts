// RFC 792 and RFC 4443: ICMP messages of both versions, which share one shape: type, code, checksum, one
// word whose meaning the type gives, and a body. And the packet that an error message quotes.

import { foldChecksum, isChecksumValid, sumBytes } from './checksum.ts';
import { type IpHeader, readWord, writeWord } from './ip.ts';
import { decodeIpv4, type Ipv4Fault, Ipv4Header } from './ipv4.ts';
import { decodeIpv6, type Ipv6Fault, Ipv6Header } from './ipv6.ts';

export const ICMP_HEADER_LENGTH = 8;

/** RFC 792, RFC 1122 §3.2.2. */
export const ICMP4 = {
  ECHO_REPLY: 0,
  UNREACHABLE: 3,
  SOURCE_QUENCH: 4,
  REDIRECT: 5,
  ECHO: 8,
  TIME_EXCEEDED: 11,
  PARAMETER_PROBLEM: 12,
} as const;

/** Codes of ICMP4.UNREACHABLE: RFC 792, RFC 1122 §3.2.2.1, RFC 1812 §5.2.7.1. */
export const UNREACHABLE4 = {
  NET: 0,
  HOST: 1,
  PROTOCOL: 2,
  PORT: 3,
  FRAGMENTATION_NEEDED: 4,
  SOURCE_ROUTE_FAILED: 5,
  NET_PROHIBITED: 9,
  HOST_PROHIBITED: 10,
  PROHIBITED: 13,
} as const;

/** RFC 4443 §3-4. */
export const ICMP6 = {
  UNREACHABLE: 1,
  PACKET_TOO_BIG: 2,
  TIME_EXCEEDED: 3,
  PARAMETER_PROBLEM: 4,
  ECHO_REQUEST: 128,
  ECHO_REPLY: 129,
} as const;

/** Codes of ICMP6.UNREACHABLE: RFC 4443 §3.1. */
export const UNREACHABLE6 = {
  NO_ROUTE: 0,
  PROHIBITED: 1,
  BEYOND_SCOPE: 2,
  ADDRESS: 3,
  PORT: 4,
  POLICY: 5,
  REJECT: 6,
} as const;

/** A code of TIME_EXCEEDED, both versions. */
export const REASSEMBLY_TIME_EXCEEDED = 1;

/** Codes of ICMP6.PARAMETER_PROBLEM: RFC 4443 §3.4. */
export const PARAMETER_PROBLEM6 = { ERRONEOUS_FIELD: 0, NEXT_HEADER: 1, OPTION: 2 } as const;

export type IcmpFault = 'truncated' | 'checksum';

/** The fields of one ICMP message; made once and filled again and again. */
export class IcmpMessage {
  type = 0;
  code = 0;
  /** The word behind the checksum, int32: read it through the getters. */
  word = 0;
  /** Offsets of the echo data or of the quoted packet in the decoded buffer. */
  bodyStart = 0;
  bodyEnd = 0;

  /** Of an echo or echo reply. */
  get identifier(): number {
    return this.word >>> 16;
  }

  /** Of an echo or echo reply. */
  get sequence(): number {
    return this.word & 0xffff;
  }

  /** Next-hop MTU of an IPv4 "fragmentation needed" (RFC 1191 §4): 0 from routers that do not say. */
  get mtu4(): number {
    return this.word & 0xffff;
  }

  /** MTU of an IPv6 Packet Too Big (RFC 4443 §3.2), 0 to 2^32 - 1. */
  get mtu6(): number {
    return this.word >>> 0;
  }
}

/**
 * Read the message in [start, end). `pseudoHeader` is the sum of the IPv6 pseudo-header; 0 for IPv4, which
 * has none (RFC 4443 §2.3).
 */
export function decodeIcmp(
  bytes: Uint8Array,
  start: number,
  end: number,
  pseudoHeader: number,
  into: IcmpMessage,
): IcmpFault | null {
  if (end - start < ICMP_HEADER_LENGTH) return 'truncated';
  if (!isChecksumValid(bytes, start, end, pseudoHeader)) return 'checksum';
  into.type = bytes[start]!;
  into.code = bytes[start + 1]!;
  into.word = readWord(bytes, start + 4);
  into.bodyStart = start + ICMP_HEADER_LENGTH;
  into.bodyEnd = end;
  return null;
}

/**
 * Write type, code, `word` and checksum at `at`, in front of `bodyLength` bytes that are in place behind it.
 * `pseudoHeader` as in `decodeIcmp`. Returns the message's length, bytes.
 */
export function encodeIcmp(
  bytes: Uint8Array,
  at: number,
  type: number,
  code: number,
  word: number,
  bodyLength: number,
  pseudoHeader: number,
): number {
  const length = ICMP_HEADER_LENGTH + bodyLength;
  writeWord(bytes, at, (type << 24) | (code << 16));
  writeWord(bytes, at + 4, word);
  const checksum = foldChecksum(sumBytes(bytes, at, at + length, pseudoHeader));
  bytes[at + 2] = checksum >>> 8;
  bytes[at + 3] = checksum;
  return length;
}

/** The word of an echo or echo reply. */
export function echoWord(identifier: number, sequence: number): number {
  return (identifier << 16) | (sequence & 0xffff);
}

/** An error message, which must never be answered by another (RFC 1122 §3.2.2, RFC 4443 §2.4 (e)). */
export function isIcmpError(family: 4 | 6, type: number): boolean {
  if (family === 6) return type < 128;
  switch (type) {
    case ICMP4.UNREACHABLE:
    case ICMP4.SOURCE_QUENCH:
    case ICMP4.REDIRECT:
    case ICMP4.TIME_EXCEEDED:
    case ICMP4.PARAMETER_PROBLEM:
      return true;
    default:
      return false;
  }
}

/** Why a quotation says nothing of use: `fragment`, its upper-layer header is in another fragment. */
export type QuoteFault = Ipv4Fault | Ipv6Fault | 'fragment';

/** What an error message's quotation tells of the packet that we once sent. */
export class QuotedPacket {
  /** Its IP header: the source is ours. Valid until the next message is read. */
  header: IpHeader;
  sourcePort = 0;
  destinationPort = 0;
  /** TCP's sequence number, int32: off-path forgers do not know it (RFC 5927 §4.1). */
  seq = 0;
  private readonly v4 = new Ipv4Header();
  private readonly v6 = new Ipv6Header();

  constructor() {
    this.header = this.v4;
  }

  /**
   * Read the quotation in [start, end) of a message of this family. Eight bytes behind the IP header are
   * needed, which is what RFC 792 promises and where TCP and UDP keep their ports.
   */
  decode(bytes: Uint8Array, start: number, end: number, family: 4 | 6): QuoteFault | null {
    const fault =
      family === 4 ? decodeIpv4(bytes, start, end, this.v4, false) : decodeIpv6(bytes, start, end, this.v6);
    if (fault !== null) return fault;
    this.header = family === 4 ? this.v4 : this.v6;
    if (this.header.fragmentOffset !== 0) return 'fragment';
    const at = this.header.payloadStart;
    if (this.header.payloadEnd - at < 8) return 'truncated';
    this.sourcePort = (bytes[at]! << 8) | bytes[at + 1]!;
    this.destinationPort = (bytes[at + 2]! << 8) | bytes[at + 3]!;
    this.seq = readWord(bytes, at + 4);
    return null;
  }
}
