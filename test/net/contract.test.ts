// Ours against node:net: each clause of contract.ts runs over both and must see the same.

import { describe, expect, test } from 'vitest';
import { CLAUSES } from './contract.ts';
import { kernelIsDual, kernelUnavailable, kernelWorld, memoryWorld } from './worlds.ts';

const unavailable = await kernelUnavailable();
const dual = unavailable === null && (await kernelIsDual());
if (unavailable !== null) console.warn(`nothing is compared with node:net: ${unavailable}`);
else if (!dual) console.warn('IPv4-mapped addresses are not compared with node:net: the kernel has no IPv6');

describe('the contract of node:net', () => {
  // Only where nothing may be skipped; elsewhere the test would itself be one that is.
  if (process.env.CI === 'true') {
    test('can be compared with the original here', () => {
      expect({ unavailable, dual }).toEqual({ unavailable: null, dual: true });
    });
  }

  for (const clause of CLAUSES) {
    const comparable = clause.dual === true ? dual : unavailable === null;
    test.skipIf(!comparable)(clause.name, async () => {
      const expected = await clause.run(kernelWorld);
      const world = memoryWorld();
      expect(await world.run(clause.run(world))).toEqual(expected);
    });
  }
});
