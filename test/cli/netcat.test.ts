// `synfin connect` and `synfin listen` with node:net on the kernel's side: text both ways, half-close, failures.
import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import net, { type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { describeTun } from '../support/tun.ts';
import { eventually } from '../support/wait.ts';
import { CLI, Running } from './support.ts';

const OURS = '10.91.0.2';
const KERNEL = '10.91.0.1';
const DEVICE = ['--tun', 'cat0', '--address', `${OURS}/24`, '--kernel', `${KERNEL}/24`];
const V6_TOO = [...DEVICE, '--address', 'fd91::2/64', '--kernel', 'fd91::1/64'];
const V6 = ['--tun', 'cat0', '--address', 'fd91::2/64', '--kernel', 'fd91::1/64'];

/**
 * Takes `first` bytes of its stdin, nothing more until something comes from the FIFO `gate`, then the rest; says how
 * many there were in all, and their hash.
 */
const READER = `
const { readFileSync, readSync } = require('node:fs');
const [first, gate] = process.argv.slice(1);
const hash = require('node:crypto').createHash('sha256');
const buffer = Buffer.alloc(4096);
let total = 0;
let stop = Number(first);
for (;;) {
  if (total >= stop) {
    readFileSync(gate);
    stop = Infinity;
  }
  const length = readSync(0, buffer, 0, Math.min(buffer.length, stop - total));
  if (length === 0) break;
  hash.update(buffer.subarray(0, length));
  total += length;
}
console.log(total, hash.digest('hex'));
`;

/** What a pipe of Linux holds, bytes (pipe(7)). */
const PIPE = 65_536;

describeTun('output into a pipe whose reader is slow', () => {
  const directory = mkdtempSync(join(tmpdir(), 'synfin-pipe-'));
  const gate = join(directory, 'gate');
  execFileSync('mkfifo', [gate]);
  afterAll(() => rmSync(directory, { recursive: true }));

  /** `command | reader`, and the exit code of the command on stderr. */
  function pipe(command: string, first: number) {
    const script = `{ ${command}; echo "exit $?" >&2; } </dev/null | "$NODE" -e "$READER" ${first} ${gate}`;
    const env = { ...process.env, NODE: process.execPath, CLI, READER };
    const child = spawn('sh', ['-c', script], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const out = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      out.stderr += text;
    });
    return { out, ended: once(child, 'close') };
  }

  /** Time enough for a command that does not wait for its reader to be gone; it decides nothing else. */
  const linger = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 300));

  test.each([60_000, 62_000, PIPE, 66_000, 3_000_000])('listen: all of %i bytes', async (size) => {
    const sent = randomBytes(size);
    const { out, ended } = pipe(`"$NODE" "$CLI" listen 7011 ${DEVICE.join(' ')}`, Math.max(size - PIPE, 0));
    await eventually(
      () => out.stderr.includes('listening'),
      () => out.stderr,
    );
    const socket = net.connect(7011, OURS);
    socket.resume().end(sent);
    await once(socket, 'close');
    await linger();
    writeFileSync(gate, '');
    await ended;
    expect(out.stdout).toBe(`${size} ${createHash('sha256').update(sent).digest('hex')}\n`);
    expect(out.stderr).toMatch(/\nexit 0\n$/);
  });

  test('demo --json: every line', async () => {
    const demo = '"$NODE" "$CLI" demo --memory --json --loss 50';
    const env = { ...process.env, NODE: process.execPath, CLI };
    const whole = execFileSync('sh', ['-c', `${demo} 2>/dev/null; true`], { env });
    const { out, ended } = pipe(`head -c ${PIPE - 4096} /dev/zero; ${demo}`, 0);
    await linger();
    writeFileSync(gate, '');
    await ended;
    const all = Buffer.concat([Buffer.alloc(PIPE - 4096), whole]);
    expect(out.stdout).toBe(`${all.length} ${createHash('sha256').update(all).digest('hex')}\n`);
  });
});

describe('where connect cannot get to', () => {
  test.each([
    ['127.0.0.1', `127.0.0.1 is on no network of ours`],
    ['192.0.2.1', `192.0.2.1 is on no network of ours`],
    ['10.91.0.255', `10.91.0.255 is on no network of ours`],
    [OURS, `${OURS} is our own address`],
  ])('%s: one line that says what it can get to', async (host, why) => {
    const { code, stderr } = await new Running(['connect', host, '7012', ...DEVICE]).finish();
    const here = `this machine is ${KERNEL} here (--kernel)`;
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `synfin: cannot connect to ${host}: ${why}; ${here}\n`,
    });
  });
});

