// 64 MiB each way between our host and the kernel, over lines from good to very bad: everything arrives, and no
// silence is longer than retransmission timeouts explain. Packets are large where the line is slow to turn round,
// since 5 % loss at 200 ms leaves either end some 40 segments a second.

import { expect, test } from 'vitest';
import type { Clock } from '../../src/host/clock.ts';
import type { Link } from '../../src/host/link.ts';
import type { Impairments } from '../../src/sim/faults.ts';
import type { MemoryLink } from '../../src/sim/link.ts';
import { receiveBulk, sendBulk } from '../support/bulk.ts';
import { impairedTun } from '../support/impaired-tun.ts';
import { openInterop } from '../support/interop.ts';
import { describeTun } from '../support/tun.ts';
import { within } from '../support/wait.ts';
import { kernelOpens, weOpen } from './streams.ts';

const BYTES = 64 << 20;
const PATIENCE = 200_000;
const JUMBO = 65_535;

interface Cell {
  readonly name: string;
  /** Both directions together, ms. */
  readonly rtt: number;
  readonly mtu: number;
  readonly faults: Partial<Impairments>;
}

const CELLS: readonly Cell[] = [
  ...[0, 0.01, 0.05].flatMap((loss) =>
    [1, 20, 200].map((rtt) => ({
      name: `loss ${loss * 100} %`,
      rtt,
      mtu: loss > 0 && rtt > 1 ? JUMBO : 1500,
      faults: { loss },
    })),
  ),
  ...[1, 200].flatMap((rtt) => [
    { name: 'reordering', rtt, mtu: 1500, faults: { reorder: { probability: 0.02, extraDelay: rtt / 2 } } },
    { name: 'duplication', rtt, mtu: 1500, faults: { duplicate: 0.05 } },
    { name: 'corruption', rtt, mtu: rtt > 1 ? JUMBO : 1500, faults: { corrupt: 0.01 } },
  ]),
];

/**
 * The longest silence that timeouts explain: with up to 5 % loss each way, six tries in a row of the same segment
 * fail once in a million; an RTO is at least 200 ms and some round trips, and doubles. A busy machine adds its own.
 */
const explained = (rtt: number, lossy: boolean): number =>
  lossy ? (2 ** 5 - 1) * (200 + 3 * rtt) + 3000 : 3 * rtt + 3000;

describeTun('64 MiB each way', () => {
  const open = (cell: Cell, number: number, lines: MemoryLink[]) => {
    const between = (device: Link, clock: Clock): Link => {
      const options = { delay: cell.rtt / 2, queuePackets: Number.POSITIVE_INFINITY, ...cell.faults };
      const line = impairedTun(device, { ...options, clock, seed: number });
      lines.push(line);
      return line.a;
    };
    const room = 8 << 20;
    const parameters = { sendBuffer: room, receiveBuffer: room };
    return openInterop({ number, mtu: cell.mtu, between, parameters });
  };

  test.concurrent.each(CELLS.map((cell, i) => ({ ...cell, number: 100 + i })))(
    '$name, $rtt ms, MTU $mtu',
    { timeout: PATIENCE + 10_000 },
    async (cell) => {
      const lines: MemoryLink[] = [];
      const interop = open(cell, cell.number, lines);
      try {
        const ends = await (cell.number % 2 ? weOpen : kernelOpens)(interop, cell.number % 4 < 2 ? 4 : 6);
        const { ours, kernels } = ends;
        const work = Promise.all([
          sendBulk(ours, BYTES, 1),
          sendBulk(kernels, BYTES, 2),
          receiveBulk(kernels),
          receiveBulk(ours),
        ]);
        const [sent, sentByKernel, atKernel, atUs] = await within(work, cell.name, PATIENCE);
        expect([atKernel.bytes, atUs.bytes]).toEqual([BYTES, BYTES]);
        expect([atKernel.sha256, atUs.sha256]).toEqual([sent, sentByKernel]);
        const lossy = cell.faults.loss !== 0;
        expect(atKernel.longestSilence).toBeLessThan(explained(cell.rtt, lossy));
        expect(atUs.longestSilence).toBeLessThan(explained(cell.rtt, lossy));
      } finally {
        interop.close();
      }
      // The line did what the cell says.
      for (const { counters } of lines.flatMap(({ aToB, bToA }) => [aToB, bToA])) {
        expect(counters.lost.loss > 0).toBe((cell.faults.loss ?? 0) > 0);
        expect(counters.delayed > 0).toBe(cell.faults.reorder !== undefined);
        expect(counters.duplicated > 0).toBe(cell.faults.duplicate !== undefined);
        expect(counters.corrupted > 0).toBe(cell.faults.corrupt !== undefined);
      }
    },
  );
});
