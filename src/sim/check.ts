// Misuse of the simulator: thrown at once, with a code and the name of what was wrong.

export type SimErrorCode =
  | 'ERR_INVALID_ARG_TYPE'
  | 'ERR_INVALID_ARG_VALUE'
  | 'ERR_OUT_OF_RANGE'
  | 'ERR_CLOCK_REENTRANT'
  | 'ERR_CLOCK_STUCK'
  | 'ERR_CHECKSUM_OFFLOAD'
  | 'ERR_LINK_ATTACHED'
  | 'ERR_HOST_EXISTS';

/** The same error, with a code that a program can compare. */
export function coded<E extends Error>(error: E, code: SimErrorCode): E & { readonly code: SimErrorCode } {
  return Object.assign(error, { code });
}

/** Throws TypeError unless `value` is a number, RangeError unless it lies in [low, high]. */
export function checkNumber(name: string, value: unknown, low: number, high: number): void {
  if (typeof value !== 'number') {
    throw coded(new TypeError(`${name} must be a number, not ${typeof value}`), 'ERR_INVALID_ARG_TYPE');
  }
  if (!(value >= low && value <= high)) {
    const range = high === Infinity ? `at least ${low}` : `from ${low} to ${high}`;
    throw coded(new RangeError(`${name} must be ${range}, not ${value}`), 'ERR_OUT_OF_RANGE');
  }
}

/** A finite number from `low` up: a span of time, for instance. */
export function checkFinite(name: string, value: unknown, low: number): void {
  checkNumber(name, value, low, Number.MAX_VALUE);
}

/** A whole number in [low, high]; Infinity passes where `high` is Infinity. */
export function checkInteger(name: string, value: unknown, low: number, high: number): void {
  checkNumber(name, value, low, high);
  if (value !== Infinity && !Number.isInteger(value)) {
    throw coded(new RangeError(`${name} must be a whole number, not ${value}`), 'ERR_OUT_OF_RANGE');
  }
}

/** A probability. */
export function checkProbability(name: string, value: unknown): void {
  checkNumber(name, value, 0, 1);
}
