// The lab's page in a real browser: the first minute, the keyboard, what is heard, what is narrow, links that lie.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { LabSite, pictureOn, pressKeys, skipsBrowser, type Visitor } from './browser.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Of a listbox: the chosen one, and those around it. */
const MOST_OPTIONS = 81;

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

const position = (page: Page) => page.locator('.position').textContent();
const heard = (page: Page) => page.locator('[role=status]').textContent();

describe.skipIf(skipsBrowser)('the first minute', () => {
  test('in Korean: one bright button, a state, a loss, a retransmission, a link', async () => {
    const page = await site.visit('', { language: 'ko' });
    expect(await page.locator('html').getAttribute('lang')).toBe('ko');
    expect(await page.locator('.why .sentence').textContent()).toBe('두 컴퓨터가 연결을 맺습니다. 3단계.');
    expect(await position(page)).toBe('사건 0 / 4');
    expect(await page.locator('.arrow').count()).toBe(0);
    expect(await page.locator('button.primary').count()).toBe(1);

    const next = page.getByRole('button', { name: '다음', exact: true });
    const place = await next.boundingBox();
    await next.click();
    expect(await page.locator('.note-call').textContent()).toBe('connect()');
    expect(await page.locator('.arrow .flags').allTextContents()).toEqual(['SYN']);
    expect(await page.locator('.ends').textContent()).toContain('CLOSED → SYN-SENT');
    expect(await page.locator('.ends .rule a').first().getAttribute('href')).toBe(
      'https://www.rfc-editor.org/rfc/rfc9293#section-3.10.1',
    );
    for (let i = 0; i < 3; i++) await next.click();
    expect(await next.boundingBox()).toEqual(place);
    const open = page.locator('.state-name', { hasText: 'ESTABLISHED' });
    const [client, server] = [await open.first().boundingBox(), await open.last().boundingBox()];
    expect(server!.y).toBeGreaterThan(client!.y);

    await page.getByRole('button', { name: '사라지면', exact: true }).click();
    expect(await page.locator('.comparison').textContent()).toContain('1초 늦어집니다');
    expect(await page.locator('.badge-text').textContent()).toBe('R');
    expect(page.url()).toContain('e=drop,client,server,1');
    await page.getByRole('button', { name: '되돌리기' }).click();
    expect(await page.locator('.comparison').count()).toBe(0);
    expect(await position(page)).toBe('사건 4 / 4');
    await site.leave(page);
  });
});

