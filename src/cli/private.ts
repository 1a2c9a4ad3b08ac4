// Commands that run in a private network namespace: the same program, run again inside.
import { enterPrivateNamespace, privateNamespaceAvailable } from '../node/namespace.ts';
import { complaint, EXIT } from './exit.ts';

/** Tells the program that it is the one inside. */
const INSIDE = 'SYNFIN_PRIVATE';

/** Whether this process is the one inside. The programs that it runs are not told. */
const inside = process.env[INSIDE] === '1';
delete process.env[INSIDE];

/**
 * Inside, runs the command; outside, runs this program again inside, and ends with its exit code. `otherwise`
 * says what to do where there is no private namespace to be had; by default the command fails.
 */
export async function inPrivate(
  command: () => Promise<unknown>,
  otherwise: (reason: string) => Promise<unknown> = refuse,
): Promise<void> {
  if (inside) {
    await command();
    return;
  }
  const available = privateNamespaceAvailable();
  if (!available.ok) {
    await otherwise(available.reason);
    return;
  }
  process.env[INSIDE] = '1';
  process.exitCode = await enterPrivateNamespace();
}

async function refuse(reason: string): Promise<void> {
  process.stderr.write(complaint(new Error(`no private network namespace: ${reason}`)));
  process.exitCode = EXIT.unavailable;
}
