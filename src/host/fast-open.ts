// RFC 7413 in a host: what a SYN for a listener gets of Fast Open, and what ours carries and teaches.

import { peerMss } from '../tcp/mss.ts';
import type { Parameters } from '../tcp/parameters.ts';
import type { Segment } from '../tcp/segment.ts';
import { FastOpenVariables } from '../tcp/variables.ts';
import type { Address } from '../wire/address.ts';
import type { IpHeader } from '../wire/ip.ts';
import type { Core } from './core.ts';
import { FAST_OPEN_COOKIE_LENGTH } from './fast-open-keys.ts';
import type { TcpListener } from './listener.ts';
import type { TcpSocket } from './socket.ts';

/** The SYN's own options, at most. */
const OPTIONS_LENGTH = 40;

/**
 * What the SYN in `seg` gets; null: nothing, it opens a connection in the ordinary way. `accepted`: its text
 * counts. Else it brought no good cookie, and the SYN,ACK brings it a fresh one (§4.1.2, §4.2.2).
 */
export function judgeFastOpen(
  core: Core,
  listener: TcpListener,
  header: IpHeader,
  seg: Segment,
  now: number,
): FastOpenVariables | null {
  const { fastOpenServer, fastOpenWithoutCookie: without } = listener.parameters;
  if (!fastOpenServer || (seg.fastOpen < 0 && seg.textLength === 0)) return null;
  if (!listener.mayOpenEarly(now)) return null;
  const fastOpen = new FastOpenVariables();
  fastOpen.accepted = without === 'server' || without === 'both';
  if (fastOpen.accepted) return fastOpen;
  const keys = core.fastOpenKeys(now);
  const verdict = seg.fastOpen > 0 ? keys.check(header, seg.fastOpenCookie, seg.fastOpen) : 'wrong';
  fastOpen.accepted = verdict !== 'wrong';
  if (verdict === 'current') return fastOpen;
  if (seg.fastOpen < 0) return null;
  fastOpen.length = FAST_OPEN_COOKIE_LENGTH;
  fastOpen.experimental = seg.fastOpenExperimental;
  keys.make(header, fastOpen.cookie);
  return fastOpen;
}

/** What our SYN to `server` carries; null: nothing of Fast Open (§4.1.3, §4.2.1). */
export function planFastOpen(
  core: Core,
  server: Address,
  parameters: Parameters,
  mtu: number,
  now: number,
): FastOpenVariables | null {
  if (!parameters.fastOpenClient) return null;
  const entry = core.fastOpenCache.find(server, now);
  if (entry === null) return null;
  const fastOpen = new FastOpenVariables();
  const without = parameters.fastOpenWithoutCookie;
  const isWithout = without === 'client' || without === 'both';
  if (!isWithout) {
    fastOpen.length = entry.cookie.length;
    fastOpen.cookie.set(entry.cookie);
    fastOpen.experimental = entry.experimental;
    if (entry.cookie.length === 0) return fastOpen;
  }
  const mss = peerMss(server.family, entry.mss);
  const headers = server.family === 4 ? 40 : 60;
  fastOpen.room = Math.max(Math.min(mss, mtu - headers) - OPTIONS_LENGTH, 0);
  return fastOpen;
}

/** `seg` has answered our SYN, whatever it carried of Fast Open: remember what that teaches about the server. */
export function fastOpenAnswered(core: Core, socket: TcpSocket, seg: Segment, now: number): void {
  const { fastOpenCache: cache } = core;
  const { remote, connection } = socket;
  const { counters, fastOpen } = connection.tcb;
  if (fastOpen === null || socket.state === 'SYN-SENT' || socket.state === 'CLOSED') return;
  if (seg.fastOpen > 0 && fastOpen.length >= 0) {
    const cookie = seg.fastOpenCookie.slice(0, seg.fastOpen);
    cache.learn(remote.address, cookie, seg.fastOpenExperimental, seg.mss);
  } else if (fastOpen.length === 0 && counters.timeouts === 0) {
    cache.refused(remote.address, fastOpen.experimental);
  }
  if (fastOpen.taken) cache.succeeded(remote.address);
  else if (counters.timeouts > 0) cache.lost(remote.address, now);
}

/** A timer of a connection that uses Fast Open went off: twice, and not a word but the handshake was ever heard. */
export function watchForBlackhole(core: Core, { connection }: TcpSocket, now: number): void {
  const { counters, fastOpen, parameters, passive } = connection.tcb;
  if (passive || fastOpen === null || fastOpen.vanished || parameters.fastOpenBlackhole === 0) return;
  fastOpen.vanished = counters.timeouts === 2 && counters.segmentsReceived <= 1;
  if (!fastOpen.vanished) return;
  core.fastOpenCache.blackhole(parameters.fastOpenBlackhole, now);
}
