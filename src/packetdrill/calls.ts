// What a system call comes to: a value, an error or an output that differs from the script's; or it blocks.

import type { Clock } from '../host/clock.ts';
import type { Host } from '../host/host.ts';
import type { OpenFile } from './files.ts';
import type { Settings } from './settings.ts';

/** What calls need of a script's world. */
export interface Surroundings {
  readonly host: Host;
  readonly clock: Clock;
  readonly settings: Settings;
}

export interface Returned {
  /** Not negative; 0 where `file` says which descriptor is meant. */
  readonly value: number;
  /** By its name; null: the call succeeded. */
  readonly errno: string | null;
  /** An output that is not as scripted: `revents is POLLIN, not 0`. */
  readonly mismatch: string | null;
  /** What a new descriptor stands for. */
  readonly file: OpenFile | null;
}

/** Tries to go on. Null: it still blocks. Not called again once it has returned something else. */
export type Operation = () => Returned | null;

export const returns = (value: number): Returned => ({ value, errno: null, mismatch: null, file: null });
export const fails = (errno: string): Returned => ({ value: -1, errno, mismatch: null, file: null });
export const opens = (file: OpenFile): Returned => ({ value: 0, errno: null, mismatch: null, file });
export const differs = (mismatch: string): Returned => ({ value: 0, errno: null, mismatch, file: null });

/** An operation that is over at once. */
export const at =
  (result: Returned): Operation =>
  () =>
    result;

/** A call that fails at once; thrown inside calls, never out of them. */
export class CallFailure extends Error {
  readonly errno: string;

  constructor(errno: string) {
    super(errno);
    this.name = 'CallFailure';
    this.errno = errno;
  }
}
