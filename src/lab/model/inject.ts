// A segment made by hand: packetdrill's notation, numbers counted from the connection's initial sequence numbers.

import { Segment } from '../../tcp/segment.ts';
import { add, type Seq } from '../../tcp/seq.ts';
import type { Endpoint } from '../../wire/address.ts';
import { foldChecksum, pseudoHeaderSum, sumBytes } from '../../wire/checksum.ts';
import { PROTOCOL_TCP } from '../../wire/ip.ts';
import { encodeIpv4, IPV4_HEADER_LENGTH, Ipv4Header } from '../../wire/ipv4.ts';
import { parseSegment } from '../../wire/print.ts';
import { ACK, encodeTcp, tcpHeaderLength } from '../../wire/tcp.ts';

/** Where the checksum lies in a TCP header. */
const CHECKSUM = 16;
const HOP_LIMIT = 64;
const WINDOW = 65_535;
const FILLER = 0x78;
/** What fits on a link of 1500 bytes with every option. */
const LONGEST_TEXT = 1400;

/** As whom the segment is sent, and what its numbers count from. */
export interface Impersonated {
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly iss: Seq;
  readonly irs: Seq;
}

/** A packet, IPv4, and the segment in it. */
export interface Handmade {
  readonly bytes: Uint8Array;
  readonly segment: Segment;
}

/** The packet. @throws SyntaxError for what is no segment, RangeError for one that fits no packet */
export function handmadePacket(text: string, as: Impersonated): Handmade {
  const segment = readHandmade(text, as);
  const tcpAt = IPV4_HEADER_LENGTH;
  const length = tcpHeaderLength(segment) + segment.textLength;
  const bytes = new Uint8Array(tcpAt + length).fill(FILLER);
  const ip = new Ipv4Header();
  as.source.address.toWords(ip.source);
  as.destination.address.toWords(ip.destination);
  ip.protocol = PROTOCOL_TCP;
  ip.hopLimit = HOP_LIMIT;
  ip.dontFragment = true;
  ip.trafficClass = segment.ecn;
  ip.totalLength = bytes.length;
  encodeIpv4(ip, bytes, 0);
  encodeTcp(segment, bytes, tcpAt);
  const pseudoHeader = pseudoHeaderSum(as.source.address, as.destination.address, PROTOCOL_TCP, length);
  const checksum = foldChecksum(sumBytes(bytes, tcpAt, bytes.length, pseudoHeader));
  bytes[tcpAt + CHECKSUM] = checksum >>> 8;
  bytes[tcpAt + CHECKSUM + 1] = checksum;
  return { bytes, segment };
}

/** Null: what a person wrote is no segment, or fits no packet. */
export function readHandmadePacket(text: string, as: Impersonated): Handmade | null {
  try {
    return handmadePacket(text, as);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return null;
    throw error;
  }
}

function readHandmade(text: string, as: Impersonated): Segment {
  const parsed = parseSegment(text);
  if (parsed.length > LONGEST_TEXT) {
    throw new RangeError(`a segment carries at most ${LONGEST_TEXT} bytes here, not ${parsed.length}`);
  }
  const segment = new Segment();
  if (parsed.options !== null) {
    const { sackBlocks, ...options } = parsed.options;
    Object.assign(segment, options);
    for (const [i, edge] of sackBlocks.entries()) segment.sackBlocks[i] = add(as.irs, edge);
  }
  segment.sourcePort = as.source.port;
  segment.destinationPort = as.destination.port;
  segment.flags = parsed.flags;
  segment.seq = add(as.iss, parsed.seq);
  if ((parsed.flags & ACK) !== 0) segment.ack = add(as.irs, parsed.ack ?? 0);
  segment.wnd = parsed.wnd ?? WINDOW;
  segment.up = parsed.up;
  segment.ecn = parsed.ecn ?? 0;
  segment.textLength = parsed.length;
  return segment;
}

/** What is wrong with a segment made by hand; null: nothing. */
export function segmentFault(text: string): 'notation' | 'length' | null {
  try {
    return parseSegment(text).length > LONGEST_TEXT ? 'length' : null;
  } catch (error) {
    if (error instanceof SyntaxError) return 'notation';
    throw error;
  }
}
