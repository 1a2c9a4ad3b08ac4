// A connection's summary for a person to read.

import type { ConnectionSummary, EndSummary } from './summary.ts';

/**
 * Lines about one connection at `now`, in ms; times count from `start`. `other` is what to call an end that is
 * not observed; empty: nothing.
 */
export function formatSummary(summary: ConnectionSummary, start: number, now: number, other = ''): string[] {
  const { client, server } = summary;
  return [
    `${named('client', client, other)} → ${named('server', server, other)}`,
    line('handshake', handshake(summary, start)),
    line('round trip', summary.roundTrip === null ? 'not measured' : milliseconds(summary.roundTrip)),
    line('client sent', sent(client)),
    line('server sent', sent(server)),
    line('close', closing(summary)),
    line('client', state(client, now)),
    line('server', state(server, now)),
    line('exchange', summary.complete ? 'complete' : 'not complete'),
  ];
}

/** `client (kernel) 10.0.0.1:40000`; a host that is called after its role is named once. */
function named(role: string, { endpoint, host }: EndSummary, other: string): string {
  const name = host ?? other;
  return name === '' || name === role ? `${role} ${endpoint}` : `${role} (${name}) ${endpoint}`;
}

const line = (title: string, text: string): string => `  ${title.padEnd(12)}${text}`;

function handshake({ handshake, syn, synAck, ack }: ConnectionSummary, start: number): string {
  const steps = [
    ['SYN', syn],
    ['SYN,ACK', synAck],
    ['ACK', ack],
  ] as const;
  const seen = steps.flatMap(([name, t]) => (t === null ? [] : [`${name} ${(t - start).toFixed(3)}`]));
  const times = seen.length === 0 ? '' : `: ${seen.join(', ')} ms`;
  return `${handshake ? 'complete' : 'not complete'}${times}`;
}

function sent({ sent: { bytes, segments, retransmissions } }: EndSummary): string {
  const again = retransmissions === 0 ? '' : `, ${grouped(retransmissions)} sent again`;
  return `${plural(bytes, 'byte')} in ${plural(segments, 'segment')}${again}`;
}

function closing({ ending, closedFirst, resetBy }: ConnectionSummary): string {
  switch (ending) {
    case 'fin':
      return closedFirst === 'both'
        ? 'both ends at once; each FIN acknowledged'
        : `${closedFirst} first; each FIN acknowledged`;
    case 'reset':
      return `RST by the ${resetBy}`;
    case 'timeout':
      return 'given up: no answer for too long';
    case 'failed':
      return 'ended without FIN or RST';
    case 'open':
      return closedFirst === null ? 'not yet' : `${closedFirst} first; not acknowledged both ways yet`;
  }
}

function state({ state, confidence, timeWaitUntil }: EndSummary, now: number): string {
  if (confidence === 'unknown') return 'not known';
  const wait =
    timeWaitUntil === null ? '' : `, for another ${(Math.max(timeWaitUntil - now, 0) / 1000).toFixed(1)} s`;
  return `${state}${wait}${confidence === 'inferred' ? ' (inferred)' : ''}`;
}

const milliseconds = (t: number): string => `${t.toFixed(3)} ms`;

const plural = (n: number, unit: string): string => `${grouped(n)} ${unit}${n === 1 ? '' : 's'}`;

/** `1,234,567`, whatever the locale. */
const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',');
