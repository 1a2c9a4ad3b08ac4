// A segment as a trace keeps it: copied from the engine's reused one, or read from a packet.

import type { Segment } from '../tcp/segment.ts';
import type { Seq } from '../tcp/seq.ts';
import { Address, formatEndpoint } from '../wire/address.ts';
import { ECN_MASK, type IpHeader, isFragment, PROTOCOL_TCP } from '../wire/ip.ts';
import { decodeIpv4, Ipv4Header } from '../wire/ipv4.ts';
import { decodeIpv6, Ipv6Header } from '../wire/ipv6.ts';
import type { Packet } from '../wire/packet.ts';
import { ACK, AE, CWR, decodeTcp, ECE, FIN, PSH, RST, SYN, type TcpFields, URG } from '../wire/tcp.ts';
import type { SegmentOptions, SegmentRecord } from './events.ts';

const FLAG_NAMES = [
  [SYN, 'SYN'],
  [FIN, 'FIN'],
  [RST, 'RST'],
  [PSH, 'PSH'],
  [ACK, 'ACK'],
  [URG, 'URG'],
  [ECE, 'ECE'],
  [CWR, 'CWR'],
  [AE, 'AE'],
] as const;

/** `SYN,ACK`; `none` without any. */
export function flagNames(flags: number): string {
  const names = FLAG_NAMES.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
  return names.length === 0 ? 'none' : names.join(',');
}

export type FlagName = (typeof FLAG_NAMES)[number][1];

export const hasFlag = (segment: Pick<SegmentRecord, 'flags'>, flag: FlagName): boolean =>
  segment.flags.split(',').includes(flag);

/** SEG.LEN: text, and one each for SYN and FIN (RFC 9293 §3.4). */
export const sequenceLength = (segment: Pick<SegmentRecord, 'flags' | 'length'>): number =>
  segment.length + Number(hasFlag(segment, 'SYN')) + Number(hasFlag(segment, 'FIN'));

/** What must be known beside the segment to write its record. */
export interface SegmentContext {
  readonly source: string;
  readonly destination: string;
  /** Initial sequence numbers of the segment's sender and receiver; null: not known. */
  readonly senderIsn: Seq | null;
  readonly receiverIsn: Seq | null;
  /** Shift of the sender's windows; null: not known. SYNs are never scaled. */
  readonly windowShift: number | null;
  readonly count: number;
}

const CODEPOINTS = [null, 'ECT(1)', 'ECT(0)', 'CE'] as const;

export function recordSegment(fields: Segment, context: SegmentContext): SegmentRecord {
  const { senderIsn, receiverIsn } = context;
  const hasAck = (fields.flags & ACK) !== 0;
  return {
    source: context.source,
    destination: context.destination,
    flags: flagNames(fields.flags),
    seq: fields.seq >>> 0,
    ack: hasAck ? fields.ack >>> 0 : null,
    relativeSeq: senderIsn === null ? null : (fields.seq - senderIsn) >>> 0,
    relativeAck: hasAck && receiverIsn !== null ? (fields.ack - receiverIsn) >>> 0 : null,
    length: fields.textLength,
    window: fields.wnd,
    scaledWindow: scaleWindow(fields, context.windowShift),
    urgent: (fields.flags & URG) !== 0 ? fields.up : null,
    ecn: CODEPOINTS[fields.ecn] ?? null,
    count: context.count,
    options: recordOptions(fields),
  };
}

function scaleWindow(fields: TcpFields, shift: number | null): number | null {
  if ((fields.flags & SYN) !== 0) return fields.wnd;
  return shift === null ? null : fields.wnd * 2 ** shift;
}

function recordOptions(fields: TcpFields): SegmentOptions {
  const sack: [number, number][] = [];
  for (let i = 0; i < 2 * fields.sackCount; i += 2) {
    sack.push([fields.sackBlocks[i]! >>> 0, fields.sackBlocks[i + 1]! >>> 0]);
  }
  return {
    mss: fields.mss === 0 ? null : fields.mss,
    windowScale: fields.windowScale < 0 ? null : fields.windowScale,
    sackPermitted: fields.sackPermitted,
    timestamps: fields.timestamps ? { value: fields.tsval >>> 0, echo: fields.tsecr >>> 0 } : null,
    sack,
  };
}

/** A segment read from a packet, of which no connection need be known. */
export interface PacketSegment {
  readonly source: string;
  readonly destination: string;
  readonly segment: Segment;
}

const ipv4 = new Ipv4Header();
const ipv6 = new Ipv6Header();

/** The TCP segment in `packet`, read into `segment`; null if there is none, or only a part of one. */
export function readSegment(packet: Packet, segment: Segment): PacketSegment | null {
  const { bytes, start, end } = packet;
  const header = readIpHeader(bytes, start, end);
  if (header === null || header.protocol !== PROTOCOL_TCP || isFragment(header)) return null;
  if (decodeTcp(bytes, header.payloadStart, header.payloadEnd, segment) !== null) return null;
  segment.queue = null;
  segment.segmentSize = packet.segmentSize;
  segment.ecn = header.trafficClass & ECN_MASK;
  return {
    source: endpoint(header, header.source, segment.sourcePort),
    destination: endpoint(header, header.destination, segment.destinationPort),
    segment,
  };
}

/** No connection takes it: a RST is its answer (§3.10.7.1, §3.10.7.2 second), unless it is one. */
export const isAnsweredByReset = (flags: number): boolean =>
  (flags & RST) === 0 && (flags & (SYN | ACK)) !== 0;

/** The decoded IP header, valid until the next call; null if it is none. Its checksum is not verified. */
export function readIpHeader(bytes: Uint8Array, start: number, end: number): IpHeader | null {
  if (start >= end) return null;
  const fault =
    bytes[start]! >> 4 === 4
      ? decodeIpv4(bytes, start, end, ipv4, false)
      : decodeIpv6(bytes, start, end, ipv6);
  if (fault !== null) return null;
  return bytes[start]! >> 4 === 4 ? ipv4 : ipv6;
}

function endpoint(header: IpHeader, words: Int32Array, port: number): string {
  return formatEndpoint({ address: Address.fromWords(header.family, words), port });
}
