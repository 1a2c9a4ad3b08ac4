// A bad line between a TUN device and a host, on the real clock.

import type { Clock } from '../../src/host/clock.ts';
import type { Link } from '../../src/host/link.ts';
import { badLine } from '../../src/register/line.ts';
import type { Impairments } from '../../src/sim/faults.ts';
import type { MemoryLink } from '../../src/sim/link.ts';

export interface ImpairedTunOptions extends Partial<Impairments> {
  readonly clock: Clock;
  readonly seed: number;
}

/** The line; its end `a` is for the host. */
export function impairedTun(device: Link, { clock, seed, ...impairments }: ImpairedTunOptions): MemoryLink {
  return badLine(device, clock, { impairments, seed });
}
