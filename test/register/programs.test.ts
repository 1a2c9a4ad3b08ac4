// Unmodified programs on our TCP: they say what they say on the kernel's, in a place where the kernel has none.
import { describe, expect, test } from 'vitest';
import { type Door, run, sealObstacle } from './support.ts';

const DOORS: readonly Door[] = ['import', 'require'];
const sealed = sealObstacle === null;

if (!sealed) {
  if (process.env.CI === 'true')
    throw new Error(`programs cannot be sealed, and CI needs that: ${sealObstacle}`);
  process.stderr.write(`not sealed from the kernel's TCP: ${sealObstacle}\n`);
}

describe.each([
  ['net', 'net.cjs'],
  ['http: keep-alive, pipelining, upgrade', 'http.mjs'],
  ['https', 'https.mjs'],
  ['http2, over TLS and in the clear', 'http2.mjs'],
  ['tls, STARTTLS included', 'tls.mjs'],
  ['fetch, and AsyncLocalStorage', 'fetch.mjs'],
])('%s', (_, program) => {
  test.each(DOORS)('through the door %s, the same as on node:net', async (door) => {
    const native = await run(program, { door: 'none' });
    expect({ ...native, stdout: '' }).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
    expect(native.stdout.split('\n').length).toBeGreaterThan(2);
    expect(await run(program, { door, sealed })).toEqual(native);
  });

  test('on a bad network, too', async () => {
    const native = await run(program, { door: 'none' });
    const environment = {
      SYNFIN_FAULTS: 'loss=3%,delay=2ms,jitter=3ms,reorder=2%/5ms,duplicate=1%,corrupt=1%,seed=2',
    };
    expect(await run(program, { environment, sealed })).toEqual(native);
  });
});

test.runIf(sealed)('where they are sealed the kernel has no TCP to offer', async () => {
  const { stdout } = await run('visitor.mjs', {
    door: 'none',
    sealed,
    args: ['127.0.0.1', '8080', 'http://127.0.0.1:8080'],
  });
  expect(stdout).toBe('fetch failed ENETUNREACH\n');
});

describe('not TCP, and Node’s own as ever', () => {
  test.each(DOORS)('pipes, handles and IPC, through the door %s', async (door) => {
    const native = await run('native.cjs', { door: 'none' });
    expect(native.stdout).toContain('child got a socket from the child\n');
    expect(await run('native.cjs', { door })).toEqual(native);
  });

  test.each(DOORS)('a cluster, through the door %s', async (door) => {
    const native = await run('cluster.cjs', { door: 'none' });
    expect(native.stdout).toBe('listening 4\nworker 1\nexit 0\n');
    expect(await run('cluster.cjs', { door })).toEqual(native);
  });
});

test('both doors at once are one', async () => {
  const { code, stdout } = await run('transfer.mjs', {
    door: 'import',
    options: ['-r', new URL('../../dist/register.cjs', import.meta.url).pathname],
  });
  expect({ code, stdout }).toEqual({ code: 0, stdout: '300000 true\n' });
});

test('what is not in the process cannot be reached', async () => {
  const { stdout } = await run('visitor.mjs', { args: ['127.0.0.1', '9', 'http://192.0.2.1'] });
  expect(stdout).toBe('fetch failed ENETUNREACH\n');
});
