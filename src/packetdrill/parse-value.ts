// Arguments and results of system calls, as written: `{fd=4, events=POLLIN|POLLOUT}`, `htons(8080)`, `[1]`, `...`.

import { type Lexer, unescaped } from './lexer.ts';
import type { Position, StructField, Value } from './script.ts';

/** Brackets in brackets; scripts have four at most. */
const MAX_DEPTH = 64;

/** Names of structures that may stand before their braces. */
const STRUCTURES: ReadonlySet<string> = new Set(['sockaddr', 'linger', 'pollfd', 'epoll', 'msghdr']);

/** One value, or several with `|` between them. */
export function parseValue(lexer: Lexer, depth = 0): Value {
  lexer.skip();
  if (depth > MAX_DEPTH) lexer.fail(`values nested more than ${MAX_DEPTH} deep`);
  const at = lexer.position();
  const first = parseOne(lexer, at, depth);
  if (!lexer.peek('|')) return first;
  const parts = [first];
  while (lexer.accept('|')) {
    lexer.skip();
    parts.push(parseOne(lexer, lexer.position(), depth));
  }
  return { kind: 'or', parts, at };
}

/** `close` ends it; the opening bracket is behind us. */
export function parseValues(lexer: Lexer, close: string, depth = 0): Value[] {
  const values: Value[] = [];
  if (lexer.accept(close)) return values;
  do values.push(parseArgument(lexer, depth + 1));
  while (lexer.accept(','));
  if (!lexer.accept(close)) lexer.expected(`',' or '${close}'`);
  return values;
}

/** A value, or `name = value`. */
function parseArgument(lexer: Lexer, depth: number): Value {
  const value = parseValue(lexer, depth);
  if (value.kind !== 'word' || !lexer.accept('=')) return value;
  const field = { name: value.name, count: null, value: parseValue(lexer, depth) };
  return { kind: 'struct', fields: [field], at: value.at };
}

function parseOne(lexer: Lexer, at: Position, depth: number): Value {
  if (lexer.accept('...')) return { kind: 'any', at };
  if (lexer.peek('"')) {
    const value = unescaped(lexer.quoted('"'));
    return { kind: 'string', value, repeated: lexer.accept('...'), at };
  }
  if (lexer.accept('[')) return { kind: 'list', items: parseValues(lexer, ']', depth), at };
  if (lexer.accept('{')) return { kind: 'struct', fields: parseFields(lexer, depth), at };
  const number = lexer.acceptInteger();
  if (number !== null) return { kind: 'number', value: number, at };
  return parseWord(lexer, at, depth);
}

/** A symbol, a function, a structure with its name, or a constant. */
function parseWord(lexer: Lexer, at: Position, depth: number): Value {
  const symbol = lexer.peekSymbol();
  const written = lexer.word('a value');
  if (symbol?.kind === 'number') return { kind: 'number', value: symbol.value, at };
  if (symbol?.kind === 'string') {
    return { kind: 'string', value: symbol.value, repeated: lexer.accept('...'), at };
  }
  if (symbol !== null && symbol.kind !== 'word') {
    const what = symbol.kind === 'shell' ? 'command' : 'time';
    return lexer.fail(`the symbol ${written} is a ${what}, not a value`, lexer.at - written.length);
  }
  const name = symbol?.value ?? written;
  if (lexer.accept('(')) return { kind: 'function', name, args: parseValues(lexer, ')', depth), at };
  if (STRUCTURES.has(name) && lexer.accept('{')) {
    return { kind: 'struct', fields: parseFields(lexer, depth), at };
  }
  return { kind: 'word', name, at };
}

/** Up to `}`. */
function parseFields(lexer: Lexer, depth: number): StructField[] {
  const fields: StructField[] = [];
  if (lexer.accept('}')) return fields;
  do fields.push(parseField(lexer, depth + 1));
  while (lexer.accept(','));
  if (!lexer.accept('}')) lexer.expected("',' or '}'");
  return fields;
}

/** `value`, `name = value` or `name(count) = value`. */
function parseField(lexer: Lexer, depth: number): StructField {
  const value = parseValue(lexer, depth);
  const [count, ...more] = value.kind === 'function' ? value.args : [];
  const named = value.kind === 'word' || (count !== undefined && more.length === 0);
  if (!named || !lexer.accept('=')) return { name: null, count: null, value };
  const { name } = value as Extract<Value, { readonly name: string }>;
  return { name, count: count ?? null, value: parseValue(lexer, depth) };
}
