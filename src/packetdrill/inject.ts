// What a script sends, as bytes for the stack: numbers in the stack's own spaces, timestamps echoed as it sent them.

import { Segment } from '../tcp/segment.ts';
import { seq } from '../tcp/seq.ts';
import type { Address } from '../wire/address.ts';
import { echoWord, ICMP4, ICMP6, UNREACHABLE4 } from '../wire/icmp.ts';
import { PROTOCOL_TCP, PROTOCOL_UDP, writeWord } from '../wire/ip.ts';
import { ACK, CWR, FIN, PSH, RST, SYN, TCP_HEADER_LENGTH } from '../wire/tcp.ts';
import { UDP_HEADER_LENGTH } from '../wire/udp.ts';
import { ScriptFailure } from './failure.ts';
import type { Flow } from './flows.ts';
import { type IcmpKind, icmpKind } from './icmp-names.ts';
import type { LiveTcp } from './live.ts';
import type { Numbers } from './numbers.ts';
import { type IpFields, icmpPacket, ipPacket, tcpPacket, udpPacket } from './packet-bytes.ts';
import type { IcmpAction, IpInfo, OptionItem, TcpAction, UdpAction } from './script.ts';

/** What packetdrill's packets have. */
const HOP_LIMIT = 255;
/** RFC 792: what an error quotes behind the IP header; TCP's ports and sequence number. */
const QUOTED = 8;
/** Not a protocol that anyone speaks (RFC 3692 §2.1): `[raw (N)]`. */
const PROTOCOL_RAW = 253;

export interface InjectRules {
  /** Bytes that each segment of a longer text carries; 0: one packet carries all. */
  readonly mss: number;
  /** Echoes of timestamps that never left are computed. */
  readonly scaledEcho: boolean;
}

/** The packets of one TCP line, to be delivered as one batch. @throws ScriptFailure for an echo of nothing */
export function tcpPackets(action: TcpAction, flow: Flow, rules: InjectRules): Uint8Array[] {
  const { numbers } = flow;
  const ip = ipFields(action.ip, flow.remote.address, flow.local.address);
  const options = liveOptions(action, numbers, rules.scaledEcho);
  if (action.flags & SYN) numbers.peerScales = options.some(({ kind }) => kind === 'wscale');
  const size = rules.mss > 0 ? rules.mss : action.length;
  const packets: Uint8Array[] = [];
  let offset = 0;
  do {
    const length = Math.min(size, action.length - offset);
    const fields = new Segment();
    fields.sourcePort = flow.remote.port;
    fields.destinationPort = flow.local.port;
    fields.seq = seq(numbers.toLive(action.seq + offset, 'peer'));
    if (action.flags & ACK) fields.ack = seq(numbers.toLive(action.ack ?? 0, 'ours'));
    fields.flags = flagsAt(action, offset, offset + length);
    fields.wnd = action.wnd ?? 0;
    fields.up = Math.max(0, (action.up ?? 0) - offset);
    packets.push(tcpPacket(ip, fields, options, length));
    offset += length;
  } while (offset < action.length);
  return packets;
}

/** As an offload cuts: CWR on the first, PSH and FIN on the last. */
function flagsAt(action: TcpAction, from: number, to: number): number {
  const first = from === 0 || action.ace !== null ? 0 : CWR;
  const last = to >= action.length ? 0 : PSH | FIN;
  return action.flags & ~(first | last);
}

function liveOptions(action: TcpAction, numbers: Numbers, scaled: boolean): readonly OptionItem[] {
  if (action.options === 'any') return [];
  const echoes = (action.flags & ACK) !== 0;
  return action.options.map((option): OptionItem => {
    if (option.kind === 'TS') {
      const ecr = echoes ? numbers.echoToLive(option.ecr, scaled) : option.ecr;
      if (ecr === null) throw new ScriptFailure(`no segment with TS val ${option.ecr} has left to be echoed`);
      return { kind: 'TS', val: option.val, ecr };
    }
    if (option.kind !== 'sack') return option;
    const blocks = option.blocks.map(
      ([left, right]) => [numbers.toLive(left, 'ours'), numbers.toLive(right, 'ours')] as const,
    );
    return { kind: 'sack', blocks };
  });
}

