// A story in words, a line for each moment, so that a test can say what must happen.

import type { Moment, Story } from '../../src/lab/model/story.ts';

export function toldOf(story: Story): string[] {
  return story.moments.map((moment) => line(story, moment));
}

function line(story: Story, moment: Moment): string {
  const sent = moment.flights.map((index) => {
    const flight = story.flights[index]!;
    const lost = flight.lost === null ? '' : ` lost (${flight.lost.reason})`;
    return `${flight.segment?.flags ?? 'packet'}${flight.retransmission ? ' again' : ''}${lost}`;
  });
  const states = moment.events.filter((event) => event.kind === 'state').map(({ to }) => to);
  const parts = [`${moment.t} ${moment.host}`, stimulus(story, moment)];
  if (states.length > 0) parts.push(`-> ${states.join(', ')}`);
  if (sent.length > 0) parts.push(`sends ${sent.join(' + ')}`);
  return parts.join(' ');
}

function stimulus(story: Story, { stimulus }: Moment): string {
  switch (stimulus.kind) {
    case 'call':
      return stimulus.bytes > 0 ? `${stimulus.call}(${stimulus.bytes})` : `${stimulus.call}()`;
    case 'arrival':
      return `gets ${story.flights[stimulus.flight]!.segment?.flags ?? 'packet'}`;
    case 'timer':
      return `${stimulus.timer} timer`;
    case 'edit':
      return `[${stimulus.edit.kind}]`;
    case 'network':
      return `[${stimulus.story}]`;
    case 'refused':
      return `[${stimulus.edit.kind}: ${stimulus.code}]`;
  }
}
