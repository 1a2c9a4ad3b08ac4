// TCP options one by one: as bytes and back, whatever the bytes.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeOptionItems,
  encodeOptionItems,
  optionItemsLength,
  optionsFault,
} from '../../src/packetdrill/option-bytes.ts';
import type { OptionItem } from '../../src/packetdrill/script.ts';

const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function encoded(items: readonly OptionItem[]): string {
  const bytes = new Uint8Array(60).fill(0xaa);
  const length = encodeOptionItems(items, bytes, 4);
  expect(length).toBe(optionItemsLength(items));
  expect([...bytes.subarray(0, 4), ...bytes.subarray(4 + length)].every((byte) => byte === 0xaa)).toBe(true);
  return toHex(bytes.subarray(4, 4 + length));
}

const decoded = (hex: string): OptionItem[] => decodeOptionItems(fromHex(hex), 0, fromHex(hex).length);

describe('each kind', () => {
  test.each<[string, OptionItem[]]>([
    ['020405b4', [{ kind: 'mss', value: 1460 }]],
    ['01030307', [{ kind: 'nop' }, { kind: 'wscale', value: 7 }]],
    ['04020000', [{ kind: 'sackOK' }, { kind: 'eol' }, { kind: 'eol' }]],
    [
      '0101080a fffffffe00000001',
      [{ kind: 'nop' }, { kind: 'nop' }, { kind: 'TS', val: 4294967294, ecr: 1 }],
    ],
    [
      '0101050a 00000001f0000000',
      [{ kind: 'nop' }, { kind: 'nop' }, { kind: 'sack', blocks: [[1, 0xf0000000]] }],
    ],
    ['22020101', [{ kind: 'FO', cookie: fromHex('') }, { kind: 'nop' }, { kind: 'nop' }]],
    ['22060a0b0c0d0101', [{ kind: 'FO', cookie: fromHex('0a0b0c0d') }, { kind: 'nop' }, { kind: 'nop' }]],
    ['fe04f989', [{ kind: 'FOEXP', cookie: fromHex('') }]],
    ['fe08f989 0a0b0c0d', [{ kind: 'FOEXP', cookie: fromHex('0a0b0c0d') }]],
    [
      `0101 1312${'5c'.repeat(16)}`,
      [{ kind: 'nop' }, { kind: 'nop' }, { kind: 'md5', digest: fromHex('5c'.repeat(16)) }],
    ],
    [
      '01ac0b 000001 000002 ffffff',
      [
        { kind: 'nop' },
        {
          kind: 'ECN',
          counters: [
            ['e0b', 1],
            ['ceb', 2],
            ['e1b', 0xffffff],
          ],
        },
      ],
    ],
    [
      'ae08 000001 000002',
      [
        {
          kind: 'ECN',
          counters: [
            ['e1b', 1],
            ['ceb', 2],
          ],
        },
      ],
    ],
    ['ac020101', [{ kind: 'ECN', counters: [] }, { kind: 'nop' }, { kind: 'nop' }]],
    ['1e0400ff', [{ kind: 'unknown', number: 30, data: fromHex('00ff') }]],
    // Their kinds, but not their lengths or not their identifiers.
    ['0203ff01', [{ kind: 'unknown', number: 2, data: fromHex('ff') }, { kind: 'nop' }]],
    ['05020101', [{ kind: 'unknown', number: 5, data: fromHex('') }, { kind: 'nop' }, { kind: 'nop' }]],
    ['fe040000', [{ kind: 'unknown', number: 254, data: fromHex('0000') }]],
    ['ae020101', [{ kind: 'unknown', number: 174, data: fromHex('') }, { kind: 'nop' }, { kind: 'nop' }]],
    ['13040000', [{ kind: 'unknown', number: 19, data: fromHex('0000') }]],
  ])('%s (9768.1)', (hex, items) => {
    expect(encoded(items)).toBe(hex.replaceAll(' ', ''));
    expect(decoded(hex)).toEqual(items);
  });

  test.each([
    ['0204', { kind: 'unknown', number: 2, data: fromHex('04') }],
    ['0200ffff', { kind: 'unknown', number: 2, data: fromHex('00ffff') }],
    ['0201', { kind: 'unknown', number: 2, data: fromHex('01') }],
    ['08', { kind: 'unknown', number: 8, data: fromHex('') }],
  ])('%s, whose length cannot be, is kept whole', (hex, item) => {
    expect(decoded(hex)).toEqual([item]);
  });
});

test('options that no header can have', () => {
  const bytes = new Uint8Array(80);
  expect(() => encodeOptionItems([{ kind: 'nop' }], bytes, 0)).toThrow(/^1 bytes of options, not a multiple/);
  const many = Array.from({ length: 11 }, () => ({ kind: 'mss', value: 1 }) as const);
  expect(() => encodeOptionItems(many, bytes, 0)).toThrow('44 bytes of options; a header holds 40');
  expect(optionsFault(many.slice(1))).toBeNull();
  expect(optionsFault([])).toBeNull();
});

test('any bytes are read, and those well-formed are written again as they were', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 4, maxLength: 4 }), { maxLength: 10 }), (words) => {
      const hex = words.map(toHex).join('');
      const items = decoded(hex);
      const last = items.at(-1);
      // Only an option whose length cannot be takes fewer bytes than it would be written with.
      if (optionItemsLength(items) !== hex.length / 2) expect(last?.kind).toBe('unknown');
      else expect(encoded(items)).toBe(hex);
    }),
    { numRuns: 3000 },
  );
});
