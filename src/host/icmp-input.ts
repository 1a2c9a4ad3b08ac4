// RFC 792, RFC 4443: ICMP messages that arrive. Echo requests are answered; errors go to the connection whose
// segment they quote, if that segment can be in flight (RFC 5927 §4.1).

import { pseudoHeaderSumOf } from '../wire/checksum.ts';
import { decodeIcmp, ICMP_HEADER_LENGTH, ICMP4, ICMP6 } from '../wire/icmp.ts';
import { type IpHeader, PROTOCOL_ICMPV6 } from '../wire/ip.ts';
import type { Packet } from '../wire/packet.ts';
import type { Core } from './core.ts';
import type { DropReason } from './counters.ts';
import { icmpErrorArrives } from './icmp-errors.ts';
import { sendIcmp } from './icmp-output.ts';
import type { Interface } from './interface.ts';
import { copyBytes } from './ip-output.ts';

export function icmpArrives(
  core: Core,
  via: Interface,
  packet: Packet,
  header: IpHeader,
  now: number,
): DropReason | null {
  const { icmp } = core;
  const { bytes } = packet;
  const { payloadStart, payloadEnd } = header;
  const v4 = header.family === 4;
  const pseudoHeader = v4
    ? 0
    : pseudoHeaderSumOf(bytes, packet.start, PROTOCOL_ICMPV6, payloadEnd - payloadStart);
  const fault = decodeIcmp(bytes, payloadStart, payloadEnd, pseudoHeader, icmp);
  if (fault !== null) return fault === 'checksum' ? 'icmp-checksum' : 'icmp-malformed';
  switch (icmp.type) {
    case v4 ? ICMP4.ECHO : ICMP6.ECHO_REQUEST:
      return answerEcho(core, via, packet, header);
    case v4 ? ICMP4.ECHO_REPLY : ICMP6.ECHO_REPLY:
      return core.echoes.arrives(header, icmp, now) ? null : 'icmp-type';
    case v4 ? ICMP4.UNREACHABLE : ICMP6.UNREACHABLE:
    case v4 ? ICMP4.TIME_EXCEEDED : ICMP6.TIME_EXCEEDED:
    case v4 ? ICMP4.PARAMETER_PROBLEM : ICMP6.PARAMETER_PROBLEM:
      return icmpErrorArrives(core, packet, header, now);
  }
  if (!v4 && icmp.type === ICMP6.PACKET_TOO_BIG) return icmpErrorArrives(core, packet, header, now);
  return v4 && icmp.type === ICMP4.SOURCE_QUENCH ? 'icmp-source-quench' : 'icmp-type';
}

/** RFC 1122 §3.2.2.6, RFC 4443 §4.2: the same data goes back, all of it and nothing else. */
function answerEcho(core: Core, via: Interface, packet: Packet, header: IpHeader): null {
  const { icmp, scratch } = core;
  const length = icmp.bodyEnd - icmp.bodyStart;
  copyBytes(packet.bytes, icmp.bodyStart, scratch, ICMP_HEADER_LENGTH, length);
  const type = header.family === 4 ? ICMP4.ECHO_REPLY : ICMP6.ECHO_REPLY;
  const { family, destination, source } = header;
  if (sendIcmp(core, via, family, destination, source, type, 0, icmp.word, length)) {
    core.counters.echoReplies++;
  }
  return null;
}
