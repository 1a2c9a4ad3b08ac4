// The observer seam of a host: what the engine's probe is told, and the packets themselves.

import type { Probe } from '../tcp/probe.ts';
import type { Packet } from '../wire/packet.ts';
import type { DropReason } from './counters.ts';

export type { DropReason } from './counters.ts';

/** Packets and their bytes are reused after the call: an observer copies what it keeps. `now` in milliseconds. */
export interface HostProbe extends Probe {
  packetSent(host: string, link: string, packet: Packet, now: number): void;
  packetReceived(host: string, link: string, packet: Packet, now: number): void;
  /** After `packetReceived`: the packet was not processed further. */
  packetDropped(host: string, link: string, packet: Packet, reason: DropReason, now: number): void;
}
