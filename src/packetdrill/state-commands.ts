// Shell commands that ask in which states the host's sockets are: what sockstat and netstat print goes through pipes
// into tests, and the exit status is the answer. Nothing is run: each command that they are made of is here.

import { type Configurable, runCommand } from './commands.ts';
import { lineTest } from './line-patterns.ts';
import { parsePipelines, type ShellNode, type SimpleCommand, type WordPart } from './pipelines.ts';
import { netstat, type SocketLine, sockstat } from './socket-listing.ts';
import { UnsupportedError } from './unsupported.ts';

type Lines = readonly string[];

interface Printed {
  readonly lines: Lines;
  readonly status: number;
}

/** What a command makes of the lines before it. */
type Filter = (words: readonly string[], lines: Lines) => Printed;

const SOURCES = { sockstat, netstat } as const;
const LARGEST_STATUS = 0xff;

/** Whether a shell command is for this file. */
export function asksForSockets(text: string): boolean {
  return /\b(?:sockstat|netstat)\b/.test(text);
}

/** The exit status of `text`, whose other commands configure `host`; a string: what of it has no mapping. */
export function stateCommand(
  text: string,
  host: Configurable,
  sockets: () => readonly SocketLine[],
): number | string {
  try {
    return new Shell(host, sockets, false).run(parsePipelines(text)).status;
  } catch (error) {
    if (error instanceof UnsupportedError) return error.message;
    throw error;
  }
}

const refuse = (words: readonly string[]): never => {
  throw new UnsupportedError(`no mapping for command ${words.join(' ')}`);
};

/** Wherever it is installed. */
const nameOf = ([path = '']: readonly string[]): string => path.slice(path.lastIndexOf('/') + 1);

const printed = (lines: Lines, status = 0): Printed => ({ lines, status });
const answer = (holds: boolean): Printed => printed([], holds ? 0 : 1);

class Shell {
  private readonly host: Configurable;
  private readonly sockets: () => readonly SocketLine[];
  /** What it prints is wanted. */
  private readonly heard: boolean;
  /** `exit` was reached. */
  private over = false;

  constructor(host: Configurable, sockets: () => readonly SocketLine[], heard: boolean) {
    this.host = host;
    this.sockets = sockets;
    this.heard = heard;
  }

  run(node: ShellNode): Printed {
    switch (node.kind) {
      case 'list':
        return this.list(node.nodes);
      case 'not': {
        const { lines, status } = this.run(node.node);
        return this.over ? printed(lines, status) : printed(lines, status === 0 ? 1 : 0);
      }
      case 'and':
      case 'or': {
        const left = this.run(node.left);
        if (this.over || (left.status === 0) !== (node.kind === 'and')) return left;
        return behind(left, this.run(node.right));
      }
      case 'if': {
        const asked = this.run(node.condition);
        if (this.over) return asked;
        return behind(asked, this.run(asked.status === 0 ? node.then : node.otherwise));
      }
      case 'pipe':
        return this.pipe(node.commands);
    }
  }

  private list(nodes: readonly ShellNode[]): Printed {
    let all = printed([]);
    for (const node of nodes) {
      if (this.over) break;
      all = behind(all, this.run(node));
    }
    return all;
  }

  private pipe(commands: readonly SimpleCommand[]): Printed {
    let result = printed([]);
    for (const [i, { words, silent }] of commands.entries()) {
      const all = words.flatMap((word) => this.expand(word));
      result = i === 0 ? this.first(all, commands.length > 1) : filtered(all, result.lines);
      if (silent) result = printed([], result.status);
    }
    return result;
  }

  private first(words: readonly string[], piped: boolean): Printed {
    const rest = words.slice(1);
    const name = nameOf(words);
    if ((name === 'sockstat' || name === 'netstat') && (piped || this.heard)) {
      return printed(SOURCES[name](rest, this.sockets()));
    }
    if (piped) refuse(words);
    if (name === 'test') return test(rest);
    if (name === '[') return rest.at(-1) === ']' ? test(rest.slice(0, -1)) : refuse(words);
    if (name === 'exit') return this.exit(rest);
    if (name === 'false') return answer(false);
    if (name === 'echo') return printed([rest.join(' ')]);
    const fault = runCommand(this.host, words, null);
    if (fault !== null) throw new UnsupportedError(fault);
    return printed([]);
  }

  private exit(words: readonly string[]): Printed {
    const [status = ''] = words;
    if (words.length !== 1 || !/^\d{1,3}$/.test(status)) refuse(['exit', ...words]);
    this.over = true;
    return printed([], Number(status) & LARGEST_STATUS);
  }

  /** The words that one becomes: what is substituted without quotes is split at blanks (POSIX §2.6.5). */
  private expand(parts: readonly WordPart[]): readonly string[] {
    const words: string[] = [];
    let word: string | null = null;
    for (const { text, command, quoted } of parts) {
      const value = command === null ? text : this.output(command);
      if (command === null || quoted) {
        word = (word ?? '') + value;
        continue;
      }
      const [head = '', ...tail] = value.split(/\s+/);
      if (head !== '') word = (word ?? '') + head;
      for (const piece of tail) {
        if (word !== null) words.push(word);
        word = piece === '' ? null : piece;
      }
    }
    return word === null ? words : [...words, word];
  }

