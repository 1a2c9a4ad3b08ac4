// A seeded random generator for simulations: xoshiro128** (Blackman and Vigna), seeded by splitmix32.
// Equal seeds give equal sequences on every machine. Not for secrets.

const TWO_32 = 0x1_0000_0000;

export class Prng {
  private s0: number;
  private s1: number;
  private s2: number;
  private s3: number;

  /** Any integer; its low 32 bits count. */
  constructor(seed: number) {
    this.s0 = splitmix32(seed, 1);
    this.s1 = splitmix32(seed, 2);
    this.s2 = splitmix32(seed, 3);
    this.s3 = splitmix32(seed, 4);
  }

  /** 0 to 2^32 - 1. */
  uint32(): number {
    const scaled = Math.imul(this.s1, 5);
    const result = Math.imul((scaled << 7) | (scaled >>> 25), 9);
    const shifted = this.s1 << 9;
    this.s2 ^= this.s0;
    this.s3 ^= this.s1;
    this.s1 ^= this.s2;
    this.s0 ^= this.s3;
    this.s2 ^= shifted;
    this.s3 = (this.s3 << 11) | (this.s3 >>> 21);
    return result >>> 0;
  }

  /** 0 to n - 1, each equally likely. @throws RangeError unless n is an integer from 1 to 2^32. */
  below(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > TWO_32) throw new RangeError(`below(${n})`);
    const fair = TWO_32 - (TWO_32 % n);
    let draw = this.uint32();
    while (draw >= fair) draw = this.uint32();
    return draw % n;
  }

  /** 0 up to, but not including, 1; 32 bits fine. */
  float(): number {
    return this.uint32() / TWO_32;
  }

  /** True with probability `p`. Draws once whatever `p` is, so that a changed rate shifts nothing else. */
  chance(p: number): boolean {
    return this.float() < p;
  }

  /** A generator of its own, seeded from the next number of this one. */
  fork(): Prng {
    return new Prng(this.uint32());
  }
}

/** The `step`-th output of splitmix32: four different words, so the state is never all zero. */
function splitmix32(seed: number, step: number): number {
  let z = (seed + Math.imul(step, 0x9e3779b9)) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return z ^ (z >>> 16);
}
