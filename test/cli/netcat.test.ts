// `synfin connect` and `synfin listen` with node:net on the kernel's side: text both ways, half-close, failures.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import net, { type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { describeTun } from '../support/tun.ts';
import { Running } from './support.ts';

const OURS = '10.91.0.2';
const KERNEL = '10.91.0.1';
const DEVICE = ['--tun', 'cat0', '--address', `${OURS}/24`, '--kernel', `${KERNEL}/24`];
const V6 = ['--tun', 'cat0', '--address', 'fd91::2/64', '--kernel', 'fd91::1/64'];

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
  ] as const)('%s: the connection is reset, the device is gone, exit code %i', async (signal, code) => {
    const running = new Running(['listen', '7007', ...DEVICE]);
    await running.says('listening');
    const socket = net.connect(7007, OURS);
    await once(socket, 'connect');
    running.write('accepted');
    await once(socket, 'data');
    running.child.kill(signal);
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNRESET');
    expect((await running.ended()).code).toBe(code);
    expect(devices()).not.toContain('cat0');
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
