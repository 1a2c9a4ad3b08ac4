// A bad line between a host and its device: a simulated link whose far end is bridged to the device.

import type { Clock } from '../host/clock.ts';
import type { Link } from '../host/link.ts';
import { createLink, type MemoryLink } from '../sim/link.ts';
import { Packet } from '../wire/packet.ts';
import type { FaultSettings } from './settings.ts';

/** The line; its end `a` is for the host. Super-segments are cut, so that each segment meets its own fate. */
export function badLine(device: Link, clock: Clock, { impairments, seed }: FaultSettings): MemoryLink {
  const { name, mtu, superSegment, checksumOffload, headroom } = device;
  const line = createLink({
    ...impairments,
    clock,
    seed,
    name,
    mtu,
    superSegment,
    superSegments: 'cut',
    checksumOffload,
  });
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
