// The tables of requirements, and what is made of them and of the names of tests.

import { describe, expect, test } from 'vitest';
import {
  conformance,
  idsIn,
  type Requirement,
  readDeviations,
  readRequirements,
} from '../support/conformance.ts';

const requirement = (id: string, chapter = 'RFC 9293'): Requirement => ({
  id,
  chapter,
  level: 'MUST',
  section: '3.1',
  text: `what ${id} asks`,
});
const A = requirement('MUST-1');
const B = requirement('3168.1', 'RFC 3168: ECN');
const proofOf = (name: string) => ({ file: 'test/a.test.ts', name });

describe('the tables', () => {
  const requirements = readRequirements();

  test('name every id of RFC 9293, appendix B, once', () => {
    const ids = requirements.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const numbered = (kind: string, last: number): string[] =>
      Array.from({ length: last }, (_, i) => `${kind}-${i + 1}`);
    expect(ids).toEqual(
      expect.arrayContaining([
        ...numbered('MUST', 69),
        ...numbered('SHLD', 31),
        ...numbered('MAY', 18),
        'REC-1',
      ]),
    );
  });

  test('are complete: every row says what is required', () => {
    expect(requirements.filter(({ id, chapter, text }) => !id || !chapter || !text)).toEqual([]);
    expect(readDeviations().filter(({ id, verdict, reason }) => !id || !verdict || !reason)).toEqual([]);
  });

  test('excuse no MUST but source routing', () => {
    const excused = new Set(readDeviations().map(({ id }) => id));
    const musts = requirements.filter(({ id }) => id.startsWith('MUST-') && excused.has(id));
    expect(musts.map(({ id }) => id)).toEqual(['MUST-51', 'MUST-52', 'MUST-53']);
  });
});

describe('the ids in a name', () => {
  const known = new Set(['MUST-1', '3168.1', 'A012']);

  test.each([
    ['RFC 3168 §6.1.2: once in a round trip (3168.1, A012)', ['3168.1', 'A012']],
    ['§3.1 (MUST-1)', ['MUST-1']],
    ['1024.5 is no id where no table has that number; 3168.77 claims to be one', ['3168.77']],
    ['AMUST-1, A01, MUST-', []],
  ])('are those of the tables: %#', (name, ids) => expect(idsIn(name, known)).toEqual(ids));
});

describe('the document', () => {
  test('an id is met when a test carries it', () => {
    const { document, faults } = conformance([A, B], [], [proofOf('one (MUST-1)'), proofOf('two (3168.1)')]);
    expect(faults).toEqual([]);
    expect(document).toContain(
      '| MUST-1 | MUST | 3.1 | what MUST-1 asks | met | test/a.test.ts: one (MUST-1) |',
    );
    expect(document).toContain('## RFC 3168: ECN');
    expect(document).toContain('| met | 2 |');
  });

  test('an id without test or deviation is a fault', () => {
    const { document, faults } = conformance([A, B], [], [proofOf('one (MUST-1)')]);
    expect(faults).toEqual(['3168.1: neither test nor deviation: what 3168.1 asks']);
    expect(document).toContain('| not shown |');
  });

  test('a deviation excuses, and says why', () => {
    const { document, faults } = conformance(
      [A],
      [{ id: 'MUST-1', verdict: 'deviation', reason: 'because' }],
      [],
    );
    expect(faults).toEqual([]);
    expect(document).toContain('| deviation | because |');
  });

  test.each([
    [
      'both',
      [{ id: 'MUST-1', verdict: 'deviation', reason: 'r' }],
      'x (MUST-1)',
      'MUST-1: both a deviation and a test: x (MUST-1)',
    ],
    [
      'no such',
      [],
      'x (MUST-1, MUST-99)',
      'MUST-99: no such requirement: test/a.test.ts: x (MUST-1, MUST-99)',
    ],
    [
      'no requirement',
      [{ id: 'U-99', verdict: 'deviation', reason: 'r' }],
      'x (MUST-1)',
      'U-99: a deviation from no requirement',
    ],
  ])('a fault: %s', (_what, deviations, name, fault) => {
    expect(conformance([A], deviations, [proofOf(name)]).faults).toContain(fault);
  });

  test('names three tests and counts the rest, in the order of their files', () => {
    const proofs = ['d', 'c', 'b', 'a'].map((name) => proofOf(`${name} (MUST-1)`));
    const { document } = conformance([A], [], proofs);
    expect(document).toContain(
      'a (MUST-1)<br>test/a.test.ts: b (MUST-1)<br>test/a.test.ts: c (MUST-1)<br>and 1 more',
    );
  });

  test('a name cannot break the table', () => {
    expect(conformance([A], [], [proofOf('a|b\nc <d> (MUST-1)')]).document).toContain(
      'a\\|b c \\<d\\> (MUST-1)',
    );
  });
});
