// How a command ends: its exit code, its one line of complaint, and what it must undo first.

export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  /** EX_UNAVAILABLE of sysexits.h. */
  unavailable: 69,
  /** 128 + the signal's number, as shells report it. */
  interrupted: 130,
  terminated: 143,
} as const;

export const EXIT_CODES_HELP = `
Exit codes:
  0    the exchange was complete
  1    it failed: refused, reset, timed out, or the device went away
  2    wrong usage
  69   no TUN device or private network namespace can be had here
  130  interrupted by Ctrl-C (143: by SIGTERM); connections reset, devices closed`;

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
  readonly #steps: (() => void | Promise<void>)[] = [];

  defer(step: () => void | Promise<void>): void {
    this.#steps.push(step);
  }

  /** Every step runs, whatever becomes of the others. */
  async run(): Promise<void> {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        process.stderr.write(complaint(error));
      }
    }
  }
}

/**
 * Runs a command and ends the process with the exit code it resolves to. Ctrl-C and SIGTERM undo what the
 * command has made and end it with their own codes; a second Ctrl-C does not wait.
 */
export async function runCommand(command: (cleanup: Cleanup) => Promise<number>): Promise<never> {
  const cleanup = new Cleanup();
  let ending: Promise<never> | null = null;
  // The first reason to end is the one that counts: what it interrupts fails, too.
  const finish = (exitCode: number): Promise<never> => {
    ending ??= cleanup.run().then(() => process.exit(exitCode));
    return ending;
  };
  process.once('SIGINT', () => void finish(EXIT.interrupted));
  process.once('SIGTERM', () => void finish(EXIT.terminated));
  // Whoever read our output has gone.
  process.stdout.on('error', () => void finish(EXIT.failed));
  process.stderr.on('error', () => void finish(EXIT.failed));
  try {
    return await finish(await command(cleanup));
  } catch (error) {
    if (ending !== null) return ending;
    process.stderr.write(complaint(error));
    return finish(error instanceof CommandError ? error.exitCode : EXIT.failed);
  }
}
