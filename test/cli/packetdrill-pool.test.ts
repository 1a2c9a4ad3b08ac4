// The threads that run scripts: results in order, and a thread that is lost loses its own script only.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runAll } from '../../src/cli/packetdrill-pool.ts';

const root = mkdtempSync(join(tmpdir(), 'synfin-pool-'));
afterAll(() => rmSync(root, { recursive: true }));

/** Does what the script's text says. */
const THREAD = `
import { parentPort, threadId, workerData } from 'node:worker_threads';
parentPort.on('message', ({ file, text }) => {
  if (text === 'throw') throw new Error('out of luck');
  if (text === 'exit') process.exit(3);
  const reply = () => parentPort.postMessage({ result: 'skip', reason: workerData.profile + text, line: threadId });
  if (text === 'slow') setTimeout(reply, 200);
  else reply();
});`;

const thread = join(root, 'thread.mjs');
writeFileSync(thread, THREAD);

interface Outcome {
  /** What each script came to: its reason. */
  readonly reasons: string[];
  readonly threads: number;
  readonly done: number;
}

async function outcome(texts: readonly (string | null)[], jobs: number): Promise<Outcome> {
  const files = texts.map((text, i) => {
    const file = join(root, `${i}.pkt`);
    if (text === null) rmSync(file, { force: true });
    else writeFileSync(file, text);
    return file;
  });
  const reasons: string[] = [];
  const reported: string[] = [];
  const threads = new Set<number>();
  let done = 0;
  await runAll(files, {
    jobs,
    thread,
    run: { profile: 'linux', options: 'strict', window: 'strict', family: 4, symbols: new Map() },
    onDone: () => done++,
    onResult: (file, result) => {
      reported.push(file);
      reasons.push(result.result === 'pass' ? 'pass' : result.reason);
      if (result.result === 'skip') threads.add(result.line!);
    },
  });
  expect(reported).toEqual(files);
  return { reasons, threads: threads.size, done };
}

test('results come in the order of the files, whichever is done first', async () => {
  const { reasons, threads, done } = await outcome(['slow', 'a', 'b', 'c'], 2);
  expect(reasons).toEqual(['linuxslow', 'linuxa', 'linuxb', 'linuxc']);
  expect(threads).toBe(2);
  expect(done).toBe(4);
});

test('no more threads than scripts, and one if only one may run', async () => {
  expect((await outcome(['a'], 8)).threads).toBe(1);
  expect((await outcome(['a', 'b', 'c'], 1)).threads).toBe(1);
});

test('a script that breaks its thread fails, and the next ones run in another', async () => {
  const { reasons } = await outcome(['a', 'throw', 'slow', 'exit', 'b', null, 'c'], 1);
  expect(reasons).toEqual([
    'linuxa',
    'the runner broke: out of luck',
    'linuxslow',
    'the runner ended with code 3',
    'linuxb',
    "can't be read: ENOENT",
    'linuxc',
  ]);
});
