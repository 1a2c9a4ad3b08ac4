// Processes beside the bench: the kernel's side on node:net (peer.ts), and whatever wants a heap of its own
// (worker.ts). None of them outlives the bench.

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { BUILT } from './root.ts';

const running = new Set<ChildProcess>();

process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A child that has not ended yet. Its standard output is `text`. */
export function start(program: string, ...args: string[]): ChildProcess {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  running.add(child);
  child.once('close', () => running.delete(child));
  return child;
}

/** The kernel's side: `peer.js MODE ...`. */
export const startPeer = (...args: string[]): ChildProcess =>
  start(process.execPath, join(BUILT, 'peer.js'), ...args);

/** What a child printed, once it has ended well. */
export function output(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (data) => {
      text += data;
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve(text);
      else reject(new Error(`${child.spawnargs.slice(1, 4).join(' ')}: ended with ${signal ?? code}`));
    });
  });
}

/** The first line that a child prints. */
export function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (data) => {
      text += data;
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
    child.once('close', (code) => reject(new Error(`${child.spawnargs.slice(1, 4).join(' ')}: ${code}`)));
  });
}

/** `worker.js TASK ...` in a fresh process, its result; what it was started with goes on to it (`--cpu-prof`). */
export async function inWorker<T>(flags: readonly string[], task: string, ...args: unknown[]): Promise<T> {
  const program = join(BUILT, 'worker.js');
  const child = start(process.execPath, ...process.execArgv, ...flags, program, task, ...args.map(String));
  return JSON.parse(await output(child)) as T;
}
