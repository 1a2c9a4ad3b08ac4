// One write on its way into the send buffer, as far as that takes it. Many small chunks leave as one piece, so that a
// corked response is one segment and not five.

import type { Staging } from './staging.ts';
import type { Transport } from './transport.ts';

/** As `Writable` hands it over. A string is encoded here: nobody else holds the result, so it is not copied. */
export interface Chunk {
  readonly chunk: Uint8Array | string;
  readonly encoding: BufferEncoding;
}

/** Bytes that the chunks come to once encoded. */
export function byteLength(chunks: readonly Chunk[]): number {
  let length = 0;
  for (const { chunk, encoding } of chunks) {
    length += typeof chunk === 'string' ? Buffer.byteLength(chunk, encoding) : chunk.length;
  }
  return length;
}

export class Outgoing {
  /** Bytes in all. */
  readonly length: number;
  /** Bytes not taken yet. */
  private remaining: number;
  private readonly parts: (Uint8Array | null)[] = [];
  /** There is one part, made from a string: it can be handed over as it is. */
  private readonly owned: boolean;
  private part = 0;
  private offset = 0;

  constructor(chunks: readonly Chunk[]) {
    let length = 0;
    for (const { chunk, encoding } of chunks) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
      length += bytes.length;
      this.parts.push(bytes);
    }
    this.length = length;
    this.remaining = length;
    this.owned = chunks.length === 1 && typeof chunks[0]!.chunk === 'string';
    this.skip(0);
  }

  /** Give `transport` what it takes now. False: not all; WRITABLE will follow. Throws what `send` does. */
  offer(transport: Transport, staging: Staging): boolean {
    while (this.remaining > 0) {
      const wanted = Math.min(this.remaining, transport.sendSpace);
      // No room: what is refused was not kept, and need not be ours.
      const staged = !this.owned && wanted > 0;
      const piece = staged ? this.copy(staging.room(wanted)) : this.rest;
      const taken = transport.send(piece);
      staging.took(taken, staged);
      this.skip(taken);
      if (taken < piece.length) return false;
    }
    return true;
  }

  /** What is left of the next part, which is never empty while anything remains. */
  private get rest(): Uint8Array {
    const part = this.parts[this.part]!;
    return this.offset === 0 ? part : part.subarray(this.offset);
  }

  /** Fill `room` with what comes next. */
  private copy(room: Uint8Array): Uint8Array {
    let { offset, part } = this;
    for (let at = 0; at < room.length; offset = 0) {
      const bytes = this.parts[part++]!;
      const count = Math.min(bytes.length - offset, room.length - at);
      room.set(offset === 0 && count === bytes.length ? bytes : bytes.subarray(offset, offset + count), at);
      at += count;
    }
    return room;
  }

  private skip(bytes: number): void {
    this.remaining -= bytes;
    this.offset += bytes;
    while (this.part < this.parts.length && this.offset >= this.parts[this.part]!.length) {
      this.offset -= this.parts[this.part]!.length;
      this.parts[this.part++] = null;
    }
  }
}
