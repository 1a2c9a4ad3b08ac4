// P17: the lab's page in headless Chromium: what it fetches before it shows something, when it does, and what a step
// costs in a run of 1,000 events.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Browser, chromium } from 'playwright-core';
import { build } from 'vite';
import { raiseLoopback } from '../src/node/interface-config.ts';
import { inPrivateNamespace } from '../src/node/namespace.ts';
import { compare, type Figure, figure, type Settings } from './figure.ts';
import { ROOT } from './root.ts';

const KIB = 1024;
const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
};
/** A megabyte and a half sent: about as many segments and ACKs as it takes for so many events. */
const LONG =
  's=s18&seed=1&e=call,0,client,connect,,,server,80&e=call,500,client,send,client.1,1500000&lang=en';
const EVENTS = 1000;
const STEPS = 40;

/** From the key to the page laid out anew, ms: the median, and the worst. */
const STEPPING = `(async () => {
  const times = [];
  for (let i = 0; i < ${STEPS}; i++) {
    const from = performance.now();
    const code = i % 2 === 0 ? 'ArrowRight' : 'ArrowLeft';
    document.body.dispatchEvent(new KeyboardEvent('keydown', { code, bubbles: true }));
    for (let turn = 0; turn < 4; turn++) await null;
    document.querySelector('.ladders').getBoundingClientRect();
    times.push(performance.now() - from);
    await new Promise(requestAnimationFrame);
  }
  times.sort((a, b) => a - b);
  return [times[times.length >> 1], times.at(-1)];
})()`;
const FIRST_PAINT = `new Promise((resolve) => new PerformanceObserver((list) => {
  const paint = list.getEntriesByName('first-contentful-paint')[0];
  if (paint !== undefined) resolve(paint.startTime);
}).observe({ type: 'paint', buffered: true }))`;

export async function labPage(settings: Settings): Promise<Figure[]> {
  if (inPrivateNamespace()) raiseLoopback();
  const folder = mkdtempSync(join(tmpdir(), 'synfin-bench-lab-'));
  const root = join(ROOT, 'src', 'lab', 'view');
  await build({
    configFile: join(ROOT, 'vite.lab.config.ts'),
    root,
    logLevel: 'error',
    build: { outDir: folder },
  });
  const server = serve(folder);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const executablePath = BROWSERS.find(existsSync);
  if (executablePath === undefined) throw new Error(`no browser: ${BROWSERS.join(', ')}`);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    return await measure(settings, browser, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  } finally {
    await browser.close();
    server.close();
    rmSync(folder, { recursive: true });
  }
}

async function measure(settings: Settings, browser: Browser, address: string): Promise<Figure[]> {
  const scripts = await initialScripts(browser, address);
  const note = 'gzipped: all scripts of the landing page, in Korean, the larger language';
  const size = figure({ id: 'P17-script', unit: 'KiB', note }, [scripts]);
  const times = await compare(
    [
      { id: 'P17-paint', unit: 'ms', note: 'first contentful paint, nothing cached, over loopback' },
      { id: 'P17-step', unit: 'ms', note: `a step at event ${EVENTS}, from the key to the new layout` },
      { id: 'P17-step-worst', unit: 'ms', note: `the worst of ${STEPS}` },
    ],
    { ...settings, alone: true },
    async () => [await firstPaint(browser, address), ...(await stepping(browser, address))],
  );
  return [size, ...times];
}

async function initialScripts(browser: Browser, address: string): Promise<number> {
  const context = await browser.newContext({ locale: 'ko-KR' });
  const page = await context.newPage();
  const bodies: Promise<Buffer>[] = [];
  page.on('response', (response) => {
    if (response.url().endsWith('.js')) bodies.push(response.body());
  });
  await page.goto(address);
  await page.waitForSelector('.page');
  const sizes = (await Promise.all(bodies)).map((body) => gzipSync(body, { level: 9 }).length);
  await context.close();
  return sizes.reduce((sum, bytes) => sum + bytes, 0) / KIB;
}

async function firstPaint(browser: Browser, address: string): Promise<number> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(address);
  const at = await page.evaluate<number>(FIRST_PAINT);
  await context.close();
  return at;
}

async function stepping(browser: Browser, address: string): Promise<number[]> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(`${address}#${LONG}&at=${EVENTS}`);
  await page.waitForSelector('.ladder-body');
  const events = Number(await page.locator('.transport input[type=range]').getAttribute('max'));
  if (events <= EVENTS) throw new Error(`the run has ${events} events, not ${EVENTS}`);
  const times = await page.evaluate<number[]>(STEPPING);
  await context.close();
  return times;
}

function serve(folder: string): Server {
  return createServer((request, response) => {
    const path = join(folder, request.url === '/' ? 'index.html' : (request.url ?? ''));
    if (!existsSync(path)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' });
    response.end(readFileSync(path));
  });
}
