// The end of the program: what TCP still owes a peer beyond the device is sent first, and what is recorded is written.

import type { ProgramNetwork } from './network.ts';

/** How long a peer may take to acknowledge the end of its connections, milliseconds. */
const LIMIT = 5_000;
const POLL = 5;

const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;

export function endWith(network: ProgramNetwork): void {
  let deadline = Infinity;
  process.on('beforeExit', () => {
    deadline = Math.min(deadline, performance.now() + LIMIT);
    // Has the event loop turn once more, and this event come again.
    if (network.isUnfinished && performance.now() < deadline) setTimeout(() => {}, POLL);
  });
  process.on('exit', () => network.close());
  if (network.mustClose) for (const signal of SIGNALS) closeOn(signal, network);
}

/** A signal that the program does not care for ends it as before, but not before the network is closed. */
function closeOn(signal: NodeJS.Signals, network: ProgramNetwork): void {
  const end = (): void => {
    if (process.listenerCount(signal) > 1) return;
    network.close();
    process.off(signal, end);
    process.kill(process.pid, signal);
  };
  process.on(signal, end);
}
