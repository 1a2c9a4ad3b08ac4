// A clock that is moved by hand, a link that writes down what it is given, and packets made byte by byte.

import type { Clock } from '../../src/host/clock.ts';
import type { DropReason } from '../../src/host/counters.ts';
import { Host, type HostOptions } from '../../src/host/host.ts';
import type { Interface } from '../../src/host/interface.ts';
import type { Link, LinkReceiver } from '../../src/host/link.ts';
import { Prng } from '../../src/lib/prng.ts';
import { Segment } from '../../src/tcp/segment.ts';
import { seq } from '../../src/tcp/seq.ts';
import { Address, Prefix } from '../../src/wire/address.ts';
import { foldChecksum, isChecksumValid, pseudoHeaderSumOf, sumBytes } from '../../src/wire/checksum.ts';
import { decodeIcmp, encodeIcmp, IcmpMessage } from '../../src/wire/icmp.ts';
import {
  PROTOCOL_FRAGMENT,
  PROTOCOL_ICMP,
  PROTOCOL_ICMPV6,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
} from '../../src/wire/ip.ts';
import { decodeIpv4, encodeIpv4, Ipv4Header } from '../../src/wire/ipv4.ts';
import { decodeIpv6, encodeIpv6, encodeIpv6Fragment, Ipv6Header } from '../../src/wire/ipv6.ts';
import { type ChecksumState, Packet } from '../../src/wire/packet.ts';
import { ACK, decodeTcp, encodeTcp, type TcpFields, tcpHeaderLength } from '../../src/wire/tcp.ts';
import { encodeUdp } from '../../src/wire/udp.ts';

export class FakeClock implements Clock {
  time = 1000;
  private readonly alarms = new Map<() => void, number>();

  now(): number {
    return this.time;
  }

  alarm(wake: () => void, deadline: number): void {
    if (deadline === Infinity) this.alarms.delete(wake);
    else this.alarms.set(wake, deadline);
  }

  /** When the next alarm is due. */
  get next(): number {
    return Math.min(Infinity, ...this.alarms.values());
  }

  advance(ms: number): void {
    const end = this.time + ms;
    for (let fired = 0; this.next <= end; fired++) {
      if (fired > 100_000) throw new Error('the clock is stuck');
      this.time = Math.max(this.time, this.next);
      for (const [wake, deadline] of [...this.alarms]) {
        if (deadline > this.time) continue;
        this.alarms.delete(wake);
        wake();
      }
    }
    this.time = end;
  }
}

/** A packet as it left, bytes copied. */
export interface Sent {
  readonly bytes: Uint8Array;
  readonly checksum: ChecksumState;
  readonly segmentSize: number;
}

export interface LinkShape {
  readonly mtu?: number;
  readonly superSegment?: number;
  readonly checksumOffload?: boolean;
  readonly headroom?: number;
}

export class FakeLink implements Link {
  readonly name: string;
  readonly mtu: number;
  readonly superSegment: number;
  readonly checksumOffload: boolean;
  readonly headroom: number;
  receiver!: LinkReceiver;
  readonly sent: Sent[] = [];
  /** How many packets it still takes before it says no. */
  room = Infinity;
  private readonly packet = new Packet();

  constructor(name = 'link', shape: LinkShape = {}) {
    this.name = name;
    this.mtu = shape.mtu ?? 1500;
    this.superSegment = shape.superSegment ?? this.mtu;
    this.checksumOffload = shape.checksumOffload ?? false;
    this.headroom = shape.headroom ?? 0;
  }

  attach(receiver: LinkReceiver): void {
    this.receiver = receiver;
  }

  transmit(packet: Packet): boolean {
    if (this.room <= 0) return false;
    this.room--;
    if (packet.start < this.headroom) throw new Error('no headroom');
    const bytes = packet.bytes.slice(packet.start, packet.end);
    this.sent.push({ bytes, checksum: packet.checksum, segmentSize: packet.segmentSize });
    return true;
  }

