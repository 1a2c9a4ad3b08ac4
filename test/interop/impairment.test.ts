// Data both ways between our host and the kernel over a line that loses, reorders, doubles and corrupts packets:
// it arrives whole. Each test names its seed; how packets fall together also depends on the kernel's timing.

import { expect, test } from 'vitest';
import type { Clock } from '../../src/host/clock.ts';
import type { Link } from '../../src/host/link.ts';
import type { Impairments } from '../../src/sim/faults.ts';
import type { MemoryLink } from '../../src/sim/link.ts';
import { impairedTun } from '../support/impaired-tun.ts';
import { type Family, openInterop } from '../support/interop.ts';
import { describeTun } from '../support/tun.ts';
import { kernelOpens, swap, weOpen } from './streams.ts';

const MIB = 1 << 20;
/** Losses in a row make either side wait for timeouts that double. */
const PATIENCE = 25_000;

interface Line {
  readonly name: string;
  readonly family: Family;
  readonly vnet: boolean;
  readonly seed: number;
  readonly faults: Partial<Impairments>;
}

const LINES: readonly Line[] = [
  { name: 'loss 1 %', family: 4, vnet: true, seed: 1, faults: { loss: 0.01 } },
  { name: 'loss 1 %', family: 6, vnet: false, seed: 2, faults: { loss: 0.01 } },
  { name: 'loss 3 %', family: 6, vnet: true, seed: 3, faults: { loss: 0.03 } },
  { name: 'loss 3 %', family: 4, vnet: false, seed: 4, faults: { loss: 0.03 } },
  {
    name: 'reordering',
    family: 4,
    vnet: true,
    seed: 5,
    faults: { reorder: { probability: 0.05, extraDelay: 3 } },
  },
  { name: 'duplication', family: 6, vnet: true, seed: 6, faults: { duplicate: 0.05 } },
  { name: 'corruption', family: 4, vnet: true, seed: 7, faults: { corrupt: 0.01 } },
  { name: 'corruption', family: 6, vnet: false, seed: 8, faults: { corrupt: 0.01 } },
  {
    name: 'everything',
    family: 4,
    vnet: true,
    seed: 9,
    faults: {
      loss: 0.01,
      duplicate: 0.01,
      corrupt: 0.005,
      jitter: 1,
      reorder: { probability: 0.01, extraDelay: 3 },
    },
  },
];

describeTun('2 MiB each way over a bad line', () => {
  // At once, each on a device of its own: most of the time they wait for a retransmission timeout.
  test.concurrent.each(LINES)('IPv$family, vnet $vnet: $name (seed $seed)', async (bad) => {
    const { family, vnet, seed, faults } = bad;
    const lines: MemoryLink[] = [];
    const between = (device: Link, clock: Clock): Link => {
      const line = impairedTun(device, { ...faults, clock, seed });
      lines.push(line);
      return line.a;
    };
    const interop = openInterop({ number: 30 + seed, vnet, between });
    try {
      await swap(await (seed % 2 ? weOpen : kernelOpens)(interop, family), 2 * MIB, PATIENCE);
    } finally {
      interop.close();
    }
    for (const { counters } of lines.flatMap(({ aToB, bToA }) => [aToB, bToA])) {
      expect(counters.lost.loss > 0).toBe(faults.loss !== undefined);
      expect(counters.duplicated > 0).toBe(faults.duplicate !== undefined);
      expect(counters.corrupted > 0).toBe(faults.corrupt !== undefined);
      expect(counters.delayed > 0).toBe(faults.reorder !== undefined);
      expect(counters.lost['queue-full']).toBe(0);
    }
  });
});
