// `synfin serve`: real curl against a directory of real files, in a private network of the command's own.
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeTun } from '../support/tun.ts';
import { eventually } from '../support/wait.ts';
import { CLI, Running, run } from './support.ts';

const root = mkdtempSync(join(tmpdir(), 'synfin-serve-'));
const large = randomBytes(8 << 20);

beforeAll(() => {
  writeFileSync(join(root, 'index.html'), '<h1>home</h1>\n');
  writeFileSync(join(root, 'large.bin'), large);
});

afterAll(() => rmSync(root, { recursive: true }));

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const curl = ['curl', '-q', '-sS', '--noproxy', '*'];

describeTun('serve --private', () => {
  test("stdout is the program's alone, and so is the exit code", async () => {
    const { code, stdout, stderr } = await run(
      'serve',
      root,
      '--private',
      '--',
      ...curl,
      'http://10.77.0.2/',
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: '<h1>home</h1>\n' });
    expect(stderr).toBe(`synfin: serving ${root} at http://10.77.0.2/ (device syn0)\nGET / 200\n`);
  });

  test.each([0, 7, 255])('exit code %i of the program', async (code) => {
    expect((await run('serve', root, '--private', '--', 'sh', '-c', `exit ${code}`)).code).toBe(code);
  });

  test('a program that a signal ends, and one that is not there', async () => {
    expect((await run('serve', root, '--private', '--', 'sh', '-c', 'kill -9 $$')).code).toBe(137);
    const missing = await run('serve', root, '--private', '--', '/no/such/program');
    expect(missing.code).toBe(127);
    expect(missing.stderr).toContain('synfin: cannot run /no/such/program: ENOENT\n');
  });

  test('a large file, byte for byte, with --trace and --pcapng beside it', async () => {
    const capture = join(root, 'capture.pcapng');
    const got = join(root, 'got.bin');
    const options = ['--private', '--trace', '--pcapng', capture, '--port', '8080', '--tun', 'other'];
    const url = 'http://10.77.0.2:8080/large.bin';
    const { code, stdout, stderr } = await run('serve', root, ...options, '--', ...curl, '-o', got, url);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(sha256(readFileSync(got))).toBe(sha256(large));
    expect(stderr).toMatch(/SYN,ACK seq=0\(\d+\) ack=1/);
    expect(stderr).not.toContain('abort()');
    expect(readFileSync(capture).subarray(0, 4)).toEqual(Buffer.from([0x0a, 0x0d, 0x0d, 0x0a]));
    expect(readFileSync(capture).length).toBeGreaterThan(large.length);
  });

  test('IPv6 beside IPv4', async () => {
    const addresses = ['--address', 'fd77::2/64', '--kernel', 'fd77::1/64'];
    addresses.push('--address', '10.78.0.2/30', '--kernel', '10.78.0.1/30');
    const both = [...curl, 'http://[fd77::2]/', 'http://10.78.0.2/'];
    const { code, stdout } = await run('serve', root, '--private', ...addresses, '--', ...both);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '<h1>home</h1>\n<h1>home</h1>\n' });
  });

  test('the program does not learn how it came there', async () => {
    const { stdout } = await run('serve', root, '--private', '--', 'env');
    expect(stdout).not.toContain('SYNFIN');
  });

  test('Ctrl-C ends the server and the program: 130', async () => {
    const running = new Running(['serve', root, '--private', '--', 'sleep', '60']);
    await running.says('serving');
    running.child.kill('SIGINT');
    expect((await running.ended()).code).toBe(130);
  });
});

/** `sleep`, deaf to SIGTERM; says its process id. */
const DEAF = ['sh', '-c', 'trap "" TERM; echo $$; exec sleep 60'];

const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`);

describeTun('what serve --private leaves behind', () => {
  const start = async (): Promise<{ running: Running; program: number }> => {
    const running = new Running(['serve', root, '--private', '--', ...DEAF]);
    const program = Number(
      await eventually(
        () => running.stdout.trim() || null,
        () => 'the process id',
      ),
    );
    return { running, program };
  };

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s: nothing, not even a program that ignores SIGTERM; exit code %i', async (signal, code) => {
    const { running, program } = await start();
    running.child.kill(signal);
    expect((await running.ended()).code).toBe(code);
    expect(isAlive(program)).toBe(false);
  });

  test('a Ctrl-C that comes twice, as a terminal and a parent send it, leaves the program its time', async () => {
    const script =
      'trap "echo ending; sleep .2; echo ended; exit" TERM; echo ready; while :; do sleep .02; done';
    const running = new Running(['serve', root, '--private', '--', 'sh', '-c', script]);
    const said = (word: string): Promise<true> =>
      eventually(
        () => running.stdout.includes(word),
        () => word,
      );
    await said('ready');
    running.child.kill('SIGINT');
    await said('ending');
    running.child.kill('SIGINT');
    expect(await running.ended()).toMatchObject({ code: 130, stdout: 'ready\nending\nended\n' });
  });

  test('SIGKILL: nothing', async () => {
    const { running, program } = await start();
    running.child.kill('SIGKILL');
    await eventually(
      () => !isAlive(program),
      () => 'the end of the program',
    );
    await running.ended();
  });
});

describeTun('dotfiles', () => {
  test('are served with --dotfiles only', async () => {
    writeFileSync(join(root, '.env'), 'secret');
    const status = [...curl, '-o', '/dev/null', '-w', '%{http_code}', 'http://10.77.0.2/.env'];
    expect((await run('serve', root, '--private', '--', ...status)).stdout).toBe('404');
    expect((await run('serve', root, '--private', '--dotfiles', '--', ...status)).stdout).toBe('200');
  });
});

describeTun('where devices are not permitted', () => {
  // Root of the namespace, but for the power over its network.
  const say = (...args: string[]): string => {
    const options = ['--bounding-set', '-net_admin', '--', process.execPath, CLI];
    return spawnSync('setpriv', [...options, ...args], { encoding: 'utf8' }).stderr;
  };

  test('--private is advised by serve, where it would help', () => {
    expect(say('serve', root)).toMatch(
      /permission denied \(needs CAP_NET_ADMIN\); --private needs no root\n$/,
    );
    expect(say('listen', '7000')).toMatch(/permission denied \(needs CAP_NET_ADMIN\)\n$/);
  });
});

describe('where no private namespace can be had', () => {
  test('exit code 69, one line, the program is not run', async () => {
    const running = new Running(['serve', root, '--private', '--', 'echo', 'ran'], { PATH: '/nonexistent' });
    const { code, stdout, stderr } = await running.finish();
    expect({ code, stdout }).toEqual({ code: 69, stdout: '' });
    expect(stderr).toMatch(/^synfin: no private network namespace: [^\n]*unshare[^\n]*\n$/);
  });
});
