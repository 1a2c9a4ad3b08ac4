// One direction of a connection as a time-sequence graph.

import type { GraphAck, GraphSegment, SequenceGraph } from '../../trace/picture/time-sequence.ts';
import { hasFlag, sequenceLength } from '../../trace/segment-record.ts';
import type { Flight, Story } from './story.ts';

/** One end of a connection, as a sender. */
export interface Direction {
  readonly host: string;
  readonly connection: number;
}

/** What is said of marks, in the language of the page. */
export interface GraphWords {
  readonly segment: (flight: Flight, from: number, to: number) => string;
  readonly ack: (t: number, ack: number, window: number) => string;
  readonly sack: (t: number, from: number, to: number) => string;
}

/** The directions in which something was sent in the first `shown` moments, in order of appearance. */
export function directionsOf(story: Story, shown: number): Direction[] {
  const seen = new Map<string, Direction>();
  for (const { moment, connection, from, segment } of story.flights) {
    if (moment === null || moment >= shown || connection === null || segment === null) continue;
    seen.set(`${from} ${connection}`, { host: from, connection });
  }
  return [...seen.values()];
}

/** Of the first `shown` moments. Ids are indexes of flights. */
export function graphOf(story: Story, shown: number, of: Direction, words: GraphWords): SequenceGraph {
  const flights = story.flights.filter(
    ({ connection, segment }) => connection === of.connection && segment !== null,
  );
  const sent = flights.filter(({ from, moment }) => from === of.host && moment !== null && moment < shown);
  const segments = sent.flatMap((flight) => segmentOf(flight, words));
  const heard = flights
    .filter(({ from, corrupted }) => from !== of.host && !corrupted)
    .flatMap((flight) =>
      flight.arrivals
        .filter(({ moment }) => moment !== null && moment < shown)
        .map(({ t }) => ({ flight, t })),
    )
    .sort((a, b) => a.t - b.t);
  const acks: GraphAck[] = [];
  for (const { flight, t } of heard) {
    const ack = ackOf(flight, t, acks.at(-1), words, isn(sent));
    if (ack !== null) acks.push(ack);
  }
  return { segments, acks };
}

/** The sender's, as it stands behind its relative numbers. */
function isn(sent: readonly Flight[]): number | null {
  const first = sent.find(({ segment }) => segment!.relativeSeq !== null)?.segment;
  return first == null ? null : (first.seq - first.relativeSeq!) >>> 0;
}

function segmentOf(flight: Flight, words: GraphWords): GraphSegment[] {
  const segment = flight.segment!;
  const length = sequenceLength(segment);
  const mark = (['SYN', 'FIN', 'RST'] as const).find((flag) => hasFlag(segment, flag)) ?? null;
  if ((length === 0 && mark !== 'RST') || segment.relativeSeq === null) return [];
  const [from, to] = [segment.relativeSeq, segment.relativeSeq + length];
  return [
    {
      id: flight.index,
      t: flight.departed,
      from,
      to,
      again: flight.retransmission,
      lost: flight.lost !== null,
      push: hasFlag(segment, 'PSH'),
      mark,
      label: words.segment(flight, from, to),
    },
  ];
}

function ackOf(
  { index, segment }: Flight,
  t: number,
  last: GraphAck | undefined,
  words: GraphWords,
  iss: number | null,
): GraphAck | null {
  const { relativeAck, scaledWindow, window, options } = segment!;
  const reset = hasFlag(segment!, 'RST');
  if (relativeAck === null && !reset) return null;
  const ack = relativeAck ?? last?.ack ?? 0;
  const windowEnd = ack + (scaledWindow ?? window);
  const sacked =
    iss === null
      ? []
      : options.sack.map(([left, right]) => [(left - iss) >>> 0, (right - iss) >>> 0] as const);
  const bare = sequenceLength(segment!) === 0 && !reset;
  return {
    id: index,
    t,
    ack,
    windowEnd,
    duplicate: bare && last !== undefined && last.ack === ack && last.windowEnd === windowEnd,
    sacked,
    reset,
    label: [
      words.ack(t, ack, scaledWindow ?? window),
      ...sacked.map(([from, to]) => words.sack(t, from, to)),
    ].join('\n'),
  };
}
