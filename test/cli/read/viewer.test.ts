// The screens of `synfin read`, without a terminal: what keys lead to, that all fits, and how little is in memory.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { cellsOf, plain } from '../../../src/cli/read/cells.ts';
import { CaptureSource } from '../../../src/cli/read/source.ts';
import { Viewer } from '../../../src/cli/read/viewer.ts';
import { WindowKeeper } from '../../../src/cli/read/window.ts';
import { CaptureAnalysis } from '../../../src/trace/reader/capture-analysis.ts';
import { ENGLISH } from '../../../src/trace/text/english.ts';
import { KOREAN } from '../../../src/trace/text/korean.ts';
import type { Messages } from '../../../src/trace/text/messages.ts';
import { capture, OPENED } from '../../trace/reader/exchange.ts';

const root = mkdtempSync(join(tmpdir(), 'synfin-viewer-'));
afterAll(() => rmSync(root, { recursive: true }));

const refused = (port: number): string[] => [`+5 > S 0:0 port ${port}`, `+20 < R. 0:0 ack 1 port ${port}`];
/** So many segments of one byte. */
const long = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `+1 > P. ${i + 1}:${i + 2} ack 1`);

function fileOf(name: string, lines: readonly string[]): string {
  const file = join(root, name);
  writeFileSync(file, capture(lines));
  return file;
}
const THREE = fileOf('three.pcap', [
  ...OPENED,
  '+5 > P. 1:101 ack 1',
  '+2000 > P. 1:101 ack 1',
  '+1 < . 1:1 ack 101',
  ...refused(50_000),
  ...refused(50_001),
]);

class Session {
  ended: number | null = null;
  columns = 80;
  rows = 24;
  private readonly viewer: Viewer;
  private idle = 0;

  constructor(file: string, messages: Messages = ENGLISH) {
    const nothing = (): void => {};
    this.viewer = new Viewer({
      source: new CaptureSource(file, messages),
      ...{ messages, color: true, wanted: null, redraw: nothing, suspend: nothing },
      update: () => this.idle++,
      end: (code) => {
        this.ended = code;
      },
      fail: (error) => {
        throw error;
      },
    });
    this.viewer.start();
  }

  get lines(): string[] {
    return this.viewer.draw({ columns: this.columns, rows: this.rows }).lines.map(plain);
  }

  get highlighted(): string[] {
    const { lines } = this.viewer.draw({ columns: this.columns, rows: this.rows });
    return lines
      .slice(1, -1)
      .filter((line) => line.startsWith('\x1b[7m'))
      .map(plain);
  }

  async shows(text: string | RegExp): Promise<void> {
    await expect.poll(() => this.lines.join('\n')).toMatch(text);
  }

  keys(...keys: readonly string[]): void {
    for (const key of keys) {
      this.viewer.key(key);
      void this.lines;
    }
  }
}

describe('the table', () => {
  test('the graver first; a filter as it is typed; an order by a column', async () => {
    const session = new Session(THREE);
    await session.shows('3 connections');
    expect(session.highlighted[0]).toContain('10.0.0.1:50000');
    session.keys('/', ...'50001');
    await session.shows('1 of 3 connections');
    expect(session.lines.at(-1)).toContain('/ 50001');
    session.keys('enter');
    expect(session.highlighted[0]).toContain('10.0.0.1:50001');
    session.keys('escape', 's', 'home');
    expect(session.highlighted[0]).toContain('10.0.0.1:40000');
    session.keys('r', 'home');
    expect(session.highlighted[0]).toContain('10.0.0.1:50001');
    session.keys('/', ...'nothing');
    await session.shows('no connection matches');
    session.keys('escape', 'q');
    expect(session.ended).toBe(0);
  });
});

