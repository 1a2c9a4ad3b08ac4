// RFC 1191 §6.3, RFC 8201 §4: what is learnt about the path to a destination concerns every connection to it.

import type { Seq } from '../tcp/seq.ts';
import type { Core } from './core.ts';
import type { PathMtus } from './path-mtu-news.ts';
import type { PathMtu } from './pmtu.ts';
import type { TcpSocket } from './socket.ts';

/**
 * A router quoted a segment of `socket`, its `quoted` sequence number in flight and its packet of `length`
 * bytes, as too big for it; it could carry `claimed` bytes (0 = it did not say). False: that teaches nothing. Where
 * more has got through before, it waits until what it quotes has timed out (RFC 5927 §7.2).
 */
export function pathMtuLowered(
  core: Core,
  socket: TcpSocket,
  quoted: Seq,
  claimed: number,
  length: number,
  now: number,
): boolean {
  const { connection, remote } = socket;
  if (connection.doubtsTooBig(claimed, length, quoted, now)) return true;
  // What it has not been told yet is known all the same, and is not raised.
  const untold = core.pathMtuNews.find(remote.address);
  if (untold !== null) {
    applyPathMtu(socket, untold);
    core.scheduler.schedule(socket);
  }
  const entry = core.pathMtus.lower(remote.address, claimed, length, connection.tcb.mtuSearch.limit, now);
  if (entry === null) return false;
  core.counters.pathMtuLowered++;
  connection.packetTooBig(entry.mtu, quoted, now);
  applyPathMtu(socket, entry);
  core.scheduler.schedule(socket);
  core.pathMtuNews.add(entry);
  tellPathMtus(core, now);
  return true;
}

/** Connections to where less gets through than they know hear of it, unless they did a moment ago: then later. */
export function tellPathMtus(core: Core, now: number): void {
  const news = core.pathMtuNews.take(now);
  if (news !== null) forEachTo(core, news, applyPathMtu);
}

/** What `socket` has quoted did time out: the claim is believed. */
export function believeClaim(core: Core, socket: TcpSocket, now: number): void {
  const { mtuSearch } = socket.connection.tcb;
  const { claimed, claimedFor, claimedLength } = mtuSearch;
  mtuSearch.claimed = -1;
  pathMtuLowered(core, socket, claimedFor, claimed, claimedLength, now);
}

/** What is known about the path of a new connection, which begins with the MTU of its link. */
export function applyKnownPathMtu(core: Core, socket: TcpSocket, now: number): void {
  const entry = core.pathMtus.find(socket.remote.address, now);
  if (entry !== null) applyPathMtu(socket, entry);
}

/** Estimates that have grown old are given up: the path is tried at the link's full size again. */
export function forgetPathMtus(core: Core, now: number): void {
  if (now < core.pathMtus.next) return;
  const old = new Map<string, PathMtu>();
  for (let entry = core.pathMtus.takeExpired(now); entry !== null; entry = core.pathMtus.takeExpired(now)) {
    old.set(entry.destination.toString(), entry);
  }
  forEachTo(core, old, (socket) => {
    socket.dontFragment = true;
    socket.connection.setPathMtu(socket.via.mtu);
  });
}

function applyPathMtu(socket: TcpSocket, entry: PathMtu): void {
  socket.dontFragment = !entry.fragment;
  if (entry.mtu < socket.connection.tcb.mtuSearch.limit) socket.connection.setPathMtu(entry.mtu);
}

/** One look at all connections, however many destinations there are. Those put away hear of it when they are back. */
function forEachTo(core: Core, entries: PathMtus, act: (socket: TcpSocket, entry: PathMtu) => void): void {
  for (const socket of core.sockets) {
    const entry = entries.get(socket.remote.address.toString());
    if (entry === undefined) continue;
    act(socket, entry);
    core.scheduler.schedule(socket);
  }
}
