// What can be seen in a moment of a story: for questions about it, and for what is said beside it.

import type { RuleId } from '../../tcp/rules.ts';
import type { SegmentRecord } from '../../trace/events.ts';
import { type FlagName, hasFlag } from '../../trace/segment-record.ts';
import type { Flight, Moment, Story } from './story.ts';

/** Null: it carries no TCP. */
export function arrivalOf(story: Story, { stimulus }: Moment): SegmentRecord | null {
  return stimulus.kind === 'arrival' ? story.flights[stimulus.flight]!.segment : null;
}

export const flightsOf = (story: Story, moment: Moment): readonly Flight[] =>
  moment.flights.map((index) => story.flights[index]!);

/** `FIN,ACK` of the first segment that leaves; empty: none does. */
export const sentFlags = (story: Story, moment: Moment): string =>
  flightsOf(story, moment)[0]?.segment?.flags ?? '';

export function rulesOf(story: Story, moment: Moment): Set<RuleId> {
  const rules = new Set<RuleId>();
  for (const event of moment.events) if ('why' in event && event.why !== null) rules.add(event.why);
  for (const { why } of flightsOf(story, moment)) if (why !== null) rules.add(why);
  return rules;
}

/** That the connection enters in this moment, in order. */
export const entered = (moment: Moment): readonly string[] =>
  moment.events.flatMap((event) => (event.kind === 'state' ? [event.to] : []));

/** Where the moment leaves the connection; empty: there is none. */
export const stateAfter = (moment: Moment): string =>
  entered(moment).at(-1) ?? moment.after?.info.state ?? '';

export const has = (segment: SegmentRecord | null, flag: FlagName): boolean =>
  segment !== null && hasFlag(segment, flag);

/** The first moment like that; null: there is none. */
export const firstMoment = (story: Story, is: (moment: Moment) => boolean): Moment | null =>
  story.moments.find(is) ?? null;

export const followsRule = (story: Story, rule: RuleId): Moment | null =>
  firstMoment(story, (moment) => rulesOf(story, moment).has(rule));

/** Every state that an end of a connection has been in, by host. */
export const statesSeen = (story: Story, host: string): Set<string> =>
  new Set(
    story.lifelines.filter((line) => line.host === host).flatMap(({ states }) => states.map((s) => s.state)),
  );
