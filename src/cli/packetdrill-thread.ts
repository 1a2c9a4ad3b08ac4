// A thread of `synfin packetdrill`: scripts in, results out, one at a time.
import { parentPort, workerData } from 'node:worker_threads';
import type { RunOptions } from '../packetdrill/result.ts';
import { runScript } from '../packetdrill/run.ts';
import type { Task } from './packetdrill-pool.ts';

const options = workerData as RunOptions;

parentPort!.on('message', ({ file, text }: Task) => {
  parentPort!.postMessage(runScript(text, file, options));
});
