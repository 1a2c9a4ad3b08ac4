// A FIFO of bytes that keeps the chunks it was given instead of copying them: send and receive buffers.

/** What a freed slot holds, so that the slots keep one type and no chunk outlives its bytes. */
const NO_BYTES = new Uint8Array(0);
const FIRST_SLOTS = 4;
/** A larger ring than this is given back when the queue runs empty. */
const KEPT_SLOTS = 128;
/** Small chunks are joined up to this many bytes. */
const JOINED = 1 << 14;
/** Positions are compared as int32 differences, so that much may be queued and no more. */
const MAX_LENGTH = 0x7fffffff;
/** Below this a loop beats `set(subarray)` (measured: 1 ns a byte against 29 ns and a view's garbage). */
const LOOP_BYTES = 32;

export class ByteQueue {
  /** Bytes queued. */
  length = 0;
  /** A ring of a power of two slots; none until the first push, so that an idle queue costs nothing. */
  private chunks: Uint8Array[] | null = null;
  /** Position that each chunk's index 0 has, or would have, int32 modulo 2^32, in the same slots. */
  private origins: number[] | null = null;
  /** Where in each chunk the queued bytes end, in the same slots. */
  private ends: number[] | null = null;
  /** Slot of the first chunk. */
  private head = 0;
  /** Slots in use. */
  private count = 0;
  /** Position of the first byte, int32 modulo 2^32. */
  private front = 0;

  /**
   * Append `chunk`, or its bytes from `start` up to `end`, by reference: they must not change while they are
   * queued. No view is made before `shift`. @throws RangeError beyond the chunk, and at 2^31 bytes.
   */
  push(chunk: Uint8Array, start = 0, end = chunk.length): void {
    if (!(start >= 0 && start <= end && end <= chunk.length)) {
      throw new RangeError(`push of ${start} to ${end} of ${chunk.length} bytes`);
    }
    if (start === end) return;
    if (end - start > MAX_LENGTH - this.length) throw new RangeError('ByteQueue holds less than 2^31 bytes');
    if (this.chunks === null || this.count === this.chunks.length) this.grow();
    const slot = (this.head + this.count) & (this.chunks!.length - 1);
    this.chunks![slot] = chunk;
    this.origins![slot] = (this.front + this.length - start) | 0;
    this.ends![slot] = end;
    this.count++;
    this.length += end - start;
  }

  /**
   * Append a copy of `chunk`'s bytes from `start` up to `end`, put together with the chunks before it where
   * these are small: many little pieces come to few chunks, and each byte is moved O(log n) times.
   */
  pushCopy(chunk: Uint8Array, start: number, end: number): void {
    if (start === end) return;
    this.push(chunk.slice(start, end));
    while (this.count > 1 && this.joinLast()) {}
  }

  /** The last two chunks become one, if the last has grown as large as the other and both are small. */
  private joinLast(): boolean {
    const mask = this.chunks!.length - 1;
    const last = (this.head + this.count - 1) & mask;
    const before = (last - 1) & mask;
    const from = this.startIn(before);
    const length = this.ends![before]! - from;
    const added = this.ends![last]!; // It was pushed whole.
    if (added < length || length + added > JOINED) return false;
    const joined = new Uint8Array(length + added);
    joined.set(this.chunks![before]!.subarray(from, from + length));
    joined.set(this.chunks![last]!.subarray(0, added), length);
    this.chunks![last] = NO_BYTES;
    this.chunks![before] = joined;
    this.origins![before] = (this.origins![before]! + from) | 0;
    this.ends![before] = joined.length;
    this.count--;
    return true;
  }

  /**
   * Take what is left of the first chunk, at most `maxBytes` bytes, as a view of what was pushed.
   * Null: empty, or `maxBytes` is 0.
   */
  shift(maxBytes = Number.POSITIVE_INFINITY): Uint8Array | null {
    if (this.length === 0 || maxBytes <= 0) return null;
    const chunk = this.chunks![this.head]!;
    const start = (this.front - this.origins![this.head]!) | 0;
    const end = Math.min(this.ends![this.head]!, start + maxBytes);
    this.discard(end - start);
    return start === 0 && end === chunk.length ? chunk : chunk.subarray(start, end);
  }

  /** Drop the first `n` bytes. @throws RangeError if there are fewer. */
  discard(n: number): void {
    if (!(n >= 0 && n <= this.length)) throw new RangeError(`discard(${n}) of ${this.length} bytes`);
    if (n === 0) return;
    this.front = (this.front + n) | 0;
    this.length -= n;
    while (this.count > 0 && this.endOf(this.head) <= 0) {
      this.chunks![this.head] = NO_BYTES;
      this.head = (this.head + 1) & (this.chunks!.length - 1);
      this.count--;
    }
    if (this.count === 0 && this.chunks!.length > KEPT_SLOTS) this.clear();
  }

