// RFC 1191 §6.3, RFC 8201 §4: what is learnt about the path to a destination concerns every connection to it.

import type { Seq } from '../tcp/seq.ts';
import type { Core } from './core.ts';
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
  const entry = core.pathMtus.lower(remote.address, claimed, length, connection.tcb.mtuSearch.limit, now);
  if (entry === null) return false;
  core.counters.pathMtuLowered++;
  connection.packetTooBig(entry.mtu, quoted, now);
  forEachTo(core, entry, (other) => applyPathMtu(other, entry));
  return true;
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
  for (let entry = core.pathMtus.takeExpired(now); entry !== null; entry = core.pathMtus.takeExpired(now)) {
    forEachTo(core, entry, (socket) => {
      socket.dontFragment = true;
      socket.connection.setPathMtu(socket.via.mtu);
    });
  }
}

function applyPathMtu(socket: TcpSocket, entry: PathMtu): void {
  socket.dontFragment = !entry.fragment;
  if (entry.mtu < socket.connection.tcb.mtuSearch.limit) socket.connection.setPathMtu(entry.mtu);
}

function forEachTo(core: Core, entry: PathMtu, act: (socket: TcpSocket) => void): void {
  for (const socket of core.sockets) {
    if (!socket.remote.address.equals(entry.destination)) continue;
    act(socket);
    core.scheduler.schedule(socket);
  }
}
