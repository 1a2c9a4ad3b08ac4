// How many cells of a terminal a text takes (UAX #11): Hangul and Han take two, what combines takes none.
// Characters whose width is ambiguous take one, as terminals have it unless told otherwise. Emoji are not counted by
// clusters: no text of ours has any.

/** First and last code points of what takes two cells, in order. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f], // Hangul Jamo, initial
  [0x2e80, 0x303e], // radicals, CJK punctuation
  [0x3041, 0x33ff], // kana, compatibility Jamo, CJK compatibility
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4c6], // Yi
  [0xa960, 0xa97c], // Hangul Jamo Extended-A
  [0xac00, 0xd7a3], // Hangul syllables
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6b],
  [0xff01, 0xff60], // full-width forms
  [0xffe0, 0xffe6],
  [0x1f300, 0x1faff],
  [0x20000, 0x3fffd],
];

const NONE = /^[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff\ud7b0-\ud7ff]$/u;

const ASCII = /^[\x20-\x7e]*$/;

/** Cells of the terminal. Text without control characters, or they count as one each. */
export function widthOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += cellsOf(character);
  return width;
}

function cellsOf(character: string): 0 | 1 | 2 {
  const point = character.codePointAt(0)!;
  if (point < 0x300) return point === 0xad ? 0 : 1;
  if (NONE.test(character)) return 0;
  return point >= 0x1100 && WIDE.some(([first, last]) => point >= first && point <= last) ? 2 : 1;
}

/** Filled up with spaces behind it, to `width` cells. */
export const padEnd = (text: string, width: number): string => text + spaces(width - widthOf(text));

/** Filled up with spaces before it. */
export const padStart = (text: string, width: number): string => spaces(width - widthOf(text)) + text;

const spaces = (count: number): string => ' '.repeat(Math.max(count, 0));
