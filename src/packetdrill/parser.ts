// The text of a packetdrill script taken apart: option lines, the commands before and behind, and events. The
// packets of events are read by parse-packet.ts, arguments by parse-value.ts.

import { Lexer } from './lexer.ts';
import { parsePacket } from './parse-packet.ts';
import { parseValue, parseValues } from './parse-value.ts';
import type {
  Action,
  CallAction,
  CodeAction,
  EventTime,
  Script,
  ScriptEvent,
  ScriptOption,
  ShellAction,
  Value,
} from './script.ts';

/**
 * Reads a script. `symbols`: what words stand for (`-D NAME=value`).
 * @throws ScriptError with line and column; UnsupportedError for a kind of packet that we do not speak.
 */
export function parseScript(file: string, text: string, symbols: ReadonlyMap<string, string>): Script {
  const known = new Map(symbols);
  const lexer = new Lexer(file, text, known);
  const options: ScriptOption[] = [];
  while (lexer.peek('--')) {
    const option = parseOptionLine(lexer);
    const [, name, value = ''] = DEFINITION.exec(`${option.name} ${option.value ?? ''}`) ?? [];
    if (name !== undefined) known.set(name, value);
    options.push(option);
  }
  const init = acceptShell(lexer);
  const events: ScriptEvent[] = [];
  let cleanup: ShellAction | null = null;
  while (cleanup === null && !lexer.atEnd) {
    cleanup = events.length > 0 ? acceptShell(lexer) : null;
    if (cleanup === null) events.push(parseEvent(lexer, events.at(-1)));
  }
  if (!lexer.atEnd) lexer.expected('nothing behind the last command');
  if (events.length === 0) lexer.expected('an event');
  return { file, options, init, events, cleanup };
}

/** `--define=NAME=value` also says what the rest of the script means. */
const DEFINITION = /^(?:define|D) ([^=]+)=(.*)$/s;
const OPTION_NAME = /[A-Za-z_][\w-]*/y;
/** A comment may follow at once. */
const OPTION_VALUE = /(?:[^\s"`/]|\/(?![/*]))+/y;

/** `--name` or `--name=value`. */
function parseOptionLine(lexer: Lexer): ScriptOption {
  const at = lexer.position();
  lexer.expect('--', 'before an option');
  const name = lexer.matchHere(OPTION_NAME) ?? lexer.fail("expected an option's name behind '--'");
  lexer.at += name.length;
  if (!lexer.accept('=')) return { name, value: null, at };
  if (lexer.peek('"')) return { name, value: lexer.quoted('"'), at };
  return { name, value: lexer.take(OPTION_VALUE) ?? lexer.expected(`the value of --${name}`), at };
}

/** A command between backquotes, or a symbol that is one. */
function acceptShell(lexer: Lexer): ShellAction | null {
  lexer.skip();
  const at = lexer.position();
  if (lexer.peek('`')) return { kind: 'shell', command: lexer.quoted('`'), at };
  if (lexer.peekWord() === null) return null;
  const symbol = lexer.peekSymbol();
  if (symbol?.kind !== 'shell') return null;
  lexer.word('a symbol');
  return { kind: 'shell', command: symbol.value, at };
}

function parseEvent(lexer: Lexer, before: ScriptEvent | undefined): ScriptEvent {
  lexer.skip();
  const begin = lexer.at;
  const at = lexer.position();
  const time = parseTime(lexer);
  const last = before?.time;
  if (last?.kind === 'absolute' && time.kind === 'absolute' && time.start < last.start) {
    lexer.fail('the event before this one is later', begin);
  }
  const action = parseAction(lexer, time);
  return { at, source: lexer.source(begin, lexer.at), time, action };
}

function parseTime(lexer: Lexer): EventTime {
  if (lexer.accept('*')) return { kind: 'any', start: 0, end: 0 };
  const kind = lexer.accept('+') ? 'relative' : 'absolute';
  const start = lexer.seconds(
    kind === 'relative' ? "seconds behind '+'" : "an event's time (such as 0, +.1 or *)",
  );
  if (!lexer.accept('~')) return { kind, start, end: start };
  if (kind === 'relative') lexer.expect('+', "behind '~': both ends of a range count from the same time");
  return { kind, start, end: parseLater(lexer, start, 'the end of a range of times') };
}

function parseLater(lexer: Lexer, start: number, what: string): number {
  lexer.skip();
  const begin = lexer.at;
  const end = lexer.seconds(what);
  if (end < start) lexer.fail(`${what} is before its beginning`, begin);
  return end;
}

function parseAction(lexer: Lexer, time: EventTime): Action {
  if (lexer.accept('...')) return parseBlockingCall(lexer, time);
  if (lexer.peek('<') || lexer.peek('>')) return parsePacket(lexer);
  if (lexer.accept('%{')) return parseCode(lexer);
  const shell = acceptShell(lexer);
  if (shell !== null) return shell;
  if (lexer.peekWord() === null) lexer.expected('a packet, a call, a command or code');
  return parseCall(lexer, null);
}

/** Behind `...`. The end counts from where the event's time counts from. */
function parseBlockingCall(lexer: Lexer, time: EventTime): CallAction {
  const begin = lexer.at - '...'.length;
  if (time.kind === 'any') lexer.fail("a call that blocks can't begin at any time", begin);
  if (time.end !== time.start) lexer.fail("a call that blocks can't begin within a range of times", begin);
  const end = parseLater(lexer, time.start, 'the end of a call');
  return parseCall(lexer, { kind: time.kind, start: end, end });
}

function parseCall(lexer: Lexer, end: EventTime | null): CallAction {
  const name = lexer.word("a call's name");
  lexer.expect('(', `behind ${name}`);
  const args = parseValues(lexer, ')');
  lexer.expect('=', 'and the result of the call');
  const result = parseValue(lexer);
  const errno = parseErrno(lexer, result);
  if (lexer.peek('(')) skipNote(lexer);
  return { kind: 'call', name, args, end, result, errno };
}

/** A word behind the result; a symbol that is a time or a command is the next event's. */
function parseErrno(lexer: Lexer, result: Value): string | null {
  if (result.kind !== 'number' && result.kind !== 'any') return null;
  const word = lexer.peekWord();
  if (word === null) return null;
  const symbol = lexer.peekSymbol();
  if (symbol !== null && symbol.kind !== 'word') return null;
  lexer.word('an error');
  return symbol?.value ?? word;
}

/** `(Resource temporarily unavailable)`: what strace would print. */
function skipNote(lexer: Lexer): void {
  const close = lexer.text.indexOf(')', lexer.at);
  if (close < 0) lexer.fail("a note without its ')'");
  lexer.at = close + 1;
}

const CODE_END = '}%';

/** Behind `%{`. */
function parseCode(lexer: Lexer): CodeAction {
  const begin = lexer.at;
  const close = lexer.text.indexOf(CODE_END, begin);
  if (close < 0) lexer.fail(`%{ without its ${CODE_END}`, begin - '%{'.length);
  lexer.at = close + CODE_END.length;
  return { kind: 'code', text: lexer.text.slice(begin, close), at: lexer.position(begin) };
}
