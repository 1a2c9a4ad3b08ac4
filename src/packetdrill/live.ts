// A packet that the stack sent, read back. Whatever is wrong with its bytes is a fault: the stack must not send it.

import { Segment } from '../tcp/segment.ts';
import { Address } from '../wire/address.ts';
import { isChecksumValid, pseudoHeaderSumOf } from '../wire/checksum.ts';
import { decodeIcmp, ICMP_HEADER_LENGTH, IcmpMessage } from '../wire/icmp.ts';
import { type IpHeader, PROTOCOL_ICMP, PROTOCOL_ICMPV6, PROTOCOL_TCP, PROTOCOL_UDP } from '../wire/ip.ts';
import { decodeIpv4, IPV4_HEADER_LENGTH, Ipv4Header } from '../wire/ipv4.ts';
import { decodeIpv6, IPV6_HEADER_LENGTH, Ipv6Header } from '../wire/ipv6.ts';
import { decodeTcp, TCP_HEADER_LENGTH } from '../wire/tcp.ts';
import { decodeUdp, isUdpChecksumValid, UDP_HEADER_LENGTH, UdpHeader } from '../wire/udp.ts';
import type { Departure } from './link.ts';
import { decodeOptionItems } from './option-bytes.ts';
import type { OptionItem } from './script.ts';

export interface LiveHeader {
  readonly family: 4 | 6;
  readonly source: Address;
  readonly destination: Address;
  readonly trafficClass: number;
  readonly hopLimit: number;
  /** 0 in IPv4. */
  readonly flowLabel: number;
}

interface LivePacket {
  readonly header: LiveHeader;
  /** By the clock of the host, ms. */
  readonly time: number;
}

/** Numbers as on the wire, 0 to 2^32 - 1. */
export interface LiveTcp extends LivePacket {
  readonly kind: 'tcp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly flags: number;
  readonly seq: number;
  readonly length: number;
  readonly ack: number;
  readonly wnd: number;
  readonly up: number;
  readonly options: readonly OptionItem[];
}

export interface LiveIcmp extends LivePacket {
  readonly kind: 'icmp';
  readonly type: number;
  readonly code: number;
  /** The word behind the checksum, 0 to 2^32 - 1. */
  readonly word: number;
  /** Bytes behind the header. */
  readonly body: Uint8Array;
}

export interface LiveUdp extends LivePacket {
  readonly kind: 'udp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly length: number;
}

/** Bytes that no stack may send. */
export interface LiveFault {
  readonly kind: 'fault';
  readonly time: number;
  /** `the TCP checksum is wrong`. */
  readonly reason: string;
}

export type Live = LiveTcp | LiveIcmp | LiveUdp | LiveFault;

export function readDeparture({ bytes, time }: Departure): Live {
  const fault = (reason: string): LiveFault => ({ kind: 'fault', time, reason });
  const v4 = new Ipv4Header();
  const v6 = new Ipv6Header();
  const isV4 = bytes[0]! >> 4 === 4;
  const header: IpHeader = isV4 ? v4 : v6;
  const wrong = isV4 ? decodeIpv4(bytes, 0, bytes.length, v4) : decodeIpv6(bytes, 0, bytes.length, v6);
  if (wrong !== null) return fault(`the IP header is wrong: ${wrong}`);
  const said = isV4 ? v4.totalLength : IPV6_HEADER_LENGTH + v6.payloadLength;
  if (said !== bytes.length) return fault(`the IP header says ${said} bytes, the packet has ${bytes.length}`);
  if (header.payloadStart !== (isV4 ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH)) {
    return fault('the IP header has options or extension headers');
  }
  const { family, trafficClass, hopLimit } = header;
  const live: LiveHeader = {
    family,
    source: Address.fromWords(family, header.source),
    destination: Address.fromWords(family, header.destination),
    trafficClass,
    hopLimit,
    flowLabel: v6.flowLabel,
  };
  switch (header.protocol) {
    case PROTOCOL_TCP:
      return readTcp(bytes, header, live, time);
    case PROTOCOL_UDP:
      return readUdp(bytes, header, live, time) ?? fault('the UDP header or its checksum is wrong');
    case PROTOCOL_ICMP:
    case PROTOCOL_ICMPV6:
      return readIcmp(bytes, header, live, time) ?? fault('the ICMP header or its checksum is wrong');
    default:
      return fault(`IP protocol ${header.protocol} was never asked for`);
  }
}

function readTcp(bytes: Uint8Array, ip: IpHeader, header: LiveHeader, time: number): LiveTcp | LiveFault {
  const { payloadStart: start, payloadEnd: end } = ip;
  const fields = new Segment();
  const wrong = decodeTcp(bytes, start, end, fields);
  if (wrong !== null) return { kind: 'fault', time, reason: `the TCP header is wrong: ${wrong}` };
  const pseudoHeader = pseudoHeaderSumOf(bytes, 0, PROTOCOL_TCP, end - start);
  if (!isChecksumValid(bytes, start, end, pseudoHeader)) {
    return { kind: 'fault', time, reason: 'the TCP checksum is wrong' };
  }
  const { sourcePort, destinationPort, flags, seq, ack, wnd, up, textStart, textLength } = fields;
  if (bytes.subarray(textStart, end).some((byte) => byte !== 0)) {
    return { kind: 'fault', time, reason: 'the text is not the zeros that the program wrote' };
  }
  return {
    kind: 'tcp',
    header,
    time,
    sourcePort,
    destinationPort,
    flags,
    seq: seq >>> 0,
    length: textLength,
    ack: ack >>> 0,
    wnd,
    up,
    options: decodeOptionItems(bytes, start + TCP_HEADER_LENGTH, textStart),
  };
}

function readUdp(bytes: Uint8Array, ip: IpHeader, header: LiveHeader, time: number): LiveUdp | null {
  const fields = new UdpHeader();
  if (decodeUdp(bytes, ip.payloadStart, ip.payloadEnd, fields) !== null) return null;
  if (!isUdpChecksumValid(bytes, 0, fields)) return null;
  const { sourcePort, destinationPort } = fields;
  return {
    kind: 'udp',
    header,
    time,
    sourcePort,
    destinationPort,
    length: fields.length - UDP_HEADER_LENGTH,
  };
}

function readIcmp(bytes: Uint8Array, ip: IpHeader, header: LiveHeader, time: number): LiveIcmp | null {
  const { payloadStart: start, payloadEnd: end } = ip;
  const pseudoHeader = ip.family === 4 ? 0 : pseudoHeaderSumOf(bytes, 0, PROTOCOL_ICMPV6, end - start);
  const message = new IcmpMessage();
  if (decodeIcmp(bytes, start, end, pseudoHeader, message) !== null) return null;
  const body = bytes.subarray(start + ICMP_HEADER_LENGTH, end);
  return {
    kind: 'icmp',
    header,
    time,
    type: message.type,
    code: message.code,
    word: message.word >>> 0,
    body,
  };
}