describe('one connection', () => {
  test('its ladder, a packet of it, two compared', async () => {
    const session = new Session(THREE);
    await session.shows('3 connections');
    session.keys('end', 'enter');
    await session.shows('packet 1 of 6');
    expect(session.lines.join('\n')).toContain('2.0 s pass');
    session.keys('down', 'down', 'down', ' ');
    await session.shows('#4 is marked');
    session.keys('n');
    expect(session.highlighted.join('\n')).toContain('[Retransmission]');
    session.keys('enter');
    await session.shows('Packet #5');
    await session.shows(/SEG\.LEN +100/);
    session.keys('left');
    await session.shows('Packet #4');
    session.keys('right', ' ');
    await session.shows(/#4, #5/);
    expect(session.lines.join('\n')).toMatch(/2 s apart\n SEG\.SEQ differs by 0/);
    expect(session.lines.join('\n')).toMatch(/\* # +4 +5/);
    session.keys('escape', 'c');
    await session.shows('colours: by end');
    session.keys('escape', 'ctrl-c');
    expect(session.ended).toBe(130);
  });

  test('longer than what is kept in memory: read again where one looks', async () => {
    const session = new Session(fileOf('long.pcap', [...OPENED, ...long(12_000)]));
    await session.shows('1 connection');
    session.keys('enter');
    await session.shows('packet 1 of 12,003');
    session.keys('end');
    await session.shows('packet 12,003 of 12,003');
    expect(session.highlighted[0]).toContain('#12003');
    session.keys('up');
    expect(session.highlighted[0]).toContain('#12002');
    session.keys('home');
    await session.shows('packet 1 of 12,003');
    expect(session.highlighted[0]).toContain('#1 SYN');
  });
});

describe.each([
  ['English', ENGLISH],
  ['Korean', KOREAN],
] as const)('in %s', (_name, messages) => {
  test.each([
    [40, 8],
    [72, 20],
    [80, 24],
    [120, 40],
    [200, 60],
  ])('every screen fits %i x %i', async (columns, rows) => {
    const session = new Session(THREE, messages);
    Object.assign(session, { columns, rows });
    await expect.poll(() => session.highlighted.length).toBe(1);
    const fits = (): void => {
      expect(session.lines).toHaveLength(rows);
      if (columns >= 72) expect(session.lines.filter((line) => cellsOf(line) > columns)).toEqual([]);
    };
    fits();
    session.keys('enter');
    await expect.poll(() => session.lines[0]).toContain('#2');
    fits();
    for (const keys of [['enter'], ['escape', 'e'], ['escape', '?'], ['escape', ' ', 'down', ' ']]) {
      session.keys(...keys);
      fits();
    }
  });
});

test('a window holds so many packets around one, and no more bytes than it may', () => {
  const windowOf = (around: number, packets: number, bytes: number) => {
    const keeper = new WindowKeeper(around, packets, bytes);
    const analysis = new CaptureAnalysis({
      onConnection: () => {},
      onPacket: (connection, packet, explained) => keeper.packet(connection, packet, explained),
    });
    analysis.push(capture([...OPENED, ...long(100)]));
    const { first, packets: kept } = keeper.finish();
    return [first, kept[0]?.number, kept.length, keeper.isFull];
  };
  expect(windowOf(50, 20, 1e6)).toEqual([40, 41, 20, true]);
  expect(windowOf(0, 20, 1e6)).toEqual([0, 1, 10, true]);
  expect(windowOf(102, 20, 1e6)).toEqual([92, 93, 11, false]);
  // Each packet has 41 bytes.
  expect(windowOf(50, 20, 410)).toEqual([45, 46, 10, true]);
});

test('a file that is damaged: what could be read, and where it ends', async () => {
  const file = join(root, 'cut.pcap');
  const whole = capture([...OPENED, ...refused(50_000)]);
  writeFileSync(file, whole.subarray(0, whole.length - 3));
  const session = new Session(file);
  await session.shows(/is damaged at offset \d+: truncated/);
  expect(session.lines.join('\n')).toContain('2 connections');
});
