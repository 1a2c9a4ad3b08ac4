// What a packet that has left says of itself: the segment in it, and which flight before it carried the same.

import { Segment } from '../../tcp/segment.ts';
import { seq, unsigned } from '../../tcp/seq.ts';
import type { SegmentRecord } from '../../trace/events.ts';
import { readSegment, recordSegment, sequenceLength } from '../../trace/segment-record.ts';
import type { Packet } from '../../wire/packet.ts';
import type { Flight } from './story.ts';

export const isSame = (one: SegmentRecord | null, other: SegmentRecord): boolean =>
  one?.seq === other.seq && one.flags === other.flags && one.source === other.source;

const scratch = new Segment();

/** A segment that nobody announced, as an answer to a SYN for which nothing is kept. */
export function readAlone(packet: Packet): SegmentRecord | null {
  const read = readSegment(packet, scratch);
  if (read === null) return null;
  const { source, destination } = read;
  const context = { senderIsn: null, receiverIsn: null, windowShift: null, count: 1 };
  return recordSegment(scratch, { source, destination, ...context });
}

/** The first of `flights` of the same end that carried some of `segment`; null: there is none. */
export function originalOf(flights: readonly Flight[], again: Flight, segment: SegmentRecord): number | null {
  for (const flight of flights) {
    if (flight === again) break;
    const sent = flight.segment;
    if (sent === null || flight.from !== again.from || flight.connection !== again.connection) continue;
    const ahead = unsigned(seq(segment.seq - sent.seq));
    if (ahead < sequenceLength(sent)) return flight.index;
  }
  return null;
}
