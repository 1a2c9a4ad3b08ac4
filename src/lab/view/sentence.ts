// A story in sentences, for those who hear the page and for the transcript.

import { ruleSource } from '../../trace/rules.ts';
import type { Row } from '../model/rows.ts';
import type { Flight, Moment, Story } from '../model/story.ts';
import type { LabMessages } from '../text/messages.ts';
import { flagsOf, hostName, noteOf, numbersOf } from './words.ts';

/** A line: when, what set it off, what it changed, what left and why. */
export function sentenceOf(
  story: Story,
  { moment: index, flight, first }: Row,
  messages: LabMessages,
): string {
  const moment = story.moments[index]!;
  const parts = first ? [`${occasionOf(story, moment, messages)}.`, ...changesOf(moment, messages)] : [];
  if (flight !== null) parts.push(...departureOf(story.flights[flight]!, messages));
  return `${messages.time(moment.t)}. ${parts.join(' ')}`;
}

/** What set a moment off, in a few words: `server gets SYN`. */
export function occasionOf(story: Story, moment: Moment, messages: LabMessages): string {
  const host = hostName(moment.host, messages);
  const { stimulus } = moment;
  switch (stimulus.kind) {
    case 'arrival':
      return messages.story.arrived({ host, segment: flagsOf(story.flights[stimulus.flight]!) });
    case 'call':
      return messages.story.calls({ host, call: messages.story.call(stimulus) });
    case 'timer':
      return messages.story.fires({ host, name: stimulus.timer });
    default:
      return `${host}: ${noteOf(moment, messages)}`;
  }
}

function changesOf(moment: Moment, messages: LabMessages): string[] {
  const host = hostName(moment.host, messages);
  return moment.events.flatMap((event) =>
    event.kind === 'state'
      ? [`${messages.story.becomes({ host, from: event.from, to: event.to })}.`]
      : event.kind === 'packet-dropped'
        ? [`${messages.trace.ladder.dropReason({ reason: event.reason })}.`]
        : [],
  );
}

function departureOf(flight: Flight, messages: LabMessages): string[] {
  const segment = `${flagsOf(flight)} (${numbersOf(flight)})`;
  const [host, to] = [hostName(flight.from, messages), hostName(flight.to, messages)];
  const parts = [`${messages.story.sent({ host, segment, to })}.`];
  if (flight.lost !== null) parts.push(messages.story.lost);
  if (flight.why !== null) parts.push(`${messages.trace.rules[flight.why]} (${sectionOf(flight.why)}).`);
  return parts;
}

export function sectionOf(rule: Parameters<typeof ruleSource>[0]): string {
  const { rfc, section } = ruleSource(rule);
  return rfc === 0 ? 'synfin' : `RFC ${rfc} §${section}`;
}
