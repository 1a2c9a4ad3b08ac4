// Unpredictable numbers without asking for entropy each time: SipHash over a counter, keyed once per host.

import { SipHash } from '../lib/siphash.ts';

export class KeyedRandom {
  private readonly hash: SipHash;
  private readonly counter = new Int32Array(2);

  constructor(secret: Uint8Array) {
    this.hash = new SipHash(secret);
  }

  /** 32 random bits, as a signed integer. */
  int32(): number {
    const low = (this.counter[0]! + 1) | 0;
    this.counter[0] = low;
    if (low === 0) this.counter[1] = (this.counter[1]! + 1) | 0;
    return this.hash.hashWords(this.counter, 2);
  }

  /** A number from 0 to `n` - 1; `n` is small against 2^32, so that the bias does not matter. */
  below(n: number): number {
    return (this.int32() >>> 0) % n;
  }
}