  /** Deliver packets without a flush. */
  deliver(bytes: Uint8Array, checksum: ChecksumState = 'full', segmentSize = 0): void {
    this.packet.bytes = bytes;
    this.packet.start = 0;
    this.packet.end = bytes.length;
    this.packet.checksum = checksum;
    this.packet.segmentSize = segmentSize;
    this.receiver.receive(this.packet);
  }

  /** Deliver packets, then flush; what the host sends in answer. */
  exchange(...packets: Uint8Array[]): Sent[] {
    const before = this.sent.length;
    for (const bytes of packets) this.deliver(bytes);
    this.receiver.flush();
    return this.sent.slice(before);
  }

  /** Everything sent since the last call. */
  take(): Sent[] {
    return this.sent.splice(0);
  }
}

export const ip = (text: string): Address => Address.parse(text)!;
export const prefix = (text: string): Prefix => Prefix.parse(text)!;

/** Ours and the peer's, in both families. */
export const US4 = ip('10.0.0.1');
export const PEER4 = ip('10.0.0.2');
export const US6 = ip('fd00::1');
export const PEER6 = ip('fd00::2');
export const FAMILIES = [
  { family: 4 as const, us: US4, peer: PEER4, far: ip('192.0.2.7') },
  { family: 6 as const, us: US6, peer: PEER6, far: ip('2001:db8::7') },
];

export interface World {
  readonly clock: FakeClock;
  readonly link: FakeLink;
  readonly host: Host;
  readonly via: Interface;
}

/** One host with one interface and default routes over it. */
export function world(shape: LinkShape = {}, options: Partial<HostOptions> = {}, seed = 1): World {
  const clock = new FakeClock();
  const link = new FakeLink('link', shape);
  const prng = new Prng(seed);
  const random = (n: number): Uint8Array => Uint8Array.from({ length: n }, () => prng.below(256));
  const host = new Host({ name: 'host', clock, random, ...options });
  const small = link.mtu < 1280;
  const prefixes = small ? [prefix('10.0.0.1/24')] : [prefix('10.0.0.1/24'), prefix('fd00::1/64')];
  const via = host.addInterface(link, prefixes);
  host.addRoute(prefix('0.0.0.0/0'), via, PEER4);
  if (!small) host.addRoute(prefix('::/0'), via, PEER6);
  return { clock, link, host, via };
}

export interface IpShape {
  readonly id?: number;
  readonly offset?: number;
  readonly more?: boolean;
  readonly protocol?: number;
  /** IPv4 options, a multiple of four bytes. */
  readonly options?: Uint8Array;
}

/** An IP packet around `payload`; with `id` a fragment. */
export function ipPacket(
  source: Address,
  destination: Address,
  protocol: number,
  payload: Uint8Array,
  shape: IpShape = {},
): Uint8Array {
  return source.family === 4
    ? ipv4Packet(source, destination, protocol, payload, shape)
    : ipv6Packet(source, destination, protocol, payload, shape);
}

function ipv4Packet(
  source: Address,
  destination: Address,
  protocol: number,
  payload: Uint8Array,
  shape: IpShape,
): Uint8Array {
  const { options = new Uint8Array(0) } = shape;
  const header = new Ipv4Header();
  source.toWords(header.source);
  destination.toWords(header.destination);
  header.protocol = protocol;
  header.dontFragment = shape.id === undefined;
  header.identification = shape.id ?? 0;
  header.fragmentOffset = shape.offset ?? 0;
  header.moreFragments = shape.more ?? false;
  header.totalLength = 20 + options.length + payload.length;
  const bytes = new Uint8Array(header.totalLength);
  encodeIpv4(header, bytes, 0);
  bytes.set(options, 20);
  bytes.set(payload, 20 + options.length);
  if (options.length > 0) {
    bytes[0] = 0x45 + options.length / 4;
    refreshIpv4(bytes);
  }
  return bytes;
}

