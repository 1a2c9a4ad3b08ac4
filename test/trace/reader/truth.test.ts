// What the reader says of both ends' states, against what they really went through.
import { expect, test } from 'vitest';
import type { RuleId } from '../../../src/tcp/rules.ts';
import type { State } from '../../../src/tcp/state.ts';
import type { TraceEvent } from '../../../src/trace/events.ts';
import { CaptureAnalysis } from '../../../src/trace/reader/capture-analysis.ts';
import { hasFlag } from '../../../src/trace/segment-record.ts';
import { seedsOf } from '../../support/seeds.ts';
import { conversation, DELAY, type Impairment } from './truth.ts';

/** `SEEDS=0-3000` for more. */
const SEEDS = seedsOf(0, 250);

/** As segments can show it: a CLOSE counts from when the FIN leaves, and nothing shows that TIME-WAIT is over. */
function visible(state: State, finSent: boolean): State {
  if (finSent) return state;
  if (state === 'FIN-WAIT-1') return 'ESTABLISHED';
  return state === 'CLOSING' ? 'CLOSE-WAIT' : state;
}

/** An end that has gone by one of these shows it only when something arrives, and is answered by a RST. */
const OWN_RESET: ReadonlySet<RuleId> = new Set([
  '9293-3.10.5-abort',
  '9293-3.6.1-unread',
  '9293-3.6.1-data-after-close',
  '9293-3.10.4-never-open',
]);

interface Stay {
  readonly state: State;
  readonly from: number;
}

/** The states of one host, each from when it was entered; and those in force behind each of its packets. */
class Life {
  readonly stays: Stay[] = [];
  /** States between a packet of this host and the next one. */
  readonly behind: Set<State>[] = [];
  private state: State = 'CLOSED';
  private finSent = false;
  private resetDue = false;

  event(event: TraceEvent): void {
    if (event.kind === 'connection') this.state = event.state;
    else if (event.kind === 'state') {
      // It shows when the RST leaves.
      if (OWN_RESET.has(event.why)) this.resetDue = true;
      else this.state = event.to;
    } else if (event.kind === 'segment') {
      if (event.direction === 'out' && hasFlag(event.segment, 'FIN')) this.finSent = true;
      const reset = event.direction === 'out' && hasFlag(event.segment, 'RST');
      if (reset && this.resetDue) this.state = 'CLOSED';
      this.behind.push(new Set());
    } else if (event.kind !== 'segment-dropped') return;
    const now = visible(this.state, this.finSent);
    if (this.stays.at(-1)?.state !== now) this.stays.push({ state: now, from: event.t });
    // Nothing can be said of it until the RST leaves.
    if (this.resetDue && this.state !== 'CLOSED') this.behind.at(-1)?.clear();
    else this.behind.at(-1)?.add(now);
  }

  /** Whoever comes back knows nothing. */
  crash(at: number): void {
    if (at < Number.POSITIVE_INFINITY) this.stays.push({ state: 'CLOSED', from: at });
  }

  /** It was in `state` at some time of [from, to]. */
  was(state: State, from: number, to: number): boolean {
    return this.stays.some((stay, i) => {
      const end = this.stays[i + 1]?.from ?? Number.POSITIVE_INFINITY;
      return stay.state === state && stay.from <= to && end >= from;
    });
  }
}

interface Score {
  observed: number;
  inferred: number;
  assumed: number;
  right: number;
  readonly wrong: string[];
  readonly missed: string[];
}

function judge(seed: number, impairment: Impairment, score: Score): void {
  const { events, capture, crashedAt } = conversation(seed, impairment);
  const client = new Life();
  const server = new Life();
  for (const event of events) {
    if (event.connection === 1) (event.host === 'client' ? client : server).event(event);
  }
  server.crash(crashedAt);
  const start = events.find((event) => event.kind === 'segment' && event.host === 'client')!.t;
  let packets = 0;
  let heard = start;
  const analysis = new CaptureAnalysis({
    onConnection: () => {},
    onPacket: (connection, packet, explained) => {
      const at = start + packet.time;
      const index = packets++;
      const sender = explained.from === 0 ? connection.client : connection.server;
      if (String(sender.address) === '10.0.0.2') heard = at;
      for (const end of [0, 1] as const) {
        const confidence = explained.confidences[end];
        if (confidence === 'unknown') continue;
        const now = client.behind[Math.min(index, client.behind.length - 1)]!;
        const state = explained.states[end];
        const isClient = (String(connection.client.address) === '10.0.0.1') === (end === 0);
        if (isClient && now.size === 0) continue;
        // What the far end was in while this packet was under way to or from it.
        const right = isClient
          ? now.has(state)
          : server.was(state, heard - slack(impairment), at + slack(impairment));
        const line = `seed ${seed}, packet ${packet.number}: ${isClient ? 'client' : 'server'} ${state}, really ${
          isClient ? [...now] : server.stays.map((stay) => `${stay.state}@${stay.from}`)
        } at ${at}`;
        if (confidence === 'observed') {
          score.observed++;
          if (!right) score.wrong.push(line);
        } else if (confidence === 'assumed') {
          score.assumed++;
        } else {
          score.inferred++;
          if (right) score.right++;
          else score.missed.push(line);
        }
      }
    },
  });
  analysis.push(capture);
  analysis.finish();
  expect(analysis.reader.fault).toBeNull();
}

/** A packet may be under way for so long. */
const slack = ({ jitter, reorder }: Impairment): number => DELAY + jitter + (reorder > 0 ? 45 : 0);

const LINKS: Readonly<Record<string, Impairment>> = {
  'a clean link': { loss: 0, jitter: 0, duplicate: 0, reorder: 0 },
  loss: { loss: 0.05, jitter: 0, duplicate: 0, reorder: 0 },
  'loss, reordering and duplicates': { loss: 0.1, jitter: 3, duplicate: 0.1, reorder: 0.3 },
};

test('states of both ends from a capture at one, over links that lose, repeat and reorder (seeds 0 to 249)', () => {
  const score: Score = { observed: 0, inferred: 0, assumed: 0, right: 0, wrong: [], missed: [] };
  for (const impairment of Object.values(LINKS)) {
    for (const seed of SEEDS) judge(seed, impairment, score);
  }
  expect(score.wrong).toEqual([]);
  expect(score.right / score.inferred, score.missed.join('\n')).toBeGreaterThanOrEqual(0.99);
  expect(score.observed).toBeGreaterThan(2 * score.assumed);
  expect(score.inferred).toBeGreaterThan(2000);
});
