// The lab's page in a real browser: built, served from a folder below the root of a loopback server, and watched. Any
// request that leaves that folder, any violation of the page's Content-Security-Policy, any error fails the test.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { build } from 'vite';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const PLACES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const EXECUTABLE = PLACES.map((name) => `/usr/bin/${name}`).find(existsSync) ?? null;
/** What any static host sends with a file. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
};
const TALL = 2000;
const FOLDER = '/some/where/lab/';

/** Without a browser there is nothing to test: a failure where everything must be, else a skip. */
export const skipsBrowser = EXECUTABLE === null && process.env.CI !== 'true';
if (skipsBrowser) console.log(`skipped: no browser (${PLACES.join(', ')}) in /usr/bin`);

export interface Visitor {
  /** `en` or `ko`. */
  readonly language?: string;
  readonly scheme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
}

export class LabSite {
  private readonly folder: string;
  private readonly server: Server;
  private readonly browser: Browser;
  /** What a page did that it must not, since it was last asked for. */
  private problems: string[] = [];

  private constructor(folder: string, server: Server, browser: Browser) {
    this.folder = folder;
    this.server = server;
    this.browser = browser;
  }

  static async open(): Promise<LabSite> {
    if (EXECUTABLE === null) throw new Error('CI=true, and there is no Chromium in /usr/bin');
    const folder = mkdtempSync(join(tmpdir(), 'synfin-lab-'));
    await build({
      configFile: join(ROOT, 'vite.lab.config.ts'),
      root: join(ROOT, 'src/lab/view'),
      logLevel: 'error',
      build: { outDir: folder },
    });
    const server = serve(folder);
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const browser = await chromium.launch({ executablePath: EXECUTABLE, args: ['--no-sandbox'] });
    return new LabSite(folder, server, browser);
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.server.close();
    rmSync(this.folder, { recursive: true });
  }

  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${FOLDER}`;
  }

  /** A page at that link, in a browser that keeps nothing of another. */
  async visit(fragment: string, visitor: Visitor = {}): Promise<Page> {
    return this.enter(await this.room(visitor), fragment);
  }

  /** Where pages share what they keep, and what they have fetched. */
  room({ language = 'en', scheme = 'light', width = 1280, height = 800 }: Visitor): Promise<BrowserContext> {
    return this.browser.newContext({
      locale: language === 'ko' ? 'ko-KR' : 'en-US',
      colorScheme: scheme,
      viewport: { width, height },
      // What is so high is looked at by nobody, and painting it takes time.
      deviceScaleFactor: height > TALL ? 0.1 : 1,
      reducedMotion: 'reduce',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
  }

  async enter(room: BrowserContext, fragment: string): Promise<Page> {
    const page = await room.newPage();
    this.watch(page);
    await page.goto(`${this.address}${fragment === '' ? '' : `#${fragment}`}`);
    await page.waitForSelector('.page');
    return page;
  }

  async leave(page: Page): Promise<void> {
    await page.context().close();
  }

  takeProblems(): string[] {
    const found = this.problems;
    this.problems = [];
    return found;
  }

  private watch(page: Page): void {
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(this.address) && !url.startsWith('data:')) this.problems.push(`request: ${url}`);
    });
    page.on('requestfailed', (request) => this.problems.push(`failed: ${request.url()}`));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.problems.push(message.text());
    });
    page.on('pageerror', (error) => this.problems.push(error.message));
  }
}

function serve(folder: string): Server {
  return createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const name = path.startsWith(FOLDER) ? path.slice(FOLDER.length) || 'index.html' : '';
    const file = join(folder, name);
    if (name === '' || name.includes('..') || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': type }).end(readFileSync(file));
  });
}

/** Of the run that is shown, as it is drawn once the page has come to rest. */
export function pictureOn(page: Page): Promise<string> {
  return page.evaluate(`(async () => {
    const frame = () => new Promise(requestAnimationFrame);
    await frame();
    await frame();
    await frame();
    return [...document.querySelectorAll('.ladder-body')].at(-1).outerHTML;
  })()`);
}

export async function pressKeys(page: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

export interface Walk {
  readonly steps: number;
  /** Positions, and their pictures on the way there and on the way back, where the two differ. */
  readonly differences: readonly (readonly [position: number, there: string, back: string])[];
}

/** Step to the end of the run, and back to its start. */
export function walk(page: Page): Promise<Walk> {
  return page.evaluate(`(async () => {
    const picture = () => [...document.querySelectorAll('.ladder-body')].at(-1).outerHTML;
    const scrubber = document.querySelector('.transport input[type=range]');
    const press = async (code) => {
      document.body.dispatchEvent(new KeyboardEvent('keydown', { code, bubbles: true }));
      for (let turn = 0; turn < 4; turn++) await null;
    };
    const there = [picture()];
    while (scrubber.value !== scrubber.max) {
      await press('ArrowRight');
      there.push(picture());
    }
    const differences = [];
    for (let at = there.length - 1; ; at--) {
      const back = picture();
      if (back !== there[at]) differences.push([at, there[at], back]);
      if (at === 0) return { steps: there.length - 1, differences };
      await press('ArrowLeft');
    }
  })()`);
}
