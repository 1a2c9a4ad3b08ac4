// A path with a rate, a queue, loss and delay, on the real clock, between two devices of the kernel, or between one
// and a host of ours. Super-segments are cut, so that each segment meets its own fate.

import type { Clock } from '../src/host/clock.ts';
import type { LinkReceiver } from '../src/host/link.ts';
import type { TunDevice } from '../src/node/tun.ts';
import { createLink, type MemoryLink } from '../src/sim/link.ts';
import { Packet } from '../src/wire/packet.ts';

const LARGEST = 65_535;
const MTU = 1500;

export interface Conditions {
  /** Mbit/s each way. */
  readonly rate: number;
  /** Of what the sender sends: from end a to end b. */
  readonly loss: number;
  /** Milliseconds. */
  readonly rtt: number;
}

/** Bytes of a queue of one bandwidth-delay product. */
const product = ({ rate, rtt }: Conditions): number => Math.max((rate * rtt * 1000) / 8, 4 * MTU);

export function createPath(clock: Clock, conditions: Conditions, seed: number): MemoryLink {
  const path = createLink({
    clock,
    seed,
    name: 'path',
    mtu: MTU,
    superSegment: LARGEST,
    superSegments: 'cut',
    checksumOffload: true,
    rate: conditions.rate * 1e6,
    delay: conditions.rtt / 2,
    queueBytes: product(conditions),
    queuePackets: Number.POSITIVE_INFINITY,
  });
  path.aToB.set({ loss: conditions.loss });
  return path;
}

/** Addresses as words: packets that come with the first two leave with the others. */
export interface Disguise {
  readonly source: number;
  readonly destination: number;
}

/**
 * Stands between the kernel's device and one end of a path, which may change from run to run. `disguise`: what
 * packets from the device are to look like; the sum of both addresses has to stay what it was, so that every
 * checksum, whole or partial, stays right.
 */
export class Plug {
  private path: MemoryLink | null = null;
  private end: 'a' | 'b' = 'a';
  private readonly device: TunDevice;
  private readonly leaving = new Packet();

  constructor(device: TunDevice, disguise: Disguise | null) {
    this.device = device;
    this.leaving.bytes = new Uint8Array(device.headroom + LARGEST);
    device.attach({
      receive: (packet) => {
        if (this.path === null || packet.bytes[packet.start]! >> 4 !== 4) return;
        if (disguise !== null) disguiseAs(disguise, packet);
        this.path[this.end].transmit(packet);
      },
      flush: () => {},
      writable: () => {},
      down: () => {},
    });
  }

  join(path: MemoryLink, end: 'a' | 'b'): void {
    this.path = path;
    this.end = end;
    path[end].attach(this.receiver);
  }

  private readonly receiver: LinkReceiver = {
    receive: (packet) => this.deliver(packet),
    flush: () => {},
    writable: () => {},
    down: () => {},
  };

  /** The path leaves no headroom in front of its packets. What the device has no room for is lost, too. */
  private deliver(packet: Packet): void {
    const { leaving, device } = this;
    const { headroom } = device;
    leaving.bytes.set(packet.bytes.subarray(packet.start, packet.end), headroom);
    leaving.start = headroom;
    leaving.end = headroom + packet.end - packet.start;
    leaving.checksum = packet.checksum;
    leaving.segmentSize = packet.segmentSize;
    device.transmit(leaving);
  }
}

function disguiseAs({ source, destination }: Disguise, { bytes, start }: Packet): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, 20);
  view.setInt32(12, source);
  view.setInt32(16, destination);
}
