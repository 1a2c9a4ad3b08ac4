// What is said of a story's flights and moments, in the language of the page.

import { hasFlag } from '../../trace/segment-record.ts';
import type { StoryWords } from '../model/picture.ts';
import type { Flight, Moment } from '../model/story.ts';
import type { LabMessages } from '../text/messages.ts';

export const wordsOf = (messages: LabMessages): StoryWords => ({
  host: (name) => hostName(name, messages),
  flight: (flight) => ({ label: flagsOf(flight), detail: numbersOf(flight) }),
  moment: (moment) => noteOf(moment, messages),
});

/** As the page's language has it; a name that it does not know stays. */
export const hostName = (name: string, { page }: LabMessages): string => page.hosts[name] ?? name;

export const flagsOf = ({ segment }: Flight): string => segment?.flags ?? 'ICMP';

/** `seq 1 ack 1 · 300 B`: relative numbers. */
export function numbersOf({ segment }: Flight): string {
  if (segment === null) return '';
  const parts = [`seq ${segment.relativeSeq ?? segment.seq}`];
  if (hasFlag(segment, 'ACK')) parts.push(`ack ${segment.relativeAck ?? segment.ack}`);
  if (segment.length > 0) parts.push(`· ${segment.length} B`);
  return parts.join(' ');
}

export function noteOf({ stimulus }: Moment, { story, panels }: LabMessages): string | null {
  switch (stimulus.kind) {
    case 'call':
      return story.call({ call: stimulus.call, bytes: stimulus.bytes });
    case 'timer':
      return story.timer({ name: stimulus.timer });
    case 'edit':
      return story.edit({ kind: panels.edit(stimulus.edit) });
    case 'network':
      return story.network({ story: stimulus.story });
    case 'refused':
      return story.refused({ call: panels.edit(stimulus.edit), code: stimulus.code });
    case 'arrival':
      return null;
  }
}
