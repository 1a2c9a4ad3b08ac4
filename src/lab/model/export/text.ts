// A run as the ladder that the command line draws: two lifelines in letters.

import type { PacketLostEvent, TraceEvent } from '../../../trace/events.ts';
import { Ladder } from '../../../trace/ladder.ts';
import type { Messages } from '../../../trace/text/messages.ts';
import type { Story } from '../story.ts';

/** Columns: wide enough for a segment and its reason on one line, narrow enough for a page of a report. */
const WIDTH = 110;

/** Of the first two hosts. */
export function textOf({ hosts, moments, flights }: Story, messages: Messages): string {
  const lines: string[] = [];
  const ladder = new Ladder({
    left: hosts[0] ?? '',
    right: hosts[1] ?? null,
    width: WIDTH,
    color: false,
    strays: true,
    messages,
    write: (line) => lines.push(line),
  });
  const lost = flights.flatMap((flight): PacketLostEvent[] =>
    flight.lost === null
      ? []
      : [
          {
            id: 0,
            t: flight.lost.t,
            host: flight.from,
            connection: flight.connection,
            kind: 'packet-lost',
            link: '',
            bytes: flight.bytes.length,
            reason: flight.lost.reason,
            segment: flight.segment,
          },
        ],
  );
  const told: TraceEvent[] = moments.flatMap(({ events }) => events);
  for (const event of [...told, ...lost].sort((a, b) => a.t - b.t)) ladder.event(event);
  ladder.flush();
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}