  /** Drop the last `n` bytes. @throws RangeError if there are fewer. */
  discardLast(n: number): void {
    if (!(n >= 0 && n <= this.length)) throw new RangeError(`discardLast(${n}) of ${this.length} bytes`);
    let left = n;
    while (left > 0) {
      const last = (this.head + this.count - 1) & (this.chunks!.length - 1);
      const cut = Math.min(left, this.ends![last]! - this.startIn(last));
      this.ends![last]! -= cut;
      this.length -= cut;
      left -= cut;
      if (this.ends![last]! > this.startIn(last)) continue;
      this.chunks![last] = NO_BYTES;
      this.count--;
    }
  }

  /**
   * Copy `length` bytes, counted from `offset` bytes behind the present front, to `at` in `target`.
   * @throws RangeError if the queue or the target is too short.
   */
  copyTo(target: Uint8Array, at: number, offset: number, length: number): void {
    if (!(at >= 0 && at + length <= target.length)) {
      throw new RangeError(`${length} bytes at ${at} of ${target.length}`);
    }
    this.checkRange(offset, length);
    if (length === 0) return;
    const chunks = this.chunks!;
    const mask = chunks.length - 1;
    const position = (this.front + offset) | 0;
    let slot = this.locate(position);
    let start = (position - this.origins![slot]!) | 0;
    let left = length;
    let to = at;
    while (left > 0) {
      const chunk = chunks[slot]!;
      const end = Math.min(this.ends![slot]!, start + left);
      copyBytes(chunk, start, end, target, to);
      to += end - start;
      left -= end - start;
      slot = (slot + 1) & mask;
      start = (position + length - left - this.origins![slot]!) | 0;
    }
  }

  /**
   * Show `fn` the pieces of chunks that make up [offset, offset + length), in order, without copying.
   * @throws RangeError if the queue is too short.
   */
  forEachPart(
    offset: number,
    length: number,
    fn: (chunk: Uint8Array, start: number, end: number) => void,
  ): void {
    this.checkRange(offset, length);
    if (length === 0) return;
    const chunks = this.chunks!;
    const mask = chunks.length - 1;
    const position = (this.front + offset) | 0;
    let slot = this.locate(position);
    let start = (position - this.origins![slot]!) | 0;
    let left = length;
    while (left > 0) {
      const chunk = chunks[slot]!;
      const end = Math.min(this.ends![slot]!, start + left);
      fn(chunk, start, end);
      left -= end - start;
      slot = (slot + 1) & mask;
      start = (position + length - left - this.origins![slot]!) | 0;
    }
  }

  /** Drop everything, storage included. */
  clear(): void {
    this.chunks = null;
    this.origins = null;
    this.ends = null;
    this.head = 0;
    this.count = 0;
    this.length = 0;
  }

  /** How far behind the front of the queue the chunk in `slot` ends; not positive when it is used up. */
  private endOf(slot: number): number {
    return (this.origins![slot]! + this.ends![slot]! - this.front) | 0;
  }

  /** Where in the chunk of `slot` the queued bytes begin. */
  private startIn(slot: number): number {
    const previous = (slot - 1) & (this.chunks!.length - 1);
    const position = slot === this.head ? this.front : this.origins![previous]! + this.ends![previous]!;
    return (position - this.origins![slot]!) | 0;
  }

  private checkRange(offset: number, length: number): void {
    if (!(offset >= 0 && length >= 0 && offset + length <= this.length)) {
      throw new RangeError(`${length} bytes from ${offset} of ${this.length}`);
    }
  }

  /** The slot of the chunk that holds `position`, which is queued. The first chunk is tried first. */
  private locate(position: number): number {
    const offset = (position - this.front) | 0;
    if (offset < this.endOf(this.head)) return this.head;
    const mask = this.chunks!.length - 1;
    let low = 1;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.endOf((this.head + middle) & mask) > offset) high = middle;
      else low = middle + 1;
    }
    return (this.head + low) & mask;
  }

  private grow(): void {
    const mask = this.chunks === null ? 0 : this.chunks.length - 1;
    const size = this.chunks === null ? FIRST_SLOTS : this.chunks.length * 2;
    const chunks = new Array<Uint8Array>(size).fill(NO_BYTES);
    const origins = new Array<number>(size).fill(0);
    const ends = new Array<number>(size).fill(0);
    for (let i = 0; i < this.count; i++) {
      const slot = (this.head + i) & mask;
      chunks[i] = this.chunks![slot]!;
      origins[i] = this.origins![slot]!;
      ends[i] = this.ends![slot]!;
    }
    this.chunks = chunks;
    this.origins = origins;
    this.ends = ends;
    this.head = 0;
  }
}

function copyBytes(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void {
  if (end - start < LOOP_BYTES) {
    for (let i = start, j = at; i < end; i++, j++) to[j] = from[i]!;
  } else if (start === 0 && end === from.length) {
    to.set(from, at);
  } else {
    to.set(from.subarray(start, end), at);
  }
}
