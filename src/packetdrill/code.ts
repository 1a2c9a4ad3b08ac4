// `%{ ... }%` blocks carried out: assertions about a connection's tcp_info, without Python. Integers are numbers of
// 53 bits; no field of tcp_info that a script could reach is larger.

import { parseCode } from './code-syntax.ts';
import type { Expression, Statement } from './code-tree.ts';
import type { Position } from './script.ts';
import { UnsupportedError } from './unsupported.ts';

export interface CodeResult {
  /** One for each `print`. */
  readonly printed: readonly string[];
  /** The assertion that did not hold, or the operation that could not be; null: all is well. */
  readonly failure: CodeFailure | null;
}

export interface CodeFailure {
  readonly at: Position;
  /** The expression, and what the names in it stood for. */
  readonly message: string;
}

/** What a name that the script did not set stands for: a field of tcp_info, a constant; undefined: nothing. */
export type Lookup = (name: string) => number | string | undefined;

type CodeValue = number | boolean | string;

/** The blocks of one script: what one sets, the next ones see. */
export class CodeBlocks {
  private readonly variables = new Map<string, CodeValue>();

  /**
   * Runs a block up to its end or its first failure. `at`: where its text begins.
   * @throws UnsupportedError for a name that `lookup` does not know, and for code that is not of our subset.
   */
  run(text: string, at: Position, lookup: Lookup): CodeResult {
    const run = new Run(this.variables, lookup);
    try {
      run.all(parseCode(text, at));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return { printed: run.printed, failure: { at: error.at, message: error.message } };
    }
    return { printed: run.printed, failure: null };
  }
}

/** Ends a block. */
class Failure extends Error {
  readonly at: Position;

  constructor(at: Position, message: string) {
    super(message);
    this.at = at;
  }
}

const truth = (value: CodeValue): boolean => value !== 0 && value !== false && value !== '';

/** As Python prints it. */
const shown = (value: CodeValue): string =>
  typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value);

class Run {
  readonly printed: string[] = [];
  private readonly variables: Map<string, CodeValue>;
  private readonly lookup: Lookup;
  /** The names that the current assertion has asked for. */
  private readonly seen = new Map<string, CodeValue>();

  constructor(variables: Map<string, CodeValue>, lookup: Lookup) {
    this.variables = variables;
    this.lookup = lookup;
  }

  all(statements: readonly Statement[]): void {
    for (const statement of statements) this.one(statement);
  }

  private one(statement: Statement): void {
    switch (statement.kind) {
      case 'assert':
        this.assert(statement);
        return;
      case 'print':
        this.printed.push(this.print(statement));
        return;
      case 'assign': {
        const { name, operator, at } = statement;
        const value = this.value(statement.value);
        const result = operator === null ? value : this.binary(operator, this.name(name, at), value, at);
        this.variables.set(name, result);
        return;
      }
      case 'if':
        this.all(truth(this.value(statement.test)) ? statement.then : statement.otherwise);
        return;
      case 'pass':
        return;
    }
  }

  private print({ values, text }: Extract<Statement, { kind: 'print' }>): string {
    if (values === null) return text;
    try {
      return values.map((value) => shown(this.value(value))).join(' ');
    } catch (error) {
      if (error instanceof UnsupportedError) return text;
      throw error;
    }
  }

  private assert(statement: Extract<Statement, { kind: 'assert' }>): void {
    this.seen.clear();
    if (truth(this.value(statement.test))) return;
    const values = Array.from(this.seen, ([name, value]) => `${name} = ${shown(value)}`);
    const message = [`assert ${statement.text}`];
    if (values.length > 0) message.push(`with ${values.join(', ')}`);
    if (statement.message !== null) message.push(`(${statement.message})`);
    throw new Failure(statement.at, message.join(' '));
  }

  private name(name: string, at: Position): CodeValue {
    const value = this.variables.get(name) ?? this.lookup(name);
    if (value === undefined) throw new UnsupportedError(`code asks for ${name}, which we do not have`, at);
    this.seen.set(name, value);
    return value;
  }

