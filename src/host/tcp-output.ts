// RFC 9293 §3.1, §3.9.2: segments become packets. DF is set and the identification 0 (RFC 1191 §3, RFC 6864 §4.1),
// unless the path is known to need fragments; the flow label is 0.

import { copyText, type Segment } from '../tcp/segment.ts';
import { foldChecksum, pseudoHeaderSumOf, sumBytes } from '../wire/checksum.ts';
import { type IpHeader, PROTOCOL_TCP } from '../wire/ip.ts';
import { encodeIpv4, IPV4_HEADER_LENGTH, type Ipv4Header } from '../wire/ipv4.ts';
import { encodeIpv6, IPV6_HEADER_LENGTH, type Ipv6Header } from '../wire/ipv6.ts';
import { encodeTcp, tcpHeaderLength } from '../wire/tcp.ts';
import type { Core } from './core.ts';
import type { Interface } from './interface.ts';
import { HOP_LIMIT, type TcpSocket } from './socket.ts';

/** Where the checksum lies in a TCP header. */
const CHECKSUM = 16;

/** Send what is due on a socket. False: its link has no room, there may be more. */
export function outputSegments(core: Core, socket: TcpSocket, now: number): boolean {
  const { leaving: seg } = core;
  const { connection, via } = socket;
  for (;;) {
    const packet = via.open();
    if (packet === null) return !via.up;
    if (!connection.output(seg, now)) return true;
    const header = socket.local.address.family === 4 ? core.outgoing4 : core.outgoing6;
    socket.local.address.toWords(header.source);
    socket.remote.address.toWords(header.destination);
    header.trafficClass = socket.trafficClass | seg.ecn;
    header.hopLimit = socket.hopLimit;
    const offload = via.link.checksumOffload;
    packet.end = writeSegment(core, header, seg, socket.dontFragment, packet.bytes, packet.start, offload);
    packet.checksum = offload ? 'partial' : 'full';
    packet.segmentSize = seg.segmentSize > 0 && seg.textLength > seg.segmentSize ? seg.segmentSize : 0;
    if (socket.observer !== null) socket.observer.packetSent(core.name, via.link.name, packet, now);
    via.send(now);
  }
}

/** §3.10.7.1: queue the reset that answers a segment without a connection, which came with `header`. */
export function sendReset(core: Core, via: Interface, header: IpHeader, reset: Segment): void {
  if (sendReply(core, via, header, reset)) core.counters.resets++;
}

/** Queue a segment without text that no connection sends, in answer to what came with `header`. False: no room. */
export function sendReply(core: Core, via: Interface, header: IpHeader, reply: Segment): boolean {
  const ip = header.family === 4 ? core.outgoing4 : core.outgoing6;
  const ipLength = header.family === 4 ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH;
  const at = via.replies.reserve(ipLength + tcpHeaderLength(reply));
  if (at < 0) {
    core.counters.dropped['reply-queue-full']++;
    return false;
  }
  ip.source.set(header.destination);
  ip.destination.set(header.source);
  ip.trafficClass = 0;
  ip.hopLimit = HOP_LIMIT;
  writeSegment(core, ip, reply, true, via.replies.bytes, at, false);
  return true;
}

/**
 * Write the packet of one segment at `at`; addresses, traffic class and hop limit are in `header`. With
 * `partial` the checksum covers the pseudo-header alone, for the link to complete. Returns where it ends.
 */
function writeSegment(
  core: Core,
  header: Ipv4Header | Ipv6Header,
  seg: Segment,
  dontFragment: boolean,
  bytes: Uint8Array,
  at: number,
  partial: boolean,
): number {
  const tcpAt = at + (header.family === 4 ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH);
  const textAt = tcpAt + encodeTcp(seg, bytes, tcpAt);
  const end = textAt + seg.textLength;
  if (seg.textLength > 0) copyText(seg, bytes, textAt);
  header.protocol = PROTOCOL_TCP;
  if (header.family === 4) {
    header.identification = dontFragment ? 0 : core.random.int32() & 0xffff;
    header.dontFragment = dontFragment;
    header.moreFragments = false;
    header.fragmentOffset = 0;
    header.totalLength = end - at;
    encodeIpv4(header, bytes, at);
  } else {
    header.payloadLength = end - tcpAt;
    encodeIpv6(header, bytes, at);
  }
  const pseudoHeader = pseudoHeaderSumOf(bytes, at, PROTOCOL_TCP, end - tcpAt);
  const checksum = partial
    ? ~foldChecksum(pseudoHeader) & 0xffff
    : foldChecksum(sumBytes(bytes, tcpAt, end, pseudoHeader));
  bytes[tcpAt + CHECKSUM] = checksum >>> 8;
  bytes[tcpAt + CHECKSUM + 1] = checksum;
  return end;
}
