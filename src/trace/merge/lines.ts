// Two captures of a connection in words: the clocks, each way, and every packet with its time on the way.

import type { EndIndex } from '../reader/ends.ts';
import { formatTime } from '../reader/table.ts';
import type { Messages } from '../text/messages.ts';
import { padEnd, padStart } from '../text/width.ts';
import type { MergedConnection, Passage } from './merge.ts';
import { passageDetail, shownOf, startOf } from './picture.ts';

/** One direction, in figures. */
export interface Way {
  readonly sender: 'client' | 'server';
  readonly arrived: number;
  readonly lost: number;
  readonly unseen: number;
  /** One-way delays, milliseconds, as far as the clocks are known; 0: nothing arrived. */
  readonly fastest: number;
  readonly median: number;
}

export interface MergedSummary {
  /** In the first capture and in the second. */
  readonly connections: readonly [number, number];
  readonly client: string;
  readonly server: string;
  readonly clock: {
    /** Milliseconds that the server's is ahead of the client's, and how wrong that may be; null: there is no telling. */
    readonly offset: number;
    readonly uncertainty: number | null;
    /** Parts of a million. */
    readonly drift: number;
  };
  readonly ways: readonly [Way, Way];
}

export function summariseMerged(merged: MergedConnection): MergedSummary {
  const { client, server, clock, firstIsClient } = merged;
  const numbers = [client.summary.connection, server.summary.connection] as const;
  return {
    connections: firstIsClient ? numbers : [numbers[1], numbers[0]],
    client: client.summary.client.endpoint,
    server: client.summary.server.endpoint,
    clock: {
      offset: clock.offset,
      uncertainty: Number.isFinite(clock.uncertainty) ? clock.uncertainty : null,
      drift: clock.drift * 1e6,
    },
    ways: [wayOf(merged, 0), wayOf(merged, 1)],
  };
}

function wayOf({ passages }: MergedConnection, from: EndIndex): Way {
  const own = passages.filter((passage) => passage.from === from);
  const count = (fate: Passage['fate']): number => own.filter((passage) => passage.fate === fate).length;
  const delays = own.flatMap(({ departs, arrives }) =>
    departs === null || arrives === null ? [] : [arrives - departs],
  );
  delays.sort((a, b) => a - b);
  return {
    sender: from === 0 ? 'client' : 'server',
    arrived: count('arrived'),
    lost: count('lost'),
    unseen: count('unseen'),
    fastest: delays[0] ?? 0,
    median: delays[delays.length >> 1] ?? 0,
  };
}

/** Endpoints, clocks and both ways. */
export function summaryLines(
  { connections, client, server, clock, ways }: MergedSummary,
  { merge }: Messages,
): string[] {
  const { offset, drift } = clock;
  const uncertainty = clock.uncertainty ?? Number.POSITIVE_INFINITY;
  return [
    `#${connections.join('/')}  ${client} > ${server}`,
    `  ${merge.clock({ offset, uncertainty, drift })}`,
    ...ways.map((way) => `  ${merge.way(way)}`),
  ];
}

/** A line for each packet, in the order in which they left. */
export function passageLines(merged: MergedConnection, messages: Messages): string[] {
  const start = startOf(merged);
  return [messages.merge.legend, ...merged.passages.map((passage) => passageLine(passage, start))];
}

function passageLine(passage: Passage, start: number): string {
  const { from, departs, arrives, fate } = passage;
  const time = departs ?? arrives!;
  const took =
    departs === null || arrives === null ? (fate === 'lost' ? 'X' : '?') : formatTime(arrives - departs);
  const way = from === 0 ? '>' : '<';
  const label = shownOf(passage).segment.flags;
  return `${padStart((time - start).toFixed(3), 11)}  ${padStart(took, 7)}  ${way} ${padEnd(label, 11)} ${passageDetail(passage)}`;
}