export function udpPackets(action: UdpAction, flow: Flow): Uint8Array[] {
  const { local, remote } = flow;
  const ip = ipFields(action.ip, remote.address, local.address);
  return [udpPacket(ip, remote.port, local.port, action.length)];
}

/**
 * `last`: the segment that left last, for an error that does not say what it quotes.
 * @throws UnsupportedError for a message that this IP version does not have
 */
export function icmpPackets(action: IcmpAction, flow: Flow, last: LiveTcp | null): Uint8Array[] {
  const { local, remote } = flow;
  const { family } = local.address;
  const kind = icmpKind(family, action.type, action.code);
  const ip = ipFields(action.ip, remote.address, local.address);
  const body = isEcho(family, kind) ? new Uint8Array(0) : quote(action, flow, last);
  return [icmpPacket(ip, kind.type, kind.code, wordOf(family, kind, action), body)];
}

function isEcho(family: 4 | 6, { type }: IcmpKind): boolean {
  if (family === 4) return type === ICMP4.ECHO || type === ICMP4.ECHO_REPLY;
  return type === ICMP6.ECHO_REQUEST || type === ICMP6.ECHO_REPLY;
}

function wordOf(family: 4 | 6, kind: IcmpKind, action: IcmpAction): number {
  if (isEcho(family, kind)) return echoWord(action.id ?? 0, 0);
  const tooBig =
    family === 4
      ? kind.type === ICMP4.UNREACHABLE && kind.code === UNREACHABLE4.FRAGMENTATION_NEEDED
      : kind.type === ICMP6.PACKET_TOO_BIG;
  return tooBig ? (action.mtu ?? 0) | 0 : 0;
}

/** The beginning of the packet that an error is about: one of ours, without options. */
function quote(action: IcmpAction, flow: Flow, last: LiveTcp | null): Uint8Array {
  const { local, remote, numbers } = flow;
  const ip = ipFields(null, local.address, remote.address);
  const { quoted } = action;
  if (quoted?.protocol === 'raw') return ipPacket(ip, PROTOCOL_RAW, quoted.length, QUOTED).bytes;
  const udp = quoted?.protocol === 'udp';
  const length = quoted === null ? (last?.length ?? 0) : quoted.length;
  const headerLength = udp ? UDP_HEADER_LENGTH : TCP_HEADER_LENGTH;
  const { bytes, at } = ipPacket(ip, udp ? PROTOCOL_UDP : PROTOCOL_TCP, headerLength + length, QUOTED);
  writeWord(bytes, at, (local.port << 16) | remote.port);
  if (udp) writeWord(bytes, at + 4, (headerLength + length) << 16);
  else if (quoted?.protocol === 'tcp') writeWord(bytes, at + 4, numbers.toLive(quoted.seq, 'ours'));
  else writeWord(bytes, at + 4, last?.seq ?? 0);
  return bytes;
}

/** A reset that ends a connection whatever its state is: it stands where `last`, which left last, acknowledged. */
export function closingReset(flow: Flow, last: LiveTcp): Uint8Array {
  const fields = new Segment();
  fields.sourcePort = flow.remote.port;
  fields.destinationPort = flow.local.port;
  fields.seq = seq(last.ack);
  fields.flags = RST;
  return tcpPacket(ipFields(null, flow.remote.address, flow.local.address), fields, [], 0);
}

function ipFields(info: IpInfo | null, source: Address, destination: Address): IpFields {
  return {
    source,
    destination,
    trafficClass: info?.tos ?? ecnBits(info?.ecn ?? null),
    hopLimit: info?.ttl ?? HOP_LIMIT,
    flowLabel: info?.flowLabel ?? 0,
  };
}

/** RFC 3168 §5. */
function ecnBits(ecn: IpInfo['ecn']): number {
  switch (ecn) {
    case 'ect1':
      return 1;
    case 'ect0':
    case 'ect01':
      return 2;
    case 'ce':
      return 3;
    case 'noecn':
    case null:
      return 0;
  }
}