/** Make the IPv4 header's checksum right again. */
export function refreshIpv4(bytes: Uint8Array): Uint8Array {
  const end = (bytes[0]! & 15) * 4;
  bytes[10] = 0;
  bytes[11] = 0;
  const sum = foldChecksum(sumBytes(bytes, 0, end));
  bytes[10] = sum >>> 8;
  bytes[11] = sum;
  return bytes;
}

function ipv6Packet(
  source: Address,
  destination: Address,
  protocol: number,
  payload: Uint8Array,
  shape: IpShape,
): Uint8Array {
  const header = new Ipv6Header();
  source.toWords(header.source);
  destination.toWords(header.destination);
  const fragment = shape.id !== undefined;
  header.protocol = fragment ? PROTOCOL_FRAGMENT : protocol;
  header.payloadLength = payload.length + (fragment ? 8 : 0);
  header.identification = shape.id ?? 0;
  header.fragmentOffset = shape.offset ?? 0;
  header.moreFragments = shape.more ?? false;
  const bytes = new Uint8Array(40 + header.payloadLength);
  encodeIpv6(header, bytes, 0);
  if (fragment) encodeIpv6Fragment(header, protocol, bytes, 40);
  bytes.set(payload, bytes.length - payload.length);
  return bytes;
}

/** The same message in fragments of `step` bytes of payload. */
export function fragments(
  source: Address,
  destination: Address,
  protocol: number,
  payload: Uint8Array,
  step: number,
  id = 7,
): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let offset = 0; offset < payload.length; offset += step) {
    const part = payload.subarray(offset, offset + step);
    parts.push(
      ipPacket(source, destination, protocol, part, { id, offset, more: offset + step < payload.length }),
    );
  }
  return parts;
}

/** The upper layer's bytes of a packet without extension headers. */
export function payloadOf(packet: Uint8Array): Uint8Array {
  return packet.slice(packet[0]! >> 4 === 4 ? 20 : 40);
}

const headerLength = (address: Address): number => (address.family === 4 ? 20 : 40);

export type TcpShape = Partial<Omit<TcpFields, 'text' | 'textStart' | 'textLength' | 'sackBlocks'>> & {
  text?: Uint8Array;
};

/** A TCP packet with a right checksum. */
export function tcpPacket(
  source: Address,
  sourcePort: number,
  destination: Address,
  destinationPort: number,
  shape: TcpShape = {},
): Uint8Array {
  const { text = new Uint8Array(0), ...fields } = shape;
  const seg = Object.assign(new Segment(), { wnd: 65_535 }, fields, { sourcePort, destinationPort });
  const length = tcpHeaderLength(seg);
  const payload = new Uint8Array(length + text.length);
  encodeTcp(seg, payload, 0);
  payload.set(text, length);
  const packet = ipPacket(source, destination, PROTOCOL_TCP, payload);
  const at = headerLength(source);
  const sum = foldChecksum(
    sumBytes(packet, at, packet.length, pseudoHeaderSumOf(packet, 0, PROTOCOL_TCP, payload.length)),
  );
  packet[at + 16] = sum >>> 8;
  packet[at + 17] = sum;
  return packet;
}

export function udpPacket(source: Address, destination: Address, port: number, data: Uint8Array): Uint8Array {
  const payload = new Uint8Array(8 + data.length);
  payload.set(data, 8);
  const packet = ipPacket(source, destination, PROTOCOL_UDP, payload);
  encodeUdp(
    packet,
    headerLength(source),
    5353,
    port,
    data.length,
    pseudoHeaderSumOf(packet, 0, PROTOCOL_UDP, payload.length),
  );
  return packet;
}

