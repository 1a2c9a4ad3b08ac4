// SipHash-2-4 (Aumasson and Bernstein, 2012): the keyed hash of RFC 6528's F, of RFC 6056's port choice and
// of the demultiplexing table, so that nobody without the key can aim at a bucket or guess a number.

const COMPRESSION_ROUNDS = 2;
const FINALIZATION_ROUNDS = 4;

/** A keyed 64-bit hash. Holds no state between calls but the key and the last result. */
export class SipHash {
  /** High 32 bits of the last hash, int32. */
  high = 0;
  private readonly k0low: number;
  private readonly k0high: number;
  private readonly k1low: number;
  private readonly k1high: number;

  /** @throws RangeError unless `key` is 16 bytes. */
  constructor(key: Uint8Array) {
    if (key.length !== 16) throw new RangeError('a SipHash key has 16 bytes');
    this.k0low = littleEndianWord(key, 0);
    this.k0high = littleEndianWord(key, 4);
    this.k1low = littleEndianWord(key, 8);
    this.k1high = littleEndianWord(key, 12);
  }

  /**
   * Hash the first `count` words, each as four bytes in little-endian order. Returns the low 32 bits, int32;
   * the others are in `high`.
   */
  hashWords(words: Int32Array, count: number): number {
    let v0l = this.k0low ^ 0x70736575;
    let v0h = this.k0high ^ 0x736f6d65;
    let v1l = this.k1low ^ 0x6e646f6d;
    let v1h = this.k1high ^ 0x646f7261;
    let v2l = this.k0low ^ 0x6e657261;
    let v2h = this.k0high ^ 0x6c796765;
    let v3l = this.k1low ^ 0x79746573;
    let v3h = this.k1high ^ 0x74656462;
    // The message, its last block with the length on top, and then the finalization as one more turn.
    const last = count >> 1;
    for (let block = 0; block <= last + 1; block++) {
      const final = block > last;
      const low = final ? 0 : 2 * block < count ? words[2 * block]! : 0;
      const high = final ? 0 : block < last ? words[2 * block + 1]! : count << 26;
      v3l ^= low;
      v3h ^= high;
      if (final) v2l ^= 0xff;
      for (let round = final ? FINALIZATION_ROUNDS : COMPRESSION_ROUNDS; round > 0; round--) {
        let low64 = (v0l + v1l) | 0;
        v0h = (v0h + v1h + carry(v0l, v1l, low64)) | 0;
        v0l = low64;
        let swap = (v1l << 13) | (v1h >>> 19);
        v1h = ((v1h << 13) | (v1l >>> 19)) ^ v0h;
        v1l = swap ^ v0l;
        swap = v0l;
        v0l = v0h;
        v0h = swap;
        low64 = (v2l + v3l) | 0;
        v2h = (v2h + v3h + carry(v2l, v3l, low64)) | 0;
        v2l = low64;
        swap = (v3l << 16) | (v3h >>> 16);
        v3h = ((v3h << 16) | (v3l >>> 16)) ^ v2h;
        v3l = swap ^ v2l;
        low64 = (v0l + v3l) | 0;
        v0h = (v0h + v3h + carry(v0l, v3l, low64)) | 0;
        v0l = low64;
        swap = (v3l << 21) | (v3h >>> 11);
        v3h = ((v3h << 21) | (v3l >>> 11)) ^ v0h;
        v3l = swap ^ v0l;
        low64 = (v2l + v1l) | 0;
        v2h = (v2h + v1h + carry(v2l, v1l, low64)) | 0;
        v2l = low64;
        swap = (v1l << 17) | (v1h >>> 15);
        v1h = ((v1h << 17) | (v1l >>> 15)) ^ v2h;
        v1l = swap ^ v2l;
        swap = v2l;
        v2l = v2h;
        v2h = swap;
      }
      v0l ^= low;
      v0h ^= high;
    }
    this.high = v0h ^ v1h ^ v2h ^ v3h;
    return v0l ^ v1l ^ v2l ^ v3l;
  }
}

/** The carry out of the 32-bit addition a + b = sum, without leaving int32. */
function carry(a: number, b: number, sum: number): number {
  return ((a & b) | ((a | b) & ~sum)) >>> 31;
}

function littleEndianWord(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}
