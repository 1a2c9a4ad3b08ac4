// A bad line between a TUN device and a host: a simulated link, on the real clock, whose far end is bridged to
// the device. Super-segments are cut, so that each segment meets its own fate.

import type { Clock } from '../../src/host/clock.ts';
import type { Link } from '../../src/host/link.ts';
import type { Impairments } from '../../src/sim/faults.ts';
import { createLink, type MemoryLink } from '../../src/sim/link.ts';
import { Packet } from '../../src/wire/packet.ts';

export interface ImpairedTunOptions extends Partial<Impairments> {
  readonly clock: Clock;
  readonly seed: number;
}

/** The line; its end `a` is for the host. */
export function impairedTun(device: Link, options: ImpairedTunOptions): MemoryLink {
  const { mtu, superSegment, checksumOffload, headroom } = device;
  const line = createLink({ ...options, mtu, superSegment, superSegments: 'cut', checksumOffload });
  const { b } = line;
  const copy = new Packet();
  copy.bytes = new Uint8Array(headroom + superSegment);
  b.attach({
    // The line leaves no headroom in front of its packets. What the device has no room for is lost, too.
    receive: (packet) => {
      copy.bytes.set(packet.bytes.subarray(packet.start, packet.end), headroom);
      copy.start = headroom;
      copy.end = headroom + packet.end - packet.start;
      copy.checksum = packet.checksum;
      copy.segmentSize = packet.segmentSize;
      device.transmit(copy);
    },
    flush: () => {},
    writable: () => {},
    down: () => {},
  });
  device.attach({
    receive: (packet) => b.transmit(packet),
    flush: () => {},
    writable: () => {},
    down: (reason) => line.remove(reason),
  });
  return line;
}
