// What the lab says: the same in both languages, and its glossary that of docs/glossary.md.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ENGLISH } from '../../src/lab/text/english.ts';
import { GLOSSARY } from '../../src/lab/text/glossary.ts';
import { KOREAN } from '../../src/lab/text/korean.ts';
import { STATES } from '../../src/tcp/state.ts';
import { leavesOf } from '../trace/text/speech.ts';

const rows = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'glossary.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| (?!---|English)/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()));

test('the glossary has the terms of the document, with their words and meanings', () => {
  const meant = rows.map(([, en, ko, , meaning]) => [en, ko, meaning]);
  const told = GLOSSARY.slice(0, rows.length).map(({ en, ko, meaning }) => [
    en,
    ko,
    meaning.ko === meaning.en ? meaning.en : `${meaning.ko} · ${meaning.en}`,
  ]);
  expect(told).toEqual(meant);
});

test('the glossary has every state, as the RFC, netstat and ss spell it', () => {
  for (const state of STATES) expect(GLOSSARY.map(({ en }) => en)).toContain(state);
  const also = GLOSSARY.flatMap((entry) => entry.also);
  for (const name of ['TIME_WAIT', 'SYN_RECV', 'SYN_SENT', 'CLOSE_WAIT', 'FIN_WAIT1', 'ESTAB', 'LAST_ACK']) {
    expect(also).toContain(name);
  }
  expect(GLOSSARY.filter(({ meaning }) => meaning.en === '' || meaning.ko === '')).toEqual([]);
});

test('both languages have every message of the page, none of them empty', () => {
  const pathsOf = (messages: object): string[] => [...leavesOf(messages)].map(([path]) => path).sort();
  expect(pathsOf(KOREAN.page)).toEqual(pathsOf(ENGLISH.page));
  for (const { page } of [ENGLISH, KOREAN]) {
    const empty = [...leavesOf(page)].filter(([, message]) => typeof message === 'string' && message === '');
    expect(empty).toEqual([]);
  }
});
