// Every message in every language: all of them are there, ask for the same values, and come out whole.
import { describe, expect, test } from 'vitest';
import { DROP_REASONS } from '../../../src/host/counters.ts';
import type { ResetCause, Role, VerdictOf } from '../../../src/trace/reader/verdict.ts';
import { ENGLISH } from '../../../src/trace/text/english.ts';
import { KOREAN } from '../../../src/trace/text/korean.ts';
import type { Messages } from '../../../src/trace/text/messages.ts';
import { expectSpeech, type Leaf, leavesOf, numbersIn, render, type SamplesOf } from './speech.ts';

const ROLES: readonly Role[] = ['client', 'server'];
const CAUSES: readonly ResetCause[] = [
  'middlebox',
  'gave-up',
  'unknown-connection',
  'data-after-close',
  'keep-alive',
  'after-close',
  'abort',
];
const seen = { severity: 1, packets: [1, 2] } as const;
const bothEnds = <Values>(make: (role: Role) => Values): Values[] => ROLES.map(make);

const LADDER: SamplesOf<Messages['ladder']> = {
  urgentPointer: [{ urgent: 5 }],
  icmp: (['net', 'host', 'protocol', 'port', 'prohibited', 'too-big', 'time-exceeded', 'other'] as const).map(
    (reason) => ({ from: '10.0.0.9', reason, mtu: reason === 'too-big' ? 1400 : 0 }),
  ),
  silence: [{ ms: 1000 }, { ms: 65_432 }],
  timeWaitLasts: [{ ms: 60_000 }],
  timerFires: (
    [
      'retransmission',
      'reordering',
      'loss-probe',
      'persist',
      'delayed-ack',
      'keep-alive',
      'time-wait',
      'fin-wait-2',
    ] as const
  ).map((timer) => ({ timer })),
  send: [{ bytes: 1 }, { bytes: 1448 }],
  held: [{ link: 'syn0', reason: 'wire' }],
  lost: ['loss', 'burst-loss', 'queue-full', 'cut', 'filter', 'too-big', 'unattached', 'removed', 'wire'].map(
    (reason) => ({ link: 'syn0', reason }),
  ),
  bytes: [{ bytes: 40 }],
  packetDropped: DROP_REASONS.map((reason) => ({ reason, bytes: 40 })),
  strayDropped: DROP_REASONS.map((reason) => ({ reason, bytes: 40 })),
  dropReason: DROP_REASONS.map((reason) => ({ reason })),
  absent: [
    { names: ['syn0'], events: 1, hosts: ['wire'] },
    { names: ['syn0', 'wire'], events: 7, hosts: ['syn0', 'wire'] },
  ],
};

const SUMMARY: SamplesOf<Messages['summary']> = {
  sent: [
    { bytes: 1, segments: 1, retransmissions: 0 },
    { bytes: 1_234_567, segments: 1_000, retransmissions: 1_001 },
  ],
  closing: (['fin', 'reset', 'timeout', 'failed', 'open'] as const).flatMap((ending) =>
    ROLES.flatMap((role) => [
      { ending, closedFirst: role, resetBy: role },
      { ending, closedFirst: 'both' as const, resetBy: role },
      ...(ending === 'open' ? [{ ending, closedFirst: null, resetBy: null }] : []),
    ]),
  ),
  state: [
    { state: 'ESTABLISHED', waits: null, inferred: true },
    { state: 'TIME-WAIT', waits: 59_940, inferred: false },
  ],
};

const file = 'syn0';
const READER: SamplesOf<Messages['reader']> = {
  flood: [true, false].map((cookies) => ({
    ...{ server: '10.0.0.2:80', halfOpen: 200, perSecond: 40, cookies },
    packets: [1, 400] as const,
  })),
  more: [{ connections: 12 }],
  noTcp: [{ file, frames: 3 }],
  unknownLink: [{ file }],
  noCapture: [{ file }],
  damaged: (['magic', 'truncated', 'record-length', 'block-length', 'interface'] as const).map((fault) => ({
    file,
    offset: 24,
    fault,
  })),
  cutShort: [{ file, code: 'Z_BUF_ERROR' }],
  unreadable: [{ file, code: 'ENOENT' }],
};

