// RFC 6056 §3.3.4: ephemeral ports by double hashing (algorithm 4), with a large table and random steps, so that
// neither a port nor the step to the next one can be told from the ports seen by another destination.

import { SipHash } from '../lib/siphash.ts';
import type { Address } from '../wire/address.ts';
import type { KeyedRandom } from './random.ts';

/** RFC 6056 names 10; that small a table could be learnt from outside and told hosts apart. */
const TABLE_SIZE = 1 << 13;
const LARGEST_STEP = 8;

export class EphemeralPorts {
  private readonly first: number;
  private readonly count: number;
  private readonly offsetHash: SipHash;
  private readonly indexHash: SipHash;
  private readonly random: KeyedRandom;
  private readonly words = new Int32Array(9);
  private table: Uint16Array | null = null;

  /** Two secrets of 16 bytes; ports from `first` to `last`, both included. */
  constructor(first: number, last: number, secrets: readonly [Uint8Array, Uint8Array], random: KeyedRandom) {
    this.first = first;
    this.count = last - first + 1;
    this.offsetHash = new SipHash(secrets[0]);
    this.indexHash = new SipHash(secrets[1]);
    this.random = random;
  }

  /** A port for which `usable` holds; 0 = there is none left. */
  pick(local: Address, remote: Address, remotePort: number, usable: (port: number) => boolean): number {
    this.table ??= this.fill();
    const { words, table, count } = this;
    words.set([local.a, local.b, local.c, local.d, remote.a, remote.b, remote.c, remote.d, remotePort]);
    const offset = this.offsetHash.hashWords(words, 9) >>> 0;
    const index = this.indexHash.hashWords(words, 9) & (TABLE_SIZE - 1);
    const step = table[index]! + 1 + this.random.below(LARGEST_STEP);
    for (let tried = 0; tried < count; tried++) {
      const port = this.first + ((offset + step + tried) % count);
      if (!usable(port)) continue;
      table[index] = step + tried;
      return port;
    }
    return 0;
  }

  private fill(): Uint16Array {
    const table = new Uint16Array(TABLE_SIZE);
    for (let i = 0; i < TABLE_SIZE; i++) table[i] = this.random.int32();
    return table;
  }
}
