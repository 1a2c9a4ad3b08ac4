// The little Python of `%{ ... }%` blocks as text: assertions, print, assignments, if, and expressions over names.
// What else Python has is not ours: UnsupportedError, and the script is skipped.

import { type Line, linesOf, type Token } from './code-tokens.ts';
import type { Expression, Statement } from './code-tree.ts';
import type { Position } from './script.ts';
import { UnsupportedError } from './unsupported.ts';

/** Parentheses in parentheses, and `if` in `if`. */
const MAX_DEPTH = 50;

/** @throws UnsupportedError for anything that is not of the subset. */
export function parseCode(text: string, at: Position): readonly Statement[] {
  return new CodeParser(text, linesOf(text, at)).parse();
}

/** How tightly operators bind; comparisons, which chain, have a row of their own. */
const BINDING: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  '|': 5,
  '^': 6,
  '&': 7,
  '<<': 8,
  '>>': 8,
  '+': 9,
  '-': 9,
  '*': 10,
  '/': 10,
  '//': 10,
  '%': 10,
};
const NOT = 3;
const COMPARISON = 4;
const UNARY = 11;
const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);
const ASSIGNMENTS: ReadonlySet<string> = new Set([
  '=',
  '+=',
  '-=',
  '*=',
  '/=',
  '//=',
  '%=',
  '&=',
  '|=',
  '^=',
]);
/** Python's words that name nothing. */
const KEYWORDS: ReadonlySet<string> = new Set([
  ...[
    'and',
    'or',
    'not',
    'in',
    'is',
    'if',
    'elif',
    'else',
    'assert',
    'for',
    'while',
    'def',
    'class',
    'import',
  ],
  ...['from', 'return', 'try', 'except', 'lambda', 'with', 'del', 'global', 'raise', 'yield', 'None'],
]);

class CodeParser {
  private readonly text: string;
  private readonly lines: readonly Line[];
  /** Of the current line and token. */
  private row = 0;
  private next = 0;
  private depth = 0;

  constructor(text: string, lines: readonly Line[]) {
    this.text = text;
    this.lines = lines;
  }

  parse(): Statement[] {
    const statements: Statement[] = [];
    while (this.row < this.lines.length) statements.push(...this.line());
    return statements;
  }

  private get token(): Token {
    return this.lines[this.row]!.tokens[this.next]!;
  }

  private refuse(): never {
    const { kind, text, at } = this.token;
    throw new UnsupportedError(`no code that we know: ${kind === 'end' ? 'the line ends' : text}`, at);
  }

  private accept(text: string): boolean {
    if (this.token.text !== text || this.token.kind === 'string') return false;
    this.next++;
    return true;
  }

  private expect(text: string): void {
    if (!this.accept(text)) this.refuse();
  }

  private deeper<T>(read: () => T): T {
    if (++this.depth > MAX_DEPTH) this.refuse();
    const result = read();
    this.depth--;
    return result;
  }

  /** One logical line, and with `if` those that belong to it. */
  private line(): Statement[] {
    if (this.token.text === 'if' && this.token.kind === 'name') return [this.deeper(() => this.branch())];
    const statements: Statement[] = [];
    do statements.push(this.simple());
    while (this.accept(';') && this.token.kind !== 'end');
    if (this.token.kind !== 'end') this.refuse();
    this.row++;
    this.next = 0;
    return statements;
  }

  /** `if` or `elif`. */
  private branch(): Statement {
    const { at } = this.token;
    const { indent } = this.lines[this.row]!;
    this.next++;
    const test = this.expression();
    const then = this.suite(indent);
    let otherwise: Statement[] = [];
    const follows = this.row < this.lines.length && this.lines[this.row]!.indent === indent;
    if (follows && this.token.text === 'elif') otherwise = [this.deeper(() => this.branch())];
    else if (follows && this.accept('else')) otherwise = this.suite(indent);
    return { kind: 'if', test, then, otherwise, at };
  }

  /** From the colon: the rest of the line, or the lines that are further in. */
  private suite(indent: number): Statement[] {
    this.expect(':');
    if (this.token.kind !== 'end') return this.line();
    this.next = 0;
    this.row++;
    const statements: Statement[] = [];
    while (this.row < this.lines.length && this.lines[this.row]!.indent > indent) {
      statements.push(...this.line());
    }
    if (statements.length === 0) {
      throw new UnsupportedError('an if without statements', this.lines[this.row - 1]!.tokens[0]!.at);
    }
    return statements;
  }

