// `synfin serve`: real curl against a directory of real files, in a private network of the command's own.
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeTun } from '../support/tun.ts';
import { Running, run } from './support.ts';

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

describe('where no private namespace can be had', () => {
  test('exit code 69, one line, the program is not run', async () => {
    const running = new Running(['serve', root, '--private', '--', 'echo', 'ran'], { PATH: '/nonexistent' });
    const { code, stdout, stderr } = await running.finish();
    expect({ code, stdout }).toEqual({ code: 69, stdout: '' });
    expect(stderr).toMatch(/^synfin: no private network namespace: [^\n]*unshare[^\n]*\n$/);
  });
});
