// The sending side of a wire: packets leave one at a time at the line's rate, and those that come meanwhile
// wait in a bounded drop-tail queue. Times are worked out when a packet comes in; nothing runs here.

const FIRST_CAPACITY = 16;

export class TransmitQueue {
  private rate = Infinity;
  private maxBytes = Infinity;
  private maxPackets = Infinity;
  /** The line has been busy since `busySince` and is so until `free`, with `busyBits` to send in between. */
  private busySince = 0;
  private busyBits = 0;
  private free = 0;
  /** Ring of the packets that wait: when each leaves the queue for the line, and its size. */
  private starts = new Float64Array(FIRST_CAPACITY);
  private sizes = new Float64Array(FIRST_CAPACITY);
  private head = 0;
  private count = 0;
  private bytes = 0;

  /**
   * `rate` in bit/s, Infinity = takes no time. The limits hold for what waits behind the packet on the line.
   * What was accepted before keeps its times.
   */
  configure(rate: number, maxBytes: number, maxPackets: number, now: number): void {
    this.maxBytes = maxBytes;
    this.maxPackets = maxPackets;
    if (rate === this.rate) return;
    this.rate = rate;
    this.busySince = Math.max(this.free, now);
    this.busyBits = 0;
  }

  /** Packets that wait at `now`, the one on the line not counted. */
  waitingPackets(now: number): number {
    this.release(now);
    return this.count;
  }

  waitingBytes(now: number): number {
    this.release(now);
    return this.bytes;
  }

  /** May a packet of `size` bytes come in at `now`? An idle line takes a packet of any size. */
  hasRoom(size: number, now: number): boolean {
    this.release(now);
    if (this.free <= now) return true;
    return this.count < this.maxPackets && this.bytes + size <= this.maxBytes;
  }

  /** Take a packet that `hasRoom` said yes to; returns when its last bit leaves. */
  push(size: number, now: number): number {
    if (this.free <= now) {
      this.busySince = now;
      this.busyBits = 0;
    } else {
      this.wait(size);
    }
    // From the start of the busy period, not from the packet before: a sum of rounded times would drift.
    this.busyBits += size * 8;
    this.free = this.busySince + (this.busyBits * 1000) / this.rate;
    return this.free;
  }

  /** When something next leaves the queue for the line, or, if nothing waits, when the line is free. */
  nextRoom(now: number): number {
    this.release(now);
    return this.count > 0 ? this.starts[this.head]! : Math.max(this.free, now);
  }

  /** Forget everything that waits and what is on the line. */
  clear(now: number): void {
    this.count = 0;
    this.bytes = 0;
    this.free = Math.min(this.free, now);
    this.busySince = now;
    this.busyBits = 0;
  }

  private wait(size: number): void {
    if (this.count === this.starts.length) this.grow();
    const slot = (this.head + this.count) & (this.starts.length - 1);
    this.starts[slot] = this.free;
    this.sizes[slot] = size;
    this.count++;
    this.bytes += size;
  }

  private release(now: number): void {
    while (this.count > 0 && this.starts[this.head]! <= now) {
      this.bytes -= this.sizes[this.head]!;
      this.head = (this.head + 1) & (this.starts.length - 1);
      this.count--;
    }
  }

  private grow(): void {
    this.starts = unrolled(this.starts, this.head);
    this.sizes = unrolled(this.sizes, this.head);
    this.head = 0;
  }
}

/** A full ring whose first element is at `head`, in order, in a ring of twice the size. */
function unrolled(ring: Float64Array<ArrayBuffer>, head: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(ring.length * 2);
  larger.set(ring.subarray(head));
  larger.set(ring.subarray(0, head), ring.length - head);
  return larger;
}
