// SO_RCVTIMEO and SO_SNDTIMEO: how long a call blocks at most (POSIX.1-2017, XSH §2.10.16; socket(7)).

import { at, differs, type Operation, type Returned, returns } from './calls.ts';
import type { OptionContext } from './options.ts';
import type { Program } from './program.ts';
import type { Value } from './script.ts';
import type { SocketFile } from './sockets.ts';
import { UnsupportedError } from './unsupported.ts';

export type TimeLimit = 'SO_RCVTIMEO' | 'SO_SNDTIMEO';

const SECOND = 1_000_000;
/** Bytes of a struct timeval. */
const LENGTH = 16;

export const isTimeLimit = (name: string): name is TimeLimit =>
  name === 'SO_RCVTIMEO' || name === 'SO_SNDTIMEO';

/** `{tv_sec=1, tv_usec=500000}` of `length` bytes; zero: no limit. Linux takes a time in the past as no time at all. */
export function setTimeLimit(
  context: OptionContext,
  name: TimeLimit,
  value: Value,
  length: number,
): string | null {
  const { program, file } = context;
  const { seconds, micros } = parts(program, value);
  if (length < LENGTH) return 'EINVAL';
  const linux = program.settings.profile === 'linux';
  if (micros < 0 || micros >= SECOND || (seconds < 0 && !linux)) return 'EDOM';
  if (seconds === 0 && micros === 0) file.limits.delete(name);
  else file.limits.set(name, seconds < 0 ? 0 : seconds * SECOND + micros);
  return null;
}

/** Getsockopt(): each field that is written. */
export function compareTimeLimit({ program, file }: OptionContext, name: TimeLimit, value: Value): Operation {
  if (value.kind === 'any') return at(returns(0));
  const { seconds, micros } = parts(program, value);
  const limit = file.limits.get(name) ?? 0;
  const [wholes, rest] = [Math.floor(limit / SECOND), limit % SECOND];
  if (seconds === wholes && micros === rest) return at(returns(0));
  return at(differs(`${name} is {${wholes}, ${rest}}, not {${seconds}, ${micros}}`));
}

/** Tries `attempt` until the socket's limit for such calls, if it has one, has come: it is told so. */
export function withTimeLimit(
  program: Program,
  file: SocketFile,
  name: TimeLimit,
  attempt: (late: boolean) => Returned | null,
): Operation {
  const limit = file.limits.get(name);
  return limit === undefined ? () => attempt(false) : program.until(program.now + limit / 1000, attempt);
}

function parts({ reader }: Program, value: Value): { readonly seconds: number; readonly micros: number } {
  const fields = value.kind === 'struct' ? value.fields : [];
  const [first, second] = fields;
  const named = (part: typeof first, name: string): boolean =>
    part !== undefined && (part.name === null || part.name === name);
  if (fields.length !== 2 || !named(first, 'tv_sec') || !named(second, 'tv_usec')) {
    throw new UnsupportedError('a time limit is written {tv_sec=, tv_usec=}', value.at);
  }
  return { seconds: reader.number(first!.value), micros: reader.number(second!.value) };
}
