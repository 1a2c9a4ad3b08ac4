// struct virtio_net_hdr (linux/virtio_net.h, the 10-byte form): what stands in front of each packet that crosses
// a TUN device opened with IFF_VNET_HDR. It says what the other side left undone: checksum, segmentation.
// Fields are in host order, which is little-endian wherever koffi runs.

import type { Packet } from '../wire/packet.ts';

export const VNET_HEADER_LENGTH = 10;

const NEEDS_CSUM = 1;
const DATA_VALID = 2;

const GSO_NONE = 0;
const GSO_TCPV4 = 1;
const GSO_TCPV6 = 4;
/** Set beside the type: only the first segment may carry CWR (RFC 3168 §6.1.2). */
const GSO_ECN = 0x80;

const TCP = 6;
const UDP = 17;
const TCP_CWR = 0x80;

/** Take over what the header at `at` says about `packet`. */
export function readVnetHeader(bytes: Uint8Array, at: number, packet: Packet): void {
  const flags = bytes[at]!;
  packet.checksum = flags & NEEDS_CSUM ? 'partial' : flags & DATA_VALID ? 'verified' : 'full';
  const type = bytes[at + 1]! & ~GSO_ECN;
  packet.segmentSize = type === GSO_TCPV4 || type === GSO_TCPV6 ? bytes[at + 4]! | (bytes[at + 5]! << 8) : 0;
}

/**
 * Write the header in front of `packet`. False if it asks for what the header cannot say: a checksum or a
 * segmentation of anything but TCP or UDP that follows its IP header directly.
 */
export function writeVnetHeader(packet: Packet): boolean {
  const { bytes, start, end } = packet;
  const at = start - VNET_HEADER_LENGTH;
  bytes.fill(0, at, start);
  if (packet.checksum !== 'partial') return packet.segmentSize === 0;
  if (end - start < 20) return false;

  const v6 = bytes[start]! >> 4 === 6;
  const protocol = bytes[start + (v6 ? 6 : 9)]!;
  if (protocol !== TCP && protocol !== UDP) return false;
  const ipLength = v6 ? 40 : (bytes[start]! & 15) << 2;
  const upper = start + ipLength;
  if (end - upper < (protocol === TCP ? 20 : 8)) return false;
  bytes[at] = NEEDS_CSUM;
  writeUint16(bytes, at + 6, ipLength);
  writeUint16(bytes, at + 8, protocol === TCP ? 16 : 6);
  if (packet.segmentSize === 0) return true;

  if (protocol !== TCP) return false;
  const headersLength = ipLength + ((bytes[upper + 12]! >> 4) << 2);
  // A segment that needs no cutting is not announced as one that does: the kernel may refuse it.
  if (end - start - headersLength <= packet.segmentSize) return true;
  const ecn = bytes[upper + 13]! & TCP_CWR ? GSO_ECN : GSO_NONE;
  bytes[at + 1] = (v6 ? GSO_TCPV6 : GSO_TCPV4) | ecn;
  writeUint16(bytes, at + 2, headersLength);
  writeUint16(bytes, at + 4, packet.segmentSize);
  return true;
}

function writeUint16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >> 8;
}
