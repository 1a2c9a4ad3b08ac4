// Where the IP packet begins in a captured frame, by link type (the LINKTYPE_ registry of tcpdump.org).

/** There is no IP packet in the frame: ARP, a frame of another protocol. */
export const NOT_IP = -1;
/** The frame is shorter than its link header. */
export const TOO_SHORT = -2;
/** A link type that is not known here. */
export const UNKNOWN_LINK = -3;

const NULL_LOOPBACK = 0;
const ETHERNET = 1;
const RAW_LINKS: readonly number[] = [12, 14, 101, 228, 229];
const OPENBSD_LOOPBACK = 108;
const LINUX_COOKED = 113;
const LINUX_COOKED_2 = 276;

const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const VLAN: readonly number[] = [0x8100, 0x88a8, 0x9100, 0x9200];
/** More tags than that are no network's, but an attack. */
const MAX_TAGS = 8;
/** AF_INET everywhere; AF_INET6 of Linux, NetBSD and OpenBSD, FreeBSD, and Darwin. */
const AF_INET = 2;
const AF_INET6: readonly number[] = [10, 24, 28, 30];

/** Offset of the IP header in the frame [start, end), or one of the numbers below zero. */
export function ipOffset(linkType: number, bytes: Uint8Array, start: number, end: number): number {
  switch (linkType) {
    case ETHERNET:
      return end - start < 14 ? TOO_SHORT : behindType(bytes, start + 12, end);
    case LINUX_COOKED:
      return end - start < 16 ? TOO_SHORT : behindType(bytes, start + 14, end);
    case LINUX_COOKED_2:
      // The protocol comes first, and the tags stand behind the whole header.
      return end - start < 20 ? TOO_SHORT : behindTags(bytes, half(bytes, start), start + 20, end);
    case NULL_LOOPBACK:
    case OPENBSD_LOOPBACK:
      return behindFamily(bytes, start, end);
    default:
      return RAW_LINKS.includes(linkType) ? start : UNKNOWN_LINK;
  }
}

const behindType = (bytes: Uint8Array, at: number, end: number): number =>
  behindTags(bytes, half(bytes, at), at + 2, end);

/** Behind the tags of VLANs, of which `type` may be the first; `at`: what follows the type. */
function behindTags(bytes: Uint8Array, type: number, at: number, end: number): number {
  let inner = type;
  let offset = at;
  for (let tags = 0; VLAN.includes(inner); tags++) {
    if (tags === MAX_TAGS) return NOT_IP;
    if (end - offset < 4) return TOO_SHORT;
    inner = half(bytes, offset + 2);
    offset += 4;
  }
  return inner === IPV4 || inner === IPV6 ? offset : NOT_IP;
}

/** The address family is in the byte order of the capturing machine, or of the network. */
function behindFamily(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 4) return TOO_SHORT;
  const upper = half(bytes, start);
  const lower = half(bytes, start + 2);
  const family = upper === 0 ? lower : ((upper & 0xff) << 8) | (upper >> 8);
  const isIp = family === AF_INET || AF_INET6.includes(family);
  return isIp && (upper === 0 || lower === 0) ? start + 4 : NOT_IP;
}

const half = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;
