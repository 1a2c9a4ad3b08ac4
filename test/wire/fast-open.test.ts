// RFC 7413 §4.1.1: the Fast Open option, under its own kind and under the experimental one.

import { describe, expect, test } from 'vitest';
import { parseSegment, printOptions } from '../../src/wire/print.ts';
import { decodeTcp, encodeTcp, SYN, tcpHeaderLength } from '../../src/wire/tcp.ts';
import { fields, type Values, valuesOf } from './fields.ts';

/** The options of a SYN, padded with EOL, as they are read. */
function read(options: readonly number[]): Values {
  const length = 20 + ((options.length + 3) & ~3);
  const bytes = new Uint8Array(length);
  bytes[12] = length << 2;
  bytes[13] = SYN;
  bytes.set(options, 20);
  const into = fields();
  expect(decodeTcp(bytes, 0, length, into)).toBeNull();
  return valuesOf(into);
}

function written(given: Partial<Values>): number[] {
  const bytes = new Uint8Array(60);
  const made = fields({ flags: SYN, ...given });
  const length = encodeTcp(made, bytes, 0);
  expect(tcpHeaderLength(made)).toBe(length);
  return [...bytes.subarray(20, length)];
}

const cookie = (length: number): number[] => Array.from({ length }, (_, i) => 100 + i);
const LENGTHS = Array.from({ length: 39 }, (_, length) => length);
const GOOD = new Set([0, 4, 6, 8, 10, 12, 14, 16]);

describe('a cookie', () => {
  test.each(LENGTHS)(
    'of %i bytes is even, and 4 to 16, or the option is as if it were not there (7413.7)',
    (n) => {
      const wanted = GOOD.has(n) ? cookie(n) : null;
      expect(read([34, 2 + n, ...cookie(n)]).cookie).toEqual(wanted);
      expect(read([34, 2 + n, ...cookie(n)]).fastOpenExperimental).toBe(false);
    },
  );

  test.each(LENGTHS.slice(0, 37))('of %i bytes under the experimental kind, alike (7413.7, 7413.8)', (n) => {
    const { cookie: got, fastOpenExperimental } = read([254, 4 + n, 0xf9, 0x89, ...cookie(n)]);
    expect([got, fastOpenExperimental]).toEqual(GOOD.has(n) ? [cookie(n), true] : [null, false]);
  });

  test('another experiment is not ours, and what follows is read (7413.8)', () => {
    expect(read([254, 8, 0xf9, 0x88, 1, 2, 3, 4, 2, 4, 5, 0xb4])).toMatchObject({ cookie: null, mss: 1460 });
    expect(read([254, 2, 2, 4, 5, 0xb4])).toMatchObject({ cookie: null, mss: 1460 });
    expect(read([254, 3, 0xf9, 2, 4, 5, 0xb4])).toMatchObject({ cookie: null, mss: 1460 });
  });

  test('does not survive in the next segment', () => {
    const bytes = new Uint8Array(60);
    const into = fields();
    decodeTcp(bytes, 0, encodeTcp(fields({ cookie: cookie(8), fastOpenExperimental: true }), bytes, 0), into);
    expect(into.fastOpen).toBe(8);
    decodeTcp(bytes, 0, encodeTcp(fields(), bytes, 0), into);
    expect([into.fastOpen, into.fastOpenExperimental]).toEqual([-1, false]);
  });
});

describe('written', () => {
  test('behind the window scale, NOPs behind it', () => {
    expect(written({ cookie: [] })).toEqual([34, 2, 1, 1]);
    expect(written({ cookie: cookie(4) })).toEqual([34, 6, 100, 101, 102, 103, 1, 1]);
    expect(written({ cookie: cookie(6), mss: 1460, windowScale: 7 })).toEqual([
      ...[2, 4, 5, 0xb4, 1, 3, 3, 7],
      ...[34, 8, ...cookie(6)],
    ]);
    expect(written({ cookie: [], fastOpenExperimental: true })).toEqual([254, 4, 0xf9, 0x89]);
    expect(written({ cookie: cookie(6), fastOpenExperimental: true }).slice(-4)).toEqual([104, 105, 1, 1]);
  });

  test('the longest cookie fits beside every option of a SYN', () => {
    const all = { mss: 1460, windowScale: 14, sackPermitted: true, timestamps: true, tsval: 1, tsecr: 2 };
    for (const fastOpenExperimental of [false, true]) {
      const given = { ...all, cookie: cookie(16), fastOpenExperimental };
      expect(written(given).length).toBe(40);
      expect(read(written(given))).toMatchObject(given);
    }
  });
});

test.each([
  ['FO', []],
  ['FO 00ff7f80', [0, -1, 127, -128]],
  ['FOEXP', []],
  ['FOEXP 0123456789abcdef', [1, 0x23, 0x45, 0x67, 0x89 - 256, 0xab - 256, 0xcd - 256, 0xef - 256]],
])('%s is packetdrill’s notation', (text, bytes) => {
  const options = parseSegment(`S 0:0 <mss 1460,${text},nop,nop>`).options!;
  expect([...options.fastOpenCookie.subarray(0, options.fastOpen)]).toEqual(bytes);
  expect(options.fastOpenExperimental).toBe(text.startsWith('FOEXP'));
  expect(printOptions(options, 0)).toBe(`mss 1460,${text}`);
});

test.each(['FO 0', 'FO 0011', 'FO 001122', 'FO 0011223', 'FO 00xx2233', `FO ${'00'.repeat(18)}`])(
  '%s is none',
  (text) => {
    expect(() => parseSegment(`S 0:0 <${text}>`)).toThrow(SyntaxError);
  },
);
