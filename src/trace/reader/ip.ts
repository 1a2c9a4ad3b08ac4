// IP headers as a capture shows them (RFC 791 §3.1, RFC 8200 §3-4). A host refuses what it may not take; an observer
// reads on wherever the fields still make sense, and says what the packet's true length was.

import { type IpHeader, PROTOCOL_FRAGMENT, readWord } from '../../wire/ip.ts';

const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
const MAX_EXTENSION_HEADERS = 16;
const HOP_BY_HOP = 0;
const ROUTING = 43;
const AUTHENTICATION = 51;
const DESTINATION_OPTIONS = 60;
const MOBILITY = 135;
/** The third word of an IPv4-mapped address, as in `Address`. */
const MAPPED = 0xffff;

/** One header of either version; made once and filled again and again. */
export class SeenIp implements IpHeader {
  family: 4 | 6 = 4;
  readonly source = new Int32Array(4);
  readonly destination = new Int32Array(4);
  protocol = 0;
  trafficClass = 0;
  hopLimit = 0;
  payloadStart = 0;
  payloadEnd = 0;
  identification = 0;
  fragmentOffset = 0;
  moreFragments = false;
  /** Where the payload ended on the wire; beyond `payloadEnd` if the capture cut the packet. */
  wireEnd = 0;
  dontFragment = false;
  /** Where the header begins. */
  start = 0;
}

/**
 * Read the header at `start` of a packet captured up to `end`, which was `missing` bytes longer on the wire. False:
 * it is none, or its header does not fit. A total length of zero is one that the sender's offload had still to write.
 */
export function readIp(
  bytes: Uint8Array,
  start: number,
  end: number,
  missing: number,
  into: SeenIp,
): boolean {
  if (start >= end) return false;
  into.start = start;
  const version = bytes[start]! >> 4;
  if (version === 4) return readIpv4(bytes, start, end, missing, into);
  return version === 6 && readIpv6(bytes, start, end, missing, into);
}

function readIpv4(bytes: Uint8Array, start: number, end: number, missing: number, into: SeenIp): boolean {
  if (end - start < IPV4_HEADER) return false;
  const headerLength = (bytes[start]! & 15) << 2;
  if (headerLength < IPV4_HEADER || headerLength > end - start) return false;
  const totalLength = half(bytes, start + 2);
  if (totalLength !== 0 && totalLength < headerLength) return false;
  const fragment = half(bytes, start + 6);
  into.family = 4;
  into.trafficClass = bytes[start + 1]!;
  into.identification = half(bytes, start + 4);
  into.dontFragment = (fragment & 0x4000) !== 0;
  into.moreFragments = (fragment & 0x2000) !== 0;
  into.fragmentOffset = (fragment & 0x1fff) << 3;
  into.hopLimit = bytes[start + 8]!;
  into.protocol = bytes[start + 9]!;
  setIpv4(into.source, readWord(bytes, start + 12));
  setIpv4(into.destination, readWord(bytes, start + 16));
  into.payloadStart = start + headerLength;
  into.wireEnd = totalLength === 0 ? end + missing : start + totalLength;
  into.payloadEnd = Math.min(end, into.wireEnd);
  return true;
}

function setIpv4(words: Int32Array, word: number): void {
  words[0] = 0;
  words[1] = 0;
  words[2] = MAPPED;
  words[3] = word;
}

function readIpv6(bytes: Uint8Array, start: number, end: number, missing: number, into: SeenIp): boolean {
  if (end - start < IPV6_HEADER) return false;
  const payloadLength = half(bytes, start + 4);
  into.family = 6;
  into.trafficClass = (readWord(bytes, start) >>> 20) & 255;
  into.identification = 0;
  into.dontFragment = true;
  into.moreFragments = false;
  into.fragmentOffset = 0;
  into.hopLimit = bytes[start + 7]!;
  into.protocol = bytes[start + 6]!;
  for (let word = 0; word < 4; word++) {
    into.source[word] = readWord(bytes, start + 8 + 4 * word);
    into.destination[word] = readWord(bytes, start + 24 + 4 * word);
  }
  into.payloadStart = start + IPV6_HEADER;
  into.wireEnd = payloadLength === 0 ? end + missing : into.payloadStart + payloadLength;
  into.payloadEnd = Math.min(end, into.wireEnd);
  return walk(bytes, into);
}

/** To the upper layer, or behind the fragment header of a part. */
function walk(bytes: Uint8Array, into: SeenIp): boolean {
  for (let headers = 0; isExtension(into.protocol); headers++) {
    const at = into.payloadStart;
    if (headers === MAX_EXTENSION_HEADERS || into.payloadEnd - at < 8) return false;
    const kind = into.protocol;
    const length = extensionLength(kind, bytes[at + 1]!);
    if (length > into.payloadEnd - at) return false;
    into.protocol = bytes[at]!;
    into.payloadStart = at + length;
    if (kind !== PROTOCOL_FRAGMENT) continue;
    const fragment = half(bytes, at + 2);
    into.fragmentOffset = fragment & 0xfff8;
    into.moreFragments = (fragment & 1) !== 0;
    into.identification = readWord(bytes, at + 4);
    if (fragment !== 0 && (into.moreFragments || into.fragmentOffset !== 0)) return true;
  }
  return true;
}

function extensionLength(kind: number, field: number): number {
  if (kind === PROTOCOL_FRAGMENT) return 8;
  // RFC 4302 §2.2 counts the words but two.
  return kind === AUTHENTICATION ? (field + 2) << 2 : (field + 1) << 3;
}

const isExtension = (protocol: number): boolean =>
  protocol === HOP_BY_HOP ||
  protocol === ROUTING ||
  protocol === PROTOCOL_FRAGMENT ||
  protocol === AUTHENTICATION ||
  protocol === DESTINATION_OPTIONS ||
  protocol === MOBILITY;

const half = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;
