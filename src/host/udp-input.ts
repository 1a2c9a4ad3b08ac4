// RFC 768, RFC 1122 §4.1.3.1: nothing here listens to UDP, and whoever asks is told so.

import { ICMP4, ICMP6, UNREACHABLE4, UNREACHABLE6 } from '../wire/icmp.ts';
import type { IpHeader } from '../wire/ip.ts';
import type { Packet } from '../wire/packet.ts';
import { decodeUdp, isUdpChecksumValid } from '../wire/udp.ts';
import type { Core } from './core.ts';
import type { DropReason } from './counters.ts';
import { sendIcmpError } from './icmp-output.ts';
import type { Interface } from './interface.ts';

export function udpArrives(
  core: Core,
  via: Interface,
  packet: Packet,
  header: IpHeader,
  now: number,
): DropReason {
  const { udp } = core;
  const fault = decodeUdp(packet.bytes, header.payloadStart, header.payloadEnd, udp);
  if (fault !== null) return 'udp-malformed';
  if (packet.checksum === 'full' && !isUdpChecksumValid(packet.bytes, packet.start, udp))
    return 'udp-checksum';
  if (header.family === 4) {
    sendIcmpError(core, via, packet, header, ICMP4.UNREACHABLE, UNREACHABLE4.PORT, 0, now);
  } else {
    sendIcmpError(core, via, packet, header, ICMP6.UNREACHABLE, UNREACHABLE6.PORT, 0, now);
  }
  return 'udp-closed-port';
}
