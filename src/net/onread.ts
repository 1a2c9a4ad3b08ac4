// The option `onread`: text goes into a buffer of the program's, and no `data` is emitted.

import type { OnReadOpts } from 'node:net';

export class ReadBuffer {
  private readonly callback: (bytes: number, buffer: Uint8Array) => unknown;
  private readonly make: (() => unknown) | null;
  private buffer: Uint8Array | null = null;

  private constructor(buffer: Uint8Array | (() => unknown), callback: OnReadOpts['callback']) {
    this.callback = callback;
    this.make = typeof buffer === 'function' ? buffer : null;
    if (typeof buffer !== 'function') this.buffer = buffer;
  }

  /** Null: the option is none, which Node passes over in silence. */
  static from(option: unknown): ReadBuffer | null {
    if (typeof option !== 'object' || option === null) return null;
    const { buffer, callback } = option as Partial<OnReadOpts>;
    if (!(buffer instanceof Uint8Array || typeof buffer === 'function')) return null;
    return typeof callback === 'function' ? new ReadBuffer(buffer, callback) : null;
  }

  /** Before the first byte, and then after each piece, the program is asked for a buffer. */
  prepare(): void {
    if (this.make === null) return;
    const next = this.make();
    if (next instanceof Uint8Array) this.buffer = next;
  }

  /** How much `take` takes. */
  get room(): number {
    return this.buffer?.length ?? 0;
  }

  /** False: the program wants no more for now. */
  take(text: Uint8Array): boolean {
    const { buffer } = this;
    if (buffer === null) return true;
    buffer.set(text);
    // Called as a function of its own, as Node does.
    const { callback } = this;
    const more = callback(text.length, buffer) !== false;
    this.prepare();
    return more;
  }
}
