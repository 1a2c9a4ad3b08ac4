// ICMP messages and UDP datagrams that left, against what the script expects.

import { ICMP4, ICMP6, QuotedPacket, UNREACHABLE4 } from '../wire/icmp.ts';
import { PROTOCOL_TCP, PROTOCOL_UDP } from '../wire/ip.ts';
import { IPV4_HEADER_LENGTH } from '../wire/ipv4.ts';
import { TCP_HEADER_LENGTH } from '../wire/tcp.ts';
import { UDP_HEADER_LENGTH } from '../wire/udp.ts';
import { icmpKind, icmpWords } from './icmp-names.ts';
import type { LiveIcmp, LiveUdp } from './live.ts';
import { asked, ipDifferences } from './match.ts';
import type { Numbers } from './numbers.ts';
import type { IcmpAction, UdpAction } from './script.ts';

/** Where the data offset of a quoted TCP header lies. */
const DATA_OFFSET = 12;

/** How a message differs from what the script expects; an empty list: it does not. */
export function compareIcmp(
  want: IcmpAction,
  live: LiveIcmp,
  numbers: Numbers,
): { readonly got: IcmpAction; readonly differences: readonly string[] } {
  const kind = icmpKind(live.header.family, want.type, want.code);
  const got = actualIcmp(live, want, numbers);
  const list = [
    ...(want.ip === null || got.ip === null ? [] : ipDifferences(want.ip, got.ip)),
    kind.type === live.type ? null : `the type is ${got.type}, not ${want.type}`,
    kind.code === live.code ? null : `the code is ${got.code ?? 0}, not ${want.code ?? 0}`,
    want.mtu === null || want.mtu === got.mtu ? null : `the mtu is ${got.mtu}, not ${want.mtu}`,
    want.id === null || want.id === got.id ? null : `the id is ${got.id}, not ${want.id}`,
    sameQuote(want.quoted, got.quoted) ? null : 'the quotation differs',
  ];
  return { got, differences: list.filter((difference) => difference !== null) };
}

/** A message that left, as the script would say it; `want`: showing what that shows of the header. */
export function actualIcmp(live: LiveIcmp, want: IcmpAction | null, numbers: Numbers): IcmpAction {
  const { family } = live.header;
  const { type, code } = icmpWords(family, live);
  const echo = live.type === (family === 4 ? ICMP4.ECHO_REPLY : ICMP6.ECHO_REPLY) || isRequest(live);
  return {
    kind: 'icmp',
    direction: 'out',
    ip: want === null || want.ip === null ? null : asked(live.header, want.ip),
    type,
    code,
    mtu: saysMtu(live) ? live.word : null,
    id: echo ? live.word >>> 16 : null,
    quoted: echo ? null : quotation(live, numbers),
  };
}

const isRequest = (live: LiveIcmp): boolean =>
  live.type === (live.header.family === 4 ? ICMP4.ECHO : ICMP6.ECHO_REQUEST);

function saysMtu({ header, type, code }: LiveIcmp): boolean {
  if (header.family === 6) return type === ICMP6.PACKET_TOO_BIG;
  return type === ICMP4.UNREACHABLE && code === UNREACHABLE4.FRAGMENTATION_NEEDED;
}

/** What an error quotes of a packet that the script sent. */
function quotation(live: LiveIcmp, numbers: Numbers): IcmpAction['quoted'] {
  const { body } = live;
  const { family } = live.header;
  const quote = new QuotedPacket();
  if (quote.decode(body, 0, body.length, family) !== null) return null;
  const { payloadStart: at, protocol } = quote.header;
  const said = (body[family === 4 ? 2 : 4]! << 8) | body[family === 4 ? 3 : 5]!;
  const length = family === 4 ? said - IPV4_HEADER_LENGTH : said;
  if (protocol === PROTOCOL_UDP) return { protocol: 'udp', length: length - UDP_HEADER_LENGTH };
  if (protocol !== PROTOCOL_TCP) return { protocol: 'raw', length };
  const header = body.length > at + DATA_OFFSET ? (body[at + DATA_OFFSET]! >> 4) << 2 : TCP_HEADER_LENGTH;
  return { protocol: 'tcp', seq: numbers.toScript(quote.seq >>> 0, 'peer'), length: length - header };
}

function sameQuote(want: IcmpAction['quoted'], got: IcmpAction['quoted']): boolean {
  if (want === null) return true;
  if (got === null || want.protocol !== got.protocol || want.length !== got.length) return false;
  return want.protocol !== 'tcp' || got.protocol !== 'tcp' || want.seq === got.seq;
}

export function compareUdp(
  want: UdpAction,
  live: LiveUdp,
): { readonly got: UdpAction; readonly differences: readonly string[] } {
  const got = actualUdp(live, want);
  const { ports } = want;
  const samePorts =
    ports === null || (ports.source === live.sourcePort && ports.destination === live.destinationPort);
  const list = [
    ...(want.ip === null || got.ip === null ? [] : ipDifferences(want.ip, got.ip)),
    samePorts ? null : 'the ports differ',
    want.length === got.length ? null : `the length is ${got.length}, not ${want.length}`,
  ];
  return { got, differences: list.filter((difference) => difference !== null) };
}

export function actualUdp(live: LiveUdp, want: UdpAction | null): UdpAction {
  return {
    kind: 'udp',
    direction: 'out',
    ip: want === null || want.ip === null ? null : asked(live.header, want.ip),
    ports: { source: live.sourcePort, destination: live.destinationPort },
    length: live.length,
  };
}
