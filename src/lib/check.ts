// Misuse by a program: thrown at once, with a code and the name of what was wrong. An argument of a wrong type and
// a name that means nothing are TypeErrors, a number out of range is a RangeError.

/** The same error, with a code that a program can compare. */
export function coded<E extends Error, C extends string>(error: E, code: C): E & { readonly code: C } {
  return Object.assign(error, { code });
}

/** `data must be a Uint8Array, not a string`. */
export function invalidType(name: string, wanted: string, value: unknown): TypeError {
  return coded(new TypeError(`${name} must be ${wanted}, not ${kindOf(value)}`), 'ERR_INVALID_ARG_TYPE');
}

/** `address must be an IPv4 or IPv6 address, not "x"`: of the right type, but not one that makes sense. */
export function invalidValue(name: string, wanted: string, value: string): TypeError {
  const message = `${name} must be ${wanted}, not ${JSON.stringify(value)}`;
  return coded(new TypeError(message), 'ERR_INVALID_ARG_VALUE');
}

/** Throws TypeError unless `value` is a number, RangeError unless it lies in [low, high]. */
export function checkNumber(name: string, value: unknown, low: number, high: number): void {
  if (typeof value !== 'number') throw invalidType(name, 'a number', value);
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

/** Throws TypeError unless `options` is an object without names that `known` has not. */
export function checkOptions(what: string, options: unknown, known: object): void {
  if (typeof options !== 'object' || options === null) {
    const message = `${what} needs an object of options, not ${kindOf(options)}`;
    throw coded(new TypeError(message), 'ERR_INVALID_ARG_TYPE');
  }
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue;
    const message = `${what} has no option called ${name}, only ${Object.keys(known).join(', ')}`;
    throw coded(new TypeError(message), 'ERR_INVALID_ARG_VALUE');
  }
}

/** Throws TypeError, naming what is missing, unless `value` is an object that has all of the `methods`. */
export function checkMethods(name: string, wanted: string, value: unknown, methods: readonly string[]): void {
  if (typeof value !== 'object' || value === null) throw invalidType(name, wanted, value);
  const missing = methods.filter((method) => typeof Reflect.get(value, method) !== 'function');
  if (missing.length === 0) return;
  const message = `${name} must be ${wanted}, but lacks ${missing.join(', ')}`;
  throw coded(new TypeError(message), 'ERR_INVALID_ARG_TYPE');
}

/** Whether `value` is a Uint8Array, if need be one of another realm (a frame, a vm context). */
export function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array || Object.prototype.toString.call(value) === '[object Uint8Array]';
}

/** `a string`, `an ArrayBuffer`, `null`. */
function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  const made: unknown = typeof value === 'object' ? value.constructor?.name : '';
  const kind =
    typeof made !== 'string' || made === '' || made === 'Object' || made === 'Array' ? plain(value) : made;
  return `${/^[aeio]/i.test(kind) ? 'an' : 'a'} ${kind}`;
}

const plain = (value: unknown): string => (Array.isArray(value) ? 'array' : typeof value);
