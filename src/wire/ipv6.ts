// RFC 8200 §3-4 the IPv6 header and its extension headers, walked to the upper layer.

import { type IpHeader, PROTOCOL_FRAGMENT, readWord, writeWord } from './ip.ts';

export const IPV6_HEADER_LENGTH = 40;
export const IPV6_FRAGMENT_HEADER_LENGTH = 8;

const HOP_BY_HOP = 0;
const ROUTING = 43;
const DESTINATION_OPTIONS = 60;
const PAD1 = 0;

/** §4.1: no chain that follows the recommendations has more headers than this; a longer one is an attack. */
const MAX_EXTENSION_HEADERS = 8;

/**
 * Why a packet goes no further. `truncated`: a header does not fit; `version`; `chain`: more extension
 * headers than anyone needs. The others ask for an ICMPv6 Parameter Problem that points at `pointer`, and
 * name its code (RFC 4443 §3.4): `erroneous-field` (0), `next-header` (1), `option` (2), and
 * `option-unicast` (2, unless the packet went to a multicast address). `option-discard`: dropped in silence.
 */
export type Ipv6Fault =
  | 'truncated'
  | 'version'
  | 'chain'
  | 'erroneous-field'
  | 'next-header'
  | 'option'
  | 'option-unicast'
  | 'option-discard';

/** The fields of one IPv6 header and of the chain behind it; made once and filled again and again. */
export class Ipv6Header implements IpHeader {
  readonly family = 6;
  readonly source = new Int32Array(4);
  readonly destination = new Int32Array(4);
  protocol = 0;
  trafficClass = 0;
  flowLabel = 0;
  hopLimit = 64;
  payloadStart = 0;
  payloadEnd = 0;
  identification = 0;
  fragmentOffset = 0;
  moreFragments = false;
  /** Bytes behind the fixed header, as it says; the packet at hand may be shorter. */
  payloadLength = 0;
  /** Offset in the buffer of the Next Header field that gave `protocol`. */
  nextHeaderAt = 0;
  /** Offset in the buffer of the field that a fault is about. */
  pointer = 0;
}

/**
 * Read the fixed header at `start` and walk the extension headers, up to the upper layer or to the fragment
 * header of a packet that is a fragment (one that is the whole packet is walked through, RFC 6946). The
 * packet ends where the header or the buffer says, whichever comes first. Authentication and ESP headers are
 * not walked: they are `protocol`.
 */
export function decodeIpv6(
  bytes: Uint8Array,
  start: number,
  end: number,
  into: Ipv6Header,
): Ipv6Fault | null {
  if (end - start < IPV6_HEADER_LENGTH) return 'truncated';
  if (bytes[start]! >> 4 !== 6) return 'version';
  const first = readWord(bytes, start);
  into.trafficClass = (first >>> 20) & 255;
  into.flowLabel = first & 0xfffff;
  into.payloadLength = (bytes[start + 4]! << 8) | bytes[start + 5]!;
  into.protocol = bytes[start + 6]!;
  into.hopLimit = bytes[start + 7]!;
  for (let word = 0; word < 4; word++) {
    into.source[word] = readWord(bytes, start + 8 + 4 * word);
    into.destination[word] = readWord(bytes, start + 24 + 4 * word);
  }
  into.identification = 0;
  into.fragmentOffset = 0;
  into.moreFragments = false;
  into.nextHeaderAt = start + 6;
  into.pointer = 0;
  into.payloadStart = start + IPV6_HEADER_LENGTH;
  into.payloadEnd = Math.min(end, into.payloadStart + into.payloadLength);
  return isExtensionHeader(into.protocol) ? walk(bytes, into) : null;
}

/** Write the fixed header at `at`; `payloadLength` and `protocol` are the caller's. Returns 40. */
export function encodeIpv6(header: Ipv6Header, bytes: Uint8Array, at: number): number {
  writeWord(bytes, at, 0x60000000 | (header.trafficClass << 20) | header.flowLabel);
  writeWord(bytes, at + 4, (header.payloadLength << 16) | (header.protocol << 8) | header.hopLimit);
  for (let word = 0; word < 4; word++) {
    writeWord(bytes, at + 8 + 4 * word, header.source[word]!);
    writeWord(bytes, at + 24 + 4 * word, header.destination[word]!);
  }
  return IPV6_HEADER_LENGTH;
}

