// Programs as they are, on our TCP and a TUN device; clients and servers that are installed on this machine, on the
// kernel's TCP at its other end. Both are real, and neither knows of us.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { Running, type RunOptions } from '../register/support.ts';
import { pattern, sha256 } from '../support/interop.ts';
import { installed } from '../support/program.ts';
import { describeTun } from '../support/tun.ts';
import { eventually, within } from '../support/wait.ts';

const POSTGRESQL = '/usr/lib/postgresql';
const FIXTURES = join(import.meta.dirname, 'fixtures');

/** Milliseconds; a server is stopped long before, by its tests. */
const SERVICE_LIMIT = 120_000;

/** What the network does in the tests that say "bad". */
export const BAD = { SYNFIN_FAULTS: 'loss=1%,delay=10ms,seed=7' };

/** 16 MiB that follow from nothing else, and what shows that they are whole. */
export const LARGE = pattern(16 << 20, 16);
export const LARGE_HASH = sha256(LARGE);
/** For bad networks. */
export const SMALL = LARGE.subarray(0, 256 << 10);
export const SMALL_HASH = sha256(SMALL);

export interface Network {
  readonly ours: string;
  readonly ours6: string;
  readonly kernels: string;
  readonly kernels6: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Each program has a device of its own, so that files of tests can run at once. */
export function network(number: number): Network {
  const [ours, kernels] = [2, 1].map((end) => `10.95.${number}.${end}`) as [string, string];
  const [ours6, kernels6] = [2, 1].map((end) => `fd95:${number}::${end}`) as [string, string];
  const SYNFIN_TUN = `prog${number},${ours}/24,${kernels}/24,${ours6}/64,${kernels6}/64`;
  return { ours, kernels, ours6, kernels6, environment: { SYNFIN_TUN } };
}

/** One of the fixtures, on synfin, at our end of `network`. */
export function start(fixture: string, network: Network, options: RunOptions = {}): Running {
  const environment = { ...network.environment, ...options.environment };
  return new Running(join(FIXTURES, fixture), { ...options, environment });
}

/** A server among the fixtures, which listens when this resolves. */
export async function serve(fixture: string, network: Network, options: RunOptions = {}): Promise<Running> {
  const program = start(fixture, network, { limit: SERVICE_LIMIT, ...options });
  await within(program.says('ready\n'), `${fixture} is ready`);
  return program;
}

/** Ends a server of ours. Resolves to what it said of errors. */
export async function stop(program: Running): Promise<string> {
  program.child.kill('SIGTERM');
  return (await within(program.finished, 'it ends')).stderr;
}

/** `describe`, where there can be TUN devices and all of these programs are installed. */
export function describeWith(peers: readonly string[], name: string, body: () => void): void {
  const all = peers.map((peer) => installed(pathOf(peer))).every(Boolean);
  if (all) describeTun(name, body);
  else describe.skip(name, body);
}

/** Servers are where the users of a Debian machine do not look for them. */
function pathOf(program: string): string {
  const versions = existsSync(POSTGRESQL) ? readdirSync(POSTGRESQL) : [];
  const places = ['/usr/sbin', ...versions.map((version) => join(POSTGRESQL, version, 'bin'))];
  return places.map((place) => join(place, program)).find(existsSync) ?? program;
}

/** A directory for the tests of one file. */
export function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'synfin-programs-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Makes `cert.pem`, which signs itself and is valid for `addresses`, and its `key.pem`: Node can only read those. */
export function makeCertificate(directory: string, addresses: readonly string[]): string {
  const names = ['DNS:localhost', ...addresses.map((address) => `IP:${address}`)].join();
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(directory, name)) as [string, string];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-days', '30'];
  const subject = ['-subj', '/CN=synfin', '-addext', `subjectAltName=${names}`];
  execFileSync('openssl', ['req', ...kind, ...subject, '-keyout', key, '-out', cert], { stdio: 'pipe' });
  return cert;
}

export const write = (directory: string, name: string, content: string | Uint8Array): string => {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
};

/**
 * As a user without privileges, as which PostgreSQL insists on being run and nginx does not try to become another;
 * ends with us, however we end.
 */
const UNPRIVILEGED = [
  ...['unshare', '--user', '--map-user=1000', '--map-group=1000', '--'],
  ...['setpriv', '--pdeathsig', 'TERM', '--'],
];

const asUser = (program: string, args: readonly string[]): [string, string[]] => [
  UNPRIVILEGED[0]!,
  [...UNPRIVILEGED.slice(1), pathOf(program), ...args],
];

/** Runs an installed program to its end. */
export function runInstalled(program: string, args: readonly string[]): void {
  execFileSync(...asUser(program, args), { stdio: 'pipe' });
}

/** An installed server, on the kernel's TCP. */
export class KernelServer {
  private readonly child: ChildProcess;
  private said = '';

  private constructor(program: string, args: readonly string[]) {
    this.child = spawn(...asUser(program, args), { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.said += text;
      });
    }
  }

  /** Resolves when it listens on `port`. */
  static async start(program: string, args: readonly string[], port: number): Promise<KernelServer> {
    const server = new KernelServer(program, args);
    let listens = false;
    const knock = (): void => {
      const visitor = connect(port, '127.0.0.1', () => {
        listens = true;
        visitor.destroy();
      });
      visitor.on('error', () => {
        if (server.child.exitCode === null) setTimeout(knock, 10);
      });
    };
    knock();
    await eventually(
      () => listens || server.child.exitCode !== null,
      () => `${program} listens; ${server.said}`,
    );
    if (!listens) throw new Error(`${program} ended: ${server.said}`);
    return server;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    await within(ended, `${this.child.spawnfile} ends`);
  }
}
