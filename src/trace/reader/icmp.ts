// ICMP errors about TCP segments (RFC 792, RFC 4443 §3), from the segment's header that they quote.

import { ICMP_HEADER_LENGTH, ICMP4, ICMP6, UNREACHABLE4, UNREACHABLE6 } from '../../wire/icmp.ts';
import { PROTOCOL_ICMP, PROTOCOL_ICMPV6, PROTOCOL_TCP, readWord } from '../../wire/ip.ts';
import { readIp, SeenIp } from './ip.ts';

/** What a router or a host says that it could not do; `other`: parameter problems, and codes without a meaning here. */
export type IcmpReason =
  | 'net'
  | 'host'
  | 'protocol'
  | 'port'
  | 'prohibited'
  | 'too-big'
  | 'time-exceeded'
  | 'other';

/** RFC 792: of the quoted segment 8 bytes at least, which are its ports and its sequence number. */
const QUOTED = 8;

const REASONS4: Readonly<Record<number, IcmpReason>> = {
  [UNREACHABLE4.NET]: 'net',
  [UNREACHABLE4.HOST]: 'host',
  [UNREACHABLE4.PROTOCOL]: 'protocol',
  [UNREACHABLE4.PORT]: 'port',
  [UNREACHABLE4.FRAGMENTATION_NEEDED]: 'too-big',
  [UNREACHABLE4.NET_PROHIBITED]: 'prohibited',
  [UNREACHABLE4.HOST_PROHIBITED]: 'prohibited',
  [UNREACHABLE4.PROHIBITED]: 'prohibited',
};

const REASONS6: Readonly<Record<number, IcmpReason>> = {
  [UNREACHABLE6.NO_ROUTE]: 'net',
  [UNREACHABLE6.PROHIBITED]: 'prohibited',
  [UNREACHABLE6.ADDRESS]: 'host',
  [UNREACHABLE6.PORT]: 'port',
  [UNREACHABLE6.POLICY]: 'prohibited',
  [UNREACHABLE6.REJECT]: 'prohibited',
};

/** One of them; filled again for each, and valid until the next. */
export class SeenIcmp {
  /** The frame's number, and its time, milliseconds since the first frame. */
  number = 0;
  time = 0;
  reason: IcmpReason = 'other';
  /** Next hop's, of a packet that was too big; 0: not said. */
  mtu = 0;
  /** Whose error it is; words as in `Address`. */
  family: 4 | 6 = 4;
  readonly reporter = new Int32Array(4);
  /** Of the segment that it quotes. */
  readonly quoted = new SeenIp();
  sourcePort = 0;
  destinationPort = 0;
  seq = 0;
}

/** Read the error in the packet with the header `ip`; false: it is none, or not about TCP. */
export function readIcmp(bytes: Uint8Array, ip: SeenIp, into: SeenIcmp): boolean {
  const { payloadStart: start, payloadEnd: end, family, protocol } = ip;
  if (protocol !== (family === 4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6)) return false;
  if (end - start < ICMP_HEADER_LENGTH) return false;
  const reason = (family === 4 ? reason4 : reason6)(bytes[start]!, bytes[start + 1]!);
  const { quoted } = into;
  if (reason === null || !readIp(bytes, start + ICMP_HEADER_LENGTH, end, 0, quoted)) return false;
  const at = quoted.payloadStart;
  if (quoted.protocol !== PROTOCOL_TCP || quoted.fragmentOffset > 0 || end - at < QUOTED) return false;
  const word = readWord(bytes, start + 4);
  into.reason = reason;
  into.mtu = reason === 'too-big' ? (family === 4 ? word & 0xffff : word >>> 0) : 0;
  into.family = family;
  into.reporter.set(ip.source);
  into.sourcePort = (bytes[at]! << 8) | bytes[at + 1]!;
  into.destinationPort = (bytes[at + 2]! << 8) | bytes[at + 3]!;
  into.seq = readWord(bytes, at + 4);
  return true;
}

function reason4(type: number, code: number): IcmpReason | null {
  if (type === ICMP4.UNREACHABLE) return REASONS4[code] ?? 'other';
  if (type === ICMP4.TIME_EXCEEDED) return code === 0 ? 'time-exceeded' : 'other';
  return type === ICMP4.PARAMETER_PROBLEM ? 'other' : null;
}

function reason6(type: number, code: number): IcmpReason | null {
  if (type === ICMP6.UNREACHABLE) return REASONS6[code] ?? 'other';
  if (type === ICMP6.PACKET_TOO_BIG) return 'too-big';
  if (type === ICMP6.TIME_EXCEEDED) return code === 0 ? 'time-exceeded' : 'other';
  return type === ICMP6.PARAMETER_PROBLEM ? 'other' : null;
}
