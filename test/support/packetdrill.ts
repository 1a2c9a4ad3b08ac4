// Scripts in packetdrill's language run for a test, and what is wanted of them.

import { expect } from 'vitest';
import type { RunFail, RunOptions, RunResult } from '../../src/packetdrill/result.ts';
import { runScript } from '../../src/packetdrill/run.ts';

export const OPTIONS: RunOptions = {
  profile: 'linux',
  options: 'strict',
  window: 'strict',
  family: 4,
  symbols: new Map(),
};

export function run(text: string, options: Partial<RunOptions> = {}): RunResult {
  return runScript(text, 'test.pkt', { ...OPTIONS, ...options });
}

export function passes(text: string, options: Partial<RunOptions> = {}): void {
  expect(run(text, options)).toEqual({ result: 'pass' });
}

/** The failure, without what the report shows of the way there. */
export function fails(text: string, options: Partial<RunOptions> = {}): RunFail {
  const result = run(text, options);
  if (result.result !== 'fail') throw new Error(`expected a failure, not ${JSON.stringify(result)}`);
  return result;
}

export const LISTEN = `
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
`;

/** A server's side of a connection without options, as descriptor 4, at 0.1 s. */
export const ACCEPTED = `${LISTEN}
+0 < S 0:0(0) win 65535 <mss 1000>
+0 > S. 0:0(0) ack 1 <...>
+.1 < . 1:1(0) ack 1 win 65535
+0 accept(3, ..., ...) = 4
`;

/** A client that does not wait for its SYN to be answered. */
export const SYNS = `
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0
+0 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)
+0 > S 0:0(0) <...>`;
