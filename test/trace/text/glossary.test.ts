// docs/glossary.md, and that what it says not to say is not said.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const GLOSSARY = join(import.meta.dirname, '..', '..', '..', 'docs', 'glossary.md');
const rows = readFileSync(GLOSSARY, 'utf8')
  .split('\n')
  .filter((line) => /^\| (?!---|English)/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()));

const SOURCES = join(import.meta.dirname, '..', '..', '..', 'src');
/** What is said in Korean: comments are in English. */
const said = ['rules', 'ladder', 'summary', 'reader', 'verdicts', 'viewer', 'roles', 'units']
  .map((name) => join(SOURCES, 'trace', 'text', 'korean', `${name}.ts`))
  .concat(join(SOURCES, 'cli', 'demo-text.ts'))
  .flatMap((path) => readFileSync(path, 'utf8').split('\n'));

test('each term has a word in both languages, and stands once, in order', () => {
  const terms = rows.map((cells) => cells[1]!);
  expect(terms.length).toBeGreaterThan(40);
  expect(terms.filter((term) => term === '')).toEqual([]);
  expect(rows.filter((cells) => cells[2] === '').map((cells) => cells[1])).toEqual([]);
  expect(new Set(terms).size).toBe(terms.length);
  const plain = (term: string): string => term.toLowerCase().replace(/^\d/, '');
  expect(terms).toEqual(
    terms.toSorted((a, b) => Number(/^\d/.test(b)) - Number(/^\d/.test(a)) || (plain(a) < plain(b) ? -1 : 1)),
  );
});

test.each(rows.filter((cells) => cells[3] !== '').map((cells) => [cells[3]!, cells[2]!]))(
  'not %s, but %s',
  (not) => {
    expect(said.filter((line) => line.includes(not))).toEqual([]);
  },
);