/**
 * Write a fragment header (§4.5) for the header's `fragmentOffset`, `moreFragments` and `identification` at
 * `at`, with `protocol` behind it; the fixed header then has PROTOCOL_FRAGMENT as its protocol. Returns 8.
 */
export function encodeIpv6Fragment(
  header: Ipv6Header,
  protocol: number,
  bytes: Uint8Array,
  at: number,
): number {
  const fragment = header.fragmentOffset | (header.moreFragments ? 1 : 0);
  writeWord(bytes, at, (protocol << 24) | fragment);
  writeWord(bytes, at + 4, header.identification);
  return IPV6_FRAGMENT_HEADER_LENGTH;
}

function isExtensionHeader(protocol: number): boolean {
  return (
    protocol === HOP_BY_HOP ||
    protocol === ROUTING ||
    protocol === PROTOCOL_FRAGMENT ||
    protocol === DESTINATION_OPTIONS
  );
}

function walk(bytes: Uint8Array, into: Ipv6Header): Ipv6Fault | null {
  for (let headers = 0; isExtensionHeader(into.protocol); headers++) {
    if (headers === MAX_EXTENSION_HEADERS) return 'chain';
    const at = into.payloadStart;
    const room = into.payloadEnd - at;
    const kind = into.protocol;
    if (kind === HOP_BY_HOP && headers > 0) return fault(into, into.nextHeaderAt, 'next-header');
    if (room < 8) return 'truncated';
    const length = kind === PROTOCOL_FRAGMENT ? IPV6_FRAGMENT_HEADER_LENGTH : (bytes[at + 1]! + 1) << 3;
    if (length > room) return 'truncated';
    if (kind === PROTOCOL_FRAGMENT) readFragmentHeader(bytes, at, into);
    else if (kind === ROUTING) {
      const refused = checkRouting(bytes, at, into);
      if (refused !== null) return refused;
    } else {
      const refused = checkOptions(bytes, at + 2, at + length, into);
      if (refused !== null) return refused;
    }
    into.protocol = bytes[at]!;
    into.nextHeaderAt = at;
    into.payloadStart = at + length;
    if (into.moreFragments || into.fragmentOffset !== 0) return null;
  }
  return null;
}

function readFragmentHeader(bytes: Uint8Array, at: number, into: Ipv6Header): void {
  const fragment = (bytes[at + 2]! << 8) | bytes[at + 3]!;
  into.fragmentOffset = fragment & 0xfff8;
  into.moreFragments = (fragment & 1) !== 0;
  into.identification = readWord(bytes, at + 4);
}

/** §4.4: refused with segments left, as we know no type (RFC 5095 took type 0 away); done with without. */
function checkRouting(bytes: Uint8Array, at: number, into: Ipv6Header): Ipv6Fault | null {
  return bytes[at + 3]! === 0 ? null : fault(into, at + 2, 'erroneous-field');
}

/** §4.2: we know the padding alone; the two highest bits of any other option say what to do with it. */
function checkOptions(bytes: Uint8Array, start: number, end: number, into: Ipv6Header): Ipv6Fault | null {
  let at = start;
  while (at < end) {
    const type = bytes[at]!;
    if (type === PAD1) {
      at++;
      continue;
    }
    if (at + 1 >= end || bytes[at + 1]! > end - at - 2) return fault(into, at, 'erroneous-field');
    switch (type >> 6) {
      case 1:
        return fault(into, at, 'option-discard');
      case 2:
        return fault(into, at, 'option');
      case 3:
        return fault(into, at, 'option-unicast');
    }
    at += 2 + bytes[at + 1]!;
  }
  return null;
}

function fault(into: Ipv6Header, pointer: number, kind: Ipv6Fault): Ipv6Fault {
  into.pointer = pointer;
  return kind;
}
