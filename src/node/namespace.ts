// A private network namespace: a place where anyone may make TUN devices, and where nothing touches the
// machine's own network. Made by running this program again under unshare(1).

import { spawn, spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, readlinkSync } from 'node:fs';
import type { Server } from 'node:net';
import { constants as os } from 'node:os';
import { TunError } from './errors.ts';
import { type Libc, loadLibc } from './libc.ts';

export type Availability = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** A user namespace that makes us its root, and a network namespace of our own. */
const UNSHARE = ['unshare', '-r', '-n', '--'] as const;

const CAP_NET_ADMIN = 12n;
const PR_SET_PDEATHSIG = 1;

/** Whether `enterPrivateNamespace` can work here; tries it. */
export function privateNamespaceAvailable(): Availability {
  if (process.platform !== 'linux') {
    return unavailable(`network namespaces need Linux; this is ${process.platform}`);
  }
  const [unshare, ...args] = UNSHARE;
  const { error, status, stderr } = spawnSync(unshare, [...args, 'true'], { encoding: 'utf8' });
  if (error) return unavailable(`cannot run unshare (util-linux): ${error.message}`);
  return status === 0 ? { ok: true } : unavailable(stderr.trim() || `unshare failed (${status})`);
}

/** Whether `openTun` can make a device here and now; makes none. */
export function tunAvailable(): Availability {
  try {
    loadLibc();
    closeSync(openSync('/dev/net/tun', constants.O_RDWR | constants.O_NONBLOCK));
  } catch (error) {
    return unavailable(error instanceof Error ? error.message : String(error));
  }
  return hasNetAdmin() ? { ok: true } : unavailable('no permission to make TUN devices (CAP_NET_ADMIN)');
}

/**
 * Whether this is a private network namespace, such as `enterPrivateNamespace` makes; false when in doubt.
 * Outside of the first user namespace the kernel grants nothing over the machine's own network, so that, and
 * not a guess from what cannot be read, is the evidence (user_namespaces(7)).
 */
export function inPrivateNamespace(): boolean {
  if (process.platform !== 'linux' || inFirstUserNamespace() || !hasNetAdmin()) return false;
  // A container with users of its own shares its network with its first process, where that can be seen.
  return namespaceOf('self') !== namespaceOf('1');
}

/**
 * Run this program again in a private network namespace, with the arguments behind `node` (by default those it
 * was run with), and the same standard streams. SIGINT, SIGTERM and SIGHUP are passed on: of a terminal's Ctrl-C,
 * which goes to both, the program hears twice. Resolves to the exit code: the program's, or 128 + the number of the
 * signal that ended it. Rejects with TunError if it cannot be run.
 *
 * `listening`: a server of the network outside, which the program inside gets: a socket belongs to the network that it
 * was made in, whoever holds it. It is closed here.
 */
export function enterPrivateNamespace(
  argv: readonly string[] = process.argv.slice(1),
  listening: Server | null = null,
): Promise<number> {
  const [unshare, ...args] = UNSHARE;
  const child = spawn(unshare, [...args, process.execPath, ...process.execArgv, ...argv], {
    stdio: ['inherit', 'inherit', 'inherit', ...(listening === null ? [] : (['ipc'] as const))],
  });
  if (listening !== null) {
    child.send('listening', listening, () => {
      listening.close();
      child.channel?.unref();
    });
  }
  const pass = (signal: NodeJS.Signals) => void child.kill(signal);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, pass);
  return new Promise<number>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      reject(new TunError(error.code ?? 'EPERM', `cannot enter a private namespace: ${error.message}`));
    });
    child.once('exit', (code, signal) => resolve(signal ? 128 + os.signals[signal] : (code ?? 1)));
  }).finally(() => {
    for (const signal of signals) process.off(signal, pass);
  });
}

/** The server that the process outside gives to this one. The way it comes by keeps neither of them alive. */
export function listeningOutside(): Promise<Server> {
  return new Promise((resolve, reject) => {
    process.once('disconnect', () =>
      reject(new TunError('ECONNRESET', 'the process outside gave no socket')),
    );
    process.once('message', (_, server) => {
      process.channel?.unref();
      resolve(server as Server);
    });
  });
}

/**
 * Have SIGTERM end this process when `parent`, the process that started it, has ended in whatever way, SIGKILL
 * included (PR_SET_PDEATHSIG, prctl(2)). Throws TunError where the C library cannot be had.
 */
export function endWithParent(parent: number, libc: Libc = loadLibc()): void {
  if (libc.prctl(PR_SET_PDEATHSIG, os.signals.SIGTERM) < 0) {
    throw new TunError(libc.lastError(), `cannot follow process ${parent}: ${libc.lastError()}`);
  }
  // It may have been the faster one.
  if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM');
}

function unavailable(reason: string): Availability {
  return { ok: false, reason };
}

/** Every user is mapped to itself: the machine's users, or a container's that cannot be told from them. */
function inFirstUserNamespace(): boolean {
  return /^\s*0\s+0\s+4294967295\s*$/.test(readFileSync('/proc/self/uid_map', 'utf8'));
}

/** The capabilities in effect (proc(5)). */
function hasNetAdmin(): boolean {
  const mask = /^CapEff:\s*([\da-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${mask}`) >> CAP_NET_ADMIN) & 1n) === 1n;
}

/** Null: not ours to look at, as the first process is to the root of a user namespace. */
function namespaceOf(process: string): string | null {
  try {
    return readlinkSync(`/proc/${process}/ns/net`);
  } catch {
    return null;
  }
}
