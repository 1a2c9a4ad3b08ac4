// The characters of a script: blanks, comments, numbers, words, strings, and where each stands. What a word means
// depends on where it stands, so the parser asks for what may come next. Every pattern is sticky and linear.

import { type Position, ScriptError } from './script.ts';
import { UnsupportedError } from './unsupported.ts';

/** A byte order mark, as some editors put it first. */
const MARK = '\ufeff';
const BLANKS = /[ \t\r\n\f\v]+/y;
const WORD = /[A-Za-z_]\w*/y;
const NUMBER = /-?(?:0[xX][0-9a-fA-F]+|\d+)/y;
const SECONDS = /\d*\.\d+|\d+/y;
/** What a message shows of the text where something else was expected. */
const SHOWN = /[\w.]+|"[^"\n]{0,20}"?|\.\.\.|\S/y;
const LONGEST_SHOWN = 24;

/** Characters. Regular expressions keep a stack that grows with what they match. */
const LONGEST_SCRIPT = 4 << 20;

/** What `-D NAME=value` made of a word. */
export type Expansion =
  | { readonly kind: 'number'; readonly value: number }
  /** `seconds`: with a decimal point. */
  | { readonly kind: 'string' | 'shell' | 'word' | 'seconds'; readonly value: string };

export class Lexer {
  readonly file: string;
  readonly text: string;
  readonly symbols: ReadonlyMap<string, string>;
  /** Of the next character. */
  at: number;
  /** Begin and end of every comment so far. */
  private readonly comments: (readonly [begin: number, end: number])[] = [];
  private readonly lineStarts: number[];

