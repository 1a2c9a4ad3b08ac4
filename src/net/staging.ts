// Where text waits for its acknowledgment. The engine keeps references until then, but a program may use its buffer
// again as soon as a write has called back: so what it gave us is copied once, into pieces that all streams share and
// that are used again when the peer has acknowledged them. A new buffer for each 64 KiB cost 16 % of the time for
// copying into memory that was in no cache, and 11 % to collect them (bench: P2). Calling back at the acknowledgment
// would save the copy and cost a round trip for each write.

/** What one super-segment carries. */
const PIECE = 65_536;
/** Shorter text gets a buffer of its own size: a piece for each byte that waits would be too much. */
const LEAST = PIECE / 4;
/** Pieces that are kept for the next stream: 4 MiB, as much as a send buffer grows to. */
const SPARE = 64;

const spare: Uint8Array[] = [];

export class Staging {
  /** Bytes that the connection was given, in all. */
  given = 0;
  /** Pieces that hold text, oldest first, and how much had been given where each ends. */
  private readonly pieces: Uint8Array[] = [];
  private readonly ends: number[] = [];
  /** How much of the last of them is in use. */
  private filled = PIECE;

  /** Some of what it was given may still be needed by the connection. */
  get holds(): boolean {
    return this.pieces.length > 0;
  }

  /** Room for `wanted` bytes, or some of them. `took` says how much was used. */
  room(wanted: number): Uint8Array {
    if (this.filled < PIECE) return this.last.subarray(this.filled, this.filled + wanted);
    if (wanted < LEAST) return Buffer.allocUnsafe(wanted);
    this.pieces.push(spare.pop() ?? new Uint8Array(PIECE));
    this.ends.push(this.given);
    this.filled = 0;
    return this.last.subarray(0, wanted);
  }

  /** The connection was given `bytes`; `staged`: they lie where `room` said. */
  took(bytes: number, staged: boolean): void {
    this.given += bytes;
    if (!staged || this.filled === PIECE) return;
    this.filled += bytes;
    this.ends[this.ends.length - 1] = this.given;
  }

  /** All but `unacknowledged` bytes of what was given are needed no more. */
  reclaim(unacknowledged: number): void {
    const { ends, pieces } = this;
    while (pieces.length > 0 && ends[0]! <= this.given - unacknowledged) {
      ends.shift();
      const piece = pieces.shift()!;
      if (spare.length < SPARE) spare.push(piece);
    }
    if (pieces.length === 0) this.filled = PIECE;
  }

  private get last(): Uint8Array {
    return this.pieces[this.pieces.length - 1]!;
  }
}
