// RFC 792, RFC 1122 §3.2.2, RFC 4443 §2.4: the ICMP messages that we send.

import {
  encodeIcmp,
  ICMP_HEADER_LENGTH,
  ICMP4,
  ICMP6,
  isIcmpError,
  REASSEMBLY_TIME_EXCEEDED,
} from '../wire/icmp.ts';
import { type IpHeader, PROTOCOL_ICMP, PROTOCOL_ICMPV6 } from '../wire/ip.ts';
import { decodeIpv4, IPV4_HEADER_LENGTH } from '../wire/ipv4.ts';
import { decodeIpv6, IPV6_HEADER_LENGTH } from '../wire/ipv6.ts';
import type { Packet } from '../wire/packet.ts';
import type { Core } from './core.ts';
import type { Interface } from './interface.ts';
import { copyBytes, sendMessage } from './ip-output.ts';

/** RFC 1812 §4.3.2.3: an error is at most 576 bytes long. RFC 4443 §2.4 (c): at most the minimum MTU. */
const LONGEST_ERROR_IPV4 = 576;
const LONGEST_ERROR_IPV6 = 1280;

/**
 * Tell the sender of `packet`, whose decoded header is `header`, what was wrong with it; `word` is what the
 * type has behind the checksum. Rate-limited, and never in answer to an error.
 */
export function sendIcmpError(
  core: Core,
  via: Interface,
  packet: Packet,
  header: IpHeader,
  type: number,
  code: number,
  word: number,
  now: number,
): void {
  if (isAboutError(packet, header)) return;
  if (!core.icmpBudget.take(now)) {
    core.counters.dropped['icmp-rate-limit']++;
    return;
  }
  const { scratch } = core;
  const longest =
    header.family === 4 ? LONGEST_ERROR_IPV4 - IPV4_HEADER_LENGTH : LONGEST_ERROR_IPV6 - IPV6_HEADER_LENGTH;
  const quoted = Math.min(packet.end - packet.start, longest - ICMP_HEADER_LENGTH);
  copyBytes(packet.bytes, packet.start, scratch, ICMP_HEADER_LENGTH, quoted);
  if (sendIcmp(core, via, header.family, header.destination, header.source, type, code, word, quoted)) {
    core.counters.icmpErrors++;
  }
}

/** RFC 1122 §3.3.2, RFC 8200 §4.5: a datagram of which `quote` came never became whole. */
export function reportLateFragments(core: Core, quote: Uint8Array, now: number): void {
  const { whole } = core;
  whole.bytes = quote;
  whole.end = quote.length;
  const v4 = quote[0]! >> 4 === 4;
  const header = v4 ? core.ipv4 : core.ipv6;
  const fault = v4
    ? decodeIpv4(quote, 0, quote.length, core.ipv4)
    : decodeIpv6(quote, 0, quote.length, core.ipv6);
  const via = core.interfaces.find((candidate) => candidate.isOwn(header.destination));
  if (fault !== null || via === undefined) return;
  const type = v4 ? ICMP4.TIME_EXCEEDED : ICMP6.TIME_EXCEEDED;
  sendIcmpError(core, via, whole, header, type, REASSEMBLY_TIME_EXCEEDED, 0, now);
}

/**
 * Send a message whose body of `bodyLength` bytes lies in the scratch buffer, behind the place for its
 * header. Addresses are words as a decoded header has them. False: it could not be queued.
 */
export function sendIcmp(
  core: Core,
  via: Interface,
  family: 4 | 6,
  source: Int32Array,
  destination: Int32Array,
  type: number,
  code: number,
  word: number,
  bodyLength: number,
): boolean {
  const { scratch } = core;
  const length = ICMP_HEADER_LENGTH + bodyLength;
  const pseudoHeader = family === 4 ? 0 : length + PROTOCOL_ICMPV6 + sumWords(source) + sumWords(destination);
  encodeIcmp(scratch, 0, type, code, word, bodyLength, pseudoHeader);
  const protocol = family === 4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6;
  return sendMessage(core, via, family, source, destination, protocol, scratch, length);
}

/** RFC 1122 §3.2.2, RFC 4443 §2.4 (e): errors are not answered, or two hosts could go on for ever. */
function isAboutError(packet: Packet, header: IpHeader): boolean {
  if (header.protocol !== (header.family === 4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6)) return false;
  if (header.fragmentOffset !== 0 || header.payloadEnd <= header.payloadStart) return true;
  return isIcmpError(header.family, packet.bytes[header.payloadStart]!);
}

function sumWords(words: Int32Array): number {
  let sum = 0;
  for (const word of words) sum += (word >>> 16) + (word & 0xffff);
  return sum;
}
