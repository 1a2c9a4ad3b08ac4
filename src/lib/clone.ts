// A deep copy of plain state, e.g. of a connection: what time travel and exhaustive search rest on.

/** Views that their owner writes to. Uint8Array is not among them: bytes are immutable by contract. */
const COPIED_VIEWS = [
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as const;

/**
 * Copy `value` with everything it refers to: arrays, Maps, Sets, and objects with their prototypes; what was
 * one object stays one, cycles included. Functions and Uint8Arrays are shared, and so are the objects in
 * `shared` (an observer, say). Own getters and `#private` fields are not carried over.
 * @throws TypeError for what cannot be copied: a Promise, a WeakMap, an ArrayBuffer, a Date.
 */
export function clone<T>(value: T, shared: Iterable<object> = []): T {
  const copies = new Map<object, object>();
  for (const object of shared) copies.set(object, object);
  return copy(value, copies) as T;
}

function copy(value: unknown, copies: Map<object, object>): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  const target = emptyLike(value);
  copies.set(value, target);
  if (value instanceof Map) {
    for (const [key, item] of value)
      (target as Map<unknown, unknown>).set(copy(key, copies), copy(item, copies));
  } else if (value instanceof Set) {
    for (const item of value) (target as Set<unknown>).add(copy(item, copies));
  }
  if (!ArrayBuffer.isView(value)) copyProperties(value, target, copies);
  return target;
}

/** An object of the same kind and prototype, whose properties and items are still to come. */
function emptyLike(value: object): object {
  for (const View of COPIED_VIEWS) if (value instanceof View) return value.slice();
  const prototype: object | null = Object.getPrototypeOf(value);
  if (Array.isArray(value)) return Object.setPrototypeOf(new Array<unknown>(value.length), prototype);
  if (value instanceof Map) return Object.setPrototypeOf(new Map<unknown, unknown>(), prototype);
  if (value instanceof Set) return Object.setPrototypeOf(new Set<unknown>(), prototype);
  const tag = Object.prototype.toString.call(value);
  if (tag !== '[object Object]') throw new TypeError(`cannot clone ${tag}`);
  return Object.create(prototype);
}

function copyProperties(value: object, target: object, copies: Map<object, object>): void {
  for (const key of Reflect.ownKeys(value)) {
    const property = Object.getOwnPropertyDescriptor(value, key);
    if (property === undefined || !('value' in property) || !property.enumerable) continue;
    Reflect.set(target, key, copy(property.value, copies));
  }
}
