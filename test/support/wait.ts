// Waiting for the real world: bounded, and with a message that says for what.

import { setTimeout as sleep } from 'node:timers/promises';

/** Far more than anything here takes, also on a busy machine, milliseconds. */
const PATIENCE = 10_000;

/** The first value of `look` that is neither null nor false. Throws, with `describe`'s words, if none comes. */
export async function eventually<T>(
  look: () => T | null | false,
  describe: () => string,
  patience = PATIENCE,
): Promise<T> {
  const end = performance.now() + patience;
  for (;;) {
    const found = look();
    if (found !== null && found !== false) return found;
    if (performance.now() > end) throw new Error(`not within ${patience} ms: ${describe()}`);
    await sleep(2);
  }
}

/** What `work` comes to. Throws if it takes too long. */
export async function within<T>(work: Promise<T>, what: string, patience = PATIENCE): Promise<T> {
  const stop = new AbortController();
  const late = sleep(patience, null, { signal: stop.signal }).then(() => {
    throw new Error(`not within ${patience} ms: ${what}`);
  });
  // When the work is done first, nobody waits for this one any more.
  late.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    stop.abort();
  }
}
