// One IP packet on its way between a host and a link: where its bytes lie, and what the link may do for it.

/**
 * Who has answered, or will answer, for the TCP/UDP checksum of a packet.
 * - `full`: it is in the packet. A sender has written it; a receiver must verify it.
 * - `partial`: it covers the pseudo-header only; the link completes it (sending), or the bytes never left
 *   this machine (receiving), so there is nothing to verify.
 * - `verified`: the link has checked it already (receiving only).
 */
export type ChecksumState = 'full' | 'partial' | 'verified';

/**
 * A reusable description of one IP packet. The bytes belong to whoever made `bytes`; a packet is valid only
 * during the call that hands it over, unless the receiver's contract says that the buffer is given away.
 */
export class Packet {
  bytes: Uint8Array = EMPTY;
  /** Offset of the first byte of the IP header in `bytes`. */
  start = 0;
  /** Offset just behind the packet's last byte. */
  end = 0;
  checksum: ChecksumState = 'full';
  /** Payload bytes of each wire segment that a super-segment stands for; 0 for an ordinary packet. */
  segmentSize = 0;
}

const EMPTY = new Uint8Array(0);
