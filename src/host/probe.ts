// The observer seam of a host: what the engine's probe is told, and the packets themselves.

import { checkMethods } from '../lib/check.ts';
import type { Probe } from '../tcp/probe.ts';
import type { Packet } from '../wire/packet.ts';
import type { DropReason } from './counters.ts';

export type { DropReason } from './counters.ts';

/** Packets and their bytes are reused after the call: an observer copies what it keeps. `now` in milliseconds. */
export interface HostProbe extends Probe {
  /** A link has taken this packet. */
  packetSent(host: string, link: string, packet: Packet, now: number): void;
  /** A link has delivered this packet; nothing has been looked at yet. */
  packetReceived(host: string, link: string, packet: Packet, now: number): void;
  /** After `packetReceived`: the packet was not processed further. */
  packetDropped(host: string, link: string, packet: Packet, reason: DropReason, now: number): void;
}

/** So that the compiler notices a method that is missing here. */
const METHODS: Readonly<Record<keyof HostProbe, true>> = {
  segmentArrives: true,
  segmentSent: true,
  segmentDropped: true,
  stateChange: true,
  timerSet: true,
  timerFired: true,
  rule: true,
  userCall: true,
  packetSent: true,
  packetReceived: true,
  packetDropped: true,
};

/** A probe has every method, so that the engine need not ask. @throws TypeError ERR_INVALID_ARG_TYPE */
export function checkProbe(probe: unknown): void {
  checkMethods('probe', 'a HostProbe', probe, Object.keys(METHODS));
}
