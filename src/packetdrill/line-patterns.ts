// The patterns of grep(1): POSIX regular expressions (POSIX.1-2017 §9), basic ones with the + ? | that FreeBSD and GNU
// add behind a backslash.

import { UnsupportedError } from './unsupported.ts';

/** A line takes polynomial time to match, of this degree at most. */
const MOST_REPETITIONS = 5;
const CLASSES: Readonly<Record<string, string>> = {
  space: '\\s',
  blank: ' \\t',
  digit: '0-9',
  alpha: 'A-Za-z',
  alnum: 'A-Za-z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  xdigit: '0-9A-Fa-f',
};

/** Whether a line matches; `flags` are grep's: E, F, G, w, x, i. @throws UnsupportedError */
export function lineTest(pattern: string, flags: ReadonlySet<string>): (line: string) => boolean {
  let source = flags.has('F')
    ? pattern.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    : translate(pattern, flags.has('E'));
  if (flags.has('w')) source = `(?<!\\w)(?:${source})(?!\\w)`;
  if (flags.has('x')) source = `^(?:${source})$`;
  try {
    const expression = new RegExp(source, flags.has('i') ? 'i' : '');
    return (line) => expression.test(line);
  } catch (error) {
    if (error instanceof SyntaxError) return refuse(pattern);
    throw error;
  }
}

function refuse(pattern: string): never {
  throw new UnsupportedError(`no mapping for the pattern '${pattern}'`);
}

/** In basic expressions these are operators behind a backslash only, in extended ones without it only. */
const OPERATORS = /[+?|(){}]/;

function translate(pattern: string, extended: boolean): string {
  let source = '';
  let repetitions = 0;
  let last = '';
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i]!;
    const next = pattern[i + 1] ?? '';
    let operator = '';
    if (c === '[') {
      const list = /^\[\^?\]?(?:\[:\w+:\]|[^\]])*\]/.exec(pattern.slice(i))?.[0] ?? refuse(pattern);
      source += bracket(list, pattern);
      i += list.length - 1;
    } else if (c === '\\' && OPERATORS.test(next) && !extended) {
      operator = next;
      i += 1;
    } else if (c === '\\') {
      if (!/[\\^$.*[\]/+?|(){}-]/.test(next)) refuse(pattern);
      source += `\\${next}`;
      i += 1;
    } else if (OPERATORS.test(c)) {
      if (extended) operator = c;
      else source += `\\${c}`;
    } else if (c === '*' && !(source === '' && !extended)) operator = c;
    else if (c === '*') source += '\\*';
    else source += c;
    // A repeated group, or a repetition repeated, may take for ever.
    if (/[*+?{]/.test(operator) && (/[)*+?}]/.test(last) || ++repetitions > MOST_REPETITIONS))
      refuse(pattern);
    source += operator;
    last = operator;
  }
  return source;
}

/** `[[:space:]0-9]` */
function bracket(list: string, pattern: string): string {
  const negated = list[1] === '^';
  const inside = list.slice(negated ? 2 : 1, -1);
  const body = inside.replace(/\[:(\w+):\]|[\\[\]^]/g, (found, name: string | undefined) =>
    name === undefined ? `\\${found}` : (CLASSES[name] ?? refuse(pattern)),
  );
  return `[${negated ? '^' : ''}${body}]`;
}
