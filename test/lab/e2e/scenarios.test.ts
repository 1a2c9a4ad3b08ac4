// Every scenario in a real browser, in both languages: stepped through and back, a what-if, the comparison, undone,
// and opened again from its link.
import type { BrowserContext } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { SCENARIOS } from '../../../src/lab/scenarios/all.ts';
import { LabSite, pictureOn, pressKeys, skipsBrowser, walk } from './browser.ts';

/** High enough that nothing needs to be scrolled: a picture is then the same whatever was looked at before. */
const HEIGHT = 12_000;
/** The sandbox begins with nothing; its client connects. */
const links: Readonly<Record<string, string>> = { s18: '&e=call,0,client,connect,,,server,80' };

// A browser on a machine that is busy takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let site: LabSite;
beforeAll(async () => {
  if (!skipsBrowser) site = await LabSite.open();
});
afterAll(async () => {
  if (!skipsBrowser) await site.close();
});
afterEach(() => {
  if (!skipsBrowser) expect(site.takeProblems()).toEqual([]);
});

describe.skipIf(skipsBrowser).concurrent.each(['en', 'ko'])('in %s', (language) => {
  let room: BrowserContext;
  beforeAll(async () => {
    room = await site.room({ language, height: HEIGHT });
  });

  test.each(SCENARIOS.map(({ id }) => [id]))('%s', async (id) => {
    const fragment = `s=${id}&seed=1${links[id] ?? ''}&lang=${language}&at=0`;
    const page = await site.enter(room, fragment);
    expect(await page.locator('html').getAttribute('lang')).toBe(language);

    const { steps, differences } = await walk(page);
    expect(steps).toBeGreaterThan(2);
    expect(differences).toEqual([]);

    await pressKeys(page, 'Home', 'ArrowRight');
    do await pressKeys(page, 'ArrowRight');
    while ((await page.locator('.what-if').count()) === 0);
    const before = await pictureOn(page);
    const link = page.url();
    await pressKeys(page, 'KeyX');
    await page.waitForSelector('.comparison');
    expect(page.url()).toContain('&e=drop,');
    expect(await page.locator('.ladders.two .ladder').count()).toBe(2);
    expect(await page.locator('.difference').count()).toBe(2);
    const branch = await pictureOn(page);
    const branchLink = page.url();

    await pressKeys(page, 'KeyZ');
    expect(page.url()).toBe(link);
    expect(await pictureOn(page)).toBe(before);
    await pressKeys(page, 'Shift+KeyZ');
    await pressKeys(page, 'End');
    expect(await pictureOn(page)).toBe(branch);
    await page.reload();
    await page.waitForSelector('.comparison');
    expect(page.url()).toBe(branchLink);
    expect(await pictureOn(page)).toBe(branch);
    await page.close();
  });
});
