// What a network card does for its host: completing checksums, and cutting a super-segment into the segments
// it stands for. Only what a host hands over as such: TCP or UDP straight behind the IP header.

import { foldChecksum, pseudoHeaderSumOf, sumBytes } from '../wire/checksum.ts';
import type { Packet } from '../wire/packet.ts';
import { CWR, FIN, PSH } from '../wire/tcp.ts';

const IPV6_HEADER = 40;
const TCP = 6;

/** Bytes of the IP header; 0 if there is none. */
function ipHeaderLength(packet: Packet): number {
  const { bytes, start, end } = packet;
  if (end - start < 20) return 0;
  const first = bytes[start]!;
  if (first >> 4 === 6) return end - start < IPV6_HEADER ? 0 : IPV6_HEADER;
  const length = (first & 15) << 2;
  return first >> 4 === 4 && length >= 20 && length <= end - start ? length : 0;
}

function upperProtocol(packet: Packet): number {
  const { bytes, start } = packet;
  return bytes[start + (bytes[start]! >> 4 === 6 ? 6 : 9)]!;
}

/** Bytes in front of the text of a TCP packet, which every segment cut from it repeats; 0 if it is not one. */
export function headersLength(packet: Packet): number {
  const ip = ipHeaderLength(packet);
  if (ip === 0 || upperProtocol(packet) !== TCP || packet.end - packet.start < ip + 20) return 0;
  const length = ip + ((packet.bytes[packet.start + ip + 12]! >> 4) << 2);
  return length >= ip + 20 && length <= packet.end - packet.start ? length : 0;
}

/** Turn a `partial` checksum into a `full` one: RFC 9293 §3.1, over what the field holds already. */
export function completeChecksum(packet: Packet): void {
  const ip = ipHeaderLength(packet);
  const isTcp = upperProtocol(packet) === TCP;
  const at = packet.start + ip + (isTcp ? 16 : 6);
  packet.checksum = 'full';
  if (ip === 0 || at + 2 > packet.end) return;
  const sum = foldChecksum(sumBytes(packet.bytes, packet.start + ip, packet.end));
  // RFC 768: a UDP checksum of zero would say that there is none.
  put16(packet.bytes, at, sum === 0 && !isTcp ? 0xffff : sum);
}

/**
 * Write the segment that begins `offset` bytes into the text of the TCP super-segment `from` into `into`,
 * whose buffer must have room for it. Its checksums are complete.
 */
export function cutSegment(from: Packet, headers: number, offset: number, into: Packet): void {
  const left = from.end - from.start - headers - offset;
  const text = Math.min(from.segmentSize, left);
  const source = from.bytes;
  const bytes = into.bytes;
  bytes.set(source.subarray(from.start, from.start + headers));
  bytes.set(source.subarray(from.start + headers + offset, from.start + headers + offset + text), headers);
  into.start = 0;
  into.end = headers + text;
  into.segmentSize = 0;
  into.checksum = 'full';

  const isFour = bytes[0]! >> 4 === 4;
  const tcp = isFour ? (bytes[0]! & 15) << 2 : IPV6_HEADER;
  if (isFour) patchIpv4(bytes, tcp, into.end, offset / from.segmentSize);
  else put16(bytes, 4, into.end - IPV6_HEADER);
  put32(bytes, tcp + 4, get32(bytes, tcp + 4) + offset);
  if (offset > 0) bytes[tcp + 13]! &= ~CWR;
  if (text < left) bytes[tcp + 13]! &= ~(FIN | PSH);
  put16(bytes, tcp + 16, 0);
  const pseudoHeader = pseudoHeaderSumOf(bytes, 0, TCP, into.end - tcp);
  put16(bytes, tcp + 16, foldChecksum(sumBytes(bytes, tcp, into.end, pseudoHeader)));
}

/** Length, identification (counted on, RFC 6864 §4) and header checksum of one cut segment. */
function patchIpv4(bytes: Uint8Array, header: number, length: number, ordinal: number): void {
  put16(bytes, 2, length);
  put16(bytes, 4, ((bytes[4]! << 8) | bytes[5]!) + ordinal);
  put16(bytes, 10, 0);
  put16(bytes, 10, foldChecksum(sumBytes(bytes, 0, header)));
}

function get32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}

function put32(bytes: Uint8Array, at: number, value: number): void {
  put16(bytes, at, value >>> 16);
  put16(bytes, at + 2, value);
}

function put16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value;
}
