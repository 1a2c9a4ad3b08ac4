// RFC 791, RFC 8200: what a packet goes through from the link to its protocol. Whatever its bytes are, it is
// delivered, kept as a fragment, or dropped and counted with a reason.

import { ICMP4, ICMP6, PARAMETER_PROBLEM6, UNREACHABLE4 } from '../wire/icmp.ts';
import {
  type IpHeader,
  isFragment,
  PROTOCOL_ICMP,
  PROTOCOL_ICMPV6,
  PROTOCOL_NONE,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
} from '../wire/ip.ts';
import { decodeIpv4 } from '../wire/ipv4.ts';
import { decodeIpv6, IPV6_HEADER_LENGTH, type Ipv6Fault, type Ipv6Header } from '../wire/ipv6.ts';
import type { Packet } from '../wire/packet.ts';
import { addressFault } from './addresses.ts';
import type { Core } from './core.ts';
import type { DropReason } from './counters.ts';
import { icmpArrives } from './icmp-input.ts';
import { sendIcmpError } from './icmp-output.ts';
import type { Interface } from './interface.ts';
import { segmentArrives } from './tcp-input.ts';
import { udpArrives } from './udp-input.ts';

/** A packet came in on `via`. Nothing is sent before the next flush (MUST-59). */
export function packetArrives(core: Core, via: Interface, packet: Packet): void {
  const now = core.clock.now();
  const { counters, probe } = core;
  counters.packetsReceived++;
  counters.bytesReceived += packet.end - packet.start;
  if (probe !== null) probe.packetReceived(core.name, via.link.name, packet, now);
  const fault = via.up ? ipArrives(core, via, packet, false, now) : 'link-down';
  if (fault === null) return;
  counters.dropped[fault]++;
  if (probe !== null) probe.packetDropped(core.name, via.link.name, packet, fault, now);
}

/** `reassembled`: the packet is made of fragments, and may not be one itself again. */
function ipArrives(
  core: Core,
  via: Interface,
  packet: Packet,
  reassembled: boolean,
  now: number,
): DropReason | null {
  const version = packet.end > packet.start ? packet.bytes[packet.start]! >> 4 : 0;
  const header = version === 4 ? core.ipv4 : core.ipv6;
  const fault = version === 4 ? ipv4Fault(core, via, packet) : ipv6Fault(core, via, packet, now);
  if (fault !== null) return fault;
  if (!isFragment(header)) return deliver(core, via, packet, header, now);
  return reassembled ? 'fragment-nested' : fragmentArrives(core, via, packet, header, now);
}

function ipv4Fault(core: Core, via: Interface, packet: Packet): DropReason | null {
  const header = core.ipv4;
  const fault = decodeIpv4(packet.bytes, packet.start, packet.end, header);
  if (fault !== null) return fault === 'checksum' ? 'ip-checksum' : 'ip-malformed';
  if (header.totalLength > packet.end - packet.start) return 'ip-malformed';
  return addressFault(core, via, header) ?? (header.sourceRoute ? 'source-route' : null);
}

function ipv6Fault(core: Core, via: Interface, packet: Packet, now: number): DropReason | null {
  const header = core.ipv6;
  const fault = decodeIpv6(packet.bytes, packet.start, packet.end, header);
  if (fault === 'truncated' || fault === 'version' || fault === 'chain') return 'ip-malformed';
  if (header.payloadLength > packet.end - packet.start - IPV6_HEADER_LENGTH) return 'ip-malformed';
  const foreign = addressFault(core, via, header);
  if (foreign !== null || fault === null) return foreign;
  const code = problemCode(fault);
  if (code !== null) sendProblem(core, via, packet, header, code, header.pointer, now);
  return 'ip-option';
}

/** RFC 8200 §4.2, RFC 4443 §3.4: the code of the Parameter Problem that a fault calls for. */
function problemCode(fault: Ipv6Fault): number | null {
  switch (fault) {
    case 'erroneous-field':
      return PARAMETER_PROBLEM6.ERRONEOUS_FIELD;
    case 'next-header':
      return PARAMETER_PROBLEM6.NEXT_HEADER;
    case 'option':
    case 'option-unicast':
      return PARAMETER_PROBLEM6.OPTION;
    case 'option-discard':
    case 'truncated':
    case 'version':
    case 'chain':
      return null;
  }
}

function sendProblem(
  core: Core,
  via: Interface,
  packet: Packet,
  header: Ipv6Header,
  code: number,
  pointer: number,
  now: number,
): void {
  sendIcmpError(core, via, packet, header, ICMP6.PARAMETER_PROBLEM, code, pointer - packet.start, now);
}

function deliver(
  core: Core,
  via: Interface,
  packet: Packet,
  header: IpHeader,
  now: number,
): DropReason | null {
  switch (header.protocol) {
    case PROTOCOL_TCP:
      return segmentArrives(core, via, packet, header, now);
    case PROTOCOL_UDP:
      return udpArrives(core, via, packet, header, now);
    case PROTOCOL_ICMP:
      if (header.family === 4) return icmpArrives(core, via, packet, header, now);
      break;
    case PROTOCOL_ICMPV6:
      if (header.family === 6) return icmpArrives(core, via, packet, header, now);
      break;
    case PROTOCOL_NONE:
      if (header.family === 6) return 'no-next-header';
      break;
  }
  if (header.family === 4) {
    sendIcmpError(core, via, packet, header, ICMP4.UNREACHABLE, UNREACHABLE4.PROTOCOL, 0, now);
  } else {
    const { nextHeaderAt } = core.ipv6;
    sendProblem(core, via, packet, core.ipv6, PARAMETER_PROBLEM6.NEXT_HEADER, nextHeaderAt, now);
  }
  return 'unknown-protocol';
}

function fragmentArrives(
  core: Core,
  via: Interface,
  packet: Packet,
  header: IpHeader,
  now: number,
): DropReason | null {
  const result = core.fragments.add(packet.bytes, packet.start, header, now);
  if (result === null) return null;
  if (typeof result === 'string') {
    if (result === 'fragment-malformed' && header.family === 6) {
      sendProblem(
        core,
        via,
        packet,
        core.ipv6,
        PARAMETER_PROBLEM6.ERRONEOUS_FIELD,
        faultyField(core, packet),
        now,
      );
    }
    return result;
  }
  core.counters.reassembled++;
  const { whole } = core;
  whole.bytes = result;
  whole.end = result.length;
  return ipArrives(core, via, whole, true, now);
}

/** RFC 8200 §4.5: the fragment offset if the datagram would grow too long, else the payload length. */
function faultyField(core: Core, packet: Packet): number {
  const { fragmentOffset, payloadStart, payloadEnd, nextHeaderAt } = core.ipv6;
  return fragmentOffset + payloadEnd - payloadStart > 65_535 ? nextHeaderAt + 2 : packet.start + 4;
}
