// `synfin packetdrill`: which scripts run, what is said of them, and how the command ends.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/wait.ts';
import { Running, run } from './support.ts';

const root = mkdtempSync(join(tmpdir(), 'synfin-packetdrill-'));

const LISTEN = `0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
+0 < S 0:0(0) win 32792 <mss 1000>
`;
const PASS = `${LISTEN}+0 > S. 0:0(0) ack 1 <...>\n`;
const FAIL = `${LISTEN}+0 > S. 0:0(0) ack ACK <...>\n`;

const SCRIPTS: Readonly<Record<string, string>> = {
  'all/b.pkt': PASS,
  'all/a/z.pkt': PASS,
  'all/c.pkt': FAIL,
  'all/malformed.pkt': `${LISTEN}+0 > S. 0:1(2)\n`,
  'all/other.pkt': '0 > sctp: INIT\n',
  'all/notes.txt': 'no script',
  'good/1.pkt': PASS,
  'good/2.pkt': PASS,
  'skipped/other.pkt': '0 > sctp: INIT\n',
  'empty/notes.txt': 'no script',
};

/** For seconds, on whatever machine. */
const LONG = `${PASS}${'+.001 < . 5:5(0) ack 5 win 100\n'.repeat(100_000)}`;

beforeAll(() => {
  for (const [path, text] of Object.entries(SCRIPTS)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
});

afterAll(() => rmSync(root, { recursive: true }));

/** Runs the command on paths below `root`, and takes `root` out of what it says. */
async function packetdrill(...args: readonly string[]) {
  const paths = args.map((arg) => (arg.startsWith('/') ? join(root, arg) : arg));
  const { code, stdout, stderr } = await run('packetdrill', ...paths);
  return { code, stdout: stdout.replaceAll(root, ''), stderr: stderr.replaceAll(root, '') };
}

describe('results', () => {
  test('of a directory, in the order of the files, whatever ran first', async () => {
    const { code, stdout, stderr } = await packetdrill('/all', '-D', 'ACK=2', '--jobs', '4');
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines.filter((line) => /^(pass|FAIL|skip|\d)/.test(line))).toEqual([
      'pass /all/a/z.pkt',
      'pass /all/b.pkt',
      expect.stringMatching(/^FAIL \/all\/c\.pkt:5: /),
      'FAIL /all/malformed.pkt:5:9: 0:1 are 1 bytes, not 2',
      'skip /all/other.pkt:1: no packets of kind sctp',
      '2 passed, 2 failed, 1 skipped',
    ]);
  });

  test('of a failure: expected and actual packet in one notation', async () => {
    const { stdout } = await packetdrill('/all/c.pkt', '-D', 'ACK=2');
    expect(stdout).toContain('\n  script:   +0 > S. 0:0(0) ack ACK <...>\n');
    expect(stdout).toMatch(
      /\n {2}expected: > S\. 0:0\(0\) ack 2 <\.\.\.>\n {2}actual: {3}> S\. 0:0\(0\) ack 1 /,
    );
    expect(stdout).toMatch(/\n {2}so far:\n(?: {4}.*\n)*.* < S 0:0\(0\) win 32792 <mss 1000>\n/);
  });

  test('symbols, of which the last of a name counts', async () => {
    expect((await packetdrill('/all/c.pkt', '-D', 'ACK=2', '-D', 'ACK=1')).code).toBe(0);
  });

  test('--json: one object for each script, and nothing else', async () => {
    const { code, stdout } = await packetdrill('--json', '/all', '--define', 'ACK=2');
    expect(code).toBe(1);
    const objects = stdout.trimEnd().split('\n').map((line) => JSON.parse(line)); // biome-ignore format: one line
    expect(objects.map(({ file, result, line }) => [file, result, line])).toEqual([
      ['/all/a/z.pkt', 'pass', null],
      ['/all/b.pkt', 'pass', null],
      ['/all/c.pkt', 'fail', 5],
      ['/all/malformed.pkt', 'fail', 5],
      ['/all/other.pkt', 'skip', 1],
    ]);
    expect(objects[2].expected).toContain('ack 2');
    expect(objects[2].actual).toContain('ack 1');
  });

  test('in IPv6 and with the other profile', async () => {
    expect((await packetdrill('/good', '--ip', '6', '--profile', 'freebsd')).stdout).toBe(
      'pass /good/1.pkt\npass /good/2.pkt\n2 passed, 0 failed, 0 skipped\n',
    );
  });
});

describe('exit codes', () => {
  test.each([
    [['/good'], 0],
    [['/good', '/skipped'], 0],
    [['/skipped'], 1],
    [['/good', '/nothing.pkt'], 1],
    [['/empty'], 2],
    [['/good', '--jobs', '0'], 2],
    [['/good', '--profile', 'solaris'], 2],
    [['/good', '-D', '1=2'], 2],
    [[], 2],
  ] as const)('%j: %i', async (args, code) => {
    expect((await packetdrill(...args)).code).toBe(code);
  });

  test('what can not be read is a failure of one line', async () => {
    expect((await packetdrill('/nothing.pkt')).stdout).toBe(
      "FAIL /nothing.pkt: can't be read: ENOENT\n0 passed, 1 failed, 0 skipped\n",
    );
    expect((await packetdrill('/empty')).stderr).toBe('synfin: no .pkt files in /empty\n');
  });
});

describe('a long script', () => {
  const long = join(root, 'long.pkt');
  beforeAll(() => writeFileSync(long, LONG));

  test('Ctrl-C ends it at once', async () => {
    const running = new Running(['packetdrill', join(root, 'good/1.pkt'), long, '--jobs', '1']);
    await eventually(
      () => running.stdout.includes('pass'),
      () => 'the first result',
    );
    running.child.kill('SIGINT');
    expect((await running.ended()).code).toBe(130);
    expect(running.stdout).not.toContain('long.pkt');
  });

  test('a reader that goes away ends it without a word', async () => {
    const running = new Running([
      'packetdrill',
      join(root, 'good/1.pkt'),
      ...Array(20).fill(join(root, 'all/c.pkt')),
    ]);
    running.child.stdout!.destroy();
    expect(await running.ended()).toMatchObject({ code: expect.any(Number), stderr: '' });
  });
});
