// The live screen in a real browser, beside a demo that has run.

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Running } from '../../cli/support.ts';
import { eventually } from '../../support/wait.ts';
import { describePage, launch, visit } from './page.ts';

describePage('live connections', (static_) => {
  let running: Running;
  let browser: Browser;
  let address = '';

  beforeAll(async () => {
    running = new Running(['demo', '--memory', '--lab', '--lab-port', '0']);
    await eventually(
      () => running.stdout.includes('#screen=live'),
      () => running.stdout,
    );
    address = /http:\/\/127\.0\.0\.1:\d+\//.exec(running.stdout)![0];
    browser = await launch();
  });
  afterAll(async () => {
    await browser.close();
    running.child.kill('SIGINT');
    await running.ended();
  });

  test('the connection of the demo, with its states and why', async () => {
    const { page, complaints } = await visit(browser, address, 'screen=live&lang=en');
    await page.locator('.packets [data-arrow]').first().waitFor({ state: 'attached' });
    expect(await page.locator('.live-list button').count()).toBe(1);
    expect(await page.locator('.live-list').textContent()).toContain('10.77.0.2:80');
    await page.locator('.packets-list').focus();
    await page.keyboard.press('Home');
    expect(await page.locator('aside').textContent()).toContain('SYN');
    expect(await page.locator('aside a').first().getAttribute('href')).toContain('rfc9293');
    expect(complaints).toEqual([]);
  });

  test('where no stack runs, how to start one', async () => {
    const { page } = await static_.visit('screen=live&lang=ko');
    await page.locator('code').first().waitFor();
    expect(await page.locator('main').textContent()).toContain('synfin demo --lab');
  });
});