export function icmpPacket(
  source: Address,
  destination: Address,
  type: number,
  code: number,
  word: number,
  body: Uint8Array,
): Uint8Array {
  const payload = new Uint8Array(8 + body.length);
  payload.set(body, 8);
  const v4 = source.family === 4;
  const packet = ipPacket(source, destination, v4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6, payload);
  const at = headerLength(source);
  const pseudo = v4 ? 0 : pseudoHeaderSumOf(packet, 0, PROTOCOL_ICMPV6, payload.length);
  encodeIcmp(packet, at, type, code, word, body.length, pseudo);
  return packet;
}

export function header4(bytes: Uint8Array): Ipv4Header {
  const header = new Ipv4Header();
  const fault = decodeIpv4(bytes, 0, bytes.length, header);
  if (fault !== null) throw new Error(`the host sent bad IPv4: ${fault}`);
  return header;
}

export function header6(bytes: Uint8Array): Ipv6Header {
  const header = new Ipv6Header();
  const fault = decodeIpv6(bytes, 0, bytes.length, header);
  if (fault !== null) throw new Error(`the host sent bad IPv6: ${fault}`);
  return header;
}

const headerOf = (bytes: Uint8Array): Ipv4Header | Ipv6Header =>
  bytes[0]! >> 4 === 4 ? header4(bytes) : header6(bytes);

export interface Decoded extends Segment {
  readonly source: string;
  readonly destination: string;
  readonly checksumValid: boolean;
}

/** A TCP packet that the host sent. */
export function readTcp(sent: Sent | undefined): Decoded {
  if (sent === undefined) throw new Error('nothing was sent');
  const header = headerOf(sent.bytes);
  const seg = new Segment();
  const fault = decodeTcp(sent.bytes, header.payloadStart, header.payloadEnd, seg);
  if (fault !== null || header.protocol !== PROTOCOL_TCP) throw new Error(`the host sent bad TCP: ${fault}`);
  const pseudo = pseudoHeaderSumOf(sent.bytes, 0, PROTOCOL_TCP, header.payloadEnd - header.payloadStart);
  return Object.assign(seg, {
    source: Address.fromWords(header.family, header.source).toString(),
    destination: Address.fromWords(header.family, header.destination).toString(),
    checksumValid: isChecksumValid(sent.bytes, header.payloadStart, header.payloadEnd, pseudo),
  });
}

export interface DecodedIcmp {
  readonly source: string;
  readonly destination: string;
  readonly type: number;
  readonly code: number;
  readonly word: number;
  readonly body: Uint8Array;
}

/** An ICMP message that the host sent; its checksum must be right. */
export function readIcmp(bytes: Uint8Array | undefined): DecodedIcmp {
  if (bytes === undefined) throw new Error('nothing was sent');
  const header = headerOf(bytes);
  const message = new IcmpMessage();
  const length = header.payloadEnd - header.payloadStart;
  const pseudo = header.family === 4 ? 0 : pseudoHeaderSumOf(bytes, 0, PROTOCOL_ICMPV6, length);
  const fault = decodeIcmp(bytes, header.payloadStart, header.payloadEnd, pseudo, message);
  if (fault !== null) throw new Error(`the host sent bad ICMP: ${fault}`);
  const { type, code, word, bodyStart, bodyEnd } = message;
  const source = Address.fromWords(header.family, header.source).toString();
  const destination = Address.fromWords(header.family, header.destination).toString();
  return { source, destination, type, code, word, body: bytes.slice(bodyStart, bodyEnd) };
}

/** The reasons that were counted, with their counts. */
export function drops(host: Host): Partial<Record<DropReason, number>> {
  return Object.fromEntries(Object.entries(host.counters.dropped).filter(([, count]) => count > 0));
}

export const bytes = (n: number, from = 0): Uint8Array => Uint8Array.from({ length: n }, (_, i) => from + i);

/** The ACK that completes our peer's or our own handshake, and everything after it. */
export function ackOf(sent: Decoded, more: TcpShape = {}): TcpShape {
  return { seq: sent.ack, ack: seq(sent.seq + sent.len), flags: ACK, ...more };
}