describeTun('netcat', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  /** A server of the kernel's side, on any address. */
  async function serve(port: number, accepted: (socket: Socket) => void): Promise<void> {
    const server = net.createServer({ allowHalfOpen: true }, accepted).listen(port);
    servers.push(server);
    await once(server, 'listening');
  }

  /** Up to the peer's FIN; the socket can still be written to, which toArray() would not leave it. */
  const readAll = async (socket: Socket): Promise<Buffer> => {
    const parts: Buffer[] = [];
    socket.on('data', (part: Buffer) => parts.push(part));
    await once(socket, 'end');
    return Buffer.concat(parts);
  };

  test.each([
    ['IPv4', KERNEL, DEVICE],
    ['IPv6', 'fd91::1', V6],
  ])('connect: the end of stdin is our FIN, the answer still comes (%s)', async (_name, host, device) => {
    await serve(7001, async (socket) => {
      const question = await readAll(socket);
      socket.end(`${question.length} bytes`);
    });
    const running = new Running(['connect', host, '7001', ...device]);
    const { code, stdout, stderr } = await running.finish(Buffer.alloc(3_000_000, 'x'));
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '3000000 bytes', stderr: '' });
  });

  test("connect: after the peer's FIN we still send until stdin ends", async () => {
    let received = (_text: string): void => {};
    const got = new Promise<string>((resolve) => {
      received = resolve;
    });
    await serve(7002, async (socket) => {
      socket.end('bye');
      received(String(await readAll(socket)));
    });
    const running = new Running(['connect', KERNEL, '7002', ...DEVICE]);
    await new Promise((seen) => running.child.stdout!.once('data', seen));
    running.write('one ');
    const { code, stdout } = await running.finish('two');
    expect({ code, stdout, sent: await got }).toEqual({ code: 0, stdout: 'bye', sent: 'one two' });
  });

  test('connect: a closed port is one line and exit code 1', async () => {
    const { code, stdout, stderr } = await new Running(['connect', KERNEL, '7003', ...DEVICE]).finish();
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: `synfin: connect ECONNREFUSED ${KERNEL}:7003\n`,
    });
  });

  test('connect --trace: the ladder begins with our SYN, and stands before the complaint', async () => {
    const { code, stderr } = await new Running(['connect', KERNEL, '7003', '--trace', ...V6_TOO]).finish();
    const rows = stderr.trimEnd().split('\n');
    expect(code).toBe(1);
    expect(rows.find((row) => /^ +\d+\.\d/.test(row))).toMatch(/^ +0\.000 .*connect\(\)/);
    expect(stderr).not.toMatch(/multicast/);
    expect(stderr.indexOf('RST,ACK')).toBeGreaterThan(0);
    expect(rows.at(-1)).toBe(`synfin: connect ECONNREFUSED ${KERNEL}:7003`);
  });

  test('connect: a reset is one line and exit code 1, and what came before it is printed', async () => {
    await serve(7004, (socket) => {
      socket.write('before');
      socket.once('data', () => socket.resetAndDestroy());
    });
    const running = new Running(['connect', KERNEL, '7004', ...DEVICE]);
    await new Promise((seen) => running.child.stdout!.once('data', seen));
    running.write('x');
    const { code, stdout, stderr } = await running.ended();
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: 'before',
      stderr: 'synfin: read ECONNRESET\n',
    });
  });

  test('connect: an end that nobody acknowledges is exit code 1', async () => {
    await serve(7010, (socket) => socket.end('bye'));
    const running = new Running(['connect', KERNEL, '7010', ...DEVICE]);
    await new Promise((seen) => running.child.stdout!.once('data', seen));
    execFileSync('ip', ['address', 'delete', `${KERNEL}/24`, 'dev', 'cat0']);
    const { code, stderr } = await running.finish();
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'synfin: the end of the connection was not acknowledged within 5 s\n',
    });
  });

  test('listen: one connection, both ways, and --trace and --pcapng beside it', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'synfin-netcat-'));
    const capture = join(directory, 'x.pcapng');
    const running = new Running(['listen', '7005', '--trace', '--pcapng', capture, ...DEVICE]);
    await running.says(`listening on ${OURS}:7005`);
    const socket = net.connect({ host: OURS, port: 7005, allowHalfOpen: true });
    socket.end('from the kernel');
    const ended = running.finish('from synfin');
    expect(String(await readAll(socket))).toBe('from synfin');
    const { code, stdout, stderr } = await ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'from the kernel' });
    for (const state of ['SYN-RECEIVED', 'ESTABLISHED', 'CLOSE-WAIT']) expect(stderr).toContain(state);
    expect(statSync(capture).size).toBeGreaterThan(500);
    rmSync(directory, { recursive: true });
  });

  test('listen: a second connection finds the port closed', async () => {
    const running = new Running(['listen', '7006', ...DEVICE]);
    await running.says('listening');
    const first = net.connect(7006, OURS);
    await once(first, 'connect');
    running.write('accepted');
    await once(first, 'data');
    const [error] = (await once(net.connect(7006, OURS), 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
    first.end();
    expect((await running.finish()).code).toBe(0);
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s: connection reset, device gone, capture written, exit code %i', async (signal, code) => {
    const directory = mkdtempSync(join(tmpdir(), 'synfin-netcat-'));
    const capture = join(directory, 'x.pcapng');
    const running = new Running(['listen', '7007', '--pcapng', capture, ...DEVICE]);
    await running.says('listening');
    const socket = net.connect(7007, OURS);
    await once(socket, 'connect');
    running.write('accepted');
    await once(socket, 'data');
    running.child.kill(signal);
    running.child.kill(signal);
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNRESET');
    expect((await running.ended()).code).toBe(code);
    expect(devices()).not.toContain('cat0');
    expect(statSync(capture).size).toBeGreaterThan(500);
    rmSync(directory, { recursive: true });
  });

  test('the device is deleted: reported, exit code 1', async () => {
    const running = new Running(['listen', '7008', ...DEVICE]);
    await running.says('listening');
    execFileSync('ip', ['link', 'delete', 'cat0']);
    const { code, stderr } = await running.ended();
    expect(code).toBe(1);
    expect(stderr).toMatch(/\nsynfin: TUN cat0 is gone: [^\n]+\n$/);
  });

  test('a device that another has open: exit code 69', async () => {
    const running = new Running(['listen', '7009', ...DEVICE]);
    await running.says('listening');
    const second = await new Running(['listen', '7009', ...DEVICE]).finish();
    expect(second).toEqual({
      code: 69,
      stdout: '',
      stderr: 'synfin: cannot open TUN cat0: another program has it open\n',
    });
    running.child.kill('SIGINT');
    await running.ended();
  });
});

const devices = (): string => execFileSync('ip', ['-o', 'link'], { encoding: 'utf8' });
