// Where the figures come from: the machine, as a reader needs to know it.

import { cpus, loadavg, release, totalmem } from 'node:os';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memory: string;
  readonly kernel: string;
  readonly node: string;
  /** Of the last minute, when the run began: others were at work, if it is not near zero. */
  readonly load: number;
}

export function describeMachine(): Machine {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memory: `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    kernel: `Linux ${release()}`,
    node: `Node ${process.version}, V8 ${process.versions.v8}`,
    load: loadavg()[0] ?? 0,
  };
}
