// Connections for exports: our own engine's over a bad link, and what is hostile about packets.

import { Prng } from '../../../src/lib/prng.ts';
import type { KeptConnection } from '../../../src/trace/reader/kept.ts';
import { keptOf } from '../reader/kept.ts';
import { conversation } from '../reader/truth.ts';

const BAD = { loss: 0.1, jitter: 10, duplicate: 0.05, reorder: 0.1 };

export const recorded = (seed: number): KeptConnection[] => keptOf(conversation(seed, BAD).capture);

/** The same bytes, a few of them changed. */
export function damaged(bytes: Uint8Array, seed: number): Uint8Array {
  const dice = new Prng(seed);
  const copy = bytes.slice();
  for (let i = 0; i < 12; i++) copy[100 + dice.below(copy.length - 100)] = dice.below(256);
  return copy;
}
