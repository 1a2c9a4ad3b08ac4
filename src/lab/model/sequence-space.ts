// The sequence spaces of one end of a connection at a moment (RFC 9293 §3.3.1, figures 3 and 4): where the variables
// point, what was SACKed. Numbers count from the initial ones.

import type { SegmentRecord } from '../../trace/events.ts';
import { type EndAt, endsAt } from './ends.ts';
import type { Story } from './story.ts';

export type Block = readonly [from: number, to: number];

/** Bytes; a SYN or FIN counts for one. */
export interface SequenceSpace {
  readonly host: string;
  readonly connection: number;
  readonly una: number;
  readonly nxt: number;
  /** SND.UNA + SND.WND. */
  readonly sendEnd: number;
  /** Of what is in flight, what the peer says that it has. */
  readonly sacked: readonly Block[];
  /** Null: the peer's initial sequence number is not known yet. */
  readonly receive: {
    readonly nxt: number;
    /** RCV.NXT + RCV.WND. */
    readonly end: number;
    /** Held beyond a gap. */
    readonly held: readonly Block[];
  } | null;
}

/** Of each end that has a TCB, after the first `shown` moments. */
export const spacesOf = (story: Story, shown: number): SequenceSpace[] =>
  endsAt(story, shown).flatMap((end) => spaceOf(story, shown, end));

function spaceOf(story: Story, shown: number, { line, view }: EndAt): SequenceSpace[] {
  if (view === null) return [];
  const { host, connection } = line;
  const { iss, irs, sndUna, sndNxt, sndWnd, rcvNxt, rcvWnd } = view.info;
  const from = (base: number) => (edge: number) => (edge - base) >>> 0;
  const [una, nxt] = [sndUna, sndNxt].map(from(iss)) as [number, number];
  const knows = rcvNxt !== 0 || irs !== 0;
  const next = from(irs)(rcvNxt);
  const of = story.flights.filter((flight) => flight.connection === connection && flight.segment !== null);
  const got = of.filter(
    ({ to, arrivals }) => to === host && arrivals.some(({ moment }) => moment !== null && moment < shown),
  );
  const sent = of.findLast(
    (flight) => flight.from === host && flight.moment !== null && flight.moment < shown,
  );
  return [
    {
      host,
      connection,
      una,
      nxt,
      sendEnd: una + sndWnd,
      sacked: merged(got.flatMap(({ segment }) => blocksOf(segment!, iss))).filter(
        ([, to]) => to > una && to <= nxt,
      ),
      receive: knows
        ? {
            nxt: next,
            end: next + rcvWnd,
            held: merged(sent === undefined ? [] : blocksOf(sent.segment!, irs)).filter(
              ([left]) => left > next,
            ),
          }
        : null,
    },
  ];
}

const blocksOf = ({ options }: SegmentRecord, base: number): Block[] =>
  options.sack.map(([left, right]) => [(left - base) >>> 0, (right - base) >>> 0]);

/** In order, and none touching another. */
function merged(blocks: readonly Block[]): Block[] {
  const whole: Block[] = [];
  for (const [from, to] of blocks.toSorted((a, b) => a[0] - b[0])) {
    const last = whole.at(-1);
    if (last !== undefined && from <= last[1]) whole[whole.length - 1] = [last[0], Math.max(last[1], to)];
    else whole.push([from, to]);
  }
  return whole;
}
