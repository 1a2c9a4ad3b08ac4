// P6 to P11, P14: what needs no kernel. Each in a process of its own, so that one's heap is not the other's.

import { freemem } from 'node:os';
import type { SegmentTimes } from './census.ts';
import { inWorker } from './children.ts';
import { compare, type Figure, type Settings } from './figure.ts';
import type { Laps } from './transfer.ts';

const NO_PEER = 'no peer: no user-space stack could be installed here';
const COUNT = 10;

export function inMemory(settings: Settings): Promise<Figure[]> {
  const bytes = settings.full ? 1e9 : 5e7;
  const lap = settings.full ? 'gigabyte' : '50 MB';
  const cold = settings.full ? '' : ', most of it before the compiler is done';
  return compare(
    [
      { id: 'P6-first', unit: 'Gbit/s', note: `the first ${lap}${cold}; ${NO_PEER}` },
      { id: 'P6-tenth', unit: 'Gbit/s', note: `the tenth ${lap}` },
      { id: 'P6-slower', unit: 'x', note: `time for the tenth ${lap} against the first` },
      { id: 'P6-memory', unit: 'MB', note: `more held after the tenth ${lap} than after the first` },
    ],
    settings,
    async () => {
      const { rates, grown } = await inWorker<Laps>(['--expose-gc'], 'laps', 'segments', bytes, COUNT);
      const [first, tenth] = [rates[0] as number, rates[COUNT - 1] as number];
      return [first, tenth, first / tenth, grown / 1e6];
    },
  );
}

export function superSegments(settings: Settings): Promise<Figure[]> {
  const bytes = settings.full ? 5e9 : 1e9;
  const note = 'segments of 64 KiB, checksums left to the link';
  return compare([{ id: 'P7', unit: 'Gbit/s', note }], settings, async () => {
    const { rates } = await inWorker<Laps>(['--expose-gc'], 'laps', 'super-segments', bytes, 2);
    return [rates[1] as number];
  });
}

export function longPath(settings: Settings): Promise<Figure[]> {
  const seconds = 120;
  const note = `${seconds} virtual seconds from the SYN on, queue of one bandwidth-delay product`;
  return compare([{ id: 'P14', unit: 'Mbit/s', note }], { ...settings, runs: 1 }, async () => [
    await inWorker<number>([], 'long-path', seconds),
  ]);
}

/** Megabytes: a million connections must fit where the machine has the memory. */
const HEAP = ['--expose-gc', '--max-old-space-size=20000'];
/** What a million take at most, bytes, with what the collector needs beside them. */
const ROOM = 14e9;

interface Size {
  readonly count: number;
  readonly note: string;
}

function connectionCount({ full }: Settings): Size {
  const fits = freemem() > ROOM;
  const count = full ? (fits ? 1_000_000 : 100_000) : 20_000;
  const text = count.toLocaleString('en');
  return { count, note: full && !fits ? `${text}: memory here is too small for 1,000,000` : text };
}
/** Sizes do not vary from run to run. */
const once = (settings: Settings): Settings => ({ ...settings, runs: 1 });

export async function idleConnections(settings: Settings): Promise<Figure[]> {
  const { count, note: size } = connectionCount(settings);
  const note = `each of ${size}; heap and buffers`;
  const bytes = (task: string) => async () => [await inWorker<number>(HEAP, task, count)];
  return [
    ...(await compare([{ id: 'P8-host', unit: 'bytes', note }], once(settings), bytes('idle-host'))),
    ...(await compare(
      [{ id: 'P8-answered', unit: 'bytes', note: `${note}; after a question and its answer` }],
      once(settings),
      bytes('answered-host'),
    )),
    ...(await compare([{ id: 'P8-net', unit: 'bytes', note }], once(settings), bytes('idle-net'))),
  ];
}

export async function putAway(settings: Settings): Promise<Figure[]> {
  const { count, note: size } = connectionCount(settings);
  const note = `each of ${size}; heap and buffers`;
  const bytes = (task: string) => async () => [await inWorker<number>(HEAP, task, count)];
  const halfOpen = `half open, ${note}`;
  return [
    ...(await compare([{ id: 'P9', unit: 'bytes', note }], once(settings), bytes('time-wait'))),
    ...(await compare(
      [{ id: 'P9-half-open', unit: 'bytes', note: halfOpen }],
      once(settings),
      bytes('half-open'),
    )),
  ];
}

export function crowded(settings: Settings): Promise<Figure[]> {
  const { count, note: size } = connectionCount(settings);
  const of = `${size} open, against 1`;
  return compare(
    [
      { id: 'P10-all', unit: 'x', note: `questions and answers on each in turn, ${of}` },
      { id: 'P10-one', unit: 'x', note: `on one of them, ${of}` },
      { id: 'P10-alone', unit: 'ns/segment', note: 'with 1 open: both ends of the host, and the peer' },
    ],
    once(settings),
    async () => {
      const { alone, one, all } = await inWorker<SegmentTimes>(HEAP, 'segment-times', count);
      return [all / alone, one / alone, alone];
    },
  );
}

/** Room for all garbage of a measurement: none of it is collected, so that all of it is seen. */
const NO_COLLECTION = ['--expose-gc', '--min-semi-space-size=512', '--max-semi-space-size=512'];

export function allocation(settings: Settings): Promise<Figure[]> {
  return inWorker<Figure[]>(NO_COLLECTION, 'allocation', settings.runs);
}
