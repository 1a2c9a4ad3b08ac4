// The bytes of the packets that a script sends. Texts are zeros, as packetdrill's are.

import type { Address } from '../wire/address.ts';
import { foldChecksum, pseudoHeaderSum, sumBytes } from '../wire/checksum.ts';
import { encodeIcmp, ICMP_HEADER_LENGTH } from '../wire/icmp.ts';
import { PROTOCOL_ICMP, PROTOCOL_ICMPV6, PROTOCOL_TCP, PROTOCOL_UDP } from '../wire/ip.ts';
import { encodeIpv4, IPV4_HEADER_LENGTH, Ipv4Header } from '../wire/ipv4.ts';
import { encodeIpv6, IPV6_HEADER_LENGTH, Ipv6Header } from '../wire/ipv6.ts';
import { encodeTcp, TCP_HEADER_LENGTH, type TcpFields } from '../wire/tcp.ts';
import { encodeUdp, UDP_HEADER_LENGTH } from '../wire/udp.ts';
import { encodeOptionItems, optionItemsLength } from './option-bytes.ts';
import type { OptionItem } from './script.ts';
import { UnsupportedError } from './unsupported.ts';

/** Where the data offset and the checksum lie in a TCP header. */
const DATA_OFFSET = 12;
const CHECKSUM = 16;
/** What the length field of an IP packet can count. */
const LONGEST = 65_535;

/** Both addresses are of one family. */
export interface IpFields {
  readonly source: Address;
  readonly destination: Address;
  readonly trafficClass: number;
  readonly hopLimit: number;
  readonly flowLabel: number;
}

/** A segment with a text of `length` zeros. @throws UnsupportedError for one that no IP packet can carry */
export function tcpPacket(
  ip: IpFields,
  fields: TcpFields,
  options: readonly OptionItem[],
  length: number,
): Uint8Array {
  const headerLength = TCP_HEADER_LENGTH + optionItemsLength(options);
  const { bytes, at } = ipPacket(ip, PROTOCOL_TCP, headerLength + length);
  encodeTcp(fields, bytes, at);
  encodeOptionItems(options, bytes, at + TCP_HEADER_LENGTH);
  bytes[at + DATA_OFFSET] = (headerLength << 2) | (bytes[at + DATA_OFFSET]! & 1);
  const sum = pseudoHeaderSum(ip.source, ip.destination, PROTOCOL_TCP, headerLength + length);
  const checksum = foldChecksum(sumBytes(bytes, at, bytes.length, sum));
  bytes[at + CHECKSUM] = checksum >>> 8;
  bytes[at + CHECKSUM + 1] = checksum;
  return bytes;
}

export function udpPacket(ip: IpFields, source: number, destination: number, length: number): Uint8Array {
  const { bytes, at } = ipPacket(ip, PROTOCOL_UDP, UDP_HEADER_LENGTH + length);
  const sum = pseudoHeaderSum(ip.source, ip.destination, PROTOCOL_UDP, UDP_HEADER_LENGTH + length);
  encodeUdp(bytes, at, source, destination, length, sum);
  return bytes;
}

/** `word`: what stands behind the checksum. */
export function icmpPacket(
  ip: IpFields,
  type: number,
  code: number,
  word: number,
  body: Uint8Array,
): Uint8Array {
  const v4 = ip.source.family === 4;
  const length = ICMP_HEADER_LENGTH + body.length;
  const { bytes, at } = ipPacket(ip, v4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6, length);
  bytes.set(body, at + ICMP_HEADER_LENGTH);
  const sum = v4 ? 0 : pseudoHeaderSum(ip.source, ip.destination, PROTOCOL_ICMPV6, length);
  encodeIcmp(bytes, at, type, code, word, body.length, sum);
  return bytes;
}

/**
 * An IP header that says `length` bytes behind it, with `present` of them there (by default all): error messages
 * quote the beginnings of packets.
 */
export function ipPacket(
  ip: IpFields,
  protocol: number,
  length: number,
  present = length,
): { readonly bytes: Uint8Array; readonly at: number } {
  const v4 = ip.source.family === 4;
  const at = v4 ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH;
  if (length + (v4 ? at : 0) > LONGEST) {
    throw new UnsupportedError(`no IP packet carries ${length} bytes`);
  }
  const bytes = new Uint8Array(at + present);
  if (v4) writeIpv4(ip, protocol, at + length, bytes);
  else writeIpv6(ip, protocol, length, bytes);
  return { bytes, at };
}

function writeIpv4(ip: IpFields, protocol: number, totalLength: number, bytes: Uint8Array): void {
  const header = new Ipv4Header();
  ip.source.toWords(header.source);
  ip.destination.toWords(header.destination);
  header.protocol = protocol;
  header.trafficClass = ip.trafficClass;
  header.hopLimit = ip.hopLimit;
  header.totalLength = totalLength;
  encodeIpv4(header, bytes, 0);
}

function writeIpv6(ip: IpFields, protocol: number, payloadLength: number, bytes: Uint8Array): void {
  const header = new Ipv6Header();
  ip.source.toWords(header.source);
  ip.destination.toWords(header.destination);
  header.protocol = protocol;
  header.trafficClass = ip.trafficClass;
  header.hopLimit = ip.hopLimit;
  header.flowLabel = ip.flowLabel;
  header.payloadLength = payloadLength;
  encodeIpv6(header, bytes, 0);
}
