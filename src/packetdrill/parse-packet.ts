// Packets as a script writes them: `< [ect0] P. 1:1001(1000) ack 1 win 257 <nop,nop,TS val 2 ecr 1>`.

import { ACK, AE, CWR, ECE, FIN, PSH, RST, SYN, URG } from '../wire/tcp.ts';
import type { Lexer } from './lexer.ts';
import { parseOptions } from './parse-options.ts';
import type { Direction, IcmpAction, IpInfo, Ports, TcpAction, UdpAction } from './script.ts';

const U8 = 0xff;
const U16 = 0xffff;
const U20 = 0xf_ffff;
const U32 = 0xffff_ffff;

/** What the length field of an IP packet can count. */
const LONGEST_PACKET = 0xffff;

/** Kinds of packets that packetdrill knows in one version or another, and we do not. */
const OTHER_KINDS: ReadonlySet<string> = new Set([
  'gre',
  'ipv4',
  'ipv6',
  'mpls',
  'psp',
  'sctp',
  'udplite',
  'vxlan',
]);

/** The direction is where the lexer stands. */
export function parsePacket(lexer: Lexer): TcpAction | IcmpAction | UdpAction {
  const direction: Direction = lexer.accept('<') ? 'in' : 'out';
  if (direction === 'out') lexer.expect('>', 'before a packet');
  const ip = parseIpInfo(lexer);
  const word = lexer.peekWord();
  if (word !== null && OTHER_KINDS.has(word)) return lexer.unsupported(`no packets of kind ${word}`);
  if (lexer.acceptWord('icmp')) return parseIcmp(lexer, direction, ip);
  if (!lexer.acceptWord('udp')) return parseTcp(lexer, direction, ip);
  const ports = parsePorts(lexer);
  return { kind: 'udp', direction, ip, ports, length: parseLength(lexer) };
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Brackets of either kind, several infos in each. */
function parseIpInfo(lexer: Lexer): IpInfo | null {
  let info: Writable<IpInfo> | null = null;
  for (;;) {
    const close = lexer.accept('[') ? ']' : lexer.accept('(') ? ')' : null;
    if (close === null) return info;
    info ??= { ecn: null, tos: null, ttl: null, flowLabel: null };
    do parseInfo(lexer, info);
    while (lexer.accept(','));
    if (!lexer.accept(close)) lexer.expected(`',' or '${close}'`);
  }
}

const ECN: ReadonlySet<string> = new Set(['noecn', 'ect0', 'ect1', 'ect01', 'ce']);

function parseInfo(lexer: Lexer, info: Writable<IpInfo>): void {
  const word = lexer.peekWord() ?? '';
  const begin = lexer.at;
  const once = (before: unknown): void => {
    if (before !== null) lexer.fail(`${word} says again what was said of this packet`, begin);
    lexer.word('a word');
  };
  if (ECN.has(word)) {
    once(info.ecn ?? info.tos);
    info.ecn = word as NonNullable<IpInfo['ecn']>;
  } else if (word === 'tos') {
    once(info.ecn ?? info.tos);
    info.tos = lexer.integer('tos', U8);
  } else if (word === 'ttl') {
    once(info.ttl);
    info.ttl = lexer.integer('ttl', U8);
  } else if (word === 'flowlabel') {
    once(info.flowLabel);
    info.flowLabel = lexer.integer('flowlabel', U20);
  } else {
    lexer.expected('what an IP header says (ect0, ce, tos, ttl, flowlabel...)');
  }
}

const DIGIT = /\d/y;

function parsePorts(lexer: Lexer): Ports | null {
  lexer.skip();
  if (lexer.matchHere(DIGIT) === null) return null;
  const source = lexer.integer('a port', U16);
  lexer.expect('>', 'between two ports');
  return { source, destination: lexer.integer('a port', U16) };
}

function parseTcp(lexer: Lexer, direction: Direction, ip: IpInfo | null): TcpAction {
  const ports = parsePorts(lexer);
  lexer.skip();
  const begin = lexer.at;
  const { flags, ace } = parseFlags(lexer);
  const { seq, length } = parseSeq(lexer);
  const ack = lexer.acceptWord('ack') ? lexer.integer('ack', U32) : null;
  const wnd = lexer.acceptWord('win') ? lexer.integer('win', U16) : null;
  const up = lexer.acceptWord('urg') ? lexer.integer('urg', U16) : null;
  const options = parseOptions(lexer);
  // As packetdrill has it: `ack` left out is 0, but no window is guessed.
  if (wnd === null && direction === 'in') lexer.fail("a packet that comes in without 'win'", begin);
  return { kind: 'tcp', direction, ip, ports, flags, ace, seq, length, ack, wnd, up, options };
}

const FLAGS: Readonly<Record<string, number>> = {
  S: SYN,
  F: FIN,
  R: RST,
  P: PSH,
  U: URG,
  E: ECE,
  W: CWR,
  A: AE,
};

const FLAGS_WORD = /[\w.-]+/y;

/** RFC 9768 §3.2.2: the bits AE, CWR, ECE as one number. */
const aceBits = (ace: number): number => (ace & 4 ? AE : 0) | (ace & 2 ? CWR : 0) | (ace & 1 ? ECE : 0);

/** Letters, then `.` and with it perhaps the ACE field; or `-`. */
function parseFlags(lexer: Lexer): { flags: number; ace: number | null } {
  lexer.skip();
  const begin = lexer.at;
  const written = lexer.take(FLAGS_WORD) ?? lexer.expected("a packet's flags");
  if (written === '-') return { flags: 0, ace: null };
  let flags = 0;
  let at = 0;
  for (; at < written.length && written[at] !== '.'; at++) {
    const flag = FLAGS[written[at]!] ?? lexer.fail(`no flag: '${written[at]}' in '${written}'`, begin + at);
    if (flags & flag) lexer.fail(`the flag ${written[at]} twice`, begin + at);
    flags |= flag;
  }
  if (at === written.length) return { flags, ace: null };
  flags |= ACK;
  const behind = written.slice(at + 1);
  if (behind === '') return { flags, ace: null };
  if (!/^[0-7]$/.test(behind))
    lexer.fail(`behind the '.' no ACE field (0 to 7): '${behind}'`, begin + at + 1);
  if (flags & (AE | CWR | ECE)) lexer.fail(`'${written}' says the ECN bits twice`, begin);
  const ace = Number(behind);
  return { flags: flags | aceBits(ace), ace };
}

/** `start:end(length)`, modulo 2^32. */
function parseSeq(lexer: Lexer): { seq: number; length: number } {
  lexer.skip();
  const begin = lexer.at;
  const seq = lexer.integer('a sequence number', U32);
  lexer.expect(':', 'in start:end(length)');
  const end = lexer.integer('a sequence number', U32);
  const length = parseLength(lexer);
  const counted = (end - seq) >>> 0;
  if (counted !== length) lexer.fail(`${seq}:${end} are ${counted} bytes, not ${length}`, begin);
  return { seq, length };
}

/** `(length)`. */
function parseLength(lexer: Lexer): number {
  lexer.expect('(', 'before a length');
  const length = lexer.integer('a length', LONGEST_PACKET);
  lexer.expect(')', 'behind a length');
  return length;
}

const TYPE = /\w+/y;

function parseIcmp(lexer: Lexer, direction: Direction, ip: IpInfo | null): IcmpAction {
  const type = lexer.take(TYPE) ?? lexer.expected('the type of the ICMP message');
  const next = lexer.peekWord();
  const code = next !== null && next !== 'mtu' && next !== 'id' ? lexer.word('a code') : null;
  const mtu = lexer.acceptWord('mtu') ? lexer.integer('mtu', U32) : null;
  const id = lexer.acceptWord('id') ? lexer.integer('id', U16) : null;
  return { kind: 'icmp', direction, ip, type, code, mtu, id, quoted: parseQuoted(lexer) };
}

/** `[start:end(length)]`, `[udp (length)]`, `[raw (length)]`. */
function parseQuoted(lexer: Lexer): IcmpAction['quoted'] {
  if (!lexer.accept('[')) return null;
  const protocol = lexer.acceptWord('udp') ? 'udp' : lexer.acceptWord('raw') ? 'raw' : null;
  const quoted =
    protocol === null
      ? ({ protocol: 'tcp', ...parseSeq(lexer) } as const)
      : ({ protocol, length: parseLength(lexer) } as const);
  lexer.expect(']', 'behind what the ICMP message quotes');
  return quoted;
}
