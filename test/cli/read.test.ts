// `synfin read`: what is said of a capture, and how the command ends.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { capture, OPENED } from '../trace/reader/exchange.ts';
import { Running, run } from './support.ts';

const root = mkdtempSync(join(tmpdir(), 'synfin-read-'));
const file = (name: string): string => join(root, name);

const TWO = capture([
  ...OPENED,
  '+5 > S 0:0 port 50000',
  '+20 < R. 0:0 ack 1 port 50000',
  '+1 > P. 1:101 ack 1',
]);

beforeAll(() => {
  writeFileSync(file('two.pcap'), TWO);
  writeFileSync(file('two.pcap.gz'), gzipSync(TWO));
  writeFileSync(file('cut.pcap'), TWO.subarray(0, TWO.length - 3));
  writeFileSync(file('cut.pcap.gz'), gzipSync(TWO).subarray(0, -10));
  writeFileSync(file('text'), 'no capture');
  writeFileSync(file('empty.pcap'), capture([]));
});

afterAll(() => rmSync(root, { recursive: true }));

describe('the table', () => {
  test('the graver first, from a file, gzipped, and from the standard input', async () => {
    const { code, stdout, stderr } = await run('read', file('two.pcap'));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const rows = stdout.split('\n').filter((line) => /^\d/.test(line));
    expect(rows.map((row) => row.split(/ +/).slice(0, 3))).toEqual([
      ['2', '10.0.0.1:50000', '10.0.0.2:80'],
      ['1', '10.0.0.1:40000', '10.0.0.2:80'],
    ]);
    expect(stdout).toContain('FAIL refused: RST 20 ms after the SYN');
    expect((await run('read', file('two.pcap.gz'))).stdout).toBe(stdout);
    expect((await new Running(['read', '-']).finish(TWO)).stdout).toBe(stdout);
  });

  test('one JSON object for each connection', async () => {
    const { stdout } = await run('read', '--json', file('two.pcap'));
    const objects = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(objects.map(({ connection, connState }) => [connection, connState])).toEqual([
      [1, 'S1'],
      [2, 'REJ'],
    ]);
  });
});

describe('one connection', () => {
  test('by its number, and by an endpoint', async () => {
    const { code, stdout } = await run('read', file('two.pcap'), '2');
    expect(code).toBe(0);
    expect(stdout).toMatch(/#4 SYN seq=0.*\n/);
    expect(stdout).toContain('no connection here: answered by RST');
    expect(stdout).toContain('FAIL refused');
    expect(stdout).not.toContain('10.0.0.1:40000');
    for (const name of ['10.0.0.1:50000', ':50000']) {
      expect((await run('read', file('two.pcap'), '--conn', name)).stdout).toBe(stdout);
    }
    expect((await run('read', file('two.pcap'), '--conn', '10.0.0.2')).stdout).toContain('10.0.0.1:40000');
  });

  test('one that there is not', async () => {
    expect(await run('read', file('two.pcap'), '3')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'synfin: there is no such connection in the capture\n',
    });
  });

  test('its JSON object alone', async () => {
    const { stdout } = await run('read', '--json', file('two.pcap'), '2');
    expect(JSON.parse(stdout)).toMatchObject({ connection: 2 });
  });
});

describe('--follow', () => {
  const text = '\x07'.repeat(100);

  test('both ends, with a line before each turn; by number, or the first', async () => {
    const { code, stdout } = await run('read', file('two.pcap'), '--follow', '1');
    expect(code).toBe(0);
    expect(stdout).toBe(`>>> 10.0.0.1:40000  #6  46.000\n${text}\n`);
    expect((await run('read', file('two.pcap'), '--follow')).stdout).toBe(stdout);
  });

  test('one end, or raw: its bytes and nothing else', async () => {
    for (const what of ['client', 'raw']) {
      expect((await run('read', file('two.pcap'), '1', `--follow=${what}`)).stdout).toBe(text);
    }
    const server = await run('read', file('two.pcap'), '1', '--follow=server');
    expect(server).toEqual({ code: 0, stdout: '', stderr: 'synfin: the connection carried no text\n' });
  });

  test.each([
    ['not with --json', ['--json', '--follow'], 2, /does not go with --json/],
    ['of what there is not', ['--follow=both'], 2, /client, server, raw or the number/],
    ['named twice', ['1', '--follow', '2'], 2, /not both/],
    ['no such connection', ['--follow', '9'], 1, /no such connection/],
  ] as const)('%s', async (_name, args, exitCode, complaint) => {
    const { code, stderr } = await run('read', file('two.pcap'), ...args);
    expect(code).toBe(exitCode);
    expect(stderr).toMatch(complaint);
  });
});

