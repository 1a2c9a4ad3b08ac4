// As much of a shell as scripts use to configure a host: commands in a row, quotes, comments, output that goes to a
// file. Whatever would need a real shell (variables, substitution, pipes, control flow) is refused with a reason.

export interface Command {
  readonly words: readonly string[];
  /** The file that its output goes to, as in `echo 1 > FILE`; null: none, or /dev/null. */
  readonly output: string | null;
}

type Separator = ';' | '&&' | '||';

/** The commands of `text` that run when each succeeds; a string: why it can't be taken apart. */
export function parseShell(text: string): readonly Command[] | string {
  return new ShellParser(text).parse();
}

class ShellParser {
  private readonly text: string;
  private at = 0;
  private readonly commands: Command[] = [];
  private words: string[] = [];
  private output: string | null = null;
  /** Behind `||`, where nothing is reached. */
  private skipping = false;

  constructor(text: string) {
    this.text = text;
  }

  parse(): readonly Command[] | string {
    while (this.at < this.text.length) {
      const fault = this.step();
      if (fault !== null) return fault;
    }
    this.finish(';');
    return this.commands;
  }

  private step(): string | null {
    const { text, at } = this;
    const rest = text.slice(at, at + 2);
    const c = text[at]!;
    if (rest === '\\\n') this.at += 2;
    else if (c === ' ' || c === '\t' || c === '\r') this.at += 1;
    else if (c === '#') this.skipComment();
    else if (rest === '&&' || rest === '||') this.separate(rest, 2);
    else if (c === ';' || c === '\n') this.separate(';', 1);
    else if (c === '|') return 'no mapping for a pipe of shell commands';
    else if (c === '&' && rest !== '&>') return 'no mapping for a shell command in the background';
    else if (/^(\d?>|&>|\d?<)/.test(text.slice(at, at + 3))) return this.redirect();
    else return this.takeWord();
    return null;
  }

  private skipComment(): void {
    const end = this.text.indexOf('\n', this.at);
    this.at = end < 0 ? this.text.length : end;
  }

  private separate(separator: Separator, length: number): void {
    this.finish(separator);
    this.at += length;
  }

  private finish(separator: Separator): void {
    if (this.words.length > 0 && !this.skipping) {
      this.commands.push({ words: this.words, output: this.output });
    }
    if (this.words.length > 0 || separator === ';') this.skipping = separator === '||';
    this.words = [];
    this.output = null;
  }

  /** `> FILE`, `>> FILE`, `2>/dev/null`, `2>&1`, `&> FILE`. */
  private redirect(): string | null {
    const operator = /^(\d?>>?|&>>?|\d?<)\s*(&\d)?/.exec(this.text.slice(this.at))!;
    this.at += operator[0].length;
    if (operator[2] !== undefined) return null;
    const target = this.word();
    if (target === null || target.value === '') return 'no mapping for this shell redirection';
    if (operator[1]!.includes('<')) return 'no mapping for shell input from a file';
    if (target.value !== '/dev/null' && !operator[1]!.startsWith('2')) this.output = target.value;
    return null;
  }

  private takeWord(): string | null {
    const word = this.word();
    if (word === null) return 'no mapping for shell variables or substitution';
    this.words.push(word.value);
    return null;
  }

  /** A word with its quotes removed; null: the shell would put something else in its place. */
  private word(): { readonly value: string } | null {
    const { text } = this;
    let value = '';
    let quote = '';
    for (; this.at < text.length; this.at++) {
      const c = text[this.at]!;
      if (quote === '' && /[\s;|&<>]/.test(c)) break;
      if ((c === '$' || c === '`') && quote !== "'") return null;
      if (quote === '' && /[()*?{}]/.test(c)) return null;
      if (c === quote) quote = '';
      else if (quote === '' && (c === '"' || c === "'")) quote = c;
      else if (c === '\\' && quote !== "'") value += text[++this.at] ?? '';
      else value += c;
    }
    return quote === '' ? { value } : null;
  }
}
