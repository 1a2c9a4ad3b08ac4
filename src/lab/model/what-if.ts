// What a person asks of a packet, as the edit that has it happen.

import type { Edit } from './recipe.ts';
import type { Flight, Story } from './story.ts';

export const WHAT_IFS = ['drop', 'late', 'duplicate', 'swapped', 'corrupt', 'crash'] as const;
export type WhatIf = (typeof WHAT_IFS)[number];

/** How late is late, ms: beyond the first retransmission timeout (RFC 6298 §2.1). */
const LATE = 1500;

/** Null: it cannot be, as when no packet follows that could overtake this one. */
export function whatIf(story: Story, flight: Flight, what: WhatIf): Edit | null {
  const { from, to, number: index } = flight;
  switch (what) {
    case 'late':
      return { kind: 'delay', from, to, index, ms: LATE };
    case 'swapped': {
      const next = story.flights.find(
        (one) => one.from === from && one.to === to && one.number === index + 1,
      );
      if (next === undefined || !Number.isFinite(next.due) || !Number.isFinite(flight.due)) return null;
      return { kind: 'delay', from, to, index, ms: Math.max(next.due - flight.due, 0) + 1 };
    }
    case 'crash':
      return { kind: 'crash', t: flight.departed, host: to };
    default:
      return { kind: what, from, to, index };
  }
}

/** A question about the network or the other end, not a call that a program makes. */
export const isWhatIf = (edit: Edit): boolean => 'index' in edit || edit.kind === 'crash';
