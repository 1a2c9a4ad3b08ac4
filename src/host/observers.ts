// Those who watch one connection, beside the host's own observer: they hear what its engine says, and of its packets.

import type { Core } from './core.ts';
import { checkProbe, type HostProbe } from './probe.ts';
import type { TcpSocket } from './socket.ts';
import { tee } from './tee.ts';

/** All of them as one; null: there is none. */
export function combined(...probes: readonly (HostProbe | null)[]): HostProbe | null {
  const present = probes.filter((probe) => probe !== null);
  return present.length > 1 ? tee(...present) : (present[0] ?? null);
}

/** @throws TypeError ERR_INVALID_ARG_TYPE */
export function observe(core: Core, socket: TcpSocket, observer: HostProbe): void {
  checkProbe(observer);
  setObservers(core, socket, [...socket.observers.filter((other) => other !== observer), observer]);
}

export function unobserve(core: Core, socket: TcpSocket, observer: HostProbe): void {
  setObservers(
    core,
    socket,
    socket.observers.filter((other) => other !== observer),
  );
}

function setObservers(core: Core, socket: TcpSocket, observers: readonly HostProbe[]): void {
  socket.observers = observers;
  socket.observer = combined(...observers);
  socket.connection.tcb.probe = combined(core.probe, ...observers);
}
