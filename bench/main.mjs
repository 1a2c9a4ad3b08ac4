// `npm run bench [name...] [--json] [--seconds N] [--runs N] ...`: bundles bench/, as users get the library, and
// runs it in a private network namespace.
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'vite';

const root = join(import.meta.dirname, '..');
const outDir = join(root, 'dist', 'bench');
const args = process.argv.slice(2);

await build({
  root,
  configFile: false,
  logLevel: 'warn',
  build: {
    ssr: true,
    target: 'node20',
    minify: false,
    outDir,
    rolldownOptions: {
      input: Object.fromEntries(
        ['run', 'peer', 'worker'].map((name) => [name, join(root, `bench/${name}.ts`)]),
      ),
    },
  },
  ssr: { external: ['koffi', 'vite', 'playwright-core'], noExternal: true },
});

const profile = args.includes('--profile')
  ? ['--cpu-prof', `--cpu-prof-dir=${join(outDir, 'profiles')}`]
  : [];
const program = [process.execPath, '--expose-gc', ...profile, join(outDir, 'run.js'), ...args];
const isolated = process.platform === 'linux' && spawnSync('unshare', ['-rn', 'true']).status === 0;
const command = isolated ? ['unshare', '-rn', '--', ...program] : program;
const child = spawn(command[0], command.slice(1), { cwd: root, stdio: 'inherit' });
// A terminal sends Ctrl-C to both; whoever sends it to this one alone means the other, too. It cleans up, and ends.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
