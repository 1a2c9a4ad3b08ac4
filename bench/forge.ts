// Packets of peers that do not exist: one IPv4 packet with one TCP segment at a time.

import { Segment } from '../src/tcp/segment.ts';
import { type Seq, seq } from '../src/tcp/seq.ts';
import { foldChecksum, pseudoHeaderSumOf, sumBytes } from '../src/wire/checksum.ts';
import { PROTOCOL_TCP } from '../src/wire/ip.ts';
import { encodeIpv4, IPV4_HEADER_LENGTH, Ipv4Header } from '../src/wire/ipv4.ts';
import { Packet } from '../src/wire/packet.ts';
import { encodeTcp, SYN, tcpHeaderLength } from '../src/wire/tcp.ts';

const MTU = 1500;

export class Forge {
  readonly packet = new Packet();
  readonly segment = new Segment();
  private readonly header = new Ipv4Header();
  private readonly headroom: number;
  private readonly destination: number;
  private readonly port: number;

  /** Everything goes to `destination`, an IPv4 address as a word, at `port`. */
  constructor(destination: number, port: number, headroom = 0) {
    this.destination = destination;
    this.port = port;
    this.headroom = headroom;
    this.packet.bytes = new Uint8Array(headroom + MTU);
    this.packet.start = headroom;
    this.segment.timestamps = true;
    this.segment.tsval = 1;
  }

  /** A segment from `source`; text of `length` zeros. The packet is good until the next call. */
  write(source: number, port: number, at: number, ack: number, flags: number, length = 0): Packet {
    const { segment, packet, header, headroom } = this;
    const { bytes } = packet;
    const isSyn = (flags & SYN) !== 0;
    segment.sourcePort = port;
    segment.destinationPort = this.port;
    segment.seq = seq(at);
    segment.ack = ack as Seq;
    segment.flags = flags;
    segment.wnd = 65_535;
    segment.mss = isSyn ? 1460 : 0;
    segment.windowScale = isSyn ? 7 : -1;
    segment.sackPermitted = isSyn;
    header.source[3] = source;
    header.destination[3] = this.destination;
    header.protocol = PROTOCOL_TCP;
    const tcp = headroom + IPV4_HEADER_LENGTH;
    const text = tcp + tcpHeaderLength(segment);
    packet.end = text + length;
    header.totalLength = packet.end - headroom;
    bytes.fill(0, text, packet.end);
    encodeTcp(segment, bytes, tcp);
    encodeIpv4(header, bytes, headroom);
    const pseudoHeader = pseudoHeaderSumOf(bytes, headroom, PROTOCOL_TCP, packet.end - tcp);
    const checksum = foldChecksum(sumBytes(bytes, tcp, packet.end, pseudoHeader));
    bytes[tcp + 16] = checksum >>> 8;
    bytes[tcp + 17] = checksum;
    packet.checksum = 'full';
    return packet;
  }
}

/** An IPv4 address as a word. */
export const ipv4 = (a: number, b: number, c: number, d: number): number =>
  (a << 24) | (b << 16) | (c << 8) | d;
