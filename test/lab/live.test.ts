// Events of a running stack as pictures of its connections: one end watched, or both.

import { describe, expect, test } from 'vitest';
import { LiveConnections, MAX_ARROWS, MAX_LIVE } from '../../src/lab/model/live.ts';
import { run } from '../../src/lab/model/run.ts';
import { close } from '../../src/lab/scenarios/s02-close.ts';
import type { TraceEvent } from '../../src/trace/events.ts';

const told = (keep: (event: TraceEvent) => boolean): LiveConnections => {
  const live = new LiveConnections();
  const story = run(close, { scenario: close.id, seed: 1, values: {}, edits: [] });
  for (const { events } of story.moments) for (const event of events) if (keep(event)) live.take(event);
  return live;
};

describe('a live connection', () => {
  test('both ends watched: what leaves there arrives here, and every state is said by its end', () => {
    const connection = told(() => true).all.get(1)!;
    const { arrows, ends, states } = connection.picture(['client', 'server']);
    expect(ends.map(({ name, detail }) => [name, detail.replace(/:\d+$/, '')])).toEqual([
      ['client', '10.0.0.1'],
      ['server', '10.0.0.2'],
    ]);
    expect(arrows.every(({ departs, arrives }) => departs !== null && arrives! - departs === 100)).toBe(true);
    expect(states.every(({ confidence }) => confidence === 'observed')).toBe(true);
    expect(connection.state).toBe('CLOSED');
  });

  test('the server alone watched: the other end is inferred, and half of each way not seen', () => {
    const connection = told(({ host }) => host === 'server').all.get(1)!;
    const { arrows, states } = connection.picture(['client', 'server']);
    expect(arrows.every(({ departs, arrives }) => (departs === null) !== (arrives === null))).toBe(true);
    const client = states.filter(({ end }) => end === 0).map(({ state }) => state);
    expect(client).toEqual(expect.arrayContaining(['SYN-SENT', 'ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2']));
  });

  test('however long it goes on, what is kept is bounded', () => {
    const live = told(({ host }) => host === 'server');
    const connection = live.all.get(1)!;
    const segments: TraceEvent[] = [];
    const story = run(close, { scenario: close.id, seed: 1, values: {}, edits: [] });
    for (const { events } of story.moments)
      for (const event of events)
        if (event.kind === 'segment' && event.host === 'server') segments.push(event);
    for (let i = 0; i < 3 * MAX_ARROWS; i++) live.take(segments[i % segments.length]!);
    expect(connection.arrows.length).toBeLessThan(2 * MAX_ARROWS);
    expect(connection.forgotten).toBeGreaterThanOrEqual(MAX_ARROWS);
  });

  test('and so is how many there are', () => {
    const live = new LiveConnections();
    for (let number = 1; number <= 2 * MAX_LIVE; number++)
      live.take({
        kind: 'connection',
        id: number,
        t: number,
        host: 'synfin',
        connection: number,
        local: 'a:1',
        remote: 'b:2',
        passive: true,
        state: 'LISTEN',
      });
    expect(live.all.size).toBe(MAX_LIVE);
    expect(live.all.has(2 * MAX_LIVE)).toBe(true);
  });
});
