// Lines of a screen: text with SGR sequences in it, cut and filled up to a number of cells.

import { widthOf } from '../../trace/text/width.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export const REVERSE = '7';
export const BOLD = '1';

const RESET = '\x1b[0m';
const SGR = /\p{Cc}\[[\d;]*m/u;
const ALL_SGR = /\p{Cc}\[[\d;]*m/gu;

/** `code`: of SGR, as `1;31`; empty: as it is. */
export const paint = (text: string, code: string): string =>
  code === '' || text === '' ? text : `\x1b[${code}m${text}${RESET}`;

export const plain = (text: string): string => text.replace(ALL_SGR, '');

export const cellsOf = (text: string): number => widthOf(plain(text));

/** At most `width` cells of it, the last one an ellipsis if some are missing. */
export function clip(text: string, width: number): string {
  if (cellsOf(text) <= width) return text;
  let room = width - 1;
  let cut = '';
  let painted = false;
  for (let rest = text; rest !== ''; ) {
    const code = SGR.exec(rest);
    if (code?.index === 0) {
      cut += code[0];
      painted = code[0] !== RESET;
      rest = rest.slice(code[0].length);
      continue;
    }
    const character = String.fromCodePoint(rest.codePointAt(0)!);
    room -= widthOf(character);
    if (room < 0) break;
    cut += character;
    rest = rest.slice(character.length);
  }
  return (width > 0 ? `${cut}…` : '') + (painted ? RESET : '');
}

/** Exactly `width` cells. */
export function cell(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const cut = clip(text, width);
  const space = ' '.repeat(Math.max(0, width - cellsOf(cut)));
  return align === 'left' ? cut + space : space + cut;
}

/** The whole line, reversed: its own colours would end that. */
export const highlight = (line: string, columns: number): string =>
  paint(cell(plain(line), columns), REVERSE);

/** Broken between words into lines of at most `width` cells; a longer word is cut. */
export function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && widthOf(longer) > width) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  if (line !== '') lines.push(line);
  return lines.map((each) => clip(each, width));
}

/** Nothing in it moves the cursor or changes the terminal: control characters become `?`. */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, '?');