const option = '--svg';
const programs = ['resvg', 'magick'];
const EXPORTS: SamplesOf<Messages['exports']> = {
  omitted: [{ omitted: 1200 }],
  title: [{ client: '10.0.0.1:80', server: '[::1]:80' }],
  exists: [{ file }],
  unwritable: [{ file, code: 'ENOENT' }],
  twice: [{ file }],
  needsOne: [{ option, connections: 12 }],
  noRenderer: [{ programs }],
  rendererFailed: [{ program: 'magick', reason: 'wire' }],
};
const REPORT: SamplesOf<Messages['exports']['report']> = {
  connection: [{ number: 3 }],
  summary: [{ connections: 2, packets: 1234 }],
  left: [{ connections: 5 }],
};

const MERGE: SamplesOf<Messages['merge']> = {
  clock: [10, Number.POSITIVE_INFINITY].flatMap((uncertainty) =>
    [0, 12.5, -12.5].map((drift) => ({ offset: drift === 0 ? -250 : 1500, uncertainty, drift })),
  ),
  way: [0, 2].flatMap((unseen) =>
    bothEnds((sender) => ({ sender, arrived: unseen * 7, lost: 3, unseen, fastest: 10, median: 12 })),
  ),
  notInBoth: [{ connections: 2 }],
  tooMany: [{ packets: 500_000 }],
  oneOnly: [{ option }],
};

const VIEWER: SamplesOf<Messages['viewer']> = {
  connections: [
    { shown: 1, all: 1 },
    { shown: 12, all: 1_234 },
  ],
  left: [{ connections: 12_345 }],
  sortedBy: [{ by: '7' }],
  coloured: [{ how: '7' }],
  position: [{ at: 3, of: 1_234 }],
  marked: [{ number: 12 }],
  packet: [{ number: 12 }],
  times: [{ sinceFirst: 1500, sinceLast: 20 }],
  stays: [{ state: 'CLOSED' }],
  bytesShown: [
    { shown: 96, length: 1_500 },
    { shown: 1_500, length: 1_500 },
  ],
  timeApart: [{ ms: 20 }],
  numbersApart: [{ seq: 1_448 }],
  fileName: [{ format: 'syn0' }],
  written: [{ file }],
  partlyWritten: [{ file, omitted: 12 }],
  exists: [{ file }],
  notWritten: [{ file, code: 'ENOENT' }],
  rate: [{ megabytes: 1_074, packets: 1_234_567, ms: 2100 }],
};
const missing = [{ bytes: 1_448 }];

const SENTENCES: SamplesOf<Messages['verdicts']['sentences']> = {
  unanswered: [
    { ...seen, kind: 'unanswered', attempts: 1, waits: [] },
    { ...seen, kind: 'unanswered', attempts: 3, waits: [1000, 2000] },
  ],
  refused: [0.04, 20, 1500].map((after) => ({ ...seen, kind: 'refused', after })),
  'half-open': [1, 2].map((answers) => ({ ...seen, kind: 'half-open', answers, missing: 'client' })),
  unreachable: (['net', 'host', 'protocol', 'port', 'prohibited', 'time-exceeded', 'other'] as const).flatMap(
    (reason) =>
      bothEnds(
        (sender): VerdictOf<'unreachable'> => ({
          ...{ ...seen, kind: 'unreachable', sender, reason, reporter: '10.0.0.9' },
          opening: reason === 'host',
        }),
      ),
  ),
  'old-connection': [{ ...seen, kind: 'old-connection' }],
  'path-mtu': [0, 1400].flatMap((mtu) =>
    bothEnds(
      (sender): VerdictOf<'path-mtu'> => ({
        ...{ ...seen, kind: 'path-mtu', sender, mtu, reporter: '10.0.0.9' },
        arrived: mtu > 0,
      }),
    ),
  ),
  'slow-opening': [{ ...seen, kind: 'slow-opening', attempts: 2, waits: [1000] }],
  reset: CAUSES.flatMap((cause) =>
    bothEnds((by): VerdictOf<'reset'> => ({ ...seen, kind: 'reset', by, cause })),
  ),
  'black-hole': [0, 1200].flatMap((healed) =>
    bothEnds(
      (sender): VerdictOf<'black-hole'> => ({
        ...{ ...seen, kind: 'black-hole', sender, length: 1460, delivered: 536, times: 2 },
        healed,
      }),
    ),
  ),
  unacknowledged: bothEnds((sender) => ({ ...seen, kind: 'unacknowledged', sender, times: 4, length: 1 })),
  'never-closed': bothEnds((by) => ({ ...seen, kind: 'never-closed', by, waited: 6000 })),
  'zero-window': [true, false].flatMap((open) =>
    bothEnds(
      (receiver): VerdictOf<'zero-window'> => ({
        ...{ ...seen, kind: 'zero-window', receiver, longest: 800, total: open ? 800 : 1900, open },
        slow: open ? 'receiver' : 'network',
      }),
    ),
  ),
  loss: [0, 250].flatMap((stall) =>
    bothEnds(
      (sender): VerdictOf<'loss'> => ({
        ...{ ...seen, kind: 'loss', sender, lost: 3, of: 120, stall },
        forNothing: stall === 0 ? 0 : 2,
        ambiguous: stall === 0 ? 1 : 0,
      }),
    ),
  ),
  reordering: [0, 2].flatMap((spurious) =>
    bothEnds(
      (sender): VerdictOf<'reordering'> => ({ ...seen, kind: 'reordering', sender, late: 1, spurious }),
    ),
  ),
  'no-window-scale': bothEnds((by) => ({ ...seen, kind: 'no-window-scale', by, full: 5 })),
  'delayed-ack': bothEnds((sender) => ({ ...seen, kind: 'delayed-ack', sender, times: 4, total: 160 })),
  'time-wait-reuse': bothEnds((by) => ({ ...seen, kind: 'time-wait-reuse', by, after: 200 })),
  'slow-answer': [{ ...seen, kind: 'slow-answer', waited: 3000 }],
  fine: (['closed', 'open', 'partial'] as const).map((ending) => ({ ...seen, kind: 'fine', ending })),
};

