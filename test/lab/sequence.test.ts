import { describe, expect, test } from 'vitest';
import { directionsOf, type GraphWords, graphOf } from '../../src/lab/model/graph.ts';
import { recipeOf, withEdit, withValue } from '../../src/lab/model/recipe.ts';
import { run } from '../../src/lab/model/run.ts';
import { spacesOf } from '../../src/lab/model/sequence-space.ts';
import { loss } from '../../src/lab/scenarios/s13-loss.ts';
import { sandbox } from '../../src/lab/scenarios/s18-sandbox.ts';

const WORDS: GraphWords = {
  segment: (_flight, from, to) => `${from}-${to}`,
  ack: (t, ack, window) => `${t}: ${ack} ${window}`,
  sack: (_t, from, to) => `sack ${from}-${to}`,
};
const LOSS = run(loss, recipeOf('s13'));
const CLIENT = { host: 'client', connection: 1 };
const ALL = LOSS.moments.length;

describe('a sequence space', () => {
  test('is there once an end has a TCB, and knows nothing of the peer before its SYN', () => {
    expect(spacesOf(LOSS, 0)).toEqual([]);
    expect(spacesOf(LOSS, 1)).toEqual([
      { host: 'client', connection: 1, una: 0, nxt: 1, sendEnd: 0, sacked: [], receive: null },
    ]);
  });

  test('has what is in flight, and what the window still allows', () => {
    const sending = LOSS.moments.findIndex(
      ({ stimulus }) => stimulus.kind === 'call' && stimulus.call === 'send',
    );
    const [client] = spacesOf(LOSS, sending + 1);
    expect(client).toMatchObject({ una: 1, nxt: 4881, sendEnd: 1 + client!.sendEnd - client!.una });
    expect(client!.sendEnd).toBeGreaterThan(client!.nxt);
    expect(client!.receive).toMatchObject({ nxt: 1, held: [] });
  });

  test('has what was SACKed until it is acknowledged, and what is held beyond the gap', () => {
    const seen = LOSS.moments.map((_, i) => spacesOf(LOSS, i + 1));
    const gap = seen.find(([client]) => client!.sacked.length > 0)!;
    // The third of ten segments is lost: its place is between what is acknowledged and what is SACKed.
    expect(gap[0]).toMatchObject({ una: 977 });
    expect(gap[0]!.sacked[0]![0]).toBe(1465);
    expect(gap[1]!.receive!.nxt).toBe(977);
    expect(gap[1]!.receive!.held[0]![0]).toBe(1465);
    expect(seen.at(-1)![0]).toMatchObject({ una: 4881, nxt: 4881, sacked: [] });
    expect(seen.at(-1)![1]!.receive).toMatchObject({ nxt: 4881, held: [] });
  });
});

describe('a time-sequence graph of a story', () => {
  const graph = graphOf(LOSS, ALL, CLIENT, WORDS);

  test('is of one end as a sender', () => {
    expect(directionsOf(LOSS, 1)).toEqual([CLIENT]);
    expect(directionsOf(LOSS, ALL)).toEqual([CLIENT, { host: 'server', connection: 1 }]);
  });

  test('has each segment where it left, the lost one and the one sent again', () => {
    expect(graph.segments[0]).toMatchObject({ t: 0, from: 0, to: 1, mark: 'SYN', again: false });
    const of = graph.segments.filter(({ from }) => from === 977);
    expect(of.map(({ lost, again }) => [lost, again])).toEqual([
      [true, false],
      [false, true],
    ]);
    expect(graph.segments.filter(({ push }) => push).map(({ to }) => to)).toEqual([4881]);
    expect(LOSS.flights[of[0]!.id]!.departed).toBe(of[0]!.t);
  });

  test('has the ACKs as they arrive, with SACK blocks in the numbers of the sender', () => {
    const acks = graph.acks.map(({ ack }) => ack);
    expect(acks).toEqual(acks.toSorted((a, b) => a - b));
    expect(acks.at(-1)).toBe(4881);
    expect(graph.acks.flatMap(({ sacked }) => sacked)[0]![0]).toBe(1465);
    expect(graph.acks.every(({ ack, windowEnd }) => windowEnd > ack)).toBe(true);
  });

  test('tells a duplicate ACK from the first of its number', () => {
    const story = run(
      sandbox,
      [
        { kind: 'call', t: 0, host: 'client', call: 'connect', port: 80 } as const,
        { kind: 'call', t: 400, host: 'client', call: 'send', socket: 'client.1', bytes: 10 } as const,
        { kind: 'inject', t: 2000, from: 'client', connection: 1, segment: 'P. 1:11(10) ack 1' } as const,
      ].reduce(withEdit, withValue(recipeOf('s18'), 'timestamps', false)),
    );
    const { acks } = graphOf(story, story.moments.length, CLIENT, WORDS);
    expect(acks.filter(({ ack }) => ack === 11).map(({ duplicate }) => duplicate)).toEqual([false, true]);
  });

  test('shows no more than has been shown', () => {
    expect(graphOf(LOSS, 1, CLIENT, WORDS)).toMatchObject({ segments: [{ mark: 'SYN' }], acks: [] });
  });

  test('marks a reset that arrives', () => {
    const aborted = run(
      sandbox,
      [
        { kind: 'call', t: 0, host: 'client', call: 'connect', port: 80 } as const,
        { kind: 'call', t: 400, host: 'server', call: 'abort', socket: 'server.1' } as const,
      ].reduce(withEdit, recipeOf('s18')),
    );
    const shown = aborted.moments.length;
    expect(graphOf(aborted, shown, CLIENT, WORDS).acks.at(-1)).toMatchObject({ t: 500, reset: true });
    const server = { host: 'server', connection: 1 };
    expect(graphOf(aborted, shown, server, WORDS).segments.at(-1)).toMatchObject({ t: 400, mark: 'RST' });
  });
});
