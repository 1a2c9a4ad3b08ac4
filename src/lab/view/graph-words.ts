// What is said of the marks of a time-sequence graph, in the language of the page.

import type { GraphWords } from '../model/graph.ts';
import type { LabMessages } from '../text/messages.ts';

export function graphWordsOf({ panels: { sequence }, time }: LabMessages): GraphWords {
  return {
    segment: (flight, from, to) => {
      const said = sequence.point({ t: time(flight.departed), flags: flight.segment!.flags, from, to });
      const remarks = [
        ...(flight.retransmission ? [sequence.again] : []),
        ...(flight.lost === null ? [] : [sequence.legend.lost]),
      ];
      return [said, ...remarks].join(', ');
    },
    ack: (t, ack, window) => sequence.ack({ t: time(t), ack, window }),
    sack: (t, from, to) => sequence.block({ t: time(t), from, to }),
  };
}
