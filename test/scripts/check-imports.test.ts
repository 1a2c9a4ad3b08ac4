// The import-order check finds what it is there to find, and this tree keeps the order.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';

const SCRIPT = join(import.meta.dirname, '..', '..', 'scripts', 'check-imports.mjs');
const made: string[] = [];

afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true });
});

interface Result {
  readonly faults: readonly string[];
  readonly files: number;
}
const { checkImports } = (await import(pathToFileURL(SCRIPT).href)) as { checkImports(root: string): Result };

/** A src/ directory with these files. */
function makeTree(files: Record<string, string>): string {
  const directory = mkdtempSync(join(tmpdir(), 'synfin-imports-'));
  made.push(directory);
  for (const [path, text] of Object.entries(files)) {
    const file = join(directory, 'src', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return join(directory, 'src');
}

const checkTree = (files: Record<string, string>): Result => checkImports(makeTree(files));
const run = (...roots: string[]) => spawnSync(process.execPath, [SCRIPT, ...roots], { encoding: 'utf8' });

test('this tree keeps the import order', () => {
  const { stdout, stderr, status } = run();
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  expect(stdout).toMatch(/^\d+ files, import order kept\n$/);
});

test('the command prints each violation and fails', () => {
  const { stdout, stderr, status } = run(makeTree({ 'lib/a.ts': "import 'node:fs';" }));
  expect(stderr).toBe(
    "src/lib/a.ts:1: lib may not import the Node built-in 'node:fs': the engine has no dependencies\n",
  );
  expect({ stdout, status }).toEqual({ stdout: '1 files, 1 violations\n', status: 1 });
});

describe('between layers', () => {
  test('an import from the left passes', () => {
    const result = checkTree({
      'lib/a.ts': 'export const a = 1;',
      'wire/b.ts': "import { a } from '../lib/a.ts';\nexport const b = a;",
    });
    expect(result).toEqual({ faults: [], files: 2 });
  });

  test('an import from the right is reported with its file, line and rule', () => {
    const { faults } = checkTree({
      'lib/a.ts': "// a\n\nimport { b } from '../wire/b.ts';\nexport const a = b;",
      'wire/b.ts': 'export const b = 1;',
    });
    expect(faults).toEqual([
      'src/lib/a.ts:3: lib may not import from wire (lib → wire → tcp → host → sim, trace → packetdrill → lab, node → net → register → cli)',
    ]);
  });

  test.each([
    ['a type-only import', "import type { B } from '../host/b.ts';\nexport type A = B;"],
    ['a re-export', "export * from '../host/b.ts';"],
    ['a dynamic import', "export const a = () => import('../host/b.ts');"],
    ['an import type', "export type A = import('../host/b.ts').B;"],
  ])('%s counts as well', (_kind, text) => {
    const { faults } = checkTree({ 'tcp/a.ts': text, 'host/b.ts': 'export type B = 1;' });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain('tcp may not import from host');
  });

  test.each([
    ['sim', 'trace'],
    ['trace', 'sim'],
    ['lab', 'node'],
    ['node', 'lab'],
  ])('%s and %s stand side by side', (from, to) => {
    const { faults } = checkTree({
      [`${from}/a.ts`]: `import '../${to}/b.ts';`,
      [`${to}/b.ts`]: 'export const b = 1;',
    });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(`${from} may not import from ${to}`);
  });

  test('an entry point publishes its layers only, and nobody imports it', () => {
    const { faults } = checkTree({
      'index.ts': "export { a } from './lib/a.ts';\nexport { n } from './node/n.ts';",
      'lib/a.ts': 'export const a = 1;',
      'node/n.ts': "import { a } from '../index.ts';\nexport const n = a;",
    });
    expect(faults).toHaveLength(3);
    expect(faults[0]).toContain('src/index.ts:2: the entry point index.ts publishes only lib, wire, tcp');
    expect(faults[1]).toContain('src/node/n.ts:1: index.ts is an entry point');
    expect(faults[2]).toContain('imports itself: src/index.ts → src/node/n.ts → src/index.ts');
  });

  test('a file outside the layers is reported', () => {
    expect(checkTree({ 'utils/a.ts': 'export const a = 1;' }).faults[0]).toContain('nor in a layer');
  });
});

describe('outside the tree', () => {
  test('the engine imports neither packages nor Node built-ins', () => {
    const { faults } = checkTree({
      'lib/a.ts': "import 'node:fs';\nimport 'fs';\nimport 'commander';",
    });
    expect(faults).toEqual([
      "src/lib/a.ts:1: lib may not import the Node built-in 'node:fs': the engine has no dependencies",
      "src/lib/a.ts:2: lib may not import the Node built-in 'fs': the engine has no dependencies",
      "src/lib/a.ts:3: lib may not import the package 'commander': the engine has no dependencies",
    ]);
  });

  test('neither do the scripts that are played on it', () => {
    const { faults } = checkTree({
      'packetdrill/a.ts': "import 'node:fs';\nexport const a = Math.random();",
    });
    expect(faults).toEqual([
      'src/packetdrill/a.ts:2: packetdrill may not use Math.random: time and randomness are arguments',
      "src/packetdrill/a.ts:1: packetdrill may not import the Node built-in 'node:fs': the engine has no dependencies",
    ]);
  });

  test('koffi belongs to one file of node', () => {
    const { faults } = checkTree({
      'node/a.ts': "import 'koffi';",
      'node/b.ts': "import 'koffi';\nimport 'node:fs';",
      'net/c.ts': "import 'koffi';",
    });
    expect(faults).toHaveLength(3);
    expect(faults.join('\n')).toContain("net may not import the package 'koffi' (only Node built-ins)");
    expect(faults.join('\n')).toContain('src/node/b.ts:1: koffi belongs to one file');
  });
});

describe('inside tcp', () => {
  const files = {
    'tcp/seq.ts': 'export const s = 1;',
    'tcp/tcb.ts': "import type { Probe } from './probe.ts';\nexport interface Tcb { probe: Probe }",
    'tcp/probe.ts': "import type { Tcb } from './tcb.ts';\nexport interface Probe { seen(tcb: Tcb): void }",
    'tcp/window.ts': "import './tcb.ts';\nimport './seq.ts';",
    'tcp/events/timeouts.ts': "import '../window.ts';\nimport './user-calls.ts';",
    'tcp/events/user-calls.ts': "import '../seq.ts';",
    'tcp/output.ts': "import './window.ts';",
    'tcp/connection.ts': "import './output.ts';\nimport './events/timeouts.ts';",
  };

  test('the order of the design passes, and so does a cycle of types', () => {
    expect(checkTree(files).faults).toEqual([]);
  });

  test.each([
    [
      'tcp/recovery/rto.ts',
      "import type { Tcb } from '../tcb.ts';",
      'tcp/recovery/rto may not import tcp/tcb',
    ],
    ['tcp/nagle.ts', "import './output.ts';", 'tcp/nagle may not import tcp/output'],
    ['tcp/events/timeouts.ts', "import '../output.ts';", 'tcp/events/timeouts may not import tcp/output'],
    ['tcp/text.ts', "import './connection.ts';", 'tcp/text may not import tcp/connection'],
  ])('%s with %s', (path, text, message) => {
    const { faults } = checkTree({ ...files, [path]: text });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(
      `src/${path}:1: ${message} (inside tcp: seq, state, rules, parameters, errors → `,
    );
  });

  test('a cycle of values is reported once', () => {
    const { faults } = checkTree({
      ...files,
      'tcp/window.ts': "import './persist.ts';",
      'tcp/persist.ts': "import './window.ts';",
    });
    expect(faults).toEqual([
      'src/tcp/window.ts:1: imports itself: src/tcp/window.ts → src/tcp/persist.ts → src/tcp/window.ts',
    ]);
  });
});

test('an import says its extension, exists and stays inside src/', () => {
  const { faults } = checkTree({ 'lib/a.ts': "import './b';\nimport './b.ts';\nimport '../../c.ts';" });
  expect(faults).toEqual([
    "src/lib/a.ts:1: './b' must say its .ts extension",
    "src/lib/a.ts:2: './b.ts' does not exist",
    "src/lib/a.ts:3: '../../c.ts' leaves src/",
  ]);
});

describe('what the engine may not use', () => {
  test.each(['Math.random()', 'globalThis.performance.now()'])('%s', (expression) => {
    const use = `export const x = () => ${expression};\n`;
    const { faults } = checkTree({ 'tcp/ack.ts': `// one\n${use}`, 'node/clock.ts': use });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/^src\/tcp\/ack.ts:2: tcp may not use (Math.random|globalThis): /);
  });

  test('a field called random is none of that', () => {
    expect(
      checkTree({ 'host/core.ts': 'export const r = (host: { random: number }) => host.random;' }).faults,
    ).toEqual([]);
  });
});
