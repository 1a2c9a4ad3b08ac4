// docs/guide.md: each program and each command in it is run, and prints what stands below it.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { describeTun } from './support/tun.ts';

const ROOT = join(import.meta.dirname, '..');
const GUIDE = readFileSync(join(ROOT, 'docs', 'guide.md'), 'utf8');

interface Block {
  readonly title: string;
  readonly language: string;
  readonly text: string;
  /** Null: the guide does not say what it prints. */
  readonly output: string | null;
}

/** The fenced blocks, each named by its line; a block `text` is the output of the one before. */
const BLOCKS: readonly Block[] = [
  ...GUIDE.matchAll(/^```(\w*)\n(.*?)^```\n(?:```text\n(.*?)^```\n)?/gms),
].map((match) => ({
  title: `line ${GUIDE.slice(0, match.index).split('\n').length}`,
  language: match[1]!,
  text: match[2]!,
  output: match[3] ?? null,
}));

const directory = mkdtempSync(join(tmpdir(), 'synfin-guide-'));
mkdirSync(join(directory, 'node_modules'));
symlinkSync(ROOT, join(directory, 'node_modules', 'synfin'));
writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
afterAll(() => rmSync(directory, { recursive: true }));

/** What commands of the guide work on: the blocks that begin with the name of their file. */
for (const { text } of BLOCKS) {
  const name = /^\/\/ (\S+\.js)\n/.exec(text)?.[1];
  if (name !== undefined) writeFileSync(join(directory, name), text);
}

function check(command: string, args: readonly string[], { output }: Block): void {
  const PATH = `${dirname(process.execPath)}:${process.env.PATH}`;
  const { stdout, stderr, status } = spawnSync(command, args, {
    cwd: directory,
    env: { ...process.env, PATH },
    timeout: 20_000,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  if (output !== null) expect(stdout).toBe(output);
}

test('it has programs and commands, and nothing that is neither', () => {
  expect(new Set(BLOCKS.map(({ language }) => language))).toEqual(new Set(['js', 'sh']));
});

describe('programs', () => {
  for (const block of BLOCKS.filter(({ language }) => language === 'js')) {
    test(block.title, () => {
      const file = join(directory, `${block.title.replace(' ', '-')}.mjs`);
      writeFileSync(file, block.text);
      check(process.execPath, [file], block);
    });
  }
});

const commands = BLOCKS.filter(({ language }) => language === 'sh');
const onDevice = (block: Block): boolean => block.text.includes('SYNFIN_TUN');

describe('commands', () => {
  for (const block of commands.filter((block) => !onDevice(block))) {
    test(block.title, () => check('sh', ['-c', block.text], block));
  }
});

describeTun('commands on TUN', () => {
  for (const block of commands.filter(onDevice)) {
    test(block.title, () => check('sh', ['-c', block.text], block));
  }
});
