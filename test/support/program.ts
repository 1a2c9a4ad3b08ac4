// Programs of this machine that know nothing of us. Where one is missing its tests are skipped, and a line says so.
// With CI=true nothing is skipped: the reason is thrown.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'vitest';
import { collect } from './interop.ts';
import { within } from './wait.ts';

export interface Outcome {
  readonly code: number;
  readonly output: Buffer;
  readonly errors: string;
}

/** Whether it can be run. @throws with CI=true, if it cannot */
export function installed(program: string): boolean {
  const { error } = spawnSync(program, ['-V']);
  if (error === undefined) return true;
  if (process.env.CI === 'true') {
    throw new Error(`the tests of ${program} cannot run, and CI skips none: ${error.message}`);
  }
  process.stderr.write(`skipped: the program ${program}: ${error.message}\n`);
  return false;
}

/** `test`, for those that need the program. */
export const testWith = (program: string) => test.skipIf(!installed(program));

/** What comes of the program, given `input` to read; it does not outlive the patience of `within`. */
export async function run(
  program: string,
  args: readonly string[],
  input: Uint8Array = new Uint8Array(0),
): Promise<Outcome> {
  const child = spawn(program, args, { stdio: 'pipe' });
  // A program that fails leaves its input unread; what it says of its failure tells more.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  try {
    const work = Promise.all([collect(child.stdout), collect(child.stderr), once(child, 'close')]);
    const [output, errors, [code]] = await within(work, `${program} ${args.join(' ')}`);
    return { code: code as number, output, errors: String(errors) };
  } finally {
    child.kill();
  }
}

/** No proxy, no configuration of the user's. */
export const curl = (args: readonly string[], input?: Uint8Array): Promise<Outcome> =>
  run('curl', ['-q', '--silent', '--show-error', '--globoff', '--noproxy', '*', ...args], input);