  private value(expression: Expression): CodeValue {
    switch (expression.kind) {
      case 'literal':
        return expression.value;
      case 'name':
        return this.name(expression.name, expression.at);
      case 'unary':
        return this.unary(expression.operator, this.value(expression.of), expression.at);
      case 'comparison':
        return this.comparison(expression);
      case 'call':
        return this.call(expression);
      case 'binary': {
        const { operator, at } = expression;
        const left = this.value(expression.left);
        if (operator === 'and') return truth(left) ? this.value(expression.right) : left;
        if (operator === 'or') return truth(left) ? left : this.value(expression.right);
        return this.binary(operator, left, this.value(expression.right), at);
      }
    }
  }

  private unary(operator: string, value: CodeValue, at: Position): CodeValue {
    if (operator === 'not') return !truth(value);
    const number = numberOf(value, at);
    if (operator === '~') return -integerOf(number, at) - 1;
    return operator === '-' ? -number : number;
  }

  private comparison({ first, rest }: Extract<Expression, { kind: 'comparison' }>): boolean {
    let left = this.value(first);
    for (const [operator, expression] of rest) {
      const right = this.value(expression);
      if (!compare(operator, left, right, expression.at)) return false;
      left = right;
    }
    return true;
  }

  private binary(operator: string, left: CodeValue, right: CodeValue, at: Position): CodeValue {
    if (operator === '+' && typeof left === 'string' && typeof right === 'string') {
      if (left.length + right.length > LONGEST_STRING) throw new Failure(at, 'a string that is too long');
      return left + right;
    }
    const [a, b] = [numberOf(left, at), numberOf(right, at)];
    if (operator in BITWISE) {
      const result = BITWISE[operator]!(BigInt(integerOf(a, at)), shiftable(operator, integerOf(b, at), at));
      return integerOf(Number(result), at);
    }
    if ('//%'.includes(operator) && b === 0) throw new Failure(at, 'division by zero');
    return ARITHMETIC[operator]!(a, b);
  }

  private call({ name, args, at }: Extract<Expression, { kind: 'call' }>): CodeValue {
    const values = args.map((arg) => this.value(arg));
    const [first] = values;
    if (first !== undefined && (name === 'min' || name === 'max')) {
      return Math[name](...values.map((value) => numberOf(value, at)));
    }
    if (first !== undefined && values.length === 1) {
      if (name === 'str') return shown(first);
      if (name === 'int') return Math.trunc(numberOf(first, at));
      if (name === 'abs') return Math.abs(numberOf(first, at));
      if (name === 'hex') return `0x${integerOf(numberOf(first, at), at).toString(16)}`;
    }
    throw new UnsupportedError(`code calls ${name}(), which we do not have`, at);
  }
}

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '//': (a, b) => Math.floor(a / b),
  // As Python's, the remainder has the sign of the divisor.
  '%': (a, b) => a - b * Math.floor(a / b),
};

/** JavaScript's own operators keep 32 bits only. */
const BITWISE: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '<<': (a, b) => a << b,
  '>>': (a, b) => a >> b,
};

/** Doubling a string sixty times is a short script. */
const LONGEST_STRING = 1 << 16;

const MOST_SHIFTED = 63;

function shiftable(operator: string, by: number, at: Position): bigint {
  const shifts = operator === '<<' || operator === '>>';
  if (shifts && (by < 0 || by > MOST_SHIFTED)) throw new Failure(at, `a shift by ${by} bits`);
  return BigInt(by);
}

function numberOf(value: CodeValue, at: Position): number {
  if (typeof value === 'string') throw new UnsupportedError('code calculates with a string', at);
  return Number(value);
}

function integerOf(value: number, at: Position): number {
  if (!Number.isSafeInteger(value)) throw new Failure(at, `${value} is no integer of 53 bits`);
  return value;
}

function compare(operator: string, left: CodeValue, right: CodeValue, at: Position): boolean {
  // Python's True is 1.
  const [a, b] = [left, right].map((value) => (typeof value === 'boolean' ? Number(value) : value));
  if (operator === '==') return a === b;
  if (operator === '!=') return a !== b;
  if (typeof a !== typeof b) throw new Failure(at, `no order between ${shown(left)} and ${shown(right)}`);
  if (operator === '<') return a! < b!;
  if (operator === '<=') return a! <= b!;
  return operator === '>' ? a! > b! : a! >= b!;
}
