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
    expect(stdout).not.toMatch(/default: (null|false|\[\])/);
  });

  test('help names what is special about a command', async () => {
    const text = async (...args: string[]) => (await run(...args, '--help')).stdout;
    const about = await text('serve');
    for (const part of ['--dotfiles', '126', '127', '(129: the terminal']) expect(about).toContain(part);
    for (const part of ['--seed', '--delay', '--loss', 'npm start --silent -- --json']) {
      expect(await text('demo')).toContain(part);
    }
    expect(await text()).toContain('sudo npx synfin');
  });

  test('`help` and `help COMMAND` are the same as --help', async () => {
    expect(await run('help')).toEqual(await run('--help'));
    expect(await run('help', 'serve')).toEqual(await run('serve', '--help'));
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
    [['help', 'bogus'], "unknown command 'bogus'"],
    [['demo', '--pcapng', ''], 'It must name a file'],
    [['demo', '--loss', '10'], '--loss needs --memory'],
    [['demo', '--seed', '0'], '--seed needs --memory'],
    [['demo', '--memory', '--loss', '101'], 'from 0 to 100'],
    [['demo', '--memory', '--loss', '-1'], 'from 0 to 100'],
    [['demo', '--memory', '--delay', '1e3'], 'from 0 to 60000'],
    [['demo', '--memory', '--seed', '4294967296'], 'from 0 to 4294967295'],
    [['demo', '--nonsense'], "unknown option '--nonsense'"],
    [['demo', '--close', 'nobody'], 'Allowed choices are client, server, both, abort'],
    [['serve', '--port', '0'], 'from 1 to 65535'],
    [['serve', '--port', '65536'], 'from 1 to 65535'],
    [['serve', '--port', '8e1'], 'from 1 to 65535'],
    [['serve', '--tun', 'a/b'], 'letters, digits'],
    [['serve', '--tun', 'sixteenletters16'], '1 to 15'],
    [['serve', '--address', '10.0.0.2'], 'It must look like'],
    [['serve', '--address', '10.0.0.2/33'], 'It must look like'],
    [['serve', '--address', '127.0.0.2/8'], 'A loopback address'],
    [['serve', '--address', '::1/128'], 'A loopback address'],
    [['serve', '--address', '0.0.0.0/0'], 'all addresses'],
    [['serve', '--address', '0.0.0.0/8'], 'this network'],
    [['serve', '--address', '::/64'], 'this network'],
    [['serve', '--address', '224.0.0.2/24'], 'A multicast address'],
    [['serve', '--address', 'ff02::2/64'], 'A multicast address'],
    [['serve', '--address', '255.255.255.255/32'], 'The broadcast address'],
    [['serve', '--address', '10.0.0.255/24'], 'The broadcast address'],
    [['serve', '--kernel', '10.0.0.255/24'], 'The broadcast address'],
    [['serve', '--address', '10.0.0.0/24'], 'The address of the network itself'],
    [['serve', '--address', '::ffff:10.0.0.1/128'], 'An IPv4-mapped address'],
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
