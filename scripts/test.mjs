// `npm test [-- vitest's arguments]`: all tests, in a private network namespace if this machine allows one, so
// that those which need TUN devices run without root and without touching the machine's network.
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const args = process.argv.slice(2);

/** When the newest file among these, and below them, was changed; 0 if there is none. */
function newest(...paths) {
  return Math.max(
    0,
    ...paths.map((path) => {
      const status = statSync(path, { throwIfNoEntry: false });
      if (!status?.isDirectory()) return status?.mtimeMs ?? 0;
      return newest(...readdirSync(path).map((name) => join(path, name)));
    }),
  );
}

/** The tests of the command line run what is built. */
function build() {
  const sources = [
    'src',
    'package.json',
    'vite.config.ts',
    'vite.lab.config.ts',
    'tsconfig.json',
    'tsconfig.build.json',
  ];
  const built = newest(join(root, 'dist', 'cli.js'));
  if (built > newest(...sources.map((name) => join(root, name)))) return;
  const { status, error } = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
  if (error) console.error(`npm run build: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

/** Why there can be no private namespace here; null: there can. */
function obstacle() {
  if (process.platform !== 'linux') return `network namespaces need Linux, this is ${process.platform}`;
  const { error, status, stderr } = spawnSync('unshare', ['-r', '-n', '--', 'true'], { encoding: 'utf8' });
  if (error) return `unshare (util-linux) cannot be run: ${error.message}`;
  return status === 0 ? null : stderr.trim() || `unshare failed with ${status}`;
}

const why = obstacle();
if (why !== null) {
  console.error(`no private network namespace (${why}): tests that need TUN devices are skipped`);
  if (process.env.CI === 'true') {
    console.error('CI=true does not allow that');
    process.exit(1);
  }
}
build();

const vitest = [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...args];
const command = why === null ? ['unshare', '-r', '-n', '--', process.execPath] : [process.execPath];
// A process group of its own: a terminal's Ctrl-C reaches only us, so that the tests hear of each signal once.
const child = spawn(command[0], [...command.slice(1), ...vitest], {
  cwd: root,
  stdio: 'inherit',
  detached: true,
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => process.kill(-child.pid, signal));
child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