  /** A substitution runs in a shell of its own: its `exit` is only its own. */
  private output(command: ShellNode): string {
    const { lines } = new Shell(this.host, this.sockets, true).run(command);
    return lines.join('\n').replace(/\n+$/, '');
  }
}

const behind = (before: Printed, after: Printed): Printed =>
  printed(before.lines.length === 0 ? after.lines : [...before.lines, ...after.lines], after.status);

/** A whole number with blanks around it, as test(1) reads it. */
const integer = (word: string): number | null => (/^\s*[-+]?\d+\s*$/.test(word) ? Number(word) : null);

const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '-eq': (a, b) => a === b,
  '-ne': (a, b) => a !== b,
  '-gt': (a, b) => a > b,
  '-ge': (a, b) => a >= b,
  '-lt': (a, b) => a < b,
  '-le': (a, b) => a <= b,
};

const isBinary = (word: string): boolean => /^(?:==?|!=)$/.test(word) || Object.hasOwn(COMPARISONS, word);

/** Status 2: an operand is no number, or there is one too few. */
function test(words: readonly string[]): Printed {
  if (words[0] === '!' && !(words.length === 3 && isBinary(words[1]!))) {
    const { status } = test(words.slice(1));
    return printed([], status > 1 ? status : 1 - status);
  }
  const [a = '', operator = '', b = ''] = words;
  if (words.length <= 1) return answer(a !== '');
  if (words.length === 2 && a === '-z') return answer(operator === '');
  if (words.length === 2 && a === '-n') return answer(operator !== '');
  if (words.length === 2 && (isBinary(a) || isBinary(operator))) return printed([], 2);
  if (words.length !== 3) return refuse(['test', ...words]);
  if (operator === '=' || operator === '==') return answer(a === b);
  if (operator === '!=') return answer(a !== b);
  if (!Object.hasOwn(COMPARISONS, operator)) return refuse(['test', ...words]);
  const [left, right] = [integer(a), integer(b)];
  return left === null || right === null ? printed([], 2) : answer(COMPARISONS[operator]!(left, right));
}

const grep: Filter = (words, lines) => {
  const at = words.findIndex((word) => !/^-[qcvEFGwxi]+$/.test(word));
  const flags = new Set(words.slice(0, Math.max(at, 0)).join(''));
  const [first = '', second = '', ...more] = words.slice(at);
  const named = first === '-e' || first === '--';
  const rest = named ? more : words.slice(at + 1);
  if (at < 0 || rest.length > 0 || (first.startsWith('-') && !named)) return refuse(['grep', ...words]);
  const matches = lineTest(named ? second : first, flags);
  const found = lines.filter((line) => matches(line) !== flags.has('v'));
  const status = found.length > 0 ? 0 : 1;
  if (flags.has('q')) return printed([], status);
  return printed(flags.has('c') ? [`${found.length}`] : found, status);
};

/** FreeBSD's pads its number with blanks: `=` and quotes show them. */
const wc: Filter = (words, lines) =>
  words.join(' ') === '-l' ? printed([`${lines.length}`.padStart(8)]) : refuse(['wc', ...words]);

/** `{print $7}`, behind a pattern perhaps. */
const awk: Filter = (words, lines) => {
  const program = /^\s*(?:\/([^/]*)\/)?\s*\{\s*print(?:\s*\$(\d{1,3}|NF))?\s*;?\s*\}\s*$/.exec(
    words[0] ?? '',
  );
  if (program === null || words.length !== 1) return refuse(['awk', ...words]);
  const [, pattern = '', field = '0'] = program;
  const matches = lineTest(pattern, new Set('E'));
  const pick = (line: string): string => {
    const fields = line.split(/[ \t]+/).filter((part) => part !== '');
    return field === '0' ? line : ((field === 'NF' ? fields.at(-1) : fields[Number(field) - 1]) ?? '');
  };
  return printed(lines.filter(matches).map(pick));
};

const tr: Filter = (words, lines) => {
  const [option, what = ''] = words;
  if (option !== '-d' || words.length !== 2 || !/^(?: |\[:(?:blank|space):\])$/.test(what)) {
    return refuse(['tr', ...words]);
  }
  // Of the ends of lines [:space:] would leave none.
  if (what === '[:space:]' && lines.length > 1) return refuse(['tr', ...words]);
  return printed(lines.map((line) => line.replace(/[ \t]/g, '')));
};

const FILTERS: Readonly<Record<string, Filter>> = {
  grep,
  egrep: (words, lines) => grep(['-E', ...words], lines),
  wc,
  awk,
  tr,
};

function filtered(words: readonly string[], lines: Lines): Printed {
  const name = nameOf(words);
  return Object.hasOwn(FILTERS, name) ? FILTERS[name]!(words.slice(1), lines) : refuse(words);
}
