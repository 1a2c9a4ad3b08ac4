// P17: a capture of 50,000 segments in the lab's page, in headless Chromium: how it scrolls, and when it is there.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { Cleanup } from '../src/cli/exit.ts';
import { addressOf, labListener, openLab } from '../src/cli/lab-server.ts';
import { raiseLoopback } from '../src/node/interface-config.ts';
import { inPrivateNamespace } from '../src/node/namespace.ts';
import { compare, type Figure, type Settings } from './figure.ts';
import { ROOT } from './root.ts';

const SEGMENTS = 50_000;
/** Of scrolling, pixels: slow reading, a wheel, a drag of the bar. */
const SPEEDS = [40, 400, 4000];
/** After the ladder is there, ms. */
const SETTLED = 500;
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

export async function captureScroll(settings: Settings): Promise<Figure[]> {
  const directory = mkdtempSync(join(tmpdir(), 'synfin-lab-'));
  const cleanup = new Cleanup();
  cleanup.defer(() => rmSync(directory, { recursive: true }));
  try {
    if (inPrivateNamespace()) raiseLoopback();
    const root = join(directory, 'lab');
    await build({
      configFile: join(ROOT, 'vite.lab.config.ts'),
      root: join(ROOT, 'src', 'lab', 'view'),
      logLevel: 'error',
      build: { outDir: root },
    });
    const file = join(directory, 'long.pcap');
    writeFileSync(file, longCapture());
    const address = addressOf(await openLab(0, labListener(root), cleanup));
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
    cleanup.defer(() => browser.close());
    const note = `${SEGMENTS.toLocaleString('en')} segments in headless Chromium`;
    const lines = [
      ...SPEEDS.map((speed) => ({
        id: `P17-scroll-${speed}`,
        unit: 'frames/s',
        note: `${note}, ${speed} pixels a frame`,
      })),
      { id: 'P17-worst', unit: 'ms', note: `${note}: the longest frame but one in a hundred` },
      { id: 'P17-table', unit: 'ms', note: `${note}: from the file to its table` },
      { id: 'P17-ladder', unit: 'ms', note: `${note}: from the table to the ladder` },
    ];
    return await compare(lines, settings, () => measure(browser, address, file, settings.seconds));
  } finally {
    await cleanup.run();
  }
}

async function measure(browser: Browser, address: string, file: string, seconds: number): Promise<number[]> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(`${address}#screen=capture&lang=en`);
  const input = page.locator('input[type=file]');
  await input.waitFor({ state: 'attached' });
  const start = performance.now();
  await input.setInputFiles(file);
  const row = page.locator('.connections [role=option]').first();
  await row.waitFor();
  const table = performance.now();
  await row.click();
  await page.locator('.packets [data-arrow]').first().waitFor({ state: 'attached' });
  const ladder = performance.now();
  // What it takes to be there is said above.
  await page.waitForTimeout(SETTLED);
  const frames: number[] = [];
  const rates: number[] = [];
  for (const speed of SPEEDS) {
    const times = await scroll(page, speed, seconds * 1000);
    frames.push(...times);
    rates.push((1000 * times.length) / times.reduce((sum, time) => sum + time, 0));
  }
  frames.sort((a, b) => a - b);
  await context.close();
  return [...rates, frames[Math.floor(frames.length * 0.99)]!, table - start, ladder - table];
}

/** The lengths of the frames, ms. In the page there are its types, and here there are Node's. */
const scroll = (page: Page, speed: number, limit: number): Promise<number[]> =>
  page.evaluate(`new Promise((done) => {
    const frame = document.querySelector('.packets-frame');
    const times = [];
    let last = 0;
    let begun = 0;
    frame.scrollTop = 0;
    const step = (now) => {
      if (last > 0) times.push(now - last);
      begun ||= now;
      last = now;
      frame.scrollTop += ${speed};
      if (now - begun < ${limit}) requestAnimationFrame(step);
      else done(times);
    };
    requestAnimationFrame(step);
  })`);

/** One connection in raw IPv4: text, ACKs, and now and then a retransmission. */
function longCapture(): Uint8Array {
  const HEADER = 24;
  const RECORD = 16 + 40 + 100;
  const bytes = new Uint8Array(HEADER + SEGMENTS * RECORD);
  const view = new DataView(bytes.buffer);
  for (const [at, word] of [0xa1b2c3d4, 0x00020004, 0, 0, 65_535, 101].entries())
    view.setUint32(at * 4, word);
  let length = HEADER;
  let sent = 1;
  const put = (i: number, forth: boolean, flags: number, seq: number, ack: number, text: number): void => {
    view.setUint32(length, Math.floor(i / 2000));
    view.setUint32(length + 4, (i % 2000) * 500);
    view.setUint32(length + 8, 40 + text);
    view.setUint32(length + 12, 40 + text);
    const ip = length + 16;
    view.setUint32(ip, 0x45000000 + 40 + text);
    view.setUint32(ip + 8, 0x40060000);
    view.setUint32(ip + (forth ? 12 : 16), 0x0a000001);
    view.setUint32(ip + (forth ? 16 : 12), 0x0a000002);
    view.setUint32(ip + 20, forth ? (40_000 << 16) | 80 : (80 << 16) | 40_000);
    view.setUint32(ip + 24, seq);
    view.setUint32(ip + 28, ack);
    view.setUint32(ip + 32, 0x50000000 + (flags << 16) + 60_000);
    length += 56 + text;
  };
  put(0, true, 0x02, 0, 0, 0);
  put(1, false, 0x12, 0, 1, 0);
  put(2, true, 0x10, 1, 1, 0);
  for (let i = 3; i < SEGMENTS; i++) {
    if (i % 97 === 0) put(i, true, 0x18, sent - 100, 1, 100);
    else if (i % 3 === 0) put(i, false, 0x10, 1, sent, 0);
    else {
      put(i, true, 0x18, sent, 1, 100);
      sent += 100;
    }
  }
  return bytes.subarray(0, length);
}
