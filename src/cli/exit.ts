// How a command ends: its exit code, its one line of complaint, what it must undo first, and its output's last byte.
import type { Writable } from 'node:stream';

export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  /** EX_UNAVAILABLE of sysexits.h. */
  unavailable: 69,
} as const;

/** Signals that end a command: 128 + the signal's number, as shells report it. */
const SIGNALED = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

export const EXIT_CODES_HELP = `
Exit codes:
  0    the exchange was complete
  1    it failed: refused, reset, timed out, the device went away, or --pcapng could not be written
  2    wrong usage
  69   no TUN device or private network namespace can be had here
  130  interrupted by Ctrl-C (129: the terminal was closed, 143: SIGTERM); connections reset, devices closed`;

/** A terminal's Ctrl-C that comes twice, once by way of a parent process, is one; milliseconds. */
const SAME_SIGNAL = 500;

/** How long a signal lets the readers of our output take what was written, milliseconds. */
const SIGNAL_PATIENCE = 500;

/** Ends the command with `synfin: message` and an exit code; nothing else is printed. */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.failed) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** One line for any failure: no stack trace, no line breaks. */
export function complaint(error: unknown): string {
  const message = error instanceof Error ? error.message || error.name : String(error);
  return `synfin: ${message.replace(/\s*\n\s*/g, ' ').trim()}\n`;
}

/** What must be undone before the process ends: last made, first undone, each step once. */
export class Cleanup {
  /** Something went wrong that did not end the command, but will not let it end well. */
  failed = false;
  readonly #steps: (() => void | Promise<void>)[] = [];

  defer(step: () => void | Promise<void>): void {
    this.#steps.push(step);
  }

  /** Complains, and goes on. */
  report(error: unknown): void {
    this.failed = true;
    process.stderr.write(complaint(error));
  }

  /** Every step runs, whatever becomes of the others. */
  async run(): Promise<void> {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        this.report(error);
      }
    }
  }
}

/**
 * Runs a command and ends the process with the exit code it resolves to, once all output has been taken. Ctrl-C,
 * SIGTERM and SIGHUP undo what the command has made and end it with their own codes; a second one does not wait.
 */
export async function runCommand(command: (cleanup: Cleanup) => Promise<number>): Promise<never> {
  const cleanup = new Cleanup();
  let ending: Promise<never> | null = null;
  // The first reason to end is the one that counts: what it interrupts fails, too.
  const finish = (exitCode: number, patience = Infinity): Promise<never> => {
    ending ??= end(cleanup, exitCode, patience);
    return ending;
  };
  onSignal((exitCode) => {
    if (ending !== null) process.exit(exitCode);
    void finish(exitCode, SIGNAL_PATIENCE);
  });
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that has gone has seen what it wanted.
    if (error.code !== 'EPIPE' && ending === null) cleanup.report(new Error(`stdout: ${error.code}`));
    void finish(EXIT.ok);
  });
  process.stderr.on('error', () => void finish(EXIT.failed));
  try {
    return await finish(await command(cleanup));
  } catch (error) {
    if (ending !== null) return ending;
    process.stderr.write(complaint(error));
    return finish(error instanceof CommandError ? error.exitCode : EXIT.failed);
  }
}

/** @param patience for readers of our output that are slow, milliseconds. */
async function end(cleanup: Cleanup, exitCode: number, patience: number): Promise<never> {
  await cleanup.run();
  const taken = Promise.all([drained(process.stdout), drained(process.stderr)]);
  await (patience === Infinity ? taken : Promise.race([taken, after(patience)]));
  return process.exit(exitCode === EXIT.ok && cleanup.failed ? EXIT.failed : exitCode);
}

/** Resolves once everything written to a stream so far was taken, or cannot be any more. */
function drained(output: Writable): Promise<void> {
  return new Promise((resolve) => {
    if (output.destroyed || output.writableLength === 0) resolve();
    else output.write('', () => resolve());
  });
}

const after = (delay: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delay));

function onSignal(ends: (exitCode: number) => void): void {
  let last = -Infinity;
  for (const [signal, exitCode] of Object.entries(SIGNALED)) {
    process.on(signal, () => {
      const before = last;
      last = performance.now();
      if (last - before > SAME_SIGNAL) ends(exitCode);
    });
  }
}
