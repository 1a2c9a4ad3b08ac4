// Runs the built command as a user does.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export const CLI = join(import.meta.dirname, '..', '..', 'dist', 'cli.js');

if (!existsSync(CLI)) throw new Error('dist/cli.js is missing: run `npm run build` (npm test does)');

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command under way; `input` stays open until `finish`. */
export class Running {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  private readonly closed: Promise<number | null>;
  private waiting: (() => void)[] = [];

  constructor(args: readonly string[], environment: Record<string, string> = {}) {
    const env = { ...process.env, LC_ALL: 'C.UTF-8', ...environment };
    this.child = spawn(process.execPath, [CLI, ...args], { env, stdio: 'pipe' });
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      this.wake();
    });
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
      this.wake();
    });
    this.child.stdin!.on('error', () => {}); // it may end before it has read everything
    this.closed = new Promise((resolve) => {
      this.child.once('close', (code) => {
        resolve(code);
        this.wake();
      });
    });
  }

  write(input: string | Uint8Array): void {
    this.child.stdin!.write(input);
  }

  /** Ends its stdin, and waits for it to end. */
  async finish(input: string | Uint8Array = ''): Promise<Finished> {
    this.child.stdin!.end(input);
    return this.ended();
  }

  async ended(): Promise<Finished> {
    const code = await this.closed;
    return { code, stdout: this.stdout, stderr: this.stderr };
  }

  /** Resolves when `text` has appeared on stderr; rejects if the command ends without. */
  async says(text: string): Promise<void> {
    const over = this.closed.then(() => 'over');
    while (!this.stderr.includes(text)) {
      const next = new Promise<string>((resolve) => this.waiting.push(() => resolve('more')));
      if ((await Promise.race([next, over])) === 'over' && !this.stderr.includes(text)) {
        throw new Error(`it ended without saying "${text}":\n${this.stderr}`);
      }
    }
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}

export const run = (...args: string[]): Promise<Finished> => new Running(args).finish();

/** The states that a JSON trace shows one host to go through. */
export function statesOf(jsonLines: string, host: string): string[] {
  const events = jsonLines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; host: string; to: string });
  return events.filter((event) => event.kind === 'state' && event.host === host).map((event) => event.to);
}
