// The argument forms of node:net's connect and listen, and the checks they share.

import { badPort, codedError, invalidType, outOfRange } from './errors.ts';

export type Listener = () => void;

export type Options = Readonly<Record<string, unknown>>;

/** `(options)`, `(port[, host])` or `(path)`, each with a listener behind, as one options object. */
export function normalizeArguments(args: readonly unknown[]): [Options, Listener | null] {
  const first = args[0];
  const last = args.at(-1);
  const listener = typeof last === 'function' ? (last as Listener) : null;
  if (args.length === 0) return [{}, listener];
  if (typeof first === 'object' && first !== null) return [first as Options, listener];
  if (typeof first === 'string' && !(Number(first) >= 0)) return [{ path: first }, listener];
  const host = args[1];
  return [typeof host === 'string' ? { port: first, host } : { port: first }, listener];
}

/** A port may be given as text, as in a URL; `name` is what Node calls it. @throws ERR_SOCKET_BAD_PORT */
export function checkPort(value: number | string, name: string): number {
  const port = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value);
  if (!Number.isInteger(port) || port < 0 || port > 0xffff) throw badPort(name, value);
  return port;
}

export const isPort = (value: unknown): value is number | string =>
  typeof value === 'number' || typeof value === 'string';

/** @throws ERR_INVALID_ARG_TYPE */
export function checkNumber(value: unknown, name: string): number {
  if (typeof value !== 'number') throw invalidType(name, 'of type number', value);
  return value;
}

/** @throws ERR_INVALID_ARG_TYPE */
export function checkBoolean(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw invalidType(name, 'of type boolean', value);
  return value;
}

/** @throws ERR_INVALID_ARG_TYPE */
export function checkString(value: unknown, name: string): string {
  if (typeof value !== 'string') throw invalidType(name, 'of type string', value);
  return value;
}

/** @throws ERR_INVALID_ARG_TYPE */
export function checkFunction(value: unknown, name: string): void {
  if (typeof value !== 'function') throw invalidType(name, 'of type function', value);
}

/** The longest that Node's timers wait; more would fire at once. */
const LONGEST_TIMER = 0x7fff_ffff;

/** A positive integer of 32 bits. @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE */
export function checkPositiveInt32(value: unknown, name: string): number {
  const number = checkNumber(value, name);
  if (!Number.isInteger(number)) throw outOfRange(name, 'an integer', number);
  if (number < 1 || number > LONGEST_TIMER) throw outOfRange(name, `>= 1 && <= ${LONGEST_TIMER}`, number);
  return number;
}

/** An integer from 0 to 255. @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE */
export function checkByte(value: unknown, name: string): number {
  const number = checkNumber(value, name);
  if (!Number.isInteger(number)) throw outOfRange(name, 'an integer', number);
  if (number < 0 || number > 0xff) throw outOfRange(name, '>= 0 && <= 255', number);
  return number;
}

/** @throws ERR_INVALID_ARG_TYPE */
export function checkSignal(value: unknown, name: string): AbortSignal {
  if (typeof value !== 'object' || value === null || !('aborted' in value)) {
    throw invalidType(name, 'an instance of AbortSignal', value);
  }
  return value as AbortSignal;
}

/** @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE. Too long a time is cut, with the warning that Node gives. */
export function checkDuration(value: unknown, name: string): number {
  const ms = checkNumber(value, name);
  if (!(ms >= 0 && ms < Number.POSITIVE_INFINITY)) throw outOfRange(name, 'a non-negative finite number', ms);
  if (ms <= LONGEST_TIMER) return ms;
  process.emitWarning(
    `${ms} does not fit into a 32-bit signed integer.\nTimer duration was truncated to ${LONGEST_TIMER}.`,
    'TimeoutOverflowWarning',
  );
  return LONGEST_TIMER;
}

/** Keep-alive's first delay as Node keeps it: whole seconds, here in milliseconds; 0 = as configured. */
export function wholeSeconds(ms: unknown): number {
  return Math.max(0, Math.trunc(Number(ms ?? 0) / 1000) || 0) * 1000;
}

export const missingPort = () =>
  codedError(TypeError, 'ERR_MISSING_ARGS', 'The "options" or "port" or "path" argument must be specified');