describe('in Korean', () => {
  const KOREAN = { LC_ALL: '', LC_MESSAGES: '', LANG: 'ko_KR.UTF-8' };
  const inKorean = (...args: readonly string[]) => run('read', '--lang', 'ko', ...args);

  test('by --lang, or as the locale says; --lang goes before it', async () => {
    const asked = await inKorean(file('two.pcap'));
    expect(asked).toMatchObject({ code: 0, stderr: '' });
    expect(asked.stdout).toContain('실패 거부: SYN을 보내고 20 ms 뒤에 RST가 왔다');
    expect(asked.stdout).not.toMatch(/client|FAIL|refused/);
    const located = new Running(['read', file('two.pcap')], KOREAN);
    expect((await located.finish()).stdout).toBe(asked.stdout);
    const english = await new Running(['read', '--lang', 'en', file('two.pcap')], KOREAN).finish();
    expect(english.stdout).toBe((await run('read', file('two.pcap'))).stdout);
  });

  test('a ladder', async () => {
    const { stdout } = await inKorean(file('two.pcap'), '2');
    expect(stdout).toContain('여기에는 그런 연결이 없다: RST로 답한다');
    expect(stdout).toContain('첫 SYN: 우리의 초기 순서 번호와 옵션');
  });

  test('JSON: the verdict has its kind, and its text; all else is the same', async () => {
    const parse = (text: string) =>
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { verdict: { kind: string; text: string } });
    const own = parse((await inKorean('--json', file('two.pcap'))).stdout);
    const english = parse((await run('read', '--json', file('two.pcap'))).stdout);
    expect(own[1]!.verdict.text).toMatch(/^거부: /);
    const neutral = (rows: typeof own) =>
      rows.map((row) => ({ ...row, verdict: { ...row.verdict, text: '', advice: '' } }));
    expect(neutral(own)).toEqual(neutral(english));
  });

  test.each([
    ['nope', 1, /nope를 읽을 수 없습니다: ENOENT\n$/],
    ['text', 1, /text는 pcap도 pcapng도 아닙니다\n$/],
    ['empty.pcap', 0, /empty\.pcap에 TCP가 없습니다 \(프레임 0개\)\n$/],
    ['cut.pcap', 1, /cut\.pcap은 오프셋 \d+에서 손상되었습니다: 레코드 도중에 파일이 끝남\n$/],
  ] as const)('what is wrong with %s', async (name, code, complaint) => {
    const result = await inKorean(file(name));
    expect(result.code).toBe(code);
    expect(result.stderr).toMatch(complaint);
  });

  test('a language that is not spoken', async () => {
    const { code, stdout, stderr } = await run('read', '--lang', 'fr', file('two.pcap'));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^synfin: option '--lang <language>' argument 'fr' is invalid.*en, ko\.\n$/);
  });
});

describe('what can go wrong', () => {
  test.each([
    ['no such file', ['nope'], 1, /^synfin: cannot read .*nope: ENOENT\n$/],
    ['a directory', ['.'], 1, /^synfin: cannot read .*: EISDIR\n$/],
    ['not a capture', ['text'], 1, /^synfin: .*text is neither pcap nor pcapng\n$/],
    ['no TCP in it', ['empty.pcap'], 0, /^synfin: no TCP in .* \(0 frames\)\n$/],
    ['a number that is none', ['two.pcap', '0'], 2, /number of a connection/],
    ['an endpoint that is none', ['two.pcap', '--conn', 'x:y'], 2, /10\.0\.0\.1:443/],
    ['a number and an endpoint', ['two.pcap', '1', '--conn', ':80'], 2, /not both/],
  ] as const)('%s', async (_name, [path, ...rest], code, complaint) => {
    const result = await run('read', file(path), ...rest);
    expect(result.code).toBe(code);
    expect(result.stdout).toBe('');
    expect(result.stderr).toMatch(complaint);
  });

  test('a file that was cut: what could be read, and where it ends', async () => {
    const { code, stdout, stderr } = await run('read', file('cut.pcap'));
    expect(code).toBe(1);
    expect(stdout).toContain('FAIL refused');
    expect(stderr).toMatch(/^synfin: .*cut\.pcap is damaged at offset \d+: truncated\n$/);
    const zipped = await run('read', file('cut.pcap.gz'));
    expect(zipped.code).toBe(1);
    expect(zipped.stderr).toMatch(/^synfin: .* can't be unpacked to its end: Z_BUF_ERROR\n$/);
  });
});
