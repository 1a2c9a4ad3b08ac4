// Which language is spoken, and that none carries another one with it.
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { languageOf, languageOfEnvironment } from '../../../src/trace/text/language.ts';

test.each([
  ['ko_KR.UTF-8', 'ko'],
  ['ko_KR.utf8', 'ko'],
  ['ko_KR', 'ko'],
  ['ko-KR', 'ko'],
  ['ko', 'ko'],
  ['KO', 'ko'],
  ['ko_KR.UTF-8@euro', 'ko'],
  ['ko_KR@euro', 'ko'],
  // What is written is UTF-8.
  ['ko_KR.eucKR', 'en'],
  ['en_US.UTF-8', 'en'],
  ['de_DE.UTF-8', 'en'],
  ['kok_IN', 'en'],
  ['korean', 'en'],
  ['C', 'en'],
  ['C.UTF-8', 'en'],
  ['POSIX', 'en'],
  ['', 'en'],
  ['\n', 'en'],
])('%j is %s', (tag, language) => {
  expect(languageOf(tag)).toBe(language);
});

describe('the environment', () => {
  const [ko, en] = ['ko_KR.UTF-8', 'en_US.UTF-8'];

  test.each([
    [{}, 'en'],
    [{ LANG: ko }, 'ko'],
    [{ LC_MESSAGES: ko, LANG: en }, 'ko'],
    [{ LC_ALL: en, LC_MESSAGES: ko, LANG: ko }, 'en'],
    [{ LC_ALL: '', LC_MESSAGES: '', LANG: ko }, 'ko'],
    [{ LC_ALL: 'C', LANG: ko }, 'en'],
    [{ LC_CTYPE: ko }, 'en'],
  ])('%j speaks %s', (environment, language) => {
    expect(languageOfEnvironment(environment)).toBe(language);
  });
});

/** Every file of ours that `path` brings with it; types bring nothing. */
function carriedBy(path: string, seen = new Set<string>()): Set<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  const text = readFileSync(path, 'utf8');
  const imports = text.matchAll(/^(?:import|export) (?!type )(?:[^;]*? from )?'(\.[^']+)';/gm);
  for (const [, to] of imports) carriedBy(join(dirname(path), to!), seen);
  return seen;
}

const ROOT = join(import.meta.dirname, '..', '..', '..', 'src');
const TELLERS = [
  'ladder.ts',
  'summary-text.ts',
  'pcapng-export.ts',
  'reader/capture-analysis.ts',
  'reader/ladder.ts',
  'reader/summary.ts',
  'reader/table.ts',
].map((name) => join(ROOT, 'trace', name));

/** Files of `text/english` and `text/korean` among what these carry. */
function languagesIn(paths: readonly string[]): string[] {
  const carried = paths.flatMap((path) => [...carriedBy(path)]);
  const names = carried.map((path) => relative(join(ROOT, 'trace', 'text'), path).split(/[/.]/)[0]!);
  return [...new Set(names)].filter((name) => name === 'english' || name === 'korean');
}

test('what tells of a connection carries no language, and a language no other', () => {
  expect(languagesIn(TELLERS)).toEqual([]);
  expect(languagesIn([join(ROOT, 'trace', 'text', 'korean.ts')])).toEqual(['korean']);
  expect(languagesIn([join(ROOT, 'trace', 'text', 'english.ts')])).toEqual(['english']);
});
