// `synfin read` on a pseudo-terminal: that it is interactive, and leaves the terminal as it found it.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { capture, OPENED } from '../../trace/reader/exchange.ts';
import { CLI } from '../support.ts';

const root = mkdtempSync(join(tmpdir(), 'synfin-tui-'));
const FILE = join(root, 'two.pcap');
writeFileSync(
  FILE,
  capture([...OPENED, '+5 > S 0:0 port 50000', '+20 < R. 0:0 ack 1 port 50000', '+1 > P. 1:101 ack 1']),
);
afterAll(() => rmSync(root, { recursive: true }));

const ENTER = '\x1b[?1049h';
const LEAVE = '\x1b[?7h\x1b[?25h\x1b[?1049l';

class Screen {
  output = '';
  private report = '';
  private seen = 0;
  private readonly child: ChildProcess;
  private readonly closed: Promise<void>;

  constructor(command: readonly string[], columns = 80, rows = 24, environment: Record<string, string> = {}) {
    const args = [join(import.meta.dirname, 'on-terminal.py'), String(columns), String(rows), ...command];
    const env = { ...process.env, TERM: 'xterm-256color', LC_ALL: 'C.UTF-8', ...environment };
    this.child = spawn('python3', args, { env, cwd: root, stdio: 'pipe' });
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.report += text));
    this.closed = new Promise((resolve) => this.child.once('close', () => resolve()));
  }

  /** What is written next contains it. */
  async shows(text: string): Promise<void> {
    await expect
      .poll(() => this.output.indexOf(text, this.seen), { timeout: 20_000, interval: 20 })
      .toBeGreaterThanOrEqual(0);
    this.seen = this.output.indexOf(text, this.seen) + text.length;
  }

  keys(keys: string): void {
    this.child.stdin!.write(`${JSON.stringify({ keys })}\n`);
  }

  resize(columns: number, rows: number): void {
    this.child.stdin!.write(`${JSON.stringify({ size: [columns, rows] })}\n`);
  }

  signal(signal: NodeJS.Signals): void {
    const { pid } = JSON.parse(this.report.split('\n')[0]!) as { pid: number };
    process.kill(pid, signal);
  }

  async ended(): Promise<{ status: number; same: boolean }> {
    await this.closed;
    return JSON.parse(this.report.trim().split('\n').at(-1)!) as { status: number; same: boolean };
  }

  end(): void {
    this.child.kill('SIGKILL');
  }
}

let screen: Screen;
afterEach(() => screen.end());
const start = (...args: Parameters<typeof read>): Screen => {
  screen = read(...args);
  return screen;
};
const read = (args: readonly string[] = [], columns = 80, rows = 24, environment = {}): Screen =>
  new Screen([process.execPath, CLI, 'read', FILE, ...args], columns, rows, environment);

test('list, ladder, details, back and quit', async () => {
  start();
  await screen.shows(ENTER);
  await screen.shows('2 connections');
  await screen.shows('FAIL refused');
  screen.keys('\r');
  await screen.shows('packet 1 of 2');
  screen.keys('\x1b[B');
  await screen.shows('packet 2 of 2');
  screen.keys('\r');
  await screen.shows('SEG.SEQ');
  screen.keys('\x1b');
  await screen.shows('packet 2 of 2');
  screen.keys('q');
  expect(await screen.ended()).toEqual({ status: 0, same: true });
  expect(screen.output.endsWith(LEAVE)).toBe(true);
}, 60_000);

test('a key writes what it changes, not the whole screen', async () => {
  start();
  await screen.shows('export');
  const before = screen.output.length;
  screen.keys('j');
  await screen.shows('10.0.0.1:50000');
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(screen.output.length - before).toBeLessThan(800);
  expect(screen.output.slice(before)).not.toContain('\x1b[2J');
}, 60_000);

test('a resize draws it anew', async () => {
  start([], 80, 24);
  await screen.shows('export');
  screen.resize(120, 40);
  await screen.shows('\x1b[2J');
  await screen.shows('\x1b[40;1H');
}, 60_000);

test('in Korean, and from the ladder that is named', async () => {
  start(['2', '--lang', 'ko'], 72, 20);
  await screen.shows('클라이언트');
  await screen.shows('끝내기');
}, 60_000);

test.each([
  ['Ctrl-C', (it: Screen) => it.keys('\x03'), 130],
  ['SIGTERM', (it: Screen) => it.signal('SIGTERM'), 143],
  ['SIGINT', (it: Screen) => it.signal('SIGINT'), 130],
  ['SIGHUP', (it: Screen) => it.signal('SIGHUP'), 129],
] as const)(
  '%s: the terminal is as it was',
  async (_name, end, status) => {
    start();
    await screen.shows('export');
    end(screen);
    expect(await screen.ended()).toEqual({ status, same: true });
    expect(screen.output).toContain(LEAVE);
  },
  60_000,
);

test('Ctrl-Z gives the terminal to the shell, and fg takes it again', async () => {
  screen = new Screen(['bash', '--norc', '--noprofile', '-i'], 80, 24);
  screen.keys(`${process.execPath} ${CLI} read ${FILE}\r`);
  await screen.shows(ENTER);
  await screen.shows('export');
  screen.keys('\x1a');
  await screen.shows(LEAVE);
  await screen.shows('Stopped');
  screen.keys('echo modes: $(stty -a | grep -ow -e -icanon -e icanon)\r');
  await screen.shows('modes: icanon');
  screen.keys('fg\r');
  await screen.shows(ENTER);
  await screen.shows('2 connections');
  screen.keys('q');
  await screen.shows(LEAVE);
  screen.keys('exit\r');
  expect((await screen.ended()).same).toBe(true);
}, 60_000);

test('a file that is none: the terminal is given back before it is complained of', async () => {
  screen = new Screen([process.execPath, CLI, 'read', join(root, 'nope')]);
  expect(await screen.ended()).toEqual({ status: 1, same: true });
  expect(screen.output).toMatch(/1049l\s*synfin: cannot read .*ENOENT/);
}, 60_000);

test('a connection is written to a file, and no file is written over', async () => {
  start(['2']);
  await screen.shows('packet 1 of 2');
  screen.keys('e');
  await screen.shows('.json');
  screen.keys('\r');
  await screen.shows('two-2.txt');
  screen.keys('\r');
  await screen.shows('two-2.txt is written');
  expect(readFileSync(join(root, 'two-2.txt'), 'utf8')).toContain('#4 SYN seq=0');
  screen.keys('e\r\r');
  await screen.shows('two-2.txt exists');
  expect(existsSync(join(root, 'two-2.txt'))).toBe(true);
}, 60_000);

test.each([
  ['--no-interactive', ['--no-interactive'], {}],
  ['a terminal that can do nothing', [], { TERM: 'dumb' }],
] as const)(
  '%s: text',
  async (_name, args, environment) => {
    start(args, 80, 24, environment);
    expect((await screen.ended()).status).toBe(0);
    expect(screen.output).not.toContain(ENTER);
    expect(screen.output).toContain('FAIL refused');
  },
  60_000,
);
