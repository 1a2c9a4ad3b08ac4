// A connection's summary for a person to read.

import type { ConnectionSummary, EndSummary } from './summary.ts';
import type { Messages } from './text/messages.ts';
import { padEnd } from './text/width.ts';

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
  return [
    `${named('client', client, words, other)} → ${named('server', server, words, other)}`,
    summaryLine(titles.handshake, handshake(connection, start, words)),
    summaryLine(titles.roundTrip, roundTrip === null ? words.notMeasured : milliseconds(roundTrip)),
    summaryLine(titles.clientSent, words.sent(client.sent)),
    summaryLine(titles.serverSent, words.sent(server.sent)),
    summaryLine(titles.close, words.closing(connection)),
    summaryLine(words.client, state(client, now, words)),
    summaryLine(words.server, state(server, now, words)),
    summaryLine(titles.exchange, connection.complete ? words.complete : words.notComplete),
  ];
}

/** One line of a summary: what it is about, and what is said of it. */
export const summaryLine = (title: string, text: string): string => `  ${padEnd(title, 12)}${text}`;

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