describe.skipIf(skipsBrowser)('the keyboard', () => {
  test('does everything, with a Hangul input method too, but not while something is typed', async () => {
    const page = await site.visit('s=s2&seed=1');
    await pressKeys(page, 'ArrowRight', 'ArrowRight');
    expect(await position(page)).toBe('event 2 of 11');
    await pressKeys(page, 'Shift+ArrowRight', 'Shift+ArrowRight', 'Shift+ArrowLeft');
    expect(await position(page)).toBe('event 3 of 11');
    await page.evaluate(
      `document.body.dispatchEvent(new KeyboardEvent('keydown', { code: 'KeyX', key: 'ㅌ', bubbles: true }))`,
    );
    await page.waitForSelector('.comparison');
    await pressKeys(page, 'KeyV');
    expect(await page.locator('.ladders.two').count()).toBe(0);
    await pressKeys(page, 'KeyZ');
    expect(await position(page)).toBe('event 3 of 11');
    await page.evaluate(
      `document.body.dispatchEvent(new KeyboardEvent('keydown', { code: 'KeyX', isComposing: true, bubbles: true }))`,
    );
    expect(await page.locator('.comparison').count()).toBe(0);

    await pressKeys(page, 'Slash');
    await page.keyboard.type('fin');
    expect(await position(page)).toBe('event 3 of 11');
    expect(await page.locator('output').textContent()).toMatch(/^\d+ found$/);
    await pressKeys(page, 'Escape', 'End', 'Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('why');
    await pressKeys(page, 'KeyS');
    expect(await page.locator('.state-map').count()).toBe(1);
    await pressKeys(page, 'KeyG');
    await page.waitForSelector('html[lang=ko]');
    expect(page.url()).toContain('lang=ko');
    await pressKeys(page, 'KeyY');
    await expect.poll(() => heard(page)).toBe('복사했습니다.');
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(page.url());
    await site.leave(page);
  });

  test('plays, and stops, and keeps its hands off what has keys of its own', async () => {
    const page = await site.visit('s=s1&seed=1');
    await pressKeys(page, 'BracketRight', 'BracketRight', 'BracketRight', 'Space');
    await expect.poll(() => position(page)).toBe('event 4 of 4');
    await pressKeys(page, 'Home');
    await page.getByRole('button', { name: 'Next', exact: true }).focus();
    await pressKeys(page, 'Space');
    expect(await position(page)).toBe('event 1 of 4');
    await site.leave(page);
  });

  test('is listed, and can be switched off', async () => {
    const page = await site.visit('s=s1&seed=1');
    await pressKeys(page, 'Shift+Slash');
    await page.waitForSelector('dialog[open]');
    expect(await page.locator('.keys kbd').count()).toBeGreaterThan(20);
    await pressKeys(page, 'ArrowRight');
    expect(await position(page)).toBe('event 0 of 4');
    await page.getByLabel('Single keys do something').uncheck();
    await pressKeys(page, 'Escape');
    await expect.poll(() => page.locator('dialog').count()).toBe(0);
    await pressKeys(page, 'ArrowRight');
    expect(await position(page)).toBe('event 0 of 4');
    await page.reload();
    await page.waitForSelector('.page');
    await pressKeys(page, 'ArrowRight');
    expect(await position(page)).toBe('event 0 of 4');
    await site.leave(page);
  });

  test('marks two arrows to hold them against each other', async () => {
    const page = await site.visit('s=s1&seed=1&at=4');
    await pressKeys(page, 'ArrowUp', 'KeyM', 'ArrowUp', 'KeyM');
    const marked = page.locator('table', { hasText: 'Two arrows marked' });
    expect(await marked.locator('thead').textContent()).toContain('client ACKserver SYN,ACK');
    expect(await marked.locator('tr.differs').count()).toBeGreaterThan(1);
    await site.leave(page);
  });
});

describe.skipIf(skipsBrowser)('who hears the page', () => {
  test('hears one sentence a step', async () => {
    const page = await site.visit('s=s1&seed=1');
    await pressKeys(page, 'ArrowRight');
    expect(await heard(page)).toMatch(/^0 ms\. client calls connect\(\)\. client: CLOSED to SYN-SENT\./);
    await pressKeys(page, 'ArrowRight');
    expect(await heard(page)).toMatch(/^100 ms\. server gets SYN\..* \(RFC 9293 §3\.5\)\.$/);
    await site.leave(page);
  });

  test('has a list of the run, of which only what is near is there', async () => {
    const page = await site.visit('s=s13&seed=1&h.segments=200&at=100000');
    const options = page.locator('[role=option]');
    const size = Number(await options.first().getAttribute('aria-setsize'));
    expect(size).toBeGreaterThan(MOST_OPTIONS);
    expect(await options.count()).toBe(MOST_OPTIONS);
    await page.locator('[role=listbox]').focus();
    const active = () => page.locator('[role=listbox]').getAttribute('aria-activedescendant');
    const last = await active();
    await pressKeys(page, 'ArrowUp');
    expect(await active()).not.toBe(last);
    expect(await page.locator(`#${await active()}`).getAttribute('aria-selected')).toBe('true');
    await site.leave(page);
  });

  test('has all of it as text', async () => {
    const page = await site.visit('s=s2&seed=1');
    await page.getByRole('button', { name: 'Transcript' }).click();
    await page.waitForSelector('.transcript');
    expect(await page.locator('.transcript li').count()).toBe(11);
    await site.leave(page);
  });
});

describe.skipIf(skipsBrowser)('the glossary', () => {
  test('finds what netstat calls it', async () => {
    const page = await site.visit('s=s1&seed=1', { language: 'ko' });
    await page.getByRole('button', { name: '용어집' }).click();
    await page.getByRole('searchbox', { name: '낱말 찾기' }).fill('syn_recv');
    expect(await page.locator('.glossary dt').textContent()).toContain('SYN-RECEIVED');
    await page.getByRole('searchbox', { name: '낱말 찾기' }).fill('time_wait');
    expect(await page.locator('.glossary dt').first().textContent()).toContain('TIME-WAIT');
    await site.leave(page);
  });
});

describe.skipIf(skipsBrowser)('a link', () => {
  const CRASHES = 's=s1&seed=1&e=call,10,client,connect,,,nobody,80&lang=en&at=0&v=0.1.0';

  test('whose run crashes says so, and brings the same run again', async () => {
    const page = await site.visit(CRASHES);
    const alert = page.locator('[role=alert]');
    expect(await alert.textContent()).toContain('the run has no host nobody');
    expect(await alert.getByRole('link').getAttribute('href')).toBe(`#${CRASHES}`);
    await page.getByRole('button', { name: 'Begin again' }).click();
    expect(await position(page)).toBe('event 0 of 4');
    await site.leave(page);
  });

  test.each([
    ['s=s1&seed=1&v=0.0.9', 'another version'],
    ['s=s1&seed=x', 'damaged'],
    ['s=s99&seed=1', 'does not have'],
  ])('%s has a notice', async (link, words) => {
    const page = await site.visit(link);
    expect(await page.locator('.notice').textContent()).toContain(words);
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    expect(await page.locator('.notice').count()).toBe(0);
    await site.leave(page);
  });

  test('that is followed within the page is opened', async () => {
    const page = await site.visit('s=s1&seed=1');
    await page.evaluate(`location.hash = 's=s2&seed=1&at=5&lang=ko'`);
    await page.waitForSelector('html[lang=ko]');
    expect(await position(page)).toBe('사건 5 / 11');
    await site.leave(page);
  });
});

describe.skipIf(skipsBrowser)('the page', () => {
  test.each([
    [360, 740],
    [640, 400],
    [1280, 800],
    [1920, 1080],
  ])('is no wider than %i pixels', async (width, height) => {
    const page = await site.visit('s=s1&seed=1&e=drop,client,server,1&at=6', {
      language: 'ko',
      width,
      height,
    });
    await pictureOrList(page);
    expect(await page.evaluate('document.scrollingElement.scrollWidth')).toBeLessThanOrEqual(width);
    expect(await page.locator('.transport').boundingBox()).toMatchObject({ x: 0, width });
    await site.leave(page);
  });

  test('is a list of sentences where a ladder has no room', async () => {
    const page = await site.visit('s=s2&seed=1&at=5', { width: 360, height: 740 });
    await page.waitForSelector('.as-list');
    expect(await page.locator('.ladder-body').count()).toBe(0);
    await page.locator('.row').nth(1).click();
    expect(await page.locator('.why h2').textContent()).toBe('SYN,ACK server → client');
    await site.leave(page);
  });

  test('keeps the theme that was chosen', async () => {
    const page = await site.visit('s=s1&seed=1', { scheme: 'dark' });
    const paper = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const dark = await paper();
    await page.getByRole('button', { name: 'Theme: as the system' }).click();
    expect(await paper()).toBe('rgb(255, 255, 255)');
    await page.reload();
    await page.waitForSelector('.page');
    expect(await paper()).toBe('rgb(255, 255, 255)');
    await page.getByRole('button', { name: 'Theme: light' }).click();
    expect(await paper()).toBe(dark);
    await site.leave(page);
  });

  test('scrolls a long run with what is in sight drawn, and no more', async () => {
    const page = await site.visit('s=s13&seed=1&h.segments=200&at=100000');
    await pictureOn(page);
    expect(await page.locator('.arrow').count()).toBeLessThan(120);
    await pressKeys(page, 'Home', 'ArrowRight');
    await pictureOn(page);
    expect(await page.evaluate(`document.querySelector('.ladders').scrollTop`)).toBe(0);
    await site.leave(page);
  });
});

const pictureOrList = (page: Page) =>
  page.waitForSelector('.ladders.two .difference, .as-list .row', { state: 'attached' });

/** What is on the screen, and how one gets there. */
const SCREENS: readonly (readonly [name: string, link: string, ...steps: string[]])[] = [
  ['landing', 's=s1&seed=1'],
  ['why', 's=s2&seed=1&at=6'],
  ['header', 's=s2&seed=1&at=6', 'click summary'],
  ['states', 's=s2&seed=1&at=11', 'KeyS'],
  ['sockets', 's=s11&seed=1&at=20', 'click .tabs button:nth-child(3)'],
  ['comparison', 's=s1&seed=1&e=drop,client,server,1&at=6'],
  ['found', 's=s2&seed=1&at=11', 'Slash', 'KeyA'],
  ['keys', 's=s1&seed=1', 'Shift+Slash'],
  ['glossary', 's=s1&seed=1', 'click .tools button:nth-child(3)'],
  ['transcript', 's=s2&seed=1', 'click .tools button:nth-child(2)'],
  ['failure', 's=s1&seed=1&e=call,10,client,connect,,,nobody,80&at=0'],
  ['notice', 's=s1&seed=1&v=0.0.9'],
  ['telephone', 's=s2&seed=1&at=11'],
  ['menu', 's=s2&seed=1&at=3', 'click .menu'],
];
const DIALOGS = ['keys', 'glossary', 'transcript'];
const SIZES: Readonly<Record<string, Visitor>> = {
  telephone: { width: 360, height: 740 },
  menu: { width: 800, height: 600 },
};

async function violationsOn(page: Page, options: object): Promise<string[]> {
  const run = `axe.run(document, ${JSON.stringify(options)})`;
  const { violations } = (await page.evaluate(run)) as AxeResults;
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

describe.skipIf(skipsBrowser).concurrent.each(['en', 'ko'])(
  'axe finds nothing in %s, light and dark',
  (language) => {
    test.each(SCREENS)('%s', async (name, link, ...steps) => {
      const page = await site.visit(`${link}&lang=${language}`, { ...SIZES[name], language });
      for (const step of steps) {
        if (step.startsWith('click ')) await page.click(step.slice(6));
        else await pressKeys(page, step);
      }
      await page.waitForSelector(DIALOGS.includes(name) ? 'dialog[open]' : '.ladders');
      await page.evaluate(AXE);
      expect(await violationsOn(page, {})).toEqual([]);
      // A theme changes colours, and nothing else.
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await violationsOn(page, { runOnly: ['color-contrast'] })).toEqual([]);
      await site.leave(page);
    });
  },
);
