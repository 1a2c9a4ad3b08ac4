// What is required of a TCP, which test shows that it is met, and docs/conformance.md, which says so. The tables of
// docs/requirements/ give the ids; a test that proves one has the id in its name.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const TABLES = join(import.meta.dirname, '..', '..', 'docs', 'requirements');
/** How many tests of one id the document names; it says how many more there are. */
const MOST_NAMED = 3;

export interface Requirement {
  readonly id: string;
  /** The heading under which it stands: `RFC 9293`, `RFC 3168: ECN`, `Attacks`. */
  readonly chapter: string;
  /** `MUST`, `parsing`; '' where the table has none. */
  readonly level: string;
  /** Section of RFC 9293; '' for the others. */
  readonly section: string;
  readonly text: string;
}

export interface Deviation {
  readonly id: string;
  readonly verdict: string;
  readonly reason: string;
}

/** One test that passed. */
export interface Proof {
  /** Relative to the project. */
  readonly file: string;
  readonly name: string;
}

export interface Conformance {
  /** docs/conformance.md as it should be. */
  readonly document: string;
  /** One line for each id that has neither test nor documented deviation, or has both, or does not exist. */
  readonly faults: readonly string[];
}

function readTable(name: string): string[][] {
  const lines = readFileSync(join(TABLES, name), 'utf8').split('\n').slice(1);
  return lines.filter((line) => line !== '').map((line) => line.split('\t'));
}

export function readRequirements(): Requirement[] {
  return [
    ...readTable('rfc9293.tsv').map(([id, level, section, text]) => ({
      id: id!,
      chapter: 'RFC 9293',
      level: level!,
      section: section!,
      text: text!,
    })),
    ...readTable('companions.tsv').map(([id, document, subject, text]) => ({
      id: id!,
      chapter: `${document}: ${subject}`,
      level: '',
      section: '',
      text: text!,
    })),
    ...readTable('attacks.tsv').map(([id, group, attack, text]) => ({
      id: id!,
      chapter: 'Hostile input',
      level: group!,
      section: '',
      text: `${attack}: ${text}`,
    })),
  ];
}

export function readDeviations(): Deviation[] {
  return readTable('deviations.tsv').map(([id, verdict, reason]) => ({
    id: id!,
    verdict: verdict!,
    reason: reason!,
  }));
}

const ID = /\b(?:(?:MUST|SHLD|MAY|REC|U)-\d+|A\d{3}|\d{4}\.\d+)\b/g;

/** The ids that a test's name claims. Four digits, a dot and more are one only where that RFC has a table. */
export function idsIn(name: string, known: ReadonlySet<string>): string[] {
  const documents = new Set([...known].map((id) => id.split('.')[0]));
  return (name.match(ID) ?? []).filter((id) => !/^\d/.test(id) || documents.has(id.split('.')[0]!));
}

export function conformance(
  requirements: readonly Requirement[],
  deviations: readonly Deviation[],
  proofs: readonly Proof[],
): Conformance {
  const known = new Set(requirements.map(({ id }) => id));
  const byId = new Map<string, Proof[]>();
  const faults: string[] = [];
  for (const proof of proofs) {
    for (const id of idsIn(proof.name, known)) {
      if (!known.has(id)) faults.push(`${id}: no such requirement: ${proof.file}: ${proof.name}`);
      else if (!byId.get(id)?.includes(proof)) byId.set(id, [...(byId.get(id) ?? []), proof]);
    }
  }
  const excused = new Map(deviations.map((deviation) => [deviation.id, deviation]));
  for (const { id } of deviations) {
    if (!known.has(id)) faults.push(`${id}: a deviation from no requirement`);
    if (byId.has(id)) faults.push(`${id}: both a deviation and a test: ${byId.get(id)![0]!.name}`);
  }
  for (const { id, text } of requirements) {
    if (!byId.has(id) && !excused.has(id)) faults.push(`${id}: neither test nor deviation: ${text}`);
  }
  return { document: writeDocument(requirements, excused, byId), faults };
}

function writeDocument(
  requirements: readonly Requirement[],
  excused: ReadonlyMap<string, Deviation>,
  byId: ReadonlyMap<string, readonly Proof[]>,
): string {
  const lines = [
    '# Conformance',
    '',
    'Generated from the tests by `npm test -- -u`; `npm test` fails when it is out of date. An id is met when a test',
    'that carries it in its name passes. What is required is in [docs/requirements](requirements), what is not met, and',
    'why, in [deviations.tsv](requirements/deviations.tsv).',
    '',
    ...summary(requirements, excused, byId),
  ];
  let chapter = '';
  for (const requirement of requirements) {
    if (requirement.chapter !== chapter) {
      chapter = requirement.chapter;
      lines.push(
        '',
        `## ${chapter}`,
        '',
        '| id | level | section | requirement | verdict | test |',
        ROW_RULE,
      );
    }
    lines.push(row(requirement, excused.get(requirement.id), byId.get(requirement.id) ?? []));
  }
  return `${lines.join('\n')}\n`;
}

const ROW_RULE = '| --- | --- | --- | --- | --- | --- |';

function summary(
  requirements: readonly Requirement[],
  excused: ReadonlyMap<string, Deviation>,
  byId: ReadonlyMap<string, readonly Proof[]>,
): string[] {
  const counts = new Map<string, number>();
  for (const { id } of requirements) {
    const verdict = verdictOf(excused.get(id), byId.get(id) ?? []);
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  }
  const rows = [...counts].sort().map(([verdict, count]) => `| ${verdict} | ${count} |`);
  return ['| verdict | ids |', '| --- | --- |', ...rows];
}

const verdictOf = (deviation: Deviation | undefined, proofs: readonly Proof[]): string =>
  proofs.length > 0 ? 'met' : (deviation?.verdict ?? 'not shown');

function row(requirement: Requirement, deviation: Deviation | undefined, proofs: readonly Proof[]): string {
  const { id, level, section, text } = requirement;
  const verdict = verdictOf(deviation, proofs);
  const shown = proofs.length > 0 ? namesOf(proofs) : inCell(deviation?.reason ?? '');
  return `| ${id} | ${inCell(level)} | ${section} | ${inCell(text)} | ${verdict} | ${shown} |`;
}

function namesOf(proofs: readonly Proof[]): string {
  const sorted = [...proofs].sort((a, b) => compare(a.file, b.file) || compare(a.name, b.name));
  const named = sorted.slice(0, MOST_NAMED).map(({ file, name }) => `${file}: ${inCell(name)}`);
  if (sorted.length > MOST_NAMED) named.push(`and ${sorted.length - MOST_NAMED} more`);
  return named.join('<br>');
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const inCell = (text: string): string => text.replace(/[|<>*_`]/g, (mark) => `\\${mark}`).replace(/\n/g, ' ');
