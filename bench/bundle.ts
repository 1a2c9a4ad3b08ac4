// P16: the size of a page's bundle, as vite makes it.

import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { type Figure, figure, type Settings } from './figure.ts';
import { ROOT } from './root.ts';

const KIB = 1024;

export async function browserBundle(_settings: Settings): Promise<Figure[]> {
  const result = await build({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      target: 'es2022',
      minify: true,
      rolldownOptions: {
        input: join(ROOT, 'bench', 'browser-entry.ts'),
        preserveEntrySignatures: 'strict',
      },
    },
  });
  const [made] = Array.isArray(result) ? result : [result];
  if (made === undefined || !('output' in made)) throw new Error('vite made no bundle');
  const code = made.output.map((file) => (file.type === 'chunk' ? file.code : '')).join('');
  const note = `minified and gzipped; ${(code.length / KIB).toFixed(1)} KiB before gzip`;
  const kib = gzipSync(code, { level: 9 }).length / KIB;
  return [figure({ id: 'P16', unit: 'KiB', note }, [kib])];
}
