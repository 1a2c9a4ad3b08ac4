// What is called proven of a peer, against what a real peer went through, over links that lose, repeat and reorder.

import { describe, expect, test } from 'vitest';
import type { State } from '../../src/tcp/state.ts';
import type { SegmentRecord, TraceEvent } from '../../src/trace/events.ts';
import { hasFlag } from '../../src/trace/segment-record.ts';
import { Summary } from '../../src/trace/summary.ts';
import { conversation, DELAY } from './reader/truth.ts';

const SEEDS = 800;
/** How bad the links are at most. */
const LINK = { jitter: 3, loss: 0.25, duplicate: 0.15, reorder: 0.4 };

/** As segments can show it: a CLOSE counts from when the FIN leaves. */
function visible(state: State, finSent: boolean): State {
  if (finSent) return state;
  if (state === 'FIN-WAIT-1') return 'ESTABLISHED';
  return state === 'CLOSING' ? 'CLOSE-WAIT' : state;
}

const identity = ({ seq, ack, length, flags, options }: SegmentRecord): string =>
  [seq, ack, length, flags, options.timestamps?.value].join();

/** What one host was in, and how much of that when it sent each segment. */
class Life {
  readonly states: State[] = [];
  private state: State = 'CLOSED';
  private finSent = false;
  private readonly departures = new Map<string, [number, number][]>();

  event(event: TraceEvent): void {
    if (event.kind === 'state') this.state = event.to;
    else if (event.kind !== 'segment' || event.direction !== 'out') return;
    else if (hasFlag(event.segment, 'FIN')) this.finSent = true;
    const now = visible(this.state, this.finSent);
    if (this.states.at(-1) !== now) this.states.push(now);
    if (event.kind !== 'segment') return;
    const key = identity(event.segment);
    this.departures.set(key, [...(this.departures.get(key) ?? []), [event.t, this.states.length]]);
  }

  /** How many of its states it had been in when it sent this, which has arrived at `now`. */
  before(segment: SegmentRecord, now: number): number {
    const times = this.departures.get(identity(segment)) ?? [];
    return times.findLast(([t]) => t + DELAY <= now + 1e-6)?.[1] ?? 0;
  }
}

interface Claims {
  wrong: string[];
  observed: number;
  /** Observed, and still so: it was in that state, and no later one, when it sent the last that arrived. */
  latest: number;
  inferred: number;
  /** Inferred, and the peer came to be in that state. */
  right: number;
}

/** What is said of the peer of `watcher` whenever the next segment passes. */
function judge(
  events: readonly TraceEvent[],
  watcher: 'client' | 'server',
  claims: Claims,
  seed: number,
): void {
  const life = new Life();
  const summary = new Summary();
  let known = 0;
  let pending: number | null = null;
  const inferred: State[] = [];
  const check = (): void => {
    const [connection] = summary.connections();
    if (connection === undefined) return;
    const peer = [connection.client, connection.server].find(({ host }) => host === null)!;
    if (peer.confidence === 'observed') {
      claims.observed += 1;
      if (life.states[known - 1] === peer.state) claims.latest += 1;
      if (!life.states.slice(0, known).includes(peer.state))
        claims.wrong.push(`seed ${seed}: ${watcher} says ${peer.state} of ${life.states.slice(0, known)}`);
    } else if (peer.confidence === 'inferred') {
      inferred.push(peer.state);
    }
  };
  for (const event of events) {
    if (event.connection !== 1) continue;
    if (event.host !== watcher) {
      life.event(event);
      continue;
    }
    if (event.kind === 'segment-dropped') pending = null;
    if (event.kind === 'segment') {
      if (pending !== null) known = Math.max(known, pending);
      pending = null;
      check();
      if (event.direction === 'in') pending = life.before(event.segment, event.t);
    }
    summary.event(event);
  }
  if (pending !== null) known = Math.max(known, pending);
  check();
  claims.inferred += inferred.length;
  claims.right += inferred.filter((state) => life.states.includes(state)).length;
}

describe('PeerInference beside a peer that is known', () => {
  test(`${SEEDS} conversations: what is observed is true, and most of the rest`, () => {
    const claims: Claims = { wrong: [], observed: 0, latest: 0, inferred: 0, right: 0 };
    const seen = new Set<State>();
    for (let seed = 0; seed < SEEDS; seed++) {
      const { crashedAt, events } = conversation(seed, LINK);
      // The events of a machine that died do not tell what its successor is in.
      if (crashedAt < Number.POSITIVE_INFINITY) continue;
      for (const event of events) if (event.kind === 'state') seen.add(event.to);
      for (const watcher of ['client', 'server'] as const) judge(events, watcher, claims, seed);
    }
    expect(claims.wrong).toEqual([]);
    expect(seen.size).toBe(11);
    expect(claims.latest / claims.observed).toBeGreaterThan(0.99);
    expect(claims.observed / (claims.observed + claims.inferred)).toBeGreaterThan(0.5);
    expect(claims.right / claims.inferred).toBeGreaterThan(0.8);
  });
});
