// A run as a capture: the packets as one host saw them, each with our reasons as its comment.

import { formatRule } from '../../../trace/rules.ts';
import type { Messages } from '../../../trace/text/messages.ts';
import { interfaceBlock, packetBlock, sectionHeaderBlock } from '../../../wire/pcapng.ts';
import type { Flight, Moment, Story } from '../story.ts';

interface Seen {
  readonly t: number;
  readonly direction: 'in' | 'out';
  readonly bytes: Uint8Array;
  readonly comments: readonly string[];
}

export interface CaptureRequest {
  /** Where it is taken. */
  readonly host: string;
  /** The language of the comments. */
  readonly messages: Messages;
  /** Said of a packet that was damaged on its way. */
  readonly damaged: string;
}

/** The whole file. Times count from the run's beginning, as if that had been in 1970. */
export function captureOf(story: Story, request: CaptureRequest): Uint8Array<ArrayBuffer> {
  const { host } = request;
  const seen = story.flights.flatMap((flight) => seenOf(flight, story, request)).sort((a, b) => a.t - b.t);
  const blocks = [
    sectionHeaderBlock('synfin'),
    interfaceBlock(host),
    ...seen.map(({ t: time, direction, bytes, comments }) => {
      const packet = { interfaceId: 0, time, direction, comment: comments.join('; ') };
      return packetBlock(packet, bytes, 0, bytes.length);
    }),
  ];
  return joined(blocks);
}

function seenOf(flight: Flight, { moments }: Story, { host, messages, damaged }: CaptureRequest): Seen[] {
  const { from, to, departed, arrivals, corrupted, bytes, why } = flight;
  if (from === host) {
    const comments = why === null ? [] : [`${messages.rules[why]} (${formatRule(why, messages)})`];
    return [{ t: departed, direction: 'out', bytes, comments }];
  }
  if (to !== host) return [];
  return arrivals.map(({ t, moment }) => ({
    t,
    direction: 'in',
    bytes: flight.damaged ?? bytes,
    comments: [
      ...(corrupted ? [damaged] : []),
      ...(moment === null ? [] : remarksOf(moments[moment]!, messages)),
    ],
  }));
}

/** What the engine did of a packet that arrived. */
const remarksOf = ({ events }: Moment, messages: Messages): string[] =>
  events.flatMap((event) => {
    const why = 'why' in event ? event.why : null;
    if (why === null) return [];
    const reason = `${messages.rules[why]} (${formatRule(why, messages)})`;
    if (event.kind === 'state') return [`${event.from} → ${event.to}: ${reason}`];
    if (event.kind === 'segment-dropped') return [messages.ladder.dropped + reason];
    return event.kind === 'rule' ? [reason] : [];
  });

function joined(blocks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(blocks.reduce((length, block) => length + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    whole.set(block, at);
    at += block.length;
  }
  return whole;
}
