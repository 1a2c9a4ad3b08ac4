// What a segment says, field by field (§3.1), beside what its sender said last, and what it acknowledges.

import { hasFlag, sequenceLength } from '../../trace/segment-record.ts';
import type { Flight, Story } from './story.ts';

export interface FieldChange {
  /** The RFC's word for it: `SEG.SEQ`. */
  readonly name: string;
  readonly value: string;
  /** In the last segment that its sender sent on the connection; null: there was none. */
  readonly previous: string | null;
}

/** What `one` says, beside what `other` does; numbers count from the initial ones. */
export function fieldChanges(one: Flight, other: Flight | null): FieldChange[] {
  const previous = other === null ? null : new Map(fieldsOf(other));
  return fieldsOf(one).map(([name, value]) => ({ name, value, previous: previous?.get(name) ?? null }));
}

/** The last segment before `flight` that its sender sent on the same connection. */
export function previousOf({ flights }: Story, { index, from, connection }: Flight): Flight | null {
  return (
    flights.findLast(
      (one) =>
        one.index < index && one.from === from && one.connection === connection && one.segment !== null,
    ) ?? null
  );
}

/** The flights whose text, SYN or FIN `flight` is the first to acknowledge in full. */
export function acknowledgedBy({ flights }: Story, flight: Flight): Flight[] {
  const ack = flight.segment?.relativeAck ?? null;
  if (ack === null) return [];
  const told = flights
    .filter(
      ({ index, from, connection }) =>
        index < flight.index && from === flight.from && connection === flight.connection,
    )
    .reduce((most, { segment }) => Math.max(most, segment?.relativeAck ?? 0), 0);
  return flights.filter(({ index, from, connection, segment }) => {
    if (segment === null || segment.relativeSeq === null || index >= flight.index) return false;
    if (from !== flight.to || connection !== flight.connection || sequenceLength(segment) === 0) return false;
    const end = segment.relativeSeq + sequenceLength(segment);
    return end > told && end <= ack;
  });
}

function fieldsOf({ segment }: Flight): (readonly [string, string])[] {
  if (segment === null) return [];
  const { options } = segment;
  return [
    ['SEG.SEQ', String(segment.relativeSeq ?? segment.seq)],
    ['SEG.ACK', hasFlag(segment, 'ACK') ? String(segment.relativeAck ?? segment.ack) : '–'],
    ['SEG.LEN', String(sequenceLength(segment))],
    ['SEG.WND', String(segment.scaledWindow ?? segment.window)],
    ['CTL', segment.flags],
    ...(segment.urgent === null ? [] : [['SEG.UP', String(segment.urgent)] as const]),
    ['MSS', options.mss === null ? '–' : String(options.mss)],
    ['Window Scale', options.windowScale === null ? '–' : String(options.windowScale)],
    ['SACK permitted', options.sackPermitted ? '✓' : '–'],
    [
      'Timestamps',
      options.timestamps === null ? '–' : `${options.timestamps.value} / ${options.timestamps.echo}`,
    ],
    ['SACK', options.sack.length === 0 ? '–' : options.sack.map((edges) => edges.join('-')).join(', ')],
  ];
}
