// Another program, with our terminal as its own. It does not outlive us.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import type { Cleanup } from './exit.ts';
import { CommandError } from './exit.ts';

/** What shells give for a program that is not there, and for one that may not be run. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

/** How long it has for its own end after SIGTERM, milliseconds. */
const GRACE = 2_000;

/** Runs it to its end and resolves to its exit code; 128 + the number of the signal that ended it, if one did. */
export function runProgram(program: string, args: readonly string[], cleanup: Cleanup): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit' });
    cleanup.defer(() => terminate(child));
    // Whoever does not wait for the cleanup does not leave it behind either.
    process.once('exit', () => child.kill('SIGKILL'));
    child.once('error', (error: NodeJS.ErrnoException) => {
      const code = error.code === 'ENOENT' ? NOT_FOUND : NOT_EXECUTABLE;
      reject(new CommandError(`cannot run ${program}: ${error.code}`, code));
    });
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal!]));
  });
}

async function terminate(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), GRACE);
  await ended;
  clearTimeout(kill);
}
