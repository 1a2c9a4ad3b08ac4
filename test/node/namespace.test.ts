import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  endWithParent,
  enterPrivateNamespace,
  inPrivateNamespace,
  privateNamespaceAvailable,
  tunAvailable,
} from '../../src/node/namespace.ts';
import { describeTun } from '../support/tun.ts';
import { FakeLibc } from './fake-libc.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

/** `script` as the program inside; resolves to its exit code. */
const inside = (script: string) => enterPrivateNamespace(['-e', script]);

describeTun('a private namespace', () => {
  test('is where these tests run, and TUN devices can be made here', () => {
    expect(inPrivateNamespace()).toBe(true);
    expect(tunAvailable()).toEqual({ ok: true });
  });

  test('can be entered; the program inside is root in a network of its own', async () => {
    expect(privateNamespaceAvailable()).toEqual({ ok: true });
    const here = readlinkSync('/proc/self/ns/net');
    const code = await inside(`
      const { readlinkSync } = require('node:fs');
      const { networkInterfaces } = require('node:os');
      const alone = Object.keys(networkInterfaces()).length === 0;
      process.exit(readlinkSync('/proc/self/ns/net') !== '${here}' && process.getuid() === 0 && alone ? 42 : 1);`);
    expect(code).toBe(42);
  });

  test('the exit code is the program’s; a signal that ended it is 128 and its number', async () => {
    expect(await inside('process.exit(0)')).toBe(0);
    expect(await inside("process.kill(process.pid, 'SIGINT'); setTimeout(() => {}, 60_000)")).toBe(130);
    expect(await inside("process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 60_000)")).toBe(143);
  });

  test('signals are passed on, and no longer afterwards', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'synfin-'));
    const ready = join(directory, 'ready');
    const before = process.listenerCount('SIGTERM');
    const ended = inside(`
      process.on('SIGTERM', () => process.exit(9));
      setTimeout(() => {}, 60_000);
      require('node:fs').writeFileSync(${JSON.stringify(ready)}, '');`);
    await vi.waitUntil(() => existsSync(ready), { timeout: 20_000 });
    const pass = process.listeners('SIGTERM').at(-1)!;
    expect(process.listenerCount('SIGTERM')).toBe(before + 1);
    pass('SIGTERM');
    expect(await ended).toBe(9);
    expect(process.listenerCount('SIGTERM')).toBe(before);
    rmSync(directory, { recursive: true });
  });
});

describeTun('the program inside', () => {
  test('is told of SIGINT also where stdin is a terminal: `kill -INT` reaches only us', async () => {
    const terminal = Object.getOwnPropertyDescriptor(process.stdin, 'isTTY');
    Object.defineProperty(process.stdin, 'isTTY', { value: true, configurable: true });
    const directory = mkdtempSync(join(tmpdir(), 'synfin-'));
    const ready = join(directory, 'ready');
    try {
      const ended = inside(`
        process.on('SIGINT', () => process.exit(9));
        setTimeout(() => process.exit(1), 10_000);
        require('node:fs').writeFileSync(${JSON.stringify(ready)}, '');`);
      await vi.waitUntil(() => existsSync(ready), { timeout: 20_000 });
      process.listeners('SIGINT').at(-1)!('SIGINT');
      expect(await ended).toBe(9);
    } finally {
      rmSync(directory, { recursive: true });
      if (terminal === undefined) Reflect.deleteProperty(process.stdin, 'isTTY');
      else Object.defineProperty(process.stdin, 'isTTY', terminal);
    }
  });
});

describe.runIf(process.platform === 'linux')('following a parent', () => {
  test('asks the kernel for SIGTERM, and does not wait where the parent has gone already', () => {
    const asked: number[][] = [];
    const libc = Object.assign(new FakeLibc(), {
      prctl: (option: number, argument: number) => asked.push([option, argument]),
    });
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
    endWithParent(process.ppid, libc);
    expect(kill).not.toHaveBeenCalled();
    endWithParent(process.ppid + 1, libc);
    expect(kill).toHaveBeenCalledExactlyOnceWith(process.pid, 'SIGTERM');
    kill.mockRestore();
    const PR_SET_PDEATHSIG = 1;
    expect(asked).toEqual([
      [PR_SET_PDEATHSIG, 15],
      [PR_SET_PDEATHSIG, 15],
    ]);
  });

  test('a kernel that refuses is an error', () => {
    expect(() => endWithParent(process.ppid, new FakeLibc())).toThrow(/cannot follow process \d+: EINVAL/);
  });
});

describe.runIf(process.platform === 'linux')('where it cannot be had', () => {
  test('the reason is said', async () => {
    vi.stubEnv('PATH', '/nowhere');
    expect(privateNamespaceAvailable()).toEqual({ ok: false, reason: expect.stringContaining('unshare') });
    await expect(enterPrivateNamespace([])).rejects.toMatchObject({ name: 'TunError', code: 'ENOENT' });
    expect(process.listenerCount('SIGHUP')).toBe(0);
  });

  test('`npm test` says so in one line, and fails in CI', () => {
    const script = join(import.meta.dirname, '..', '..', 'scripts', 'test.mjs');
    const env = { PATH: '/nowhere', CI: 'true' };
    const { status, stderr } = spawnSync(process.execPath, [script], { env, encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr.split('\n')[0]).toMatch(
      /^no private network namespace \(unshare .*\): tests .* are skipped$/,
    );
  });
});

describe.runIf(process.platform === 'linux')('whether a namespace is private', () => {
  /** The answer where the files of /proc say this; null: not readable. */
  async function answer(proc: { users: string; capabilities: string; first: string | null }) {
    vi.resetModules();
    vi.doMock('node:fs', async (original) => ({
      ...(await original<typeof import('node:fs')>()),
      readFileSync: (path: string) =>
        path.endsWith('uid_map') ? proc.users : `CapEff:\t${proc.capabilities}\n`,
      readlinkSync: (path: string) => {
        const link = path.startsWith('/proc/self/') ? 'net:[1]' : proc.first;
        if (link === null) throw new Error('EACCES');
        return link;
      },
    }));
    try {
      return (await import('../../src/node/namespace.ts')).inPrivateNamespace();
    } finally {
      vi.doUnmock('node:fs');
      vi.resetModules();
    }
  }
  const ALL = '000001ffffffffff';
  const MACHINE = '         0          0 4294967295\n';
  const OWN = '         0       1000          1\n';

  test('it is with users of its own, and an administrator', async () => {
    expect(await answer({ users: OWN, capabilities: ALL, first: null })).toBe(true);
    expect(await answer({ users: OWN, capabilities: ALL, first: 'net:[2]' })).toBe(true);
    expect(await answer({ users: OWN, capabilities: '0000000000000000', first: null })).toBe(false);
    expect(await answer({ users: OWN, capabilities: ALL, first: 'net:[1]' }), 'a container').toBe(false);
  });

  test('the machine’s is not, even where its first process cannot be looked at', async () => {
    expect(await answer({ users: MACHINE, capabilities: ALL, first: 'net:[1]' })).toBe(false);
    expect(await answer({ users: MACHINE, capabilities: '000001fffeffffff', first: null })).toBe(false);
  });
});
