// Commands that run in a private network namespace: the same program, run again inside.
import type { Server } from 'node:net';
import { TunError } from '../node/errors.ts';
import { endWithParent, enterPrivateNamespace, privateNamespaceAvailable } from '../node/namespace.ts';
import { CommandError, complaint, EXIT } from './exit.ts';

/** Tells the program that it is the one inside, and which process is outside. */
const OUTSIDE = 'SYNFIN_PRIVATE';

/** The process outside, if this is the one inside. The programs that it runs are not told. */
const outside = process.env[OUTSIDE];
delete process.env[OUTSIDE];

export const isInside = (): boolean => outside !== undefined;

/**
 * Inside, runs the command; outside, runs this program again inside, and ends with its exit code. `otherwise`
 * says what to do where there is no private namespace to be had; by default the command fails. `listen`: makes a
 * server of this network, which the one inside takes (`isInside`, `listeningOutside`).
 */
export async function inPrivate(
  command: () => Promise<unknown>,
  otherwise: (reason: string) => Promise<unknown> = refuse,
  listen: (() => Promise<Server>) | null = null,
): Promise<void> {
  if (outside !== undefined) {
    followOutside(Number(outside));
    await command();
    return;
  }
  const available = privateNamespaceAvailable();
  if (!available.ok) {
    await otherwise(available.reason);
    return;
  }
  process.env[OUTSIDE] = String(process.pid);
  try {
    process.exitCode = await enterPrivateNamespace(undefined, listen === null ? null : await listen());
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    process.stderr.write(complaint(error));
    process.exitCode = error.exitCode;
  }
}

/** Whatever ends the process outside ends us: nobody else knows of this place. */
function followOutside(parent: number): void {
  try {
    endWithParent(parent);
  } catch (error) {
    // Nothing runs here for long without the C library: it opens the device, too.
    if (!(error instanceof TunError)) throw error;
  }
}

async function refuse(reason: string): Promise<void> {
  process.stderr.write(complaint(new Error(`no private network namespace: ${reason}`)));
  process.exitCode = EXIT.unavailable;
}