  private simple(): Statement {
    const { at, kind, text } = this.token;
    if (kind !== 'name') return this.refuse();
    if (this.accept('pass')) return { kind: 'pass', at };
    if (this.accept('assert')) return this.assertion(at);
    if (this.accept('print')) return this.print(at);
    if (KEYWORDS.has(text)) return this.refuse();
    this.next++;
    const operator = this.token.text;
    if (!ASSIGNMENTS.has(operator)) this.refuse();
    this.next++;
    const value = this.expression();
    return {
      kind: 'assign',
      name: text,
      operator: operator === '=' ? null : operator.slice(0, -1),
      value,
      at,
    };
  }

  private assertion(at: Position): Statement {
    const from = this.next;
    const test = this.expression();
    const text = this.written(from);
    return { kind: 'assert', test, text, message: this.accept(',') ? this.message() : null, at };
  }

  /** From a token of this line to the one before the next, on one line. */
  private written(from: number): string {
    const { tokens } = this.lines[this.row]!;
    if (from === this.next) return '';
    return this.text.slice(tokens[from]!.begin, tokens[this.next - 1]!.end).replace(/\\?\s*\n\s*/g, ' ');
  }

  /** Whatever expression: only a string by itself is worth repeating. */
  private message(): string | null {
    const { kind, text } = this.token;
    const from = this.next;
    this.skipExpression();
    if (this.next === from) this.refuse();
    return kind === 'string' && this.next === from + 1 ? text.slice(1, -1) : null;
  }

  private skipExpression(): void {
    let depth = 0;
    while (this.token.kind !== 'end' && !(depth === 0 && this.token.text === ';')) {
      if (this.token.kind === 'operator' && '([{'.includes(this.token.text)) depth++;
      if (this.token.kind === 'operator' && ')]}'.includes(this.token.text)) depth--;
      this.next++;
    }
  }

  /** What is printed decides nothing: where we can't say what it is, it is repeated as it was written. */
  private print(at: Position): Statement {
    const from = this.next;
    const depth = this.depth;
    let values: Expression[] | null = null;
    try {
      values = this.printed();
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
    }
    const ends = this.token.kind === 'end' || this.token.text === ';';
    if (values === null || !ends) {
      this.next = from;
      this.depth = depth;
      this.skipExpression();
      values = null;
    }
    return { kind: 'print', values, text: this.written(from), at };
  }

  /** With parentheses or, as Python 2, without. */
  private printed(): Expression[] {
    const within = this.accept('(');
    const values: Expression[] = [];
    const ends = (): boolean => (within ? this.token.text === ')' : this.token.kind === 'end');
    if (!ends()) {
      do values.push(this.expression());
      while (this.accept(','));
    }
    if (within) this.expect(')');
    return values;
  }

  private expression(least = 0): Expression {
    return this.deeper(() => {
      let left = this.operand();
      for (;;) {
        const { text, at, kind } = this.token;
        if (kind !== 'operator' && kind !== 'name') return left;
        if (COMPARISONS.has(text) && COMPARISON > least) {
          left = this.comparison(left);
          continue;
        }
        const binding = Object.hasOwn(BINDING, text) ? BINDING[text]! : 0;
        if (binding <= least) return left;
        this.next++;
        left = { kind: 'binary', operator: text, left, right: this.expression(binding), at };
      }
    });
  }

  private comparison(first: Expression): Expression {
    const rest: [string, Expression][] = [];
    while (COMPARISONS.has(this.token.text) && this.token.kind === 'operator') {
      const operator = this.token.text;
      this.next++;
      rest.push([operator, this.expression(COMPARISON)]);
    }
    return { kind: 'comparison', first, rest, at: first.at };
  }

  private operand(): Expression {
    const { kind, text, at } = this.token;
    if (kind === 'end') return this.refuse();
    if (this.accept('(')) {
      const inner = this.expression();
      this.expect(')');
      return inner;
    }
    if (this.accept('not')) return { kind: 'unary', operator: text, of: this.expression(NOT), at };
    if (this.accept('-') || this.accept('+') || this.accept('~')) {
      return { kind: 'unary', operator: text, of: this.expression(UNARY), at };
    }
    if (kind === 'operator' || KEYWORDS.has(text)) return this.refuse();
    this.next++;
    if (kind === 'number') return { kind: 'literal', value: Number(text), at };
    if (kind === 'string') return { kind: 'literal', value: text.slice(1, -1), at };
    if (text === 'True' || text === 'False') return { kind: 'literal', value: text === 'True', at };
    if (this.token.kind === 'string' || this.token.text === '.' || this.token.text === '[')
      return this.refuse();
    if (this.accept('(')) return { kind: 'call', name: text, args: this.arguments(), at };
    return { kind: 'name', name: text, at };
  }

  private arguments(): Expression[] {
    const args: Expression[] = [];
    if (this.accept(')')) return args;
    do args.push(this.expression());
    while (this.accept(','));
    this.expect(')');
    return args;
  }
}
