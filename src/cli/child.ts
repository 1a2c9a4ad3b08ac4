// Another program, with our terminal as its own.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Cleanup } from './exit.ts';
import { CommandError } from './exit.ts';

/** What shells give for a program that is not there, and for one that may not be run. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

/** Runs it to its end and resolves to its exit code; 128 + the number of the signal that ended it, if one did. */
export function runProgram(program: string, args: readonly string[], cleanup: Cleanup): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit' });
    cleanup.defer(() => void child.kill('SIGTERM'));
    child.once('error', (error: NodeJS.ErrnoException) => {
      const code = error.code === 'ENOENT' ? NOT_FOUND : NOT_EXECUTABLE;
      reject(new CommandError(`cannot run ${program}: ${error.code}`, code));
    });
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal!]));
  });
}
