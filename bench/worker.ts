// What wants a process of its own: `worker.js TASK ARGUMENT...`. Prints its result as one line of JSON.

import { answeredOnHost, halfOpen, idleOnHost, idleOnNet, segmentTimes, timeWait } from './census.ts';
import { allocation } from './engine.ts';
import { flood, floodInMemory } from './flooder.ts';
import { laps, longPath } from './transfer.ts';

const [task = '', ...rest] = process.argv.slice(2);
const number = (at: number): number => Number(rest[at]);

const TASKS: Record<string, () => unknown> = {
  laps: () => laps(rest[0] === 'super-segments', number(1), number(2)),
  'long-path': () => longPath(number(0)),
  'idle-host': () => idleOnHost(number(0)),
  'answered-host': () => answeredOnHost(number(0)),
  'idle-net': () => idleOnNet(number(0)),
  'time-wait': () => timeWait(number(0)),
  'half-open': () => halfOpen(number(0)),
  'segment-times': () => segmentTimes(number(0)),
  allocation: () => allocation(number(0)),
  'flood-in-memory': () => floodInMemory(number(0), number(1)),
  flood: () => flood(number(0), number(1)),
};

const run = TASKS[task];
if (run === undefined) {
  console.error(`worker: one of ${Object.keys(TASKS).join(', ')}`);
  process.exit(2);
}
console.log(JSON.stringify(await run()));
process.exit(0);
