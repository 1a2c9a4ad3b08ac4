// Runs programs of test/register/fixtures as a user does, with what is built preloaded, or without.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve as resolvePath } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const LIMIT = 20_000;

if (!existsSync(join(ROOT, 'dist', 'register.js'))) {
  throw new Error('dist/register.js is missing: run `npm run build` (npm test does)');
}

/** How the program is started: with one of the doors, or as it is. */
export const DOORS = {
  import: ['--import', join(ROOT, 'dist', 'register.js')],
  require: ['-r', join(ROOT, 'dist', 'register.cjs')],
  none: [],
} as const;

export type Door = keyof typeof DOORS;

/** Why programs cannot be sealed here; null: they can. */
export const sealObstacle: string | null =
  spawnSync('unshare', ['-r', '-n', '--', 'true']).status === 0 ? null : 'no network namespaces here';

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly door?: Door;
  readonly environment?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** In a network namespace where nothing is up, not even the kernel's loopback: no TCP of the kernel's works there. */
  readonly sealed?: boolean;
  /** Options of Node's own, before the doors. */
  readonly options?: readonly string[];
  /** After which it is ended, milliseconds; otherwise LIMIT. */
  readonly limit?: number;
}

/** A program under way: one of the fixtures, by its name, or any other by its whole path. */
export class Running {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  readonly finished: Promise<Finished>;
  private wake: () => void = () => {};

  constructor(program: string, options: RunOptions = {}) {
    const { door = 'import', environment = {}, args = [], sealed = false, limit = LIMIT } = options;
    const file = resolvePath(import.meta.dirname, 'fixtures', program);
    const node = [process.execPath, ...(options.options ?? []), ...DOORS[door], file, ...args];
    const command = sealed ? ['unshare', '-r', '-n', '--', ...node] : node;
    const env: NodeJS.ProcessEnv = { ...process.env, LC_ALL: 'C.UTF-8', ...environment };
    delete env.NODE_OPTIONS;
    this.child = spawn(command[0]!, command.slice(1), {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: limit,
    });
    for (const name of ['stdout', 'stderr'] as const) {
      this.child[name]!.setEncoding('utf8').on('data', (text: string) => {
        this[name] += text;
        this.wake();
      });
    }
    this.finished = new Promise((resolve) => {
      this.child.once('close', (code, signal) => {
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr });
        this.wake();
      });
    });
  }

  /** Resolves when `text` has appeared on stdout; rejects if the program ends without. */
  async says(text: string): Promise<void> {
    while (!this.stdout.includes(text)) {
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new Error(`it ended without saying "${text}":\n${this.stdout}${this.stderr}`);
      }
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }
}

export const run = (program: string, options: RunOptions = {}): Promise<Finished> =>
  new Running(program, options).finished;
