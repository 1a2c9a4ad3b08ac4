// What became of scripts, as text for people and as JSON for programs.

import type { RunFail, RunResult } from './result.ts';

export interface ReportOptions {
  /** The whole conversation of a script that failed, and not only its end. */
  readonly verbose: boolean;
}

/** How much of a conversation is shown: enough to see the flight that went wrong. */
const SHOWN = 12;

const INDENT = '  ';

/** What one script came to, as lines; the first begins with `pass`, `FAIL` or `skip` and names the file. */
export function reportText(file: string, result: RunResult, options: ReportOptions): string[] {
  switch (result.result) {
    case 'pass':
      return [`pass ${printable(file)}`];
    case 'skip':
      return [`skip ${where(file, result.line, null)}: ${printable(result.reason)}`];
    case 'fail':
      return failure(file, result, options).map(printable);
  }
}

function failure(file: string, result: RunFail, { verbose }: ReportOptions): string[] {
  const { source, conversation } = result;
  const lines = [`FAIL ${where(file, result.line, result.column)}: ${result.reason}`];
  const said = source === '' ? [] : source.split('\n');
  for (const [i, line] of said.entries())
    lines.push(`${INDENT}${i === 0 ? 'script:   ' : '          '}${line}`);
  lines.push(...comparison(result));
  const left = verbose ? 0 : Math.max(0, conversation.length - SHOWN);
  if (conversation.length === 0) return lines;
  const before = left === 0 ? '' : ` (without the first ${left}; --verbose shows all)`;
  lines.push(`${INDENT}so far${before}:`);
  for (const line of conversation.slice(left)) lines.push(`${INDENT}${INDENT}${line}`);
  return lines;
}

/** Both packets, one above the other, and a mark below where they begin to differ. */
function comparison({ expected, actual }: RunFail): string[] {
  const lines: string[] = [];
  if (expected !== null) lines.push(`${INDENT}expected: ${expected}`);
  if (actual !== null) lines.push(`${INDENT}actual:   ${actual}`);
  if (expected === null || actual === null || expected === actual) return lines;
  let same = 0;
  while (same < expected.length && expected[same] === actual[same]) same++;
  // A number or a word is wrong as a whole.
  while (same > 0 && /[\w.]/.test(expected[same - 1]!)) same--;
  if (!`${expected}${actual}`.includes('\n')) lines.push(`${INDENT}${' '.repeat(10 + same)}^`);
  return lines;
}

const where = (file: string, line: number | null, column: number | null): string =>
  [printable(file), ...[line, column].filter((part) => part !== null)].join(':');

/** Control characters, which a file's name or a script's text may hold, as they would be escaped in a string. */
const printable = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
  text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (character) => {
    return character === '\t' ? ' ' : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });

/** One JSON object on one line: `file`, `result`, `line`, `reason`, and for failures `expected` and `actual`. */
export function reportJson(file: string, result: RunResult): string {
  switch (result.result) {
    case 'pass':
      return JSON.stringify({ file, result: 'pass', line: null, reason: null });
    case 'skip':
      return JSON.stringify({ file, result: 'skip', line: result.line, reason: result.reason });
    case 'fail': {
      const { line, column, reason, expected, actual } = result;
      return JSON.stringify({ file, result: 'fail', line, column, reason, expected, actual });
    }
  }
}

/** How many scripts came to what. */
export class Tally {
  passed = 0;
  failed = 0;
  skipped = 0;

  add({ result }: RunResult): void {
    if (result === 'pass') this.passed++;
    else if (result === 'fail') this.failed++;
    else this.skipped++;
  }

  /** `12 passed, 1 failed, 3 skipped`. */
  get text(): string {
    return `${this.passed} passed, ${this.failed} failed, ${this.skipped} skipped`;
  }

  /** Something was shown to hold, and nothing to fail. What was skipped shows nothing. */
  get ok(): boolean {
    return this.failed === 0 && this.passed > 0;
  }
}
