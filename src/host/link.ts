// What a host needs of whatever carries its packets: a TUN device, a simulated wire, a loopback.

import { checkMethods } from '../lib/check.ts';
import type { Packet } from '../wire/packet.ts';

/** Where a link delivers. The bytes of a received packet are given away: the link does not write to them again. */
export interface LinkReceiver {
  /** A packet came in: valid for as long as the call lasts, but for its bytes. */
  receive(packet: Packet): void;
  /** The link delivered everything it had at hand: acknowledge now (MUST-58, MUST-59). */
  flush(): void;
  /** The link takes packets again after `transmit` said no. */
  writable(): void;
  /** The link is gone, e.g. its device was deleted; nothing will be sent or received any more. */
  down(reason: Error): void;
}

/** What carries the IP packets of one interface. */
export interface Link {
  readonly name: string;
  /** Largest IP packet on the wire, bytes. */
  readonly mtu: number;
  /** Largest IP packet that `transmit` takes: more than the MTU if the link cuts super-segments itself (TSO). */
  readonly superSegment: number;
  /** The link completes TCP and UDP checksums: packets may be handed over as `partial`. */
  readonly checksumOffload: boolean;
  /** Bytes that the link wants free in front of a packet it is given (for a header of its own). */
  readonly headroom: number;
  /** Called once, by the host that the link is added to. */
  attach(receiver: LinkReceiver): void;
  /**
   * Take one packet; its bytes are the caller's again on return. False: no room now, the packet was not
   * taken, `writable` will be called. A lossy link that loses a packet has taken it.
   */
  transmit(packet: Packet): boolean;
}

/** @throws TypeError ERR_INVALID_ARG_TYPE, for both ends of a link in one, for instance */
export function checkLink(link: unknown): void {
  checkMethods('link', 'a Link', link, ['attach', 'transmit']);
}
