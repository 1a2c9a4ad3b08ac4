// One write on its way into the send buffer. The engine keeps references until the peer has acknowledged, but a
// program may use its buffer again as soon as the write's callback ran: so what it gave us is copied, in pieces,
// as the send buffer takes it. Calling back only at the acknowledgment would save the copy and cost a round trip
// per write. The copy costs 2 us per 64 KiB.
// Many small chunks leave as one piece, so that a corked response is one segment and not five.

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

/** Bounds what is copied ahead of the send buffer: 64 KiB is what one super-segment carries. */
const PIECE = 65_536;

export class Outgoing {
  /** Bytes in all. */
  readonly length: number;
  /** Bytes not taken yet. */
  remaining: number;
  private readonly parts: (Uint8Array | null)[] = [];
  /** The parts made from strings, when there is only one part: it can be handed over as it is. */
  private readonly owned: boolean;
  private part = 0;
  private offset = 0;
  private piece: Uint8Array | null = null;

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
  }

  /** The bytes to offer next; the same again if they were not all taken. Null = everything is gone. */
  next(): Uint8Array | null {
    if (this.remaining === 0) return null;
    this.piece ??= this.owned ? this.parts[0]! : this.copy(Math.min(this.remaining, PIECE));
    return this.piece;
  }

  /** `count` bytes of the piece offered last were taken. */
  took(count: number): void {
    const piece = this.piece;
    if (piece === null) return;
    this.remaining -= count;
    this.piece = count < piece.length ? piece.subarray(count) : null;
  }

  private copy(length: number): Uint8Array {
    const piece = Buffer.allocUnsafe(length);
    let at = 0;
    while (at < length) {
      const part = this.parts[this.part]!;
      const count = Math.min(part.length - this.offset, length - at);
      piece.set(part.subarray(this.offset, this.offset + count), at);
      at += count;
      this.offset += count;
      if (this.offset < part.length) break;
      this.parts[this.part++] = null;
      this.offset = 0;
    }
    return piece;
  }
}
