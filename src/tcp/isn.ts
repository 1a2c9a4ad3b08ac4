// §3.4.1 and RFC 6528: initial sequence numbers, a clock plus a keyed hash of the connection's name.

import { SipHash } from '../lib/siphash.ts';
import { type Endpoint, FLOW_WORDS, flowToWords } from '../wire/address.ts';
import { type Seq, seq } from './seq.ts';

/** MUST-8: the clock ticks every 4 microseconds. */
const TICKS_PER_MS = 250;

/** Initial sequence numbers that nobody can guess from those of other connections (§3.4.1, RFC 6528). */
export class IsnGenerator {
  private readonly hash: SipHash;
  private readonly words = new Int32Array(FLOW_WORDS);

  /** `secret`: 16 bytes that nobody outside can know (MUST-9). */
  constructor(secret: Uint8Array) {
    this.hash = new SipHash(secret);
  }

  /** SHLD-1: M + F(local, remote, secret). */
  next(local: Endpoint, remote: Endpoint, now: number): Seq {
    return seq(Math.floor(now * TICKS_PER_MS) + this.hashed(local, remote));
  }

  /** RFC 7323 §5.4: where the timestamp clock of this connection starts, ms. */
  timestampOffset(local: Endpoint, remote: Endpoint): number {
    this.hashed(local, remote);
    return this.hash.high;
  }

  private hashed(local: Endpoint, remote: Endpoint): number {
    const count = flowToWords(local, remote, this.words);
    return this.hash.hashWords(this.words, count);
  }
}
