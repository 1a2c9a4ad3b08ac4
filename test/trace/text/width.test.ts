// Cells of a terminal, compared with what the terminal view counts by.
import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { padEnd, padStart, widthOf } from '../../../src/trace/text/width.ts';

describe('widthOf', () => {
  test.each([
    ['', 0],
    ['SYN', 3],
    ['서버', 4],
    ['서버'.normalize('NFD'), 4],
    ['SYN을 보낸다', 12],
    ['§ ─► ~ → ╌', 10],
    ['µs', 2],
    ['漢字', 4],
    ['ＡＢ', 4],
    ['e\u0301', 1],
    ['\u200b', 0],
    ['\u{20000}', 2],
  ])('%j takes %i', (text, width) => {
    expect(widthOf(text)).toBe(width);
  });

  test('property: as string-width has it, for every character that a name or a sentence may have', () => {
    const ranges: readonly (readonly [number, number])[] = [
      [0x20, 0x7e],
      [0xa0, 0x24f],
      [0x370, 0x52f],
      [0x2010, 0x2027],
      [0x2190, 0x21ff],
      [0x2500, 0x257f],
      [0x3041, 0x3096],
      [0x3131, 0x3163],
      [0x3165, 0x318e],
      [0x4e00, 0x9fff],
      [0xac00, 0xd7a3],
      [0xff01, 0xff5e],
    ];
    const character = fc.oneof(...ranges.map(([min, max]) => fc.integer({ min, max })));
    fc.assert(
      fc.property(fc.array(character), (points) => {
        const text = String.fromCodePoint(...points);
        expect(widthOf(text)).toBe(stringWidth(text));
      }),
      { numRuns: 1000 },
    );
  });

  test('filled up to cells, not to characters', () => {
    expect([padEnd('서버', 6), padStart('서버', 6), padEnd('서버', 3)]).toEqual(['서버  ', '  서버', '서버']);
  });
});
