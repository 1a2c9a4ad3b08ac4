// The screen of captures in a real browser: a file, its table, a ladder, and the connection in the lab.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { capture, OPENED } from '../../trace/reader/exchange.ts';
import { describePage } from './page.ts';

/** A request that is lost once, and its answer; the client closes. */
const LOSSY = [
  ...OPENED,
  '+5 > P. 1:101 ack 1',
  '+300 > P. 1:101 ack 1',
  '+20 < . 1:1 ack 101',
  '+1 < P. 1:501 ack 101',
  '+1 > . 101:101 ack 501',
  '+5 > F. 101:101 ack 501',
  '+20 < F. 501:501 ack 102',
  '+1 > . 102:102 ack 502',
];
/** Another, refused. */
const REFUSED = ['+500 > S 0:0 port 50000', '+20 < R. 0:0 ack 1 port 50000'];

const drop = async (page: Page, name: string, bytes: Uint8Array): Promise<void> => {
  const file = { name, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) };
  await page.locator('input[type=file]').setInputFiles(file);
};

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The ids of what axe-core finds wrong with the page. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe: tool } = globalThis as unknown as {
      axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const found = await tool.run();
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
  });
}

describePage('captures in the lab', ({ visit }) => {
  test('from a file to a replay, by the keyboard alone', async () => {
    const { page, complaints } = await visit('screen=capture&lang=en');
    await drop(page, 'lossy.pcap', capture([...LOSSY, ...REFUSED]));
    const rows = page.locator('.connections [role=option]');
    await rows.first().waitFor();
    // Those in trouble first.
    expect(await rows.count()).toBe(2);
    expect(await rows.nth(0).textContent()).toContain('FAIL');
    expect(await rows.nth(1).textContent()).toContain('10.0.0.1:40000');

    await page.locator('.connections-frame').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator('.packets [data-arrow]').first().waitFor();
    expect(await page.locator('.packets [data-arrow]').count()).toBe(11);
    await page.locator('.packets-list').focus();
    for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowDown');
    expect(await page.locator('.why').textContent()).toContain('Retransmission');
    expect(await page.locator('.why a').first().getAttribute('href')).toContain('rfc6298#section-5');
    expect(await page.locator('.packets-list [aria-selected=true]').textContent()).toContain('Packet 5');

    await page.getByText('Replay in the lab').click();
    await page.locator('.replay-notice').waitFor();
    expect(page.url()).toContain('s=s18');
    expect(page.url()).toContain('drop%2Cclient%2Cserver'.replaceAll('%2C', ','));
    expect(complaints).toEqual([]);
  });

  test.each(['en', 'ko'])('no violation that axe-core finds, in %s', async (language) => {
    const { page } = await visit(`screen=capture&lang=${language}`);
    expect(await violations(page)).toEqual([]);
    await drop(page, 'lossy.pcap', capture(LOSSY));
    await page.locator('.connections [role=option]').first().waitFor();
    expect(await violations(page)).toEqual([]);
    await page.locator('.connections [role=option]').first().click();
    await page.locator('.packets [data-arrow]').first().click({ force: true });
    expect(await violations(page)).toEqual([]);
  });

  test('a gzipped file is one, too', async () => {
    const { page } = await visit('screen=capture&lang=en');
    await drop(page, 'lossy.pcap.gz', gzipSync(capture(LOSSY)));
    await page.locator('.connections [role=option]').first().waitFor();
    expect(await page.locator('main').textContent()).toContain('1 connections in 11 frames');
  });

  test('what is no capture is said to be none', async () => {
    const { page, complaints } = await visit('screen=capture&lang=en');
    await drop(page, 'x.pcap', new TextEncoder().encode('<script>alert(1)</script>'.repeat(10)));
    expect(await page.getByRole('alert').textContent()).toBe('This is neither pcap nor pcapng.');
    expect(complaints).toEqual([]);
  });

  test("a file's name is text", async () => {
    const { page } = await visit('screen=capture&lang=en');
    await drop(page, '<img src=x onerror=alert(1)>.pcap', capture(LOSSY));
    await page.locator('.connections [role=option]').first().waitFor();
    expect(await page.locator('main img').count()).toBe(0);
    expect(await page.locator('main').textContent()).toContain('<img src=x');
  });
});
