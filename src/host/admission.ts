// RFC 4987: what a SYN may cost us. Its connection is kept half open as long as there is room for one; beyond that
// it is answered by a cookie and forgotten. Where nobody accepts, nothing that opens a connection is heard.

import { Connection } from '../tcp/connection.ts';
import { peerMss } from '../tcp/mss.ts';
import type { Segment } from '../tcp/segment.ts';
import { add } from '../tcp/seq.ts';
import { answerByCookie, rebuildSyn } from '../tcp/syn-cookies.ts';
import type { OpenOptions } from '../tcp/tcb.ts';
import type { Endpoint } from '../wire/address.ts';
import type { IpHeader } from '../wire/ip.ts';
import { ACK, RST, SYN } from '../wire/tcp.ts';
import type { Core } from './core.ts';
import type { Interface } from './interface.ts';
import type { TcpListener } from './listener.ts';
import type { TcpSocket } from './socket.ts';
import { sendReply } from './tcp-output.ts';

/** What a SYN gets from a listener: a connection, a cookie, or no answer for one of two reasons. */
export type Admission = 'connection' | 'cookie' | 'tcp-backlog' | 'tcp-accept-queue';

/** §3.6, §3.7: cookies in place of state, when the half-open connections are as many as may be, or always. */
export function admit(listener: TcpListener): Admission {
  if (listener.acceptQueueFull) return 'tcp-accept-queue';
  const { synCookies } = listener.parameters;
  if (synCookies === 'always') return 'cookie';
  if (!listener.synQueueFull) return 'connection';
  return synCookies === 'overflow' ? 'cookie' : 'tcp-backlog';
}

/**
 * The ACK that would complete the handshake of `socket` finds the accept queue full: it is as if it had been lost.
 * Our SYN,ACK goes again, the peer answers it again, and by then there may be room.
 */
export function mustWait(listener: TcpListener, socket: TcpSocket, seg: Segment): boolean {
  return (
    socket.state === 'SYN-RECEIVED' &&
    listener.acceptQueueFull &&
    !listener.isAcceptable(socket) &&
    (seg.flags & (SYN | RST | ACK)) === ACK
  );
}

/** Queue the SYN,ACK that has a cookie for its ISS, and keep nothing. */
export function sendCookie(
  core: Core,
  via: Interface,
  listener: TcpListener,
  header: IpHeader,
  syn: Segment,
  local: Endpoint,
  remote: Endpoint,
  now: number,
): void {
  const { leaving: synAck } = core;
  const { parameters } = listener;
  const { family } = header;
  const iss = core.synCookies.make(local, remote, syn.seq, peerMss(family, syn.mss), now);
  const timestampOffset = core.isn.timestampOffset(local, remote);
  answerByCookie({ parameters, family, mtu: via.mtu, iss, timestampOffset }, syn, now, synAck);
  if (!sendReply(core, via, header, synAck)) return;
  listener.cookieSent(now);
  core.counters.synCookiesSent++;
}

/** The MSS that the cookie in an ACK keeps; 0: it acknowledges none that `listener` may have sent. */
export function cookieIn(
  core: Core,
  listener: TcpListener,
  seg: Segment,
  local: Endpoint,
  remote: Endpoint,
  now: number,
): number {
  if ((seg.flags & (SYN | RST | ACK)) !== ACK || !listener.awaitsCookies(now)) return 0;
  return core.synCookies.open(local, remote, add(seg.seq, -1), add(seg.ack, -1), now);
}

/** §3.6: the connection that the SYN would have begun, in SYN-RECEIVED; `ack` is to arrive there next. */
export function openFromCookie(
  core: Core,
  options: OpenOptions,
  ack: Segment,
  mss: number,
  now: number,
): Connection {
  rebuildSyn(ack, mss, core.leaving);
  return Connection.fromCookie(options, core.leaving, now);
}
