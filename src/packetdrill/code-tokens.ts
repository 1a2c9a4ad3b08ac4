// The words of `%{ ... }%` blocks, cut into Python's logical lines.

import type { Position } from './script.ts';
import { UnsupportedError } from './unsupported.ts';

export interface Token {
  readonly kind: 'number' | 'string' | 'name' | 'operator' | 'end';
  readonly text: string;
  readonly begin: number;
  readonly end: number;
  readonly at: Position;
}

/** A logical line: its tokens, the last of kind `end`, and how far it is indented. */
export interface Line {
  readonly indent: number;
  readonly tokens: readonly Token[];
}

const TOKEN =
  /(?<blank>[ \t\r\f]+|\\\r?\n|#[^\n]*)|(?<newline>\n)|(?<number>0[xX][0-9a-fA-F]+|\d+\.\d*|\.\d+|\d+)|(?<name>[A-Za-z_]\w*)|(?<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|(?<operator>\/\/=?|<<|>>|\*\*|[-+*/%&|^]=|[=!<>]=|[-+*/%&|^~<>=(),;:.[\]{}])/y;

/** Cuts a block into logical lines: a newline within parentheses ends none. */
export function linesOf(text: string, start: Position): Line[] {
  const lines: Line[] = [];
  let tokens: Token[] = [];
  let line = start.line;
  let lineStart = 1 - start.column;
  let depth = 0;
  const place = (offset: number): Position => ({ line, column: offset - lineStart + 1 });
  const endLine = (offset: number): void => {
    if (tokens.length > 0) {
      const last: Token = { kind: 'end', text: '', begin: offset, end: offset, at: place(offset) };
      lines.push({ indent: tokens[0]!.at.column, tokens: [...tokens, last] });
    }
    tokens = [];
  };
  for (let offset = 0; offset < text.length; ) {
    TOKEN.lastIndex = offset;
    const match = TOKEN.exec(text);
    if (match === null) throw new UnsupportedError(`no code that we know: ${text[offset]}`, place(offset));
    const [found] = match;
    const end = offset + found.length;
    const kind = (['number', 'string', 'name', 'operator'] as const).find((name) => match.groups![name]);
    if (kind !== undefined) tokens.push({ kind, text: found, begin: offset, end, at: place(offset) });
    if ('([{'.includes(found)) depth++;
    if (')]}'.includes(found)) depth--;
    if (match.groups!.newline && depth <= 0) endLine(offset);
    if (found.endsWith('\n')) {
      line++;
      lineStart = end;
    }
    offset = end;
  }
  endLine(text.length);
  return lines;
}
