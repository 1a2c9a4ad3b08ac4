// `synfin read --svg ... --pcapng ...`: files, the standard output, and how it ends.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readQlog } from '../../src/trace/export/qlog.ts';
import { capture, OPENED } from '../trace/reader/exchange.ts';
import { keptOf } from '../trace/reader/kept.ts';
import { Running, run } from './support.ts';

const root = mkdtempSync(join(tmpdir(), 'synfin-read-exports-'));
const file = (name: string): string => join(root, name);
const text = (name: string): string => readFileSync(file(name), 'utf8');

const ONE = capture([...OPENED, '+5 > P. 1:101 ack 1', '+20 < . 1:1 ack 101']);
const TWO = capture([
  ...OPENED,
  '+5 > S 0:0 port 50000',
  '+20 < R. 0:0 ack 1 port 50000',
  '+1 > P. 1:101 ack 1',
]);

beforeAll(() => {
  writeFileSync(file('one.pcap'), ONE);
  writeFileSync(file('two.pcap'), TWO);
});

afterAll(() => rmSync(root, { recursive: true }));

describe('one connection', () => {
  test('several exports at once, and nothing else is said', async () => {
    const names = ['svg', 'html', 'pcapng', 'qlog', 'mermaid'];
    const options = names.flatMap((name) => [`--${name}`, file(`a.${name}`)]);
    expect(await run('read', file('two.pcap'), '2', ...options)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(text('a.svg')).toMatch(/^<svg .*data-arrow="4".*data-arrow="5"/s);
    expect(text('a.html')).toContain('refused');
    expect(text('a.mermaid')).toMatch(/^sequenceDiagram\n(?:.*\n)*.*: SYN #35;4 seq 0/);
    expect(keptOf(readFileSync(file('a.pcapng'))).map(({ packets }) => packets.length)).toEqual([2]);
    expect(readQlog(text('a.qlog'))!.connections.map(({ group }) => group)).toEqual(['2']);
  });

  test('a file that is there stays, and nothing is read, but with --force', async () => {
    writeFileSync(file('there.svg'), 'mine');
    const refused = await run('read', file('one.pcap'), '1', '--svg', file('there.svg'));
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(/^synfin: .*there\.svg exists; --force replaces it\n$/);
    expect(text('there.svg')).toBe('mine');
    expect((await run('read', file('one.pcap'), '1', '--svg', file('there.svg'), '--force')).code).toBe(0);
    expect(text('there.svg')).toMatch(/^<svg/);
  });

  test('- is the standard output, and JSON goes there beside a file', async () => {
    const { code, stdout, stderr } = await run('read', file('one.pcap'), '1', '--svg', '-', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^<svg .*<\/svg>\n$/s);
    const beside = await run('read', file('one.pcap'), '1', '--json', '--svg', file('beside.svg'));
    expect(JSON.parse(beside.stdout)).toMatchObject({ connection: 1, connState: 'S1' });
  });

  test('it need not be named where it is the only one', async () => {
    expect(await run('read', file('one.pcap'), '--svg', file('only.svg'))).toMatchObject({
      code: 0,
      stderr: '',
    });
    expect(existsSync(file('only.svg'))).toBe(true);
    const { code, stderr } = await run('read', file('two.pcap'), '--svg', file('which.svg'));
    expect(code).toBe(2);
    expect(stderr).toBe(
      'synfin: --svg shows one connection, and there are 2: name it by its number or by --conn\n',
    );
    expect(existsSync(file('which.svg'))).toBe(false);
  });

  test('one that there is not', async () => {
    const { code, stderr } = await run('read', file('one.pcap'), '7', '--svg', file('none.svg'));
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'synfin: there is no such connection in the capture\n',
    });
    expect(existsSync(file('none.svg'))).toBe(false);
  });

  test('in Korean', async () => {
    await run('read', '--lang', 'ko', file('one.pcap'), '--html', file('ko.html'));
    expect(text('ko.html')).toContain('<html lang="ko">');
    const { stderr } = await run('read', '--lang', 'ko', file('one.pcap'), '--html', file('ko.html'));
    expect(stderr).toMatch(/ko\.html이 이미 있습니다\. --force를 주면 덮어씁니다\n$/);
  });
});

