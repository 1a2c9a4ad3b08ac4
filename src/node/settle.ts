// What a process must wait for before it ends: connections whose end the peer would never hear of.

import type { Host } from '../host/host.ts';

/** States whose connection still owes the peer a segment that must not be lost with the process. */
const UNFINISHED: ReadonlySet<string> = new Set([
  'SYN-RECEIVED',
  'ESTABLISHED',
  'FIN-WAIT-1',
  'CLOSE-WAIT',
  'CLOSING',
  'LAST-ACK',
]);

/** Whether a connection of the host has something left to say. TIME-WAIT and FIN-WAIT-2 do not count. */
export function isUnfinished(host: Host): boolean {
  for (const { state } of host.sockets()) if (UNFINISHED.has(state)) return true;
  return false;
}