  constructor(file: string, text: string, symbols: ReadonlyMap<string, string>) {
    this.file = file;
    this.text = text;
    this.symbols = symbols;
    this.at = text.startsWith(MARK) ? MARK.length : 0;
    this.lineStarts = [this.at];
    if (text.length > LONGEST_SCRIPT) this.fail(`a script of more than ${LONGEST_SCRIPT} characters`);
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) this.lineStarts.push(i + 1);
  }

  /** Columns count UTF-16 units; a tab is one. */
  position(offset: number = this.at): Position {
    let low = 0;
    let high = this.lineStarts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.lineStarts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - this.lineStarts[low]! + 1 };
  }

  fail(message: string, offset: number = this.at): never {
    throw new ScriptError(this.file, this.position(offset), message);
  }

  unsupported(message: string, offset: number = this.at): never {
    throw new UnsupportedError(message, this.position(offset));
  }

  /** What was asked for is not here. */
  expected(what: string): never {
    this.skip();
    return this.fail(`expected ${what}, not ${this.shown()}`);
  }

  private shown(): string {
    if (this.at >= this.text.length) return 'the end of the script';
    const found = this.matchHere(SHOWN) ?? '';
    return found.length > LONGEST_SHOWN ? `'${found.slice(0, LONGEST_SHOWN)}...'` : `'${found}'`;
  }

  /** Goes past blanks and comments. */
  skip(): void {
    for (;;) {
      this.at += this.matchHere(BLANKS)?.length ?? 0;
      if (this.text[this.at] !== '/') return;
      const begin = this.at;
      if (this.text.startsWith('//', begin)) {
        const end = this.text.indexOf('\n', begin);
        this.at = end < 0 ? this.text.length : end;
      } else if (this.text.startsWith('/*', begin)) {
        const end = this.text.indexOf('*/', begin + 2);
        if (end < 0) this.fail('a comment without its end */');
        this.at = end + 2;
      } else {
        return;
      }
      this.comments.push([begin, this.at]);
    }
  }

  get atEnd(): boolean {
    this.skip();
    return this.at >= this.text.length;
  }

  /** The text from `begin` to `end` without comments, each line without blanks at its end, no empty lines. */
  source(begin: number, end: number): string {
    let text = '';
    let from = begin;
    // Comments are asked for in the order of the text: those of earlier events are of no more use.
    for (const [first, behind] of this.comments.splice(0)) {
      if (first < begin) continue;
      text += this.text.slice(from, first);
      from = behind;
    }
    text += this.text.slice(from, end);
    const lines = text.split('\n').map((line) => line.trimEnd());
    return lines.filter((line) => line !== '').join('\n');
  }

  /** What `pattern`, which must be sticky, matches at the next character, without going past it. */
  matchHere(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    return pattern.exec(this.text)?.[0] ?? null;
  }

  /** Past blanks, and past what `pattern` matches there. */
  take(pattern: RegExp): string | null {
    this.skip();
    const found = this.matchHere(pattern);
    if (found !== null) this.at += found.length;
    return found;
  }

  peek(literal: string): boolean {
    this.skip();
    return this.text.startsWith(literal, this.at);
  }

  accept(literal: string): boolean {
    if (!this.peek(literal)) return false;
    this.at += literal.length;
    return true;
  }

  expect(literal: string, where: string): void {
    if (!this.accept(literal)) this.expected(`'${literal}' ${where}`);
  }

  /** The word here, if there is one. */
  peekWord(): string | null {
    this.skip();
    return this.matchHere(WORD);
  }

  acceptWord(word: string): boolean {
    if (this.peekWord() !== word) return false;
    this.at += word.length;
    return true;
  }

  word(what: string): string {
    return this.take(WORD) ?? this.expected(what);
  }

  /** An integer, decimal or 0x, or a symbol that is one; from `least` to `most`. */
  integer(what: string, most: number, least = 0): number {
    this.skip();
    const begin = this.at;
    const value = this.acceptInteger() ?? this.integerSymbol() ?? this.expected(what);
    if (value < least || value > most) {
      this.fail(`${what} must be from ${least} to ${most}, not ${this.text.slice(begin, this.at)}`, begin);
    }
    return value;
  }

  /** The digits here, if there are any. */
  acceptInteger(): number | null {
    this.skip();
    const begin = this.at;
    const digits = this.take(NUMBER);
    if (digits === null) return null;
    const value = integerOf(digits);
    if (!Number.isSafeInteger(value)) this.fail(`${digits} has more than 53 bits`, begin);
    if (this.matchHere(WORD) !== null) {
      this.at = begin;
      this.expected('a number');
    }
    return value;
  }

  private integerSymbol(): number | null {
    const symbol = this.peekSymbol();
    if (symbol?.kind !== 'number') return null;
    this.take(WORD);
    return symbol.value;
  }

  /** A time as written, in milliseconds. */
  seconds(what: string): number {
    this.skip();
    const begin = this.at;
    let digits = this.take(SECONDS);
    if (digits === null) {
      const symbol = this.peekSymbol();
      if (symbol?.kind !== 'number' && symbol?.kind !== 'seconds') return this.expected(what);
      this.take(WORD);
      digits = String(symbol.value);
    }
    if (Number(digits) < 0) this.fail('a time that is negative', begin);
    if (Number(digits) > LATEST) this.fail(`a time of more than ${LATEST} seconds`, begin);
    return Math.round(Number(digits) * 1e6) / 1e3;
  }

  /** The symbol here, expanded. */
  peekSymbol(): Expansion | null {
    const word = this.peekWord();
    const text = word === null ? undefined : this.symbols.get(word);
    if (text === undefined) return null;
    return expand(text) ?? this.fail(`the symbol ${word} is neither a number, a word nor a string: ${text}`);
  }

  /** What stands between two of `quote`; a backslash takes the next character with it. The text is as written. */
  quoted(quote: '"' | '`'): string {
    const begin = this.at;
    let at = begin + 1;
    while (at < this.text.length && this.text[at] !== quote) at += this.text[at] === '\\' ? 2 : 1;
    if (at >= this.text.length) this.fail(`${quote} without its end`, begin);
    this.at = at + 1;
    return this.text.slice(begin + 1, at);
  }
}

/** Seconds: some thirty years, far less than what would lose a microsecond. */
const LATEST = 1e9;

const integerOf = (digits: string): number =>
  digits.startsWith('-') ? -Number(digits.slice(1)) : Number(digits);

function expand(text: string): Expansion | null {
  const value = text.trim();
  if (/^-?(?:0[xX][0-9a-fA-F]+|\d+)$/.test(value)) {
    const number = integerOf(value);
    // A cookie of digits only is one as well: whoever wants hex reads the symbol's text.
    return Number.isSafeInteger(number) ? { kind: 'number', value: number } : { kind: 'word', value };
  }
  if (/^"(?:\\[\s\S]|[^"\\])*"$/.test(value)) return { kind: 'string', value: unescaped(value.slice(1, -1)) };
  if (/^`(?:\\[\s\S]|[^`\\])*`$/.test(value)) return { kind: 'shell', value: value.slice(1, -1) };
  if (/^\d*\.\d+$/.test(value)) return { kind: 'seconds', value };
  return /^\w+$/.test(value) ? { kind: 'word', value } : null;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', 0: '\0' };

/** C's escapes: `\n`, `\x41`, `\\`. */
export const unescaped = (text: string): string =>
  text.replace(/\\(?:x([0-9a-fA-F]{1,2})|([\s\S]))/g, (_all, hex: string | undefined, one: string) =>
    hex === undefined ? (ESCAPES[one] ?? one) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
