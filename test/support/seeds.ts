// Randomised tests with a seed for each run: which seeds, what to draw from one, and a failure that names it.

import type { Prng } from '../../src/lib/prng.ts';

/** Choices that follow from a seed. */
export class Draw {
  private readonly prng: Prng;

  constructor(prng: Prng) {
    this.prng = prng;
  }

  /** 0 to n - 1. */
  below(n: number): number {
    return this.prng.below(n);
  }

  chance(probability: number): boolean {
    return this.prng.chance(probability);
  }

  /** One of them; said twice is twice as likely. */
  of<const T>(...choices: readonly T[]): T {
    return choices[this.prng.below(choices.length)]!;
  }
}

/** `from` to `to`, the last left out; the environment's `SEEDS=from-to` instead, if it is set. */
export function seedsOf(from: number, to: number): number[] {
  const [first, end] = process.env.SEEDS?.split('-').map(Number) ?? [from, to];
  return Array.from({ length: end! - first! }, (_, i) => first! + i);
}

/** What `run` found wrong with `seed`, or threw, null for nothing; and the message to expect null with. */
export function verdict(seed: number, run: (seed: number) => string | null): [string | null, string] {
  let fault: string | null;
  try {
    fault = run(seed);
  } catch (error) {
    fault = `thrown: ${error instanceof Error ? error.stack : error}`;
  }
  return [fault, `seed ${seed}: ${fault}`];
}
