// RFC 9293 §3.9.2.2 (MUST-54): an ICMP error reaches the connection that it is about. Whoever did not see our
// segment cannot quote a sequence number in flight, and gets nowhere (RFC 5927 §4.1).

import type { ConnectionError } from '../tcp/errors.ts';
import { geq, lt, seq } from '../tcp/seq.ts';
import { ICMP4, ICMP6, type IcmpMessage, UNREACHABLE4, UNREACHABLE6 } from '../wire/icmp.ts';
import { type IpHeader, PROTOCOL_TCP } from '../wire/ip.ts';
import type { Packet } from '../wire/packet.ts';
import type { Core } from './core.ts';
import type { DropReason } from './counters.ts';
import { pathMtuLowered } from './path-mtu.ts';
import type { TcpSocket } from './socket.ts';

/** The message in `core.icmp`, an error, has arrived in `packet`. */
export function icmpErrorArrives(
  core: Core,
  packet: Packet,
  header: IpHeader,
  now: number,
): DropReason | null {
  const { icmp, quote } = core;
  const { family } = header;
  if (quote.decode(packet.bytes, icmp.bodyStart, icmp.bodyEnd, family) !== null) return 'icmp-quote';
  const { source, destination, protocol } = quote.header;
  if (protocol !== PROTOCOL_TCP) return 'icmp-no-connection';
  const key = core.key.setWords(source, quote.sourcePort, destination, quote.destinationPort);
  const socket = core.sockets.find(key);
  if (socket === null || !socket.local.address.matches(header.destination)) return 'icmp-no-connection';
  if (!isInFlight(socket, quote.seq)) return 'icmp-not-in-flight';
  if (isTooBig(family, icmp)) return tooBig(core, socket, packet, family, now);
  const error = errorOf(family, icmp);
  socket.connection.icmpError(error.kind, seq(quote.seq), error.code, now);
  core.scheduler.schedule(socket);
  return null;
}

function isInFlight(socket: TcpSocket, quoted: number): boolean {
  const { snd } = socket.connection.tcb;
  return geq(seq(quoted), snd.una) && lt(seq(quoted), snd.nxt);
}

function isTooBig(family: 4 | 6, icmp: IcmpMessage): boolean {
  if (family === 6) return icmp.type === ICMP6.PACKET_TOO_BIG;
  return icmp.type === ICMP4.UNREACHABLE && icmp.code === UNREACHABLE4.FRAGMENTATION_NEEDED;
}

function tooBig(
  core: Core,
  socket: TcpSocket,
  packet: Packet,
  family: 4 | 6,
  now: number,
): DropReason | null {
  const { icmp } = core;
  const claimed = family === 4 ? icmp.mtu4 : icmp.mtu6;
  const at = icmp.bodyStart + (family === 4 ? TOTAL_LENGTH : PAYLOAD_LENGTH);
  const length = (packet.bytes[at]! << 8) | packet.bytes[at + 1]!;
  return pathMtuLowered(core, socket, seq(core.quote.seq), claimed, length, now) ? null : 'icmp-mtu';
}

/** Where a quoted header says how long the packet was. */
const TOTAL_LENGTH = 2;
const PAYLOAD_LENGTH = 4;

interface IcmpError {
  /** Soft: it may pass (MUST-56). Hard: it ends a connection that is not yet open (SHLD-26, RFC 5461 §2). */
  readonly kind: 'soft' | 'hard';
  readonly code: ConnectionError;
}

const NET: IcmpError = { kind: 'soft', code: 'ENETUNREACH' };
const HOST: IcmpError = { kind: 'soft', code: 'EHOSTUNREACH' };
const REFUSED: IcmpError = { kind: 'hard', code: 'ECONNREFUSED' };
const PROHIBITED: IcmpError = { kind: 'hard', code: 'EHOSTUNREACH' };

/** Time Exceeded and Parameter Problem are soft, whatever their code. */
function errorOf(family: 4 | 6, icmp: IcmpMessage): IcmpError {
  if (family === 4) return icmp.type === ICMP4.UNREACHABLE ? unreachable4(icmp.code) : HOST;
  return icmp.type === ICMP6.UNREACHABLE ? unreachable6(icmp.code) : HOST;
}

/** §3.9.2.2: codes 0, 1 and 5 are soft, 2 and 3 hard; the later "prohibited" ones are meant to last. */
function unreachable4(code: number): IcmpError {
  switch (code) {
    case UNREACHABLE4.NET:
    case UNREACHABLE4.SOURCE_ROUTE_FAILED:
      return NET;
    case UNREACHABLE4.PROTOCOL:
    case UNREACHABLE4.PORT:
      return REFUSED;
    case UNREACHABLE4.NET_PROHIBITED:
    case UNREACHABLE4.HOST_PROHIBITED:
    case UNREACHABLE4.PROHIBITED:
      return PROHIBITED;
    default:
      return HOST;
  }
}

/** §3.9.2.2: codes 0 and 3 are soft; of the others RFC 5461 §2 has 1 and 4 hard, RFC 4443 §3.1 5 and 6 like 1. */
function unreachable6(code: number): IcmpError {
  switch (code) {
    case UNREACHABLE6.NO_ROUTE:
      return NET;
    case UNREACHABLE6.PORT:
      return REFUSED;
    case UNREACHABLE6.PROHIBITED:
    case UNREACHABLE6.POLICY:
    case UNREACHABLE6.REJECT:
      return PROHIBITED;
    default:
      return HOST;
  }
}
