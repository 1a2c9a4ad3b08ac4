// `synfin/packetdrill`: runs packetdrill scripts against a host of ours in virtual time. Text in, results out.

export type { RunFail, RunOptions, RunPass, RunResult, RunSkip } from './packetdrill/result.ts';
export { runScript } from './packetdrill/run.ts';
