// The wire between the stack under test and the script, who is everything else on the network: what the stack sends
// is kept with the time at which it left, what the script says arrives.

import type { Link, LinkReceiver } from '../host/link.ts';
import { Packet } from '../wire/packet.ts';

/** One packet that the stack sent. */
export interface Departure {
  /** Its bytes alone, from the IP header on. */
  readonly bytes: Uint8Array;
  /** By the clock of the host, ms. */
  readonly time: number;
}

export class ScriptLink implements Link {
  readonly name = 'script';
  readonly mtu: number;
  /** The script checks each segment, so none is left for the link to cut. */
  readonly superSegment: number;
  readonly checksumOffload = false;
  readonly headroom = 0;
  private readonly now: () => number;
  private readonly departed: (departure: Departure) => void;
  private receiver: LinkReceiver | null = null;

  constructor(mtu: number, now: () => number, departed: (departure: Departure) => void) {
    this.mtu = mtu;
    this.superSegment = mtu;
    this.now = now;
    this.departed = departed;
  }

  attach(receiver: LinkReceiver): void {
    this.receiver = receiver;
  }

  transmit(packet: Packet): boolean {
    this.departed({ bytes: packet.bytes.slice(packet.start, packet.end), time: this.now() });
    return true;
  }

  /** Deliver `packets` as one batch: the stack answers when it has seen all of them. */
  deliver(packets: readonly Uint8Array[]): void {
    for (const bytes of packets) {
      const packet = new Packet();
      packet.bytes = bytes;
      packet.end = bytes.length;
      this.receiver?.receive(packet);
    }
    this.receiver?.flush();
  }
}
