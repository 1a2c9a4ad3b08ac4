// ICMP messages and resets on their way out: packets laid one behind the other in a single bounded buffer, which
// starts again from the front whenever it runs empty. A flood of requests costs no allocation and no growth.

import type { Packet } from '../wire/packet.ts';

/** An IPv4 and an ICMP header. */
const SHORTEST_PACKET = 28;
const NO_BYTES = new Uint8Array(0);

export class ReplyQueue {
  /** Where to write the packet that `reserve` made room for. */
  bytes: Uint8Array = NO_BYTES;
  private readonly capacity: number;
  private readonly headroom: number;
  /** Start and end of each packet, in pairs. */
  private spans = new Int32Array(0);
  private written = 0;
  private read = 0;
  private used = 0;

  /** `headroom`: bytes to leave free in front of each packet. */
  constructor(capacity: number, headroom: number) {
    this.capacity = capacity;
    this.headroom = headroom;
  }

  get isEmpty(): boolean {
    return this.read === this.written;
  }

  /** Whether `packets` packets of `length` bytes in all will fit. */
  fits(packets: number, length: number): boolean {
    return this.used + packets * this.headroom + length <= this.capacity;
  }

  /** Room for a packet of `length` bytes, which counts as queued. Returns where it starts; -1 = no room. */
  reserve(length: number): number {
    const start = this.used + this.headroom;
    const end = start + length;
    if (end > this.capacity) return -1;
    if (this.bytes.length === 0) this.allocate();
    this.spans[this.written++] = start;
    this.spans[this.written++] = end;
    this.used = end;
    return start;
  }

  /** Describe the oldest packet. */
  peek(into: Packet): void {
    into.bytes = this.bytes;
    into.start = this.spans[this.read]!;
    into.end = this.spans[this.read + 1]!;
    into.checksum = 'full';
    into.segmentSize = 0;
  }

  /** The oldest packet is done with. */
  shift(): void {
    this.read += 2;
    if (this.isEmpty) this.clear();
  }

  clear(): void {
    this.written = 0;
    this.read = 0;
    this.used = 0;
  }

  private allocate(): void {
    this.bytes = new Uint8Array(this.capacity);
    this.spans = new Int32Array(2 * Math.ceil(this.capacity / SHORTEST_PACKET));
  }
}
