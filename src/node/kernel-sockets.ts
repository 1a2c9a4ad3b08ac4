// The kernel's own TCP sockets in this network namespace, as /proc/net/tcp and tcp6 tell (proc(5)): for
// comparing what its end of a connection is in with what our end says.

import { readFileSync } from 'node:fs';
import { endianness } from 'node:os';
import type { State } from '../tcp/state.ts';
import { Address, type Endpoint } from '../wire/address.ts';

export interface KernelSocket {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly state: State;
}

/** By the kernel's number (net/tcp_states.h); 12 is a SYN that has no socket of its own yet. */
export const KERNEL_STATES: ReadonlyMap<number, State> = new Map([
  [1, 'ESTABLISHED'],
  [2, 'SYN-SENT'],
  [3, 'SYN-RECEIVED'],
  [4, 'FIN-WAIT-1'],
  [5, 'FIN-WAIT-2'],
  [6, 'TIME-WAIT'],
  [7, 'CLOSED'],
  [8, 'CLOSE-WAIT'],
  [9, 'LAST-ACK'],
  [10, 'LISTEN'],
  [11, 'CLOSING'],
  [12, 'SYN-RECEIVED'],
]);

/** Every TCP socket of the kernel here, TIME-WAIT included. Empty where there is no /proc (not Linux). */
export function kernelSockets(): KernelSocket[] {
  const littleEndian = endianness() === 'LE';
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((path) => parseSocketTable(read(path), littleEndian));
}

/**
 * Read the text of either table. The kernel prints each 32-bit word of an address as the number that its bytes
 * are on that machine. IPv4 connections of an IPv6 socket (::ffff:x) come out as IPv4. Other lines are skipped.
 */
export function parseSocketTable(text: string, littleEndian: boolean): KernelSocket[] {
  const sockets: KernelSocket[] = [];
  for (const line of text.split('\n')) {
    const fields = /^\s*\d+: ([\dA-F]+):([\dA-F]{4}) ([\dA-F]+):([\dA-F]{4}) ([\dA-F]{2}) /.exec(line);
    if (!fields) continue;
    const local = parseAddress(fields[1]!, littleEndian);
    const remote = parseAddress(fields[3]!, littleEndian);
    const state = KERNEL_STATES.get(Number.parseInt(fields[5]!, 16));
    if (!local || !remote || !state) continue;
    sockets.push({
      local: { address: local, port: Number.parseInt(fields[2]!, 16) },
      remote: { address: remote, port: Number.parseInt(fields[4]!, 16) },
      state,
    });
  }
  return sockets;
}

function parseAddress(hex: string, littleEndian: boolean): Address | null {
  if (hex.length !== 8 && hex.length !== 32) return null;
  const bytes = Buffer.from(hex, 'hex');
  if (littleEndian) bytes.swap32();
  if (hex.length === 8) return Address.read(bytes, 0, 4);
  const address = Address.read(bytes, 0, 6);
  return address.isMapped ? Address.read(bytes, 12, 4) : address;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // IPv6 may be switched off.
  }
}