describe('all connections', () => {
  test('packets of all in the order of the file; a group for each; a ladder for each', async () => {
    const options = ['--pcapng', file('all.pcapng'), '--qlog', file('all.qlog'), '--html', file('all.html')];
    expect(await run('read', file('two.pcap'), ...options)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(keptOf(readFileSync(file('all.pcapng'))).map(({ packets }) => packets.length)).toEqual([4, 2]);
    expect(
      readQlog(text('all.qlog'))!.connections.map(({ group, packets }) => [group, packets.length]),
    ).toEqual([
      ['1', 4],
      ['2', 2],
    ]);
    expect(text('all.html').match(/<h2 id="c\d"/g)).toEqual(['<h2 id="c2"', '<h2 id="c1"']);
  });
});

describe('--redact', () => {
  test('nothing that is written or shown has an address, and a key gives the same ones again', async () => {
    const options = ['svg', 'html', 'pcapng', 'qlog'].flatMap((name) => [
      `--${name}`,
      file(`secret.${name}`),
    ]);
    await run('read', file('two.pcap'), '1', '--redact', ...options);
    for (const name of ['svg', 'html', 'qlog']) expect(text(`secret.${name}`)).not.toMatch(/10\.0\.0\.[12]:/);
    expect(readFileSync(file('secret.pcapng')).includes(Buffer.from([10, 0, 0, 1]))).toBe(false);
    for (const shown of [[], ['1'], ['--json']]) {
      const { stdout } = await run('read', file('two.pcap'), ...shown, '--redact-key', 'x');
      expect(stdout).not.toMatch(/10\.0\.0\.[12]:/);
      expect(stdout).toMatch(/10\.\d+\.\d+\.\d+:80/);
      expect((await run('read', file('two.pcap'), ...shown, '--redact-key', 'x')).stdout).toBe(stdout);
      expect((await run('read', file('two.pcap'), ...shown, '--redact-key', 'y')).stdout).not.toBe(stdout);
    }
  });
});

describe('--png', () => {
  /** A PATH with nothing but these programs on it. */
  const withPrograms = (...programs: readonly (readonly [string, string])[]): Record<string, string> => {
    const folder = mkdtempSync(join(root, 'path-'));
    for (const [name, script] of programs) {
      writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(folder, name), 0o755);
    }
    return { PATH: folder };
  };
  const png = (environment: Record<string, string>) =>
    new Running(['read', file('one.pcap'), '--force', '--png', file('x.png')], environment).finish();

  test('by the first program that can', async () => {
    const broken = ['resvg', 'echo no such font >&2; exit 3'] as const;
    const fine = ['rsvg-convert', 'echo "picture of $3" > $2'] as const;
    const environment = withPrograms(broken, fine);
    expect(await png(environment)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(text('x.png')).toMatch(/^picture of .*ladder\.svg\n$/);
    const { code, stderr } = await png(withPrograms(broken));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^synfin: resvg made no PNG: .*no such font/);
  });

  test('without one, it says what would do', async () => {
    const { code, stderr } = await png(withPrograms());
    expect(code).toBe(69);
    expect(stderr).toMatch(
      /^synfin: --png needs one of resvg, rsvg-convert, chromium, .* on the PATH; --svg/,
    );
  });

  test.skipIf(!existsSync('/usr/bin/chromium') && !process.env.CI)(
    'by Chromium',
    async () => {
      const folder = mkdtempSync(join(root, 'path-'));
      execFileSync('ln', ['-s', '/usr/bin/chromium', join(folder, 'chromium')]);
      expect(await png({ PATH: `${folder}:/usr/bin:/bin` })).toEqual({ code: 0, stdout: '', stderr: '' });
      expect(readFileSync(file('x.png')).subarray(1, 4).toString()).toBe('PNG');
    },
    60_000,
  );
});

describe('what can go wrong', () => {
  test.each([
    ['one file twice', ['--svg', 'x', '--html', 'x'], 2, /^synfin: x is named for two exports\n$/],
    ['no such folder', ['--svg', '/nowhere/x'], 1, /^synfin: cannot write \/nowhere\/x: ENOENT\n$/],
    ['a folder', ['--pcapng', '/'], 1, /^synfin: cannot write \/: EISDIR\n$/],
  ] as const)('%s', async (_name, options, code, complaint) => {
    const result = await run('read', file('one.pcap'), ...options);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toMatch(complaint);
  });

  test('a capture that is cut: what could be read is exported', async () => {
    mkdirSync(file('cut'));
    writeFileSync(file('cut/cut.pcap'), ONE.subarray(0, ONE.length - 3));
    const { code, stderr } = await run('read', file('cut/cut.pcap'), '--pcapng', file('cut/cut.pcapng'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/is damaged at offset/);
    expect(keptOf(readFileSync(file('cut/cut.pcapng')))[0]!.packets).toHaveLength(4);
  });
});
