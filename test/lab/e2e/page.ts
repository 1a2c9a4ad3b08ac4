// The built page in a real browser, from the server that `synfin lab` is. Without Chromium: skipped, and with CI=true a
// failure.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';
import { Cleanup } from '../../../src/cli/exit.ts';
import { addressOf, labListener, openLab } from '../../../src/cli/lab-server.ts';
import { raiseLoopback } from '../../../src/node/interface-config.ts';
import { inPrivateNamespace } from '../../../src/node/namespace.ts';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const ROOT = join(import.meta.dirname, '..', '..', '..', 'dist', 'lab');

export interface Visit {
  readonly page: Page;
  readonly address: string;
  /** What the page complained of, and what it asked for elsewhere. */
  readonly complaints: string[];
}

interface Visitor {
  visit(fragment?: string, options?: { readonly locale?: string; readonly dark?: boolean }): Promise<Visit>;
}

const missing = (): string | null => {
  if (!existsSync(CHROMIUM)) return `no ${CHROMIUM}`;
  return existsSync(join(ROOT, 'index.html')) ? null : 'the lab was not built';
};

export function describePage(name: string, body: (visitor: Visitor) => void): void {
  const reason = missing();
  if (reason === null) describe(name, () => body(openBrowser()));
  else if (process.env.CI === 'true') throw new Error(`${name} cannot run, and CI skips nothing: ${reason}`);
  else {
    process.stderr.write(`skipped: ${name}: ${reason}\n`);
    describe.skip(`${name} (${reason})`, () => body({ visit: () => Promise.reject(new Error(reason)) }));
  }
}

function openBrowser(): Visitor {
  const cleanup = new Cleanup();
  let browser: Browser;
  let address = '';
  beforeAll(async () => {
    if (inPrivateNamespace()) raiseLoopback();
    address = addressOf(await openLab(0, labListener(ROOT), cleanup));
    browser = await launch();
  });
  afterAll(async () => {
    await browser.close();
    await cleanup.run();
  });
  return { visit: (fragment = '', options = {}) => visit(browser, address, fragment, options) };
}

/** Its own sandbox needs what a namespace of ours does not have. */
export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });

export async function visit(
  browser: Browser,
  address: string,
  fragment: string,
  { locale = 'en-US', dark = false }: { readonly locale?: string; readonly dark?: boolean } = {},
): Promise<Visit> {
  const context = await browser.newContext({ locale, colorScheme: dark ? 'dark' : 'light' });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(address))
      complaints.push(request.url());
  });
  await page.goto(`${address}#${fragment}`);
  await page.waitForSelector('header');
  return { page, address, complaints };
}
