// §3.4.1 and RFC 6528: initial sequence numbers, a clock plus a keyed hash of the connection's name.

import { SipHash } from '../lib/siphash.ts';
import type { Endpoint } from '../wire/address.ts';
import { type Seq, seq } from './seq.ts';

/** MUST-8: the clock ticks every 4 microseconds. */
const TICKS_PER_MS = 250;
const WORDS = 9;

export class IsnGenerator {
  private readonly hash: SipHash;
  private readonly words = new Int32Array(WORDS);

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
    const { words } = this;
    words[0] = local.address.a;
    words[1] = local.address.b;
    words[2] = local.address.c;
    words[3] = local.address.d;
    words[4] = remote.address.a;
    words[5] = remote.address.b;
    words[6] = remote.address.c;
    words[7] = remote.address.d;
    words[8] = (local.port << 16) | remote.port;
    return this.hash.hashWords(words, WORDS);
  }
}
