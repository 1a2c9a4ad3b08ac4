// Hand-made IP packets: a second opinion beside the codecs of src/wire, with the kernel as the judge.

import { Address, type Endpoint } from '../../src/wire/address.ts';
import { foldChecksum, pseudoHeaderSum, sumBytes } from '../../src/wire/checksum.ts';
import { type ChecksumState, Packet } from '../../src/wire/packet.ts';

export const UDP = 17;
export const TCP = 6;
export const SYN = 2;
export const ACK = 16;
export const HEADROOM = 10;

export function endpoint(address: string, port: number): Endpoint {
  return { address: Address.parse(address)!, port };
}

export interface Flow {
  readonly from: Endpoint;
  readonly to: Endpoint;
}

export interface TcpPart {
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly options?: readonly number[];
  readonly payload?: Uint8Array;
}

/** A UDP datagram with a checksum that is in it (`full`) or left to the link (`partial`). */
export function udpPacket(flow: Flow, payload: Uint8Array, checksum: ChecksumState): Packet {
  const upper = new Uint8Array(8 + payload.length);
  const view = new DataView(upper.buffer);
  view.setUint16(0, flow.from.port);
  view.setUint16(2, flow.to.port);
  view.setUint16(4, upper.length);
  upper.set(payload, 8);
  return ipPacket(flow, UDP, upper, 6, checksum);
}

export function tcpPacket(flow: Flow, part: TcpPart, checksum: ChecksumState = 'full'): Packet {
  const options = part.options ?? [];
  const payload = part.payload ?? new Uint8Array(0);
  const header = 20 + options.length;
  const upper = new Uint8Array(header + payload.length);
  const view = new DataView(upper.buffer);
  view.setUint16(0, flow.from.port);
  view.setUint16(2, flow.to.port);
  view.setUint32(4, part.seq);
  view.setUint32(8, part.ack);
  upper[12] = (header / 4) << 4;
  upper[13] = part.flags;
  view.setUint16(14, 65_535);
  upper.set(options, 20);
  upper.set(payload, header);
  return ipPacket(flow, TCP, upper, 16, checksum);
}

function ipPacket(
  flow: Flow,
  protocol: number,
  upper: Uint8Array,
  checksumAt: number,
  checksum: ChecksumState,
) {
  const pseudo = pseudoHeaderSum(flow.from.address, flow.to.address, protocol, upper.length);
  const sum =
    checksum === 'full' ? foldChecksum(sumBytes(upper, 0, upper.length, pseudo)) : ~foldChecksum(pseudo);
  new DataView(upper.buffer).setUint16(checksumAt, sum);
  const header = flow.from.address.family === 4 ? ipv4Header : ipv6Header;
  const ip = header(flow, protocol, upper.length);
  const packet = new Packet();
  packet.bytes = Uint8Array.of(...new Uint8Array(HEADROOM).fill(0xee), ...ip, ...upper);
  packet.start = HEADROOM;
  packet.end = packet.bytes.length;
  packet.checksum = checksum;
  return packet;
}

function ipv4Header(flow: Flow, protocol: number, length: number): Uint8Array {
  const bytes = new Uint8Array(20);
  const view = new DataView(bytes.buffer);
  bytes[0] = 0x45;
  view.setUint16(2, 20 + length);
  bytes[8] = 64;
  bytes[9] = protocol;
  flow.from.address.writeTo(bytes, 12);
  flow.to.address.writeTo(bytes, 16);
  view.setUint16(10, foldChecksum(sumBytes(bytes, 0, 20)));
  return bytes;
}

function ipv6Header(flow: Flow, protocol: number, length: number): Uint8Array {
  const bytes = new Uint8Array(40);
  const view = new DataView(bytes.buffer);
  bytes[0] = 0x60;
  view.setUint16(4, length);
  bytes[6] = protocol;
  bytes[7] = 64;
  flow.from.address.writeTo(bytes, 8);
  flow.to.address.writeTo(bytes, 24);
  return bytes;
}

/** Where the upper layer of a delivered packet begins, if it is of this protocol; else -1. */
export function upperStart(bytes: Uint8Array, protocol: number): number {
  const v6 = bytes[0]! >> 4 === 6;
  if (bytes[v6 ? 6 : 9] !== protocol) return -1;
  return v6 ? 40 : (bytes[0]! & 15) * 4;
}

/** The fields of a delivered TCP segment that the tests look at; null if it is none, or for another port. */
export function readTcp(bytes: Uint8Array, port: number) {
  const at = upperStart(bytes, TCP);
  if (at < 0) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  if (view.getUint16(2) !== port) return null;
  return {
    from: view.getUint16(0),
    seq: view.getUint32(4),
    flags: bytes[at + 13]!,
    payload: bytes.subarray(at + (bytes[at + 12]! >> 4) * 4),
  };
}
