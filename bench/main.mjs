// `npm run bench [-- name...] [--json] [--seconds N] [--runs N]`: bundles bench/run.ts, as users get the library,
// and runs it in a private network namespace.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'vite';

const root = join(import.meta.dirname, '..');
const outDir = join(root, 'dist', 'bench');

await build({
  root,
  configFile: false,
  logLevel: 'warn',
  build: {
    ssr: true,
    target: 'node20',
    minify: false,
    outDir,
    rolldownOptions: { input: { run: join(root, 'bench/run.ts'), peer: join(root, 'bench/peer.ts') } },
  },
  ssr: { external: ['koffi'], noExternal: true },
});

const program = [process.execPath, '--expose-gc', join(outDir, 'run.js'), ...process.argv.slice(2)];
const isolated = process.platform === 'linux' && spawnSync('unshare', ['-rn', 'true']).status === 0;
const command = isolated ? ['unshare', '-rn', '--', ...program] : program;
const { status } = spawnSync(command[0], command.slice(1), { cwd: root, stdio: 'inherit' });
process.exit(status ?? 1);
