// The part of sh(1) in which scripts ask questions: pipes, substitution of commands, tests, `if`, `&&`, `||`, `!` and
// groups (POSIX.1-2017, Shell & Utilities §2). Read here into a tree; state-commands.ts answers.

import { UnsupportedError } from './unsupported.ts';

/** A piece of a word: text, or a list whose output stands in its place. Quoted, it is not split at blanks. */
export interface WordPart {
  readonly text: string;
  readonly command: ShellNode | null;
  readonly quoted: boolean;
}

export interface SimpleCommand {
  readonly words: readonly (readonly WordPart[])[];
  /** Its output goes to /dev/null. */
  readonly silent: boolean;
}

export type ShellNode =
  | { readonly kind: 'list'; readonly nodes: readonly ShellNode[] }
  | { readonly kind: 'and' | 'or'; readonly left: ShellNode; readonly right: ShellNode }
  | { readonly kind: 'not'; readonly node: ShellNode }
  | {
      readonly kind: 'if';
      readonly condition: ShellNode;
      readonly then: ShellNode;
      readonly otherwise: ShellNode;
    }
  | { readonly kind: 'pipe'; readonly commands: readonly SimpleCommand[] };

const BLANKS = /(?:[ \t\r]|\\\n)*(?:#[^\n]*)?/y;
const OPERATOR = /&&|\|\||[;\n|()&]/y;
const REDIRECTION = /(&>>?|\d?>>?|\d?<)[ \t]*(&\d|[^\s;|&<>()]*)/y;
const RESERVED = /^(?:if|then|elif|else|fi|while|until|for|do|done|case|esac|function|\{|\}|!)$/;
const DEEPEST = 20;
/** Characters: what is longer is no question that a person asks. */
const LONGEST = 10_000;
const NOTHING: ShellNode = { kind: 'list', nodes: [] };

/** @throws UnsupportedError for what is beyond this part of the language */
export function parsePipelines(text: string, depth = 0): ShellNode {
  if (text.length > LONGEST) refuse('so many characters');
  return new PipelineParser(text, depth).whole();
}

function refuse(what: string): never {
  throw new UnsupportedError(`no mapping for ${what} in a shell command`);
}

class PipelineParser {
  private readonly text: string;
  private at = 0;
  private depth: number;

  constructor(text: string, depth: number) {
    this.text = text;
    this.depth = depth;
  }

  whole(): ShellNode {
    const list = this.list();
    if (this.at < this.text.length) refuse(`'${this.text.slice(this.at, this.at + 10)}'`);
    return list;
  }

  /** Up to the reserved word or the parenthesis that ends it. */
  private list(): ShellNode {
    if (++this.depth > DEEPEST) refuse('so deep a nesting');
    const nodes: ShellNode[] = [];
    for (;;) {
      while (this.operator(';') || this.operator('\n'));
      if (this.peekOperator() === ')' || this.peekEnd()) break;
      nodes.push(this.andOr());
      if (!/^[;\n]$/.test(this.peekOperator())) break;
    }
    this.depth -= 1;
    return { kind: 'list', nodes };
  }

  private andOr(): ShellNode {
    let left = this.pipeline();
    for (;;) {
      const kind = this.operator('&&') ? 'and' : this.operator('||') ? 'or' : null;
      if (kind === null) return left;
      while (this.operator('\n'));
      left = { kind, left, right: this.pipeline() };
    }
  }

  private pipeline(): ShellNode {
    if (this.reserved('!')) return { kind: 'not', node: this.pipeline() };
    if (this.reserved('if')) return this.conditional();
    if (this.reserved('{')) return this.group('}');
    if (this.operator('(')) {
      const list = this.list();
      return this.operator(')') ? list : refuse("'(' without ')'");
    }
    const commands = [this.simple()];
    while (this.operator('|')) commands.push(this.simple());
    return { kind: 'pipe', commands };
  }

  private group(end: string): ShellNode {
    const list = this.list();
    return this.reserved(end) ? list : refuse(`a command without its '${end}'`);
  }

  /** Behind `if` or `elif`. */
  private conditional(): ShellNode {
    const condition = this.group('then');
    const then = this.list();
    if (this.reserved('elif')) return { kind: 'if', condition, then, otherwise: this.conditional() };
    const otherwise = this.reserved('else') ? this.list() : NOTHING;
    return this.reserved('fi') ? { kind: 'if', condition, then, otherwise } : refuse("'if' without 'fi'");
  }

  private simple(): SimpleCommand {
    const words: (readonly WordPart[])[] = [];
    let silent = false;
    for (;;) {
      this.blanks();
      const target = this.match(REDIRECTION);
      if (target !== null) silent = this.redirected(target) || silent;
      else if (this.at >= this.text.length || this.peekOperator() !== '') break;
      else if (words.length === 0 && this.peekReserved()) refuse(`'${this.peekWord()}' there`);
      else words.push(this.word());
    }
    if (words.length === 0) refuse(`'${this.text.slice(this.at, this.at + 10)}' there`);
    return { words, silent };
  }

  /** True: standard output is gone. Errors are shown to nobody anyway. */
  private redirected(redirection: string): boolean {
    const quiet = /^(&>>?|1?>>?)[ \t]*\/dev\/null$/.test(redirection);
    if (!quiet && !/^(2>>?[ \t]*(\/dev\/null|&1)|1?>[ \t]*&2)$/.test(redirection)) refuse(`'${redirection}'`);
    return quiet || redirection.endsWith('&2');
  }

  private word(): readonly WordPart[] {
    const parts: WordPart[] = [];
    let quote = '';
    const add = (text: string): void => void parts.push({ text, command: null, quoted: quote !== '' });
    for (; this.at < this.text.length; this.at++) {
      const c = this.text[this.at]!;
      const next = this.text[this.at + 1] ?? '';
      if (quote === '' && /[\s;|&<>()]/.test(c)) break;
      if (c === quote) quote = '';
      else if (quote === "'") add(c);
      else if (c === '`' || (c === '\\' && next === '`') || (c === '$' && next === '(')) {
        parts.push({ text: '', command: this.substitution(c), quoted: quote !== '' });
      } else if (c === '$' && /[\w?#@*!{$-]/.test(next)) refuse('variables');
      else if (quote === '' && (c === '"' || c === "'")) {
        quote = c;
        add('');
      } else if (c === '\\' && (quote === '' || /["\\$]/.test(next))) {
        this.at += 1;
        parts.push({ text: next, command: null, quoted: true });
      } else if (quote === '' && /[*?{}]/.test(c) && !/^[{}]$/.test(this.peekWord()))
        refuse(`'${c}' unquoted`);
      else add(c);
    }
    return quote === '' ? parts : refuse('a quote without its end');
  }

  /** Leaves `at` on the last character of it. */
  private substitution(opener: string): ShellNode {
    const begin = this.at + (opener === '`' ? 1 : 2);
    const close = opener === '`' ? '`' : '\\`';
    const end = opener === '$' ? this.closing(begin) : this.text.indexOf(close, begin);
    if (end < 0 || this.text[begin] === '(')
      refuse(end < 0 ? 'a substitution without its end' : 'arithmetic');
    this.at = end + (opener === '\\' ? 1 : 0);
    return parsePipelines(this.text.slice(begin, end), this.depth + 1);
  }

  /** Where the parenthesis before `begin` is closed; negative: nowhere. */
  private closing(begin: number): number {
    let open = 1;
    let quote = '';
    for (let i = begin; i < this.text.length; i++) {
      const c = this.text[i]!;
      if (c === '\\' && quote !== "'") i += 1;
      else if (quote !== '') quote = c === quote ? '' : quote;
      else if (c === '"' || c === "'") quote = c;
      else if (c === '(') open += 1;
      else if (c === ')' && --open === 0) return i;
    }
    return -1;
  }

  private blanks(): void {
    this.match(BLANKS);
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return null;
    this.at += found[0].length;
    return found[0];
  }

  /** The operator that comes next, or nothing. */
  private peekOperator(): string {
    this.blanks();
    OPERATOR.lastIndex = this.at;
    return OPERATOR.exec(this.text)?.[0] ?? '';
  }

  private operator(wanted: string): boolean {
    if (this.peekOperator() !== wanted) return false;
    this.at += wanted.length;
    return true;
  }

  private peekWord(): string {
    const rest = /[^\s;|&<>()]*/y;
    rest.lastIndex = this.at;
    return rest.exec(this.text)?.[0] ?? '';
  }

  private peekReserved(): boolean {
    this.blanks();
    return RESERVED.test(this.peekWord());
  }

  /** At the end of the text, or at a word that ends a list. */
  private peekEnd(): boolean {
    this.blanks();
    return this.at >= this.text.length || /^(?:then|elif|else|fi|\})$/.test(this.peekWord());
  }

  private reserved(wanted: string): boolean {
    this.blanks();
    if (this.peekWord() !== wanted) return false;
    this.at += wanted.length;
    return true;
  }
}
