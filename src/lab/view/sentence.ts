// A moment as sentences, for those who hear the page and for the transcript.

import { ruleSource } from '../../trace/rules.ts';
import type { Moment, Story } from '../model/story.ts';
import type { LabMessages } from '../text/messages.ts';
import { noteOf, numbersOf } from './words.ts';

export function sentenceOf(story: Story, moment: Moment, messages: LabMessages): string {
  const parts: string[] = [];
  const note = noteOf(moment, messages);
  if (note !== null) parts.push(`${moment.host}: ${note}.`);
  if (moment.stimulus.kind === 'arrival') {
    const flight = story.flights[moment.stimulus.flight]!;
    parts.push(`${moment.host} ← ${flight.segment?.flags ?? 'ICMP'} ${numbersOf(flight)}.`);
  }
  for (const event of moment.events) {
    if (event.kind === 'state') parts.push(`${messages.page.states(event)}.`);
  }
  for (const index of moment.flights) {
    const flight = story.flights[index]!;
    const segment = `${flight.segment?.flags ?? 'ICMP'} (${numbersOf(flight)})`;
    parts.push(`${messages.story.sent({ host: moment.host, segment, to: flight.to })}.`);
    if (flight.lost !== null) parts.push(messages.story.lost);
    if (flight.why !== null) parts.push(`${messages.trace.rules[flight.why]} (${sectionOf(flight.why)}).`);
  }
  return `${messages.time(moment.t)}. ${parts.join(' ')}`;
}

export function sectionOf(rule: Parameters<typeof ruleSource>[0]): string {
  const { rfc, section } = ruleSource(rule);
  return rfc === 0 ? 'synfin' : `RFC ${rfc} §${section}`;
}
