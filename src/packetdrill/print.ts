// Packets in the script's notation: what a script says, and what came instead. The inverse of parse-packet.ts.

import { printFlags } from '../wire/print.ts';
import { ACK, AE, CWR, ECE } from '../wire/tcp.ts';
import type { Direction, IcmpAction, IpInfo, OptionItem, Ports, TcpAction, UdpAction } from './script.ts';

/** What of a packet is printed. What is null is left out. */
export type PrintableTcp = Omit<TcpAction, 'kind'>;
export type PrintableIcmp = Omit<IcmpAction, 'kind'>;
export type PrintableUdp = Omit<UdpAction, 'kind'>;

/** `< [ect0] P. 1:1001(1000) ack 1 win 257 <nop,nop,TS val 2 ecr 1>`. */
export function printTcp(packet: PrintableTcp): string {
  const { flags, ace, seq, length, ack, wnd, up, options } = packet;
  const words = [...start(packet.direction, packet.ip)];
  if (packet.ports !== null) words.push(printPorts(packet.ports));
  words.push(ace === null ? printFlags(flags) : printAce(flags, ace), printSeq(seq, length));
  if (ack !== null) words.push(`ack ${ack}`);
  if (wnd !== null) words.push(`win ${wnd}`);
  if (up !== null) words.push(`urg ${up}`);
  if (options === 'any') words.push('<...>');
  else if (options.length > 0) words.push(`<${options.map(printOptionItem).join(',')}>`);
  return words.join(' ');
}

/** `> icmp unreachable frag_needed mtu 1400 [1:1461(1460)]`. */
export function printIcmp(packet: PrintableIcmp): string {
  const { type, code, mtu, id, quoted } = packet;
  const words = [...start(packet.direction, packet.ip), 'icmp', type];
  if (code !== null) words.push(code);
  if (mtu !== null) words.push(`mtu ${mtu}`);
  if (id !== null) words.push(`id ${id}`);
  if (quoted?.protocol === 'tcp') words.push(`[${printSeq(quoted.seq, quoted.length)}]`);
  else if (quoted !== null) words.push(`[${quoted.protocol} (${quoted.length})]`);
  return words.join(' ');
}

/** `< udp 53 > 4000 (100)`. */
export function printUdp(packet: PrintableUdp): string {
  const words = [...start(packet.direction, packet.ip), 'udp'];
  if (packet.ports !== null) words.push(printPorts(packet.ports));
  words.push(`(${packet.length})`);
  return words.join(' ');
}

export function printPacket(packet: TcpAction | IcmpAction | UdpAction): string {
  if (packet.kind === 'tcp') return printTcp(packet);
  return packet.kind === 'icmp' ? printIcmp(packet) : printUdp(packet);
}

/** `0.250000`: a time in milliseconds as scripts write it, to the microsecond. */
export const printTime = (time: number): string => (time / 1000).toFixed(6);

function start(direction: Direction, ip: IpInfo | null): string[] {
  const arrow = direction === 'in' ? '<' : '>';
  const infos: string[] = [];
  if (ip?.ecn != null) infos.push(ip.ecn);
  if (ip?.tos != null) infos.push(`tos 0x${ip.tos.toString(16).padStart(2, '0')}`);
  if (ip?.ttl != null) infos.push(`ttl ${ip.ttl}`);
  if (ip?.flowLabel != null) infos.push(`flowlabel 0x${ip.flowLabel.toString(16)}`);
  return infos.length > 0 ? [arrow, `[${infos.join(', ')}]`] : [arrow];
}

const printPorts = (ports: Ports): string => `${ports.source} > ${ports.destination}`;

const printSeq = (seq: number, length: number): string => `${seq}:${(seq + length) >>> 0}(${length})`;

/** `S.5`: the three bits of the ACE field as a number behind the ACK. */
function printAce(flags: number, ace: number): string {
  const letters = printFlags(flags & ~(ACK | AE | CWR | ECE));
  return `${letters === '-' ? '' : letters}.${ace}`;
}

/** `mss 1460`, `sack 1:1001 2001:3001`, `gen 30 0001`. */
export function printOptionItem(item: OptionItem): string {
  switch (item.kind) {
    case 'nop':
    case 'eol':
    case 'sackOK':
      return item.kind;
    case 'mss':
    case 'wscale':
      return `${item.kind} ${item.value}`;
    case 'sack':
      return ['sack', ...item.blocks.map(([left, right]) => `${left}:${right}`)].join(' ');
    case 'TS':
      return `TS val ${item.val} ecr ${item.ecr}`;
    case 'FO':
    case 'FOEXP':
      return withHex(item.kind, item.cookie);
    case 'md5':
      return withHex('md5', item.digest);
    case 'ECN':
      return ['ECN', ...item.counters.map(([name, value]) => `${name} ${value}`)].join(' ');
    case 'unknown':
      return withHex(`gen ${item.number}`, item.data);
  }
}

function withHex(name: string, bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex === '' ? name : `${name} ${hex}`;
}
