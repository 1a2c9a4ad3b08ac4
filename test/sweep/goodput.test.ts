// Goodput over loss, round trip and queue, for each congestion controller: a table that may only change on purpose.

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { goodput, sweep } from './goodput.ts';

const DOCUMENT = join(import.meta.dirname, '..', '..', 'docs', 'goodput.md');

test('the sweep is what docs/goodput.md says', { timeout: 240_000 }, async () => {
  await expect(sweep()).toMatchFileSnapshot(DOCUMENT);
});

test('a line without loss and with a queue of one product is nearly full', () => {
  for (const congestionControl of ['reno', 'cubic'] as const) {
    expect(goodput({ congestionControl, rtt: 10, loss: 0, buffer: 1 })).toBeGreaterThan(0.9);
  }
});
