// Streams between our host and the kernel: a connection that either side opens, and bulk data both ways at once.

import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { expect } from 'vitest';
import { collect, type Family, type Interop, pattern, sha256 } from '../support/interop.ts';
import { within } from '../support/wait.ts';

const PORT = 7000;

export interface Ends {
  readonly ours: Duplex;
  readonly kernels: Socket;
}

export async function kernelOpens(interop: Interop, family: Family): Promise<Ends> {
  const server = interop.net.createServer({ allowHalfOpen: true });
  const accepted = once(server, 'connection');
  server.listen(PORT);
  const kernels = createConnection({ host: `${interop.ours[family]}`, port: PORT, allowHalfOpen: true });
  const [ours] = (await within(accepted, 'our server accepts')) as [Duplex];
  server.close();
  return { ours, kernels };
}

export async function weOpen(interop: Interop, family: Family): Promise<Ends> {
  const server = createServer({ allowHalfOpen: true }).listen(PORT, `${interop.kernels[family]}`);
  await within(once(server, 'listening'), 'the kernel listens');
  const accepted = once(server, 'connection');
  const ours = interop.net.connect({ host: `${interop.kernels[family]}`, port: PORT, allowHalfOpen: true });
  const [kernels] = (await within(accepted, 'the kernel accepts')) as [Socket];
  server.close();
  return { ours, kernels };
}

/** Send this much each way, at once, and close: each side receives what the other sent. */
export async function swap({ ours, kernels }: Ends, bytes: number, patience?: number): Promise<void> {
  const outgoing = pattern(bytes, 1);
  const incoming = pattern(bytes, 2);
  ours.end(outgoing);
  kernels.end(incoming);
  const work = Promise.all([collect(kernels), collect(ours)]);
  const [atKernel, atUs] = await within(work, `${bytes} bytes each way`, patience);
  expect([atKernel.length, atUs.length]).toEqual([bytes, bytes]);
  expect([sha256(atKernel), sha256(atUs)]).toEqual([sha256(outgoing), sha256(incoming)]);
}
