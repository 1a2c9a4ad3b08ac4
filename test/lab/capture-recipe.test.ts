// A captured connection as a recipe: the run has the capture's calls and losses, and says what it only supposes.

import { describe, expect, test } from 'vitest';
import { captureRecipe } from '../../src/lab/model/capture-recipe.ts';
import { readRecipe } from '../../src/lab/model/recipe.ts';
import { run } from '../../src/lab/model/run.ts';
import { formatShared, parseShared } from '../../src/lab/model/share.ts';
import type { Story } from '../../src/lab/model/story.ts';
import { sandbox } from '../../src/lab/scenarios/s18-sandbox.ts';
import { hasFlag } from '../../src/trace/segment-record.ts';
import { OPENED } from '../trace/reader/exchange.ts';
import { keptExchange } from '../trace/reader/kept.ts';

const replayed = (lines: readonly string[]): { story: Story; replay: ReturnType<typeof captureRecipe> } => {
  const replay = captureRecipe(keptExchange(lines));
  return { story: run(sandbox, replay.recipe), replay };
};

/** What arrived of text, of each end. */
const bytesOf = (story: Story, from: string): number =>
  Math.max(
    0,
    ...story.flights
      .filter((flight) => flight.from === from && flight.lost === null && flight.segment !== null)
      .map(({ segment }) => (segment!.relativeSeq ?? 0) + segment!.length - 1),
  );

const DIALOGUE = [
  ...OPENED,
  '+5 > P. 1:101 ack 1',
  '+20 < P. 1:501 ack 101',
  '+1 > . 101:101 ack 501',
  '+5 > F. 101:101 ack 501',
  '+20 < F. 501:501 ack 102',
  '+1 > . 102:102 ack 502',
];

describe('a connection replayed', () => {
  test('as much text both ways, in the same order, and the same end', () => {
    const { story, replay } = replayed(DIALOGUE);
    expect(bytesOf(story, 'client')).toBeGreaterThanOrEqual(100);
    expect(bytesOf(story, 'server')).toBeGreaterThanOrEqual(500);
    const ends = story.lifelines.map(({ states }) => states.at(-1)!.state);
    expect(ends).toEqual(['CLOSED', 'CLOSED']);
    expect(story.lifelines[0]!.states.map(({ state }) => state)).toContain('TIME-WAIT');
    expect(replay.notes).toMatchObject({ losses: 0, lossesLeftOut: 0, callsLeftOut: 0, placeAssumed: false });
  });

  test('text leaves when it left', () => {
    const { story } = replayed(DIALOGUE);
    const first = story.flights.find(({ segment }) => (segment?.length ?? 0) > 0)!;
    expect(first.departed).toBeCloseTo(25, 0);
  });

  test('what was sent again is lost, and sent again', () => {
    const lines = [...DIALOGUE];
    lines.splice(4, 0, '+300 > P. 1:101 ack 1');
    const { story, replay } = replayed(lines);
    expect(replay.notes).toMatchObject({ losses: 1, lossesLeftOut: 0 });
    const drops = replay.recipe.edits.filter(({ kind }) => kind === 'drop');
    expect(drops).toHaveLength(1);
    const lost = story.flights.find(({ lost: how }) => how !== null)!;
    expect(lost.segment).toMatchObject({ relativeSeq: 1, length: 100 });
    expect(story.flights.filter(({ retransmission }) => retransmission).length).toBeGreaterThan(0);
  });

  test('a SYN that is lost twice is lost twice', () => {
    const { story, replay } = replayed([
      '+0 > S 0:0',
      '+1000 > S 0:0',
      '+2000 > S 0:0',
      '+20 < S. 0:0 ack 1',
      '+1 > . 1:1 ack 1',
    ]);
    expect(replay.notes.losses).toBe(2);
    const syns = story.flights.filter(({ segment }) => segment !== null && segment.flags === 'SYN');
    expect(syns.map(({ lost }) => lost !== null)).toEqual([true, true, false]);
  });

  test('a server that refuses refuses', () => {
    const { story } = replayed(['+0 > S 0:0', '+20 < R. 0:0 ack 1']);
    expect(story.flights.map(({ segment }) => segment!.flags)).toEqual(['SYN', 'RST,ACK']);
  });

  test('a server that says nothing is one behind a cut cable', () => {
    const { story } = replayed(['+0 > S 0:0', '+1000 > S 0:0']);
    expect(story.flights.every(({ lost }) => lost !== null)).toBe(true);
  });

  test('a window that closes is a program that does not read', () => {
    const { replay } = replayed([
      ...OPENED,
      '+5 > P. 1:101 ack 1',
      '+20 < . 1:1 ack 101 win 0',
      '+500 < . 1:1 ack 101 win 10000',
    ]);
    const calls = replay.recipe.edits.flatMap((edit) => (edit.kind === 'call' ? [edit.call] : []));
    expect(calls).toContain('pause');
    expect(calls).toContain('resume');
  });

  test('a RST is an abort of the end that sent it', () => {
    const { story } = replayed([...OPENED, '+5 > P. 1:101 ack 1', '+50 > R. 101:101 ack 1']);
    const resets = story.flights.filter(({ segment }) => segment !== null && hasFlag(segment, 'RST'));
    expect(resets.map(({ from }) => from)).toEqual(['client']);
  });

  test('however many writes there are, it is a recipe that a link can carry', () => {
    const lines = [...OPENED];
    for (let i = 0; i < 3000; i++) lines.push(`+2 > P. ${1 + i * 10}:${11 + i * 10} ack 1`);
    const { replay } = replayed(lines);
    expect(replay.notes.joinedWithin).toBeGreaterThan(0);
    expect(readRecipe(replay.recipe)).not.toBeNull();
    const link = formatShared({ recipe: replay.recipe, version: '', language: '', position: 0 });
    expect(parseShared(link)?.recipe).toEqual(replay.recipe);
  });
});
