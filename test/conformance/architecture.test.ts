// docs/ARCHITECTURE.md leads to every file of the engine and of the host.

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');

test.each(['src/tcp', 'src/host'])('names every file of %s', (folder) => {
  const text = readFileSync(join(ROOT, 'docs', 'ARCHITECTURE.md'), 'utf8');
  const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  const sources = files.filter((path) => path.endsWith('.ts')).map((path) => basename(path));
  expect(sources.length).toBeGreaterThan(30);
  expect(sources.filter((name) => !new RegExp(`[\`/]${name}\``).test(text))).toEqual([]);
});
