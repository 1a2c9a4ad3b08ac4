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
import { NEWER } from './newer.ts';
import { OPTIONS } from './options.ts';
import { PIPES } from './pipes.ts';
import { STREAMS } from './streams.ts';
import type { Programs } from './support.ts';

/** No program takes a second, where there is time for it. */
const LIMIT = 20_000;

const MAJOR = Number(process.versions.node.split('.')[0]);

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
    throw new Error(`${name}: the program does not end`);
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

const compare = async (program: Programs[string]): Promise<void> => {
  const [expected, seen] = await Promise.all([
    finished('node:net', program(original)),
    finished('synfin/net', program(ours)),
  ]);
  expect(seen).toEqual(expected);
};

const comparable = unavailable === null && dual;

describe.skipIf(!comparable).each(Object.entries(GROUPS))('%s', (_group, programs) => {
  test.each(Object.entries(programs))('%s', (_name, program) => compare(program));
});

// What an older Node does not have is compared with what Node 24 saw.
describe.skipIf(!comparable)('beyond Node 22', () => {
  test.each(Object.entries(NEWER))('%s', async (_name, program) => {
    if (MAJOR >= 24) await compare(program);
    expect(await finished('the program alone', program(MAJOR >= 24 ? original : ours))).toMatchSnapshot();
  });
});
