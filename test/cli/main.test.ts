// What all commands share: help, version, and complaints of one line with a documented exit code.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from './support.ts';

const ROOT = join(import.meta.dirname, '..', '..');

describe('help', () => {
  test.each([
    [[], ['demo', 'serve', 'connect', 'listen', 'synfin serve . --private -- curl']],
    [['demo'], ['--memory', '--json', '--close', '--pcapng', 'synfin demo --close server']],
    [['serve'], ['--tun', '--address', '--kernel', '--port', '--private', '--trace', '--pcapng', '-- curl']],
    [['connect'], ['<host> <port>', '--trace', '--pcapng', 'half-close', 'synfin connect 10.77.0.1 22']],
    [['listen'], ['<port>', '--trace', '--pcapng', 'half-close', 'synfin listen 7000']],
  ])('%j names its options, examples and exit codes', async (command, parts) => {
    const { code, stdout, stderr } = await run(...command, '--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const part of [...parts, 'Examples:', 'Exit codes:', '  69 ', '  130 ']) {
      expect(stdout).toContain(part);
    }
  });

  test('without a command it is shown as a complaint', async () => {
    const { code, stdout, stderr } = await run();
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: synfin');
  });

  test("--version says the package's", async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(await run('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });
});

describe('wrong usage: exit code 2, one line', () => {
  test.each([
    [['nonsense'], "unknown command 'nonsense'"],
    [['demo', '--nonsense'], "unknown option '--nonsense'"],
    [['demo', '--close', 'nobody'], 'Allowed choices are client, server, both, abort'],
    [['serve', '--port', '0'], 'from 1 to 65535'],
    [['serve', '--port', '65536'], 'from 1 to 65535'],
    [['serve', '--port', '8e1'], 'from 1 to 65535'],
    [['serve', '--tun', 'a/b'], 'letters, digits'],
    [['serve', '--tun', 'sixteenletters16'], '1 to 15'],
    [['serve', '--address', '10.0.0.2'], 'It must look like'],
    [['serve', '--address', '10.0.0.2/33'], 'It must look like'],
    [['serve', '--address', '10.0.0.2/24'], 'are not on one network'],
    [['serve', '--address', '10.0.0.2/24', '--kernel', '10.0.0.1/16'], 'are not on one network'],
    [['serve', '--address', '10.0.0.2/24', '--kernel', '10.0.0.2/24'], 'are both 10.0.0.2'],
    [['serve', '--address', 'fd00::2/64', '--kernel', '10.0.0.1/24'], 'are not on one network'],
    [['serve', '--address', 'fd00::2/64', '--address', '10.77.0.2/24'], 'equally often'],
    [['serve', '--private'], 'needs a program after `--`'],
    [['serve', '/no/such/directory'], 'is not a directory'],
    [['connect'], "missing required argument 'host'"],
    [['connect', 'localhost', '80'], 'It must be an IPv4 or IPv6 address'],
    [['connect', '10.77.0.1'], "missing required argument 'port'"],
    [['listen', 'http'], 'from 1 to 65535'],
    [['listen', '1', '2'], 'too many arguments'],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^synfin: [^\n]+\n$/);
    expect(stderr).toContain(message);
  });
});
