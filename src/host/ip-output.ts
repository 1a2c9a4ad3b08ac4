// RFC 791 §3.2, RFC 8200 §4.5: a message of ours as one packet, or as fragments where one would be too large.
// TCP never comes this way: its segments fit the path (tcp-output.ts).

import { PROTOCOL_FRAGMENT } from '../wire/ip.ts';
import { encodeIpv4, IPV4_HEADER_LENGTH } from '../wire/ipv4.ts';
import {
  encodeIpv6,
  encodeIpv6Fragment,
  IPV6_FRAGMENT_HEADER_LENGTH,
  IPV6_HEADER_LENGTH,
} from '../wire/ipv6.ts';
import type { Core } from './core.ts';
import type { Interface } from './interface.ts';

const HOP_LIMIT = 64;

/**
 * Queue the first `length` bytes of `message` on `via`. Addresses are words as a decoded header has them.
 * False: no room for it now, or the link is gone; it is lost, as datagrams may be.
 */
export function sendMessage(
  core: Core,
  via: Interface,
  family: 4 | 6,
  source: Int32Array,
  destination: Int32Array,
  protocol: number,
  message: Uint8Array,
  length: number,
): boolean {
  const header = family === 4 ? core.outgoing4 : core.outgoing6;
  header.source.set(source);
  header.destination.set(destination);
  header.trafficClass = 0;
  header.hopLimit = HOP_LIMIT;
  const whole = (family === 4 ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH) + length <= via.mtu;
  const overhead =
    family === 4 ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH + (whole ? 0 : IPV6_FRAGMENT_HEADER_LENGTH);
  const step = whole ? length : (via.mtu - overhead) & ~7;
  const packets = Math.ceil(length / step);
  if (!via.up || !via.replies.fits(packets, length + packets * overhead)) {
    core.counters.dropped[via.up ? 'reply-queue-full' : 'link-down']++;
    return false;
  }
  header.identification = core.random.int32();
  for (let offset = 0; offset < length; offset += step) {
    const part = Math.min(step, length - offset);
    const at = via.replies.reserve(overhead + part);
    header.fragmentOffset = offset;
    header.moreFragments = offset + part < length;
    if (family === 4) writeIpv4(core, via, at, protocol, part);
    else writeIpv6(core, via, at, protocol, part, whole);
    copyBytes(message, offset, via.replies.bytes, at + overhead, part);
  }
  return true;
}

/** RFC 6864 §4.1: not atomic, as routers may cut it, so its identification is (probably) its own. */
function writeIpv4(core: Core, via: Interface, at: number, protocol: number, length: number): void {
  const header = core.outgoing4;
  header.protocol = protocol;
  header.dontFragment = false;
  header.identification &= 0xffff;
  header.totalLength = IPV4_HEADER_LENGTH + length;
  encodeIpv4(header, via.replies.bytes, at);
}

function writeIpv6(
  core: Core,
  via: Interface,
  at: number,
  protocol: number,
  length: number,
  whole: boolean,
): void {
  const header = core.outgoing6;
  const { bytes } = via.replies;
  header.protocol = whole ? protocol : PROTOCOL_FRAGMENT;
  header.payloadLength = length + (whole ? 0 : IPV6_FRAGMENT_HEADER_LENGTH);
  encodeIpv6(header, bytes, at);
  if (!whole) encodeIpv6Fragment(header, protocol, bytes, at + IPV6_HEADER_LENGTH);
}

/** Byte by byte: a view for `set` would be an allocation that anyone who pings us could cause. */
export function copyBytes(
  source: Uint8Array,
  from: number,
  target: Uint8Array,
  at: number,
  length: number,
): void {
  for (let i = 0; i < length; i++) target[at + i] = source[from + i]!;
}
