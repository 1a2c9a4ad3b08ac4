// A line of text as it is typed in: a filter, the name of a file.

import { widthOf } from '../../trace/text/width.ts';
import { cell, printable } from './cells.ts';
import type { Key } from './keys.ts';

/** What is asked for, and who is told. */
export interface Prompt {
  readonly label: string;
  readonly text: string;
  readonly change: (text: string) => void;
  readonly accept: (text: string) => void;
  readonly cancel: () => void;
}

/** No longer. */
const MAX_LENGTH = 1024;

/** The text after a key; null: the key means nothing here. */
export function typed(text: string, key: Key): string | null {
  if (key === 'backspace') return [...text].slice(0, -1).join('');
  if (key === 'ctrl-u') return '';
  if (key === 'ctrl-w') return text.replace(/\S*\s*$/, '');
  const isCharacter = [...key].length === 1 && printable(key) === key;
  return isCharacter && text.length < MAX_LENGTH ? text + key : null;
}

/** The line, and in which cell the cursor stands; of a long text the end is shown. */
export function inputLine(prompt: string, text: string, columns: number): { line: string; column: number } {
  const before = ` ${prompt} `;
  const room = Math.max(1, columns - widthOf(before) - 1);
  let end = text;
  while (widthOf(end) > room) end = [...end].slice(1).join('');
  return { line: cell(before + end, columns), column: Math.min(columns - 1, widthOf(before + end)) };
}
