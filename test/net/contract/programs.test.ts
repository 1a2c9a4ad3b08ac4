// Ours against node:net, one program after another: both must see the same, to the letter.

import * as nodeNet from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { DEFAULT_HOST } from '../../../src/net/loopback.ts';
import { createNet, type Net } from '../../../src/net/net.ts';
import { kernelIsDual, kernelUnavailable } from '../worlds.ts';
import { CLOSE } from './close.ts';
import { CONNECT } from './connect.ts';
import { FAMILIES } from './families.ts';
import { LISTEN } from './listen.ts';
import { MISUSE } from './misuse.ts';
import { MODULE } from './module.ts';
import { OPTIONS } from './options.ts';
import { PIPES } from './pipes.ts';
import { STREAMS } from './streams.ts';

/** No program takes a second. */
const LIMIT = 3_000;

const GROUPS = {
  module: MODULE,
  connect: CONNECT,
  families: FAMILIES,
  listen: LISTEN,
  close: CLOSE,
  streams: STREAMS,
  options: OPTIONS,
  misuse: MISUSE,
  pipes: PIPES,
};

const original = nodeNet as unknown as Net;
const ours = createNet(DEFAULT_HOST);

/** Whoever does not come to an end is named. */
async function finished(name: string, work: unknown): Promise<unknown> {
  const abandoned = new AbortController();
  const late = pause(LIMIT, null, { signal: abandoned.signal }).then(() => {
    throw new Error(`the program over ${name} does not end`);
  });
  late.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    abandoned.abort();
  }
}

const unavailable = await kernelUnavailable();
if (unavailable !== null) console.warn(`nothing is compared with node:net: ${unavailable}`);
const dual = unavailable === null && (await kernelIsDual());

describe.skipIf(unavailable !== null || !dual).each(Object.entries(GROUPS))('%s', (_group, programs) => {
  test.each(Object.entries(programs))('%s', async (_name, program) => {
    const [expected, seen] = await Promise.all([
      finished('node:net', program(original)),
      finished('synfin/net', program(ours)),
    ]);
    expect(seen).toEqual(expected);
  });
});
