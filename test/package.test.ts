// What is published: entry points that stand alone, types that resolve, and nothing else in the package.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { publint } from 'publint';
import { build, type Rolldown } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeTun } from './support/tun.ts';

const ROOT = join(import.meta.dirname, '..');
const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');

const EXAMPLES = readdirSync(join(ROOT, 'examples'))
  .filter((name) => name.endsWith('.mjs'))
  .sort();

const directory = mkdtempSync(join(tmpdir(), 'synfin-package-'));
const consumer = join(directory, 'consumer');
/** The package where npm put it. */
const installed = join(consumer, 'node_modules', 'synfin');
/** What the command needs of the registry, packed from what is here: nothing is fetched. koffi is left out. */
const DEPENDENCIES = ['commander', 'string-width', 'strip-ansi', 'ansi-regex', 'get-east-asian-width'];
let tarball = '';

function npm(...args: readonly string[]): string {
  return execFileSync('npm', args, { cwd: consumer, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

beforeAll(() => {
  mkdirSync(consumer);
  const modules = DEPENDENCIES.map((name) => join(ROOT, 'node_modules', name));
  const packed = npm('pack', '--json', '--ignore-scripts', '--pack-destination', directory, ROOT, ...modules);
  const files = JSON.parse(packed) as { name: string; filename: string }[];
  const dependencies = Object.fromEntries(files.map(({ name, filename }) => [name, `file:../${filename}`]));
  tarball = join(directory, files[0]!.filename);
  writeFileSync(join(consumer, 'package.json'), JSON.stringify({ type: 'module', dependencies }));
  npm('install', '--offline', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund');
});

afterAll(() => rmSync(directory, { recursive: true }));

function node(
  code: string,
  type: 'module' | 'commonjs' = 'module',
): { stdout: string; stderr: string; status: number | null } {
  return spawnSync(process.execPath, [`--input-type=${type}`, '--eval', code], {
    cwd: consumer,
    encoding: 'utf8',
  });
}

/** Every module that the bundle of an entry point reaches, as it is named there. */
function importsOf(entry: string, seen = new Map<string, string[]>()): Set<string> {
  if (!seen.has(entry)) {
    const text = readFileSync(join(installed, 'dist', entry), 'utf8');
    const found = [
      ...text.matchAll(/^(?:import|export)[^'"]*?from\s*["']([^"']+)["']|^import\s*["']([^"']+)["']/gm),
    ];
    const names = found.map((match) => match[1] ?? match[2]!);
    seen.set(entry, names);
    for (const name of names) if (name.startsWith('.')) importsOf(join(entry, '..', name), seen);
  }
  return new Set([...seen.values()].flat().filter((name) => !name.startsWith('.')));
}

/** As package.json has them, but for itself. */
const ENTRY_POINTS = Object.keys(
  (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { exports: object }).exports,
)
  .filter((name) => name !== './package.json')
  .map((name) => name.replace(/^\./, 'synfin'));

describe('npm pack, and npm install of it in an empty project', () => {
  test.each(ENTRY_POINTS)('%s is imported and required, and is the same both ways', (name) => {
    const imported = node(`import * as all from '${name}'; console.log(Object.keys(all).sort().join());`);
    const required = node(
      `const all = require('${name}');
      console.log(Object.keys(all).filter((name) => name !== '__esModule').sort().join());
      import('${name}').then((one) => {
        for (const name of Object.keys(one)) if (one[name] !== all[name]) console.log('not one:', name);
      });`,
      'commonjs',
    );
    expect(imported).toMatchObject({ stderr: '', status: 0 });
    expect(required).toMatchObject({ stdout: imported.stdout, stderr: '', status: 0 });
    expect(imported.stdout.length > 1).toBe(name !== 'synfin/register');
  });

  test('the command is there', () => {
    const command = join(consumer, 'node_modules', '.bin', 'synfin');
    const { version } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(execFileSync(command, ['--version'], { encoding: 'utf8' })).toBe(`${version}\n`);
  });

  test('publint has nothing to say', async () => {
    const { messages } = await publint({ pkgDir: installed, pack: false, strict: true });
    expect(messages).toEqual([]);
  });

  test('are the types wrong? For nobody whose Node can load the package', () => {
    const attw = join(ROOT, 'node_modules', '.bin', 'attw');
    const { stdout, status } = spawnSync(attw, [tarball, '--profile', 'node16', '--format', 'json'], {
      cwd: consumer,
      encoding: 'utf8',
    });
    const { analysis } = JSON.parse(stdout) as { analysis: { problems: { resolutionKind: string }[] } };
    expect(analysis.problems.filter(({ resolutionKind }) => resolutionKind !== 'node10')).toEqual([]);
    expect(status).toBe(0);
  });

  test.each(['synfin', 'synfin/packetdrill'])(
    '%s is bundled for a browser, and works where there is nothing but the language',
    async (name) => {
      const uses: Readonly<Record<string, string>> = {
        synfin: `
          import { twoHosts } from 'synfin';
          const { client, server, clock } = twoHosts({ seed: 7, loss: 0.1, delay: 10 });
          server.listen({ port: 7 });
          const socket = client.connect({ address: '10.0.0.2', port: 7 });
          clock.runUntil(() => socket.state === 'ESTABLISHED', 60_000);
          globalThis.result = socket.state;`,
        'synfin/packetdrill': `
          import { runScript } from 'synfin/packetdrill';
          const symbols = new Map();
          const options = { profile: 'linux', options: 'strict', window: 'strict', family: 4, symbols };
          const script = '0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3';
          globalThis.result = runScript(script, 'a.pkt', options).result;`,
      };
      const input = join(consumer, `${name.replace('/', '-')}-browser.js`);
      writeFileSync(input, uses[name]!);
      const output = (await build({
        root: consumer,
        configFile: false,
        logLevel: 'silent',
        build: { write: false, minify: false, rolldownOptions: { input, output: { format: 'iife' } } },
      })) as Rolldown.RolldownOutput;
      expect(output.output.length).toBe(1);
      const { code, imports } = output.output[0];
      expect(imports).toEqual([]);
      // The only things of a browser's that the engine asks for.
      const context = createContext({ TextDecoder, TextEncoder });
      runInContext(code, context);
      expect(context.result).toBe(name === 'synfin' ? 'ESTABLISHED' : 'pass');
    },
  );
});

describe('entry points', () => {
  test('synfin reaches neither Node nor a dependency', () => {
    expect([...importsOf('index.js')]).toEqual([]);
    const { stdout, stderr } = node(`
      import { twoHosts } from 'synfin';
      const { client, server, clock } = twoHosts();
      const listener = server.listen({ port: 7 });
      const socket = client.connect({ address: '10.0.0.2', port: 7 });
      clock.advance(100);
      console.log(socket.state, listener.accept().state);`);
    expect({ stdout, stderr }).toEqual({ stdout: 'ESTABLISHED ESTABLISHED\n', stderr: '' });
  });

  test('synfin/net reaches Node alone', () => {
    expect([...importsOf('net.js')].every((name) => name.startsWith('node:'))).toBe(true);
    expect(node("import { createNet } from 'synfin/net'; console.log(typeof createNet)").stdout).toBe(
      'function\n',
    );
  });

  test('synfin/packetdrill reaches neither Node nor a dependency', () => {
    expect([...importsOf('packetdrill.js')]).toEqual([]);
    const { stdout, stderr } = node(`
      import { runScript } from 'synfin/packetdrill';
      const symbols = new Map();
      const options = { profile: 'linux', options: 'strict', window: 'strict', family: 4, symbols };
      console.log(runScript('0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3', 'a.pkt', options).result);`);
    expect({ stdout, stderr }).toEqual({ stdout: 'pass\n', stderr: '' });
  });

  test.each([
    ['--import', ''],
    ['-r', ''],
    ['--import', 'with TUN'],
  ])('synfin/register reaches Node alone: %s synfin/register %s', (option, tun) => {
    expect([...importsOf('register.js')].every((name) => name.startsWith('node:'))).toBe(true);
    const program = `
      const net = require('node:net');
      const server = net.createServer((socket) => socket.end('hello', () => server.close()));
      server.listen(0, () => net.connect(server.address().port).pipe(process.stdout));`;
    const { stdout, stderr } = spawnSync(process.execPath, [option, 'synfin/register', '--eval', program], {
      cwd: consumer,
      env: { ...process.env, SYNFIN_TUN: tun === '' ? '' : 'syn0' },
      encoding: 'utf8',
    });
    if (tun === '') expect({ stdout, stderr }).toEqual({ stdout: 'hello', stderr: '' });
    else expect(stderr).toContain('npm install koffi');
  });

  test('synfin/tun without koffi can be imported, and says what is missing when it is used', () => {
    expect([...importsOf('tun.js')].every((name) => name.startsWith('node:'))).toBe(true);
    const { stdout } = node(`
      import { openTun, TunError } from 'synfin/tun';
      try {
        openTun({ name: 'syn0', addresses: [] });
      } catch (error) {
        console.log(error instanceof TunError, error.code, error.message.includes('npm install koffi'));
      }`);
    expect(stdout).toBe('true ERR_KOFFI_MISSING true\n');
  });
});

describe('synfin/net by itself', () => {
  const echo = `
    import net from 'synfin/net';
    const server = net.createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1', () => {
      const client = net.connect(server.address().port, () => client.end('hello'));
      client.on('data', (data) => console.log(String(data))).on('close', () => server.close());
    });`;

  test('a program goes on while it has sockets, and ends when it has none', () => {
    expect(node(echo)).toMatchObject({ stdout: 'hello\n', stderr: '', status: 0 });
  });

  test('a server that is unref\u2019d keeps nobody waiting', () => {
    const code =
      "import net from 'synfin/net'; net.createServer().listen(0, () => console.log('up')).unref();";
    const { status, stderr } = node(code);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

describe('types', () => {
  const source = `
    import { Address, Host, type Link, type TcpSocket, twoHosts } from 'synfin';
    import { createNet, type Net, type Socket } from 'synfin/net';
    import { type RunResult, runScript } from 'synfin/packetdrill';
    import { NodeClock, openTun, type TunDevice } from 'synfin/tun';
    import 'synfin/register';
    const device: TunDevice = openTun({ name: 'syn0', addresses: [] });
    const link: Link = device;
    const host = new Host({ name: 'x', clock: new NodeClock(), random: (n) => new Uint8Array(n) });
    host.addInterface(link, []);
    const net: Net = createNet(host);
    export const socket: Socket = net.connect(80, '10.0.0.1');
    export const address: Address | null = Address.parse('10.0.0.1');
    export const tcp: TcpSocket = twoHosts().client.connect({ address: address ?? '10.0.0.2', port: 7 });
    export const result: RunResult = runScript('', 'a.pkt', {
      profile: 'linux', options: 'strict', window: 'strict', family: 4, symbols: new Map(),
    });
    // @ts-expect-error: a wrong type is noticed, so the right ones were resolved
    export const wrong: number = Address.parse('10.0.0.1');
  `;

  beforeAll(() => {
    mkdirSync(join(consumer, 'node_modules', '@types'), { recursive: true });
    for (const [name, target] of [
      ['@types/node', '@types/node'],
      ['undici-types', 'undici-types'],
    ] as const) {
      const place = join(consumer, 'node_modules', name);
      rmSync(place, { force: true });
      symlinkSync(join(ROOT, 'node_modules', target), place);
    }
  });

  /** What the compiler says about programs beside the installed package, with everything strict. */
  function check(
    programs: Readonly<Record<string, string>>,
    options: object,
  ): { stdout: string; status: number | null } {
    const compilerOptions = {
      target: 'es2022',
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      types: ['node'],
      ...options,
    };
    const files = Object.keys(programs);
    writeFileSync(join(consumer, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    for (const [file, text] of Object.entries(programs)) writeFileSync(join(consumer, file), text);
    const { stdout, status } = spawnSync(process.execPath, [TSC, '-p', consumer], { encoding: 'utf8' });
    return { stdout, status };
  }

  test.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])('module %s with resolution %s', (module, moduleResolution) => {
    expect(check({ 'use.ts': source }, { module, moduleResolution })).toEqual({ stdout: '', status: 0 });
  });

  test.each(['node20', 'nodenext'])('from CommonJS, module %s', (module) => {
    const program = `
      import 'synfin/register';
      import nodeNet = require('node:net');
      import synfin = require('synfin');
      import net = require('synfin/net');
      import packetdrill = require('synfin/packetdrill');
      import tun = require('synfin/tun');
      const like: typeof nodeNet = net.default;
      export const socket: net.Socket = net.connect(1);
      export const host: synfin.Host = net.defaultHost();
      export const results = [like.isIP('::1'), packetdrill.runScript, tun.openTun];`;
    expect(check({ 'use.cts': program }, { module })).toEqual({ stdout: '', status: 0 });
  });

  test('the examples are TypeScript too', () => {
    const programs = EXAMPLES.map((name) => [
      name.replace('.mjs', '.mts'),
      readFileSync(join(ROOT, 'examples', name), 'utf8'),
    ]);
    expect(check(Object.fromEntries(programs), { module: 'nodenext' })).toEqual({ stdout: '', status: 0 });
  });
});

test("README's program is the example of two hosts", () => {
  const [, program = 'none'] = /```js\n(.*?)```/s.exec(readFileSync(join(ROOT, 'README.md'), 'utf8')) ?? [];
  expect(readFileSync(join(ROOT, 'examples', 'two-hosts.mjs'), 'utf8')).toContain(program);
});

test('the package holds what it needs, and no sources', () => {
  const entries = readdirSync(installed, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = entries.map((entry) => join(entry.parentPath, entry.name).slice(installed.length + 1));
  expect(paths).toEqual(
    expect.arrayContaining(['LICENSE', 'package.json', 'dist/cli.js', 'dist/types/index.d.ts']),
  );
  const others = paths.filter((path) => !path.startsWith('dist/') && !/^[A-Z]+(\.md)?$/.test(path));
  expect(others).toEqual(['package.json']);
});

describe('examples', () => {
  const example = (name: string, ...args: string[]) =>
    spawnSync(process.execPath, [join(ROOT, 'examples', name), ...args], { encoding: 'utf8' });

  test('each of them is run here', () => {
    expect(EXAMPLES).toEqual(['http-on-tun.mjs', 'lossy-network.mjs', 'lost-packet.mjs', 'two-hosts.mjs']);
  });

  test('two-hosts', () => {
    const { stdout, status } = example('two-hosts.mjs');
    expect({ stdout, status }).toEqual({ stdout: '40 ms: hello\n60 ms: TIME-WAIT\n', status: 0 });
  });

  test.each(['1', '2', '3'])('lossy-network, seed %s: whole, and the same each time', (seed) => {
    const { stdout, status } = example('lossy-network.mjs', seed);
    expect(status).toBe(0);
    expect(stdout).toContain('1048576 of 1048576 bytes, 0 damaged, TIME-WAIT\n');
    expect(stdout).not.toMatch(/, 0 segments sent again/);
    expect(example('lossy-network.mjs', seed).stdout).toBe(stdout);
  });

  test('lost-packet: the loss, how it is found, and the repair; and a capture of it', () => {
    const file = join(directory, 'lost.pcapng');
    const { stdout, status } = example('lost-packet.mjs', file);
    expect(status).toBe(0);
    for (const sign of [
      'X lost on link0: filter',
      'fast recovery: cwnd',
      '├─ R ACK seq=4345',
      'recovered: cwnd',
    ]) {
      expect(stdout).toContain(sign);
    }
    expect(readFileSync(file).includes('RACK: sent before what has arrived, and too late: lost')).toBe(true);
  });

  describeTun('on TUN', () => {
    test('http-on-tun', () => {
      const script = `
        "$0" "$1" > ready & server=$!
        until grep -q listening ready; do kill -0 $server || exit 1; sleep 0.05; done
        curl -q -sS --noproxy '*' http://10.77.0.2/path
        kill $server`;
      const args = [
        '-r',
        '-n',
        'sh',
        '-c',
        script,
        process.execPath,
        join(ROOT, 'examples', 'http-on-tun.mjs'),
      ];
      const { stdout } = spawnSync('unshare', args, { cwd: directory, encoding: 'utf8' });
      expect(stdout).toBe('GET /path from ::ffff:10.77.0.1\n');
    });
  });
});
