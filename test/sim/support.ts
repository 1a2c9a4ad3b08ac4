// For the tests of the memory link: someone at its end who writes down what arrives, and packets to send.

import type { LinkReceiver } from '../../src/host/link.ts';
import { VirtualClock } from '../../src/sim/clock.ts';
import { createLink, type LinkOptions, type MemoryLink } from '../../src/sim/link.ts';
import type { LinkEvent } from '../../src/sim/link-events.ts';
import { type ChecksumState, Packet } from '../../src/wire/packet.ts';

export interface Arrival {
  readonly at: number;
  /** First byte, which `numbered` sets. */
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly checksum: ChecksumState;
  readonly segmentSize: number;
}

export class Tap implements LinkReceiver {
  readonly arrivals: Arrival[] = [];
  /** How many packets each flush followed. */
  readonly batches: number[] = [];
  writables: number[] = [];
  gone: Error | null = null;
  onFlush: (() => void) | null = null;
  onWritable: (() => void) | null = null;
  private sinceFlush = 0;
  private readonly clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  receive(packet: Packet): void {
    this.sinceFlush++;
    const bytes = packet.bytes.subarray(packet.start, packet.end);
    const { checksum, segmentSize } = packet;
    this.arrivals.push({ at: this.clock.now(), number: bytes[0]!, bytes, checksum, segmentSize });
  }

  flush(): void {
    this.batches.push(this.sinceFlush);
    this.sinceFlush = 0;
    this.onFlush?.();
  }

  writable(): void {
    this.writables.push(this.clock.now());
    this.onWritable?.();
  }

  down(reason: Error): void {
    this.gone = reason;
  }

  get numbers(): number[] {
    return this.arrivals.map((arrival) => arrival.number);
  }

  get times(): number[] {
    return this.arrivals.map((arrival) => arrival.at);
  }
}

export function packetOf(bytes: Uint8Array): Packet {
  const packet = new Packet();
  packet.bytes = bytes;
  packet.end = bytes.length;
  return packet;
}

/** A packet of `size` bytes that begins with its number. */
export function numbered(number: number, size = 100): Packet {
  const bytes = new Uint8Array(size);
  bytes[0] = number;
  return packetOf(bytes);
}

export interface Bench {
  readonly clock: VirtualClock;
  readonly link: MemoryLink;
  readonly a: Tap;
  readonly b: Tap;
  /** What the observer heard, as text: `2.5 lost 3 cut`. */
  readonly log: string[];
}

/** A link with someone at both ends. */
export function bench(options: Omit<LinkOptions, 'clock'> = {}): Bench {
  const clock = new VirtualClock();
  const log: string[] = [];
  const observer = (event: LinkEvent): void => {
    log.push([event.at, event.kind, event.index, ...(event.reason === null ? [] : [event.reason])].join(' '));
  };
  const link = createLink({ observer, ...options, clock });
  const a = new Tap(clock);
  const b = new Tap(clock);
  link.a.attach(a);
  link.b.attach(b);
  return { clock, link, a, b, log };
}

/** Send packets numbered 0 to count - 1 from a, at once or `gap` ms apart. */
export function sendAll({ link, clock }: Bench, count: number, size = 100, gap = 0): void {
  for (let n = 0; n < count; n++) {
    link.a.transmit(numbered(n, size));
    if (gap > 0) clock.advance(gap);
  }
}

export const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
