// A C library whose device is a list: reads take from it, writes go to another, failures come on demand.

import type { Libc } from '../../src/node/libc.ts';

export class FakeLibc implements Libc {
  /** What the next reads read; an errno name is a failure; an empty list is EAGAIN. */
  readonly incoming: (Uint8Array | string)[] = [];
  readonly written: Uint8Array[] = [];
  /** What the next writes fail with. */
  readonly writeErrors: string[] = [];
  /** The watcher's callback, to be called by the test. */
  wake: () => void = () => {};
  watching = false;
  keepsAlive = true;
  #error = '';
  #memory: { base: number; bytes: Uint8Array }[] = [];

  read(_fd: number, address: number, length: number): number {
    const next = this.incoming.shift() ?? 'EAGAIN';
    if (typeof next === 'string') return this.#fail(next);
    const { bytes, at } = this.#at(address);
    if (at + length > bytes.length) throw new Error('a read beyond the buffer');
    bytes.set(next, at);
    return next.length;
  }

  write(_fd: number, address: number, length: number): number {
    const error = this.writeErrors.shift();
    if (error !== undefined) return this.#fail(error);
    const { bytes, at } = this.#at(address);
    this.written.push(bytes.slice(at, at + length));
    return length;
  }

  ioctl(): number {
    return this.#fail('ENOTTY');
  }

  socket(): number {
    return this.#fail('EAFNOSUPPORT');
  }

  prctl(): number {
    return this.#fail('EINVAL');
  }

  lastError(): string {
    return this.#error;
  }

  addressOf(bytes: Uint8Array): number {
    const known = this.#memory.find((region) => region.bytes === bytes);
    if (known) return known.base;
    const last = this.#memory.at(-1);
    const base = last ? last.base + last.bytes.length : 4096;
    this.#memory.push({ base, bytes });
    return base;
  }

  watch(_fd: number, wake: () => void) {
    this.wake = wake;
    this.watching = true;
    return {
      close: () => {
        this.watching = false;
      },
      ref: () => {
        this.keepsAlive = true;
      },
      unref: () => {
        this.keepsAlive = false;
      },
    };
  }

  #fail(error: string): number {
    this.#error = error;
    return -1;
  }

  #at(address: number) {
    const region = this.#memory.find(({ base, bytes }) => address >= base && address < base + bytes.length);
    if (!region) throw new Error('an address that nobody asked for');
    return { bytes: region.bytes, at: address - region.base };
  }
}