const SAMPLES: Readonly<Record<string, readonly object[]>> = Object.fromEntries(
  Object.entries({
    ladder: LADDER,
    summary: SUMMARY,
    reader: READER,
    exports: EXPORTS,
    'exports.report': REPORT,
    merge: MERGE,
    verdicts: { packets: [{ packets: [1] }, { packets: [1, 2, 30] }] },
    'verdicts.sentences': SENTENCES,
    viewer: VIEWER,
    'viewer.follow': { missing },
    'viewer.follow.missingFrom': { client: missing, server: missing },
  }).flatMap(([section, samples]) =>
    Object.entries(samples).map(([key, values]) => [`${section}.${key}`, values as readonly object[]]),
  ),
);

/** What the values bring into a sentence. */
const NAMES = ['syn0', 'wire', 'Z_BUF_ERROR', 'ENOENT', 'resvg', 'magick'];

const leaves = new Map<string, Leaf[1]>(leavesOf(ENGLISH));
const paths = [...leaves.keys()].filter((path) => path !== 'language');

test.each([ENGLISH, KOREAN])('$language has every message, and no other', (messages) => {
  expect([...leavesOf(messages)].map(([path]) => path).sort()).toEqual([...leaves.keys()].sort());
  expect(paths.length).toBeGreaterThan(200);
});

describe.each([ENGLISH, KOREAN])('$language', (messages) => {
  const own = new Map<string, Leaf[1]>(leavesOf(messages));

  test.each(paths)('%s', (path) => {
    const message = own.get(path)!;
    if (typeof message === 'string') {
      expectSpeech(messages.language, message.trim());
      return;
    }
    const samples = SAMPLES[path]!;
    expect(samples.length).toBeGreaterThan(0);
    for (const values of samples) {
      expectSpeech(messages.language, render(message, values).text.trim(), NAMES);
    }
  });
});

describe('Korean says what English says', () => {
  const korean = new Map<string, Leaf[1]>(leavesOf(KOREAN));
  const functions = paths.filter((path) => typeof leaves.get(path) === 'function');

  test.each(functions)('%s: of the same values', (path) => {
    const asked = [leaves.get(path), korean.get(path)].map((message) => {
      const asks = SAMPLES[path]!.flatMap((values) => [...render(message as never, values).asks]);
      return [...new Set(asks)].sort();
    });
    expect(asked[1]).toEqual(asked[0]);
  });

  test.each(functions)('%s: with the same numbers', (path) => {
    for (const values of SAMPLES[path]!) {
      const [english, own] = [leaves.get(path), korean.get(path)].map(
        (message) => render(message as never, values).text,
      );
      expect(numbersIn(own!)).toEqual(numbersIn(english!));
    }
  });

  // Names of columns, marks and words of one sign are the same, or have no letters.
  test('none is left in English', () => {
    const same = paths.filter((path) => leaves.get(path) === korean.get(path));
    expect(same).toEqual(['reader.columns.number', 'reader.columns.roundTrip']);
  });
});
