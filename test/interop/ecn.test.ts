// RFC 3168 with Linux at the other end, over a line that marks: its marks come back to it, ours to us. A peer asked
// for AccECN agrees to what it knows.

import { writeFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import type { MemoryLink } from '../../src/sim/link.ts';
import type { Parameters } from '../../src/tcp/parameters.ts';
import { impairedTun } from '../support/impaired-tun.ts';
import { FAMILIES, type Interop, openInterop } from '../support/interop.ts';
import { describeTun } from '../support/tun.ts';
import { kernelOpens, swap, weOpen } from './streams.ts';

const BYTES = 4 << 20;

let interop: Interop;
afterEach(() => {
  interop.close();
  setMode(2);
});

/** 1: the kernel asks; 2, its default: it agrees when asked. */
const setMode = (mode: number): void => writeFileSync('/proc/sys/net/ipv4/tcp_ecn', `${mode}`);

const MODES = FAMILIES.flatMap(([name, family]) =>
  (
    [
      ['we ask', 'request', weOpen, 2],
      ['we ask for AccECN', 'accurate', weOpen, 2],
      ['the kernel asks', 'accept', kernelOpens, 1],
    ] as const
  ).map((mode) => [name, ...mode, family] as const),
);

describeTun('marks both ways', () => {
  test.each(MODES)(
    '%s, %s: whole streams, no losses for the marks to cause (3168.1)',
    async (_name, _who, ecn: Parameters['ecn'], open, kernelMode, family) => {
      setMode(kernelMode);
      let line: MemoryLink | null = null;
      interop = openInterop({
        number: 61,
        parameters: { ecn },
        between: (device, clock) => {
          line = impairedTun(device, { clock, seed: 1, mark: 0.01, delay: 1 });
          return line.a;
        },
      });
      const opened = await open(interop, family);
      const [socket] = [...interop.host.sockets()];
      await swap(opened, BYTES);
      const info = socket!.info();
      expect(info).toMatchObject({ ecn: true, ecnSeen: true });
      expect(info.deliveredCe).toBeGreaterThan(0);
      expect(Math.min(line!.aToB.counters.marked, line!.bToA.counters.marked)).toBeGreaterThan(0);
      expect(info.counters.retransmissions).toBe(0);
    },
  );
});
