import { executionAsyncId } from 'node:async_hooks';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { loadLibc } from '../../src/node/libc.ts';

const LINUX = process.platform === 'linux';

afterEach(() => {
  vi.doUnmock('node:module');
  vi.resetModules();
  vi.unstubAllGlobals();
});

/** The module as it is where `require('koffi')` fails like this. */
async function withoutKoffi(error: Error) {
  vi.resetModules();
  vi.doMock('node:module', () => ({
    createRequire: () => () => {
      throw error;
    },
  }));
  return await import('../../src/node/libc.ts');
}

describe.runIf(LINUX)('koffi is optional', () => {
  test('nothing is loaded before it is needed; then its absence has a code and one line', async () => {
    const { loadLibc } = await withoutKoffi(new Error("Cannot find module 'koffi'\nRequire stack:\n- /x.js"));
    expect(loadLibc).toThrow(
      expect.objectContaining({
        name: 'TunError',
        code: 'ERR_KOFFI_MISSING',
        message: "TUN devices need the package koffi (npm install koffi): Cannot find module 'koffi'",
      }),
    );
  });

  test('a device cannot be opened, and availability says why', async () => {
    await withoutKoffi(new Error('gone'));
    const { openTun } = await import('../../src/node/tun.ts');
    const { tunAvailable } = await import('../../src/node/namespace.ts');
    expect(() => openTun({ name: 'syn9', addresses: [] })).toThrow(/need the package koffi/);
    expect(tunAvailable()).toEqual({ ok: false, reason: expect.stringContaining('koffi') });
  });
});

test('other platforms are told so', () => {
  vi.stubGlobal('process', { ...process, platform: 'darwin' });
  expect(loadLibc).toThrow(
    expect.objectContaining({
      code: 'ERR_UNSUPPORTED_PLATFORM',
      message: 'TUN devices need Linux; this is darwin',
    }),
  );
});

describe.runIf(LINUX)('the calls', () => {
  test('read and write at an address', () => {
    const libc = loadLibc();
    const bytes = new Uint8Array(100).fill(7);
    const fd = openSync('/dev/zero', 'r+');
    expect(libc.read(fd, libc.addressOf(bytes) + 10, 20)).toBe(20);
    closeSync(fd);
    expect([...bytes]).toEqual([...Array(10).fill(7), ...Array(20).fill(0), ...Array(70).fill(7)]);
    expect(libc.addressOf(bytes.subarray(10))).toBe(libc.addressOf(bytes) + 10);
  });

  test('a failure has the name that POSIX prefers', () => {
    const libc = loadLibc();
    expect(libc.write(-1, libc.addressOf(new Uint8Array(1)), 1)).toBe(-1);
    expect(libc.lastError()).toBe('EBADF');
    expect(libc.socket(-1, 2, 0)).toBe(-1);
    expect(libc.lastError()).toBe('EAFNOSUPPORT');
    const fd = openSync('/dev/null', 'r+');
    expect(libc.ioctl(fd, 0x400454ca, new Uint8Array(40))).toBe(-1);
    expect(libc.lastError()).toBe('ENOTTY');
    closeSync(fd);
  });

  /** Both ends of a pipe in one descriptor, as a device is. */
  function withFifo(body: (fd: number) => Promise<void>): Promise<void> {
    const directory = mkdtempSync(join(tmpdir(), 'synfin-'));
    execFileSync('mkfifo', [join(directory, 'fifo')]);
    const fd = openSync(join(directory, 'fifo'), constants.O_RDWR | constants.O_NONBLOCK);
    rmSync(directory, { recursive: true });
    return body(fd).finally(() => closeSync(fd));
  }

  const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 5));

  test('a descriptor is watched until closed, from a callback of the event loop proper', () =>
    withFifo(async (fd) => {
      const scopes: number[] = [];
      const watch = loadLibc().watch(fd, () => scopes.push(executionAsyncId()));
      await turn();
      expect(scopes).toEqual([]);
      writeSync(fd, 'x');
      await vi.waitUntil(() => scopes.length >= 2); // nobody reads: it stays readable
      expect(scopes, 'outside of a scope, what is thrown or awaited there waits for another').not.toContain(
        0,
      );
      watch.close();
      watch.close();
      watch.ref();
      watch.unref();
      const wakes = scopes.length;
      await turn();
      expect(scopes).toHaveLength(wakes);
    }));
});
