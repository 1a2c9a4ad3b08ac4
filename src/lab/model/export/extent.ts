// The beginning of a story, for who exports no more than has been shown.

import type { Story } from '../story.ts';

/** Its first `shown` moments, what they set going, and what of that has arrived in them. */
export function beginningOf(story: Story, shown: number): Story {
  if (shown >= story.moments.length) return story;
  const moments = story.moments.slice(0, shown);
  const end = moments.at(-1)?.t ?? 0;
  const isPast = (moment: number | null, t: number): boolean => (moment === null ? t <= end : moment < shown);
  const flights = story.flights.filter(({ moment, departed }) => isPast(moment, departed));
  return {
    ...story,
    moments,
    flights: flights.map((flight) => ({
      ...flight,
      arrivals: flight.arrivals.filter(({ moment, t }) => isPast(moment, t)),
      lost: flight.lost !== null && flight.lost.t <= end ? flight.lost : null,
    })),
    lifelines: story.lifelines
      .map((line) => ({ ...line, states: line.states.filter(({ moment }) => moment < shown) }))
      .filter(({ states }) => states.length > 0),
    listeners: story.listeners.filter(({ t }) => t <= end),
    sockets: story.sockets.filter(({ t }) => t <= end),
    end,
  };
}
