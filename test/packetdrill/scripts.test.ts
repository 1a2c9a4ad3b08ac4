// Our own scripts, test/packetdrill/<topic>/*.pkt: each shows one behaviour, named in the comment that opens it. They
// run as whoever tries the stack with scripts of their own would run them; one that is skipped has shown nothing.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { reportText } from '../../src/packetdrill/report.ts';
import type { RunOptions } from '../../src/packetdrill/result.ts';
import { runScript } from '../../src/packetdrill/run.ts';

const DIRECTORY = fileURLToPath(new URL('.', import.meta.url));
const FREEBSD = /^freebsd\//;
const IPV4_ONLY = /^--ip_version=ipv4$/m;

const FILES = readdirSync(DIRECTORY, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.pkt'))
  .sort();

/** What the first line says is shown; a script that doesn't say it fails. */
function summaryOf(text: string): string {
  return /^\/\/ *(.*\S)/.exec(text)?.[1] ?? '';
}

function outcome(text: string, file: string, family: RunOptions['family']): string {
  const options: RunOptions = {
    profile: FREEBSD.test(file) ? 'freebsd' : 'linux',
    options: 'strict',
    window: 'strict',
    family,
    symbols: new Map(),
  };
  return reportText(file, runScript(text, file, options), { verbose: false }).join('\n');
}

describe('scripts', () => {
  for (const file of FILES) {
    const text = readFileSync(new URL(file, import.meta.url), 'utf8');
    const summary = summaryOf(text);
    for (const family of IPV4_ONLY.test(text) ? ([4] as const) : ([4, 6] as const)) {
      test(`${file}, IPv${family}: ${summary}`, () => {
        expect(summary).not.toBe('');
        expect(outcome(text, file, family)).toBe(`pass ${file}`);
      });
    }
  }

  test('no two open with the same words', () => {
    const summaries = FILES.map((file) => summaryOf(readFileSync(new URL(file, import.meta.url), 'utf8')));
    expect(summaries.filter((summary, i) => summaries.indexOf(summary) !== i)).toEqual([]);
  });
});
