// Where a device's packets are read to. The receiver keeps the bytes for as long as it likes, so no byte is used
// twice: reads advance through a slab, and a full slab is left to its readers and the garbage collector.

import type { Packet } from '../wire/packet.ts';
import type { Libc } from './libc.ts';

/** The longest that a device can deliver: an IPv6 header, its longest payload, and a header of the device. */
const LONGEST_READ = 40 + 65_535 + 32;

/** Holds 15 super-segments or more. */
const SLAB = 1 << 20;

/**
 * A packet up to this length is moved to a slab of small ones, so that an acknowledgment, or a little data that
 * nobody reads, never holds on to a whole megabyte. The copy costs less than the read did.
 */
const SMALL = 2048;
const SMALL_SLAB = 1 << 14;

export class ReceiveBuffer {
  /** Holds what the last `read` read, from `at`. */
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;

  readonly #libc: Libc;
  #address = 0;
  #small: Uint8Array = new Uint8Array(0);
  #smallAt = 0;

  constructor(libc: Libc) {
    this.#libc = libc;
  }

  /** Read one packet. Bytes read, or -1 (see `Libc.lastError`). */
  read(fd: number): number {
    if (this.bytes.length - this.at < LONGEST_READ) {
      this.bytes = allocate(SLAB);
      this.at = 0;
      this.#address = this.#libc.addressOf(this.bytes);
    }
    return this.#libc.read(fd, this.#address + this.at, LONGEST_READ);
  }

  /** Give away what was read last, `length` bytes of which the first `skip` are the device's own, as `packet`. */
  give(packet: Packet, skip: number, length: number): void {
    const start = this.at + skip;
    const end = this.at + length;
    if (length > SMALL) {
      packet.bytes = this.bytes;
      packet.start = start;
      packet.end = end;
      this.at = end;
      return;
    }
    if (this.#small.length - this.#smallAt < length) {
      this.#small = allocate(SMALL_SLAB);
      this.#smallAt = 0;
    }
    this.#small.set(this.bytes.subarray(start, end), this.#smallAt);
    packet.bytes = this.#small;
    packet.start = this.#smallAt;
    packet.end = this.#smallAt += length - skip;
  }
}

/** Not zeroed, and a plain Uint8Array: the engine's hot paths see one shape. */
function allocate(length: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
}
