// A connection's summary for a person to read.

import type { ConnectionSummary, EndSummary } from './summary.ts';
import type { Messages } from './text/messages.ts';
import { padEnd, widthOf } from './text/width.ts';

type Words = Messages['summary'];

/**
 * Lines about one connection at `now`, in ms; times count from `start`. `other` is what to call an end that is
 * not observed; empty: nothing.
 */
export function formatSummary(
  connection: ConnectionSummary,
  start: number,
  now: number,
  { summary: words }: Messages,
  other = '',
): string[] {
  const { client, server, roundTrip } = connection;
  const { titles } = words;
  const line = (title: string, text: string): string => summaryLine(title, text, words);
  return [
    `${named('client', client, words, other)} → ${named('server', server, words, other)}`,
    line(titles.handshake, handshake(connection, start, words)),
    line(titles.roundTrip, roundTrip === null ? words.notMeasured : milliseconds(roundTrip)),
    line(titles.clientSent, words.sent(client.sent)),
    line(titles.serverSent, words.sent(server.sent)),
    line(titles.close, words.closing(connection)),
    line(words.client, state(client, now, words)),
    line(words.server, state(server, now, words)),
    line(titles.exchange, connection.complete ? words.complete : words.notComplete),
  ];
}

/** One line of a summary: what it is about, and what is said of it. */
export function summaryLine(title: string, text: string, { titles, client, server }: Words): string {
  const longest = [...Object.values(titles), client, server].reduce(
    (most, each) => Math.max(most, widthOf(each)),
    0,
  );
  return `  ${padEnd(title, longest + 1)}${text}`;
}

/** `client (kernel) 10.0.0.1:40000`; a host that is called after its role is named once. */
function named(
  role: 'client' | 'server',
  { endpoint, host }: EndSummary,
  words: Words,
  other: string,
): string {
  const name = host ?? other;
  return name === '' || name === role ? `${words[role]} ${endpoint}` : `${words[role]} (${name}) ${endpoint}`;
}

function handshake({ handshake, syn, synAck, ack }: ConnectionSummary, start: number, words: Words): string {
  const steps = [
    ['SYN', syn],
    ['SYN,ACK', synAck],
    ['ACK', ack],
  ] as const;
  const seen = steps.flatMap(([name, t]) => (t === null ? [] : [`${name} ${(t - start).toFixed(3)}`]));
  const times = seen.length === 0 ? '' : `: ${seen.join(', ')} ms`;
  return `${handshake ? words.complete : words.notComplete}${times}`;
}

function state({ state, confidence, timeWaitUntil }: EndSummary, now: number, words: Words): string {
  if (confidence === 'unknown') return words.notKnown;
  const waits = timeWaitUntil === null ? null : Math.max(timeWaitUntil - now, 0);
  return words.state({ state, waits, inferred: confidence === 'inferred' });
}

const milliseconds = (t: number): string => `${t.toFixed(3)} ms`;
