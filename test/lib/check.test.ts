import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import {
  checkInteger,
  checkMethods,
  checkNumber,
  checkOptions,
  invalidType,
  isBytes,
} from '../../src/lib/check.ts';

test.each([
  [undefined, 'undefined'],
  [null, 'null'],
  ['', 'a string'],
  [1n, 'a bigint'],
  [[], 'an array'],
  [{}, 'an object'],
  [Object.create(null), 'an object'],
  [{ constructor: null }, 'an object'],
  [() => {}, 'a function'],
  [new ArrayBuffer(1), 'an ArrayBuffer'],
  [new Uint16Array(1), 'a Uint16Array'],
  [new (class Extra {})(), 'an Extra'],
])('%o is called %s', (value, name) => {
  expect(invalidType('x', 'y', value)).toMatchObject({
    name: 'TypeError',
    code: 'ERR_INVALID_ARG_TYPE',
    message: `x must be y, not ${name}`,
  });
});

test('numbers', () => {
  expect(() => checkNumber('x', '7', 0, 9)).toThrow('x must be a number, not a string');
  expect(() => checkNumber('x', NaN, 0, 9)).toThrow('x must be from 0 to 9, not NaN');
  expect(() => checkNumber('x', -1, 0, Infinity)).toThrow('x must be at least 0, not -1');
  expect(() => checkInteger('x', 1.5, 0, 9)).toThrow('x must be a whole number, not 1.5');
  expect(() => checkInteger('x', Infinity, 0, Infinity)).not.toThrow();
});

test('options: an object, and no unknown names, not even those that every object has', () => {
  const known = { a: true, b: true };
  expect(() => checkOptions('it', { a: 1 }, known)).not.toThrow();
  expect(() => checkOptions('it', undefined, known)).toThrow(
    expect.objectContaining({
      code: 'ERR_INVALID_ARG_TYPE',
      message: 'it needs an object of options, not undefined',
    }),
  );
  for (const name of ['c', 'toString']) {
    const message = `it has no option called ${name}, only a, b`;
    const refused = expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE', message });
    expect(() => checkOptions('it', { a: 1, [name]: 2 }, known)).toThrow(refused);
  }
});

test('methods: those of a class count, and what is missing is named', () => {
  expect(() => checkMethods('it', 'a Map', new Map(), ['get', 'set'])).not.toThrow();
  expect(() => checkMethods('it', 'a Map', new Set(), ['get', 'has', 'set'])).toThrow(
    expect.objectContaining({
      code: 'ERR_INVALID_ARG_TYPE',
      message: 'it must be a Map, but lacks get, set',
    }),
  );
  expect(() => checkMethods('it', 'a Map', null, [])).toThrow('it must be a Map, not null');
});

test('bytes are Uint8Arrays of any realm', () => {
  const foreign: unknown = runInNewContext('new Uint8Array(3)');
  expect(foreign instanceof Uint8Array).toBe(false);
  for (const bytes of [foreign, new Uint8Array(1), Buffer.alloc(1)]) expect(isBytes(bytes)).toBe(true);
  for (const other of [
    'abc',
    [1],
    new ArrayBuffer(3),
    new Uint16Array(3),
    new DataView(new ArrayBuffer(1)),
  ]) {
    expect(isBytes(other)).toBe(false);
  }
});
