// What one captured packet tells by itself: its record, why it was sent as far as its flags say, and what its arrival
// does. Ladders, pictures and exports say the same because they ask here.

import type { RuleId } from '../../tcp/rules.ts';
import type { Segment } from '../../tcp/segment.ts';
import { seq } from '../../tcp/seq.ts';
import type { State } from '../../tcp/state.ts';
import { formatEndpoint } from '../../wire/address.ts';
import { ACK, FIN, RST, SYN } from '../../wire/tcp.ts';
import type { SegmentRecord } from '../events.ts';
import { recordSegment } from '../segment-record.ts';
import type { Connection } from './connection.ts';
import type { EndIndex } from './ends.ts';
import { DUP_ACK, KEEP_ALIVE, KEEP_ALIVE_ACK, WINDOW_UPDATE } from './flags.ts';
import type { SeenPacket } from './packets.ts';

const HARMLESS = DUP_ACK | KEEP_ALIVE | KEEP_ALIVE_ACK | WINDOW_UPDATE;

/** Completeness of a SYN that a RST answers, and nothing else. */
const REFUSED = 33;

/** What entering a state on the arrival of a segment goes by. */
const ARRIVALS: Readonly<Partial<Record<State, RuleId>>> = {
  'CLOSE-WAIT': '9293-3.10.7.4-eighth-close-wait',
  CLOSING: '9293-3.10.7.4-eighth-closing',
  'TIME-WAIT': '9293-3.10.7.4-eighth-time-wait',
  'FIN-WAIT-2': '9293-3.10.7.4-fifth-fin-wait-2',
};

/** Nothing is wrong where these analysis flags were raised. */
export const isHarmless = (flags: number): boolean => (flags & ~HARMLESS) === 0;

/** Null: none of a captured segment's. */
export const arrivalRule = (entered: State): RuleId | null => ARRIVALS[entered] ?? null;

/** Why it was sent; null: its flags do not tell. */
export function reasonOf(
  { evidence, history }: Connection,
  { number, segment: { flags } }: SeenPacket,
): RuleId | null {
  if ((flags & RST) !== 0) {
    return history.completeness === REFUSED ? '9293-3.10.7.1-reset' : '9293-3.10.7.4-second';
  }
  if ((flags & SYN) !== 0) return (flags & ACK) !== 0 ? '9293-3.5-syn-ack' : '9293-3.5-syn';
  if (evidence.thirdAck.frame === number) return '9293-3.5-ack';
  return (flags & FIN) !== 0 ? '9293-3.6-fin' : null;
}

/** Numbers count from the SYNs, where those were captured. */
export function recordOf(connection: Connection, segment: Segment, from: EndIndex): SegmentRecord {
  const { client, server, directions } = connection;
  const fwd = directions[from];
  const rev = directions[from === 0 ? 1 : 0];
  const [source, destination] = from === 0 ? [client, server] : [server, client];
  return recordSegment(segment, {
    source: formatEndpoint(source),
    destination: formatEndpoint(destination),
    senderIsn: fwd.isnKnown ? seq(fwd.isn) : null,
    receiverIsn: rev.isnKnown ? seq(rev.isn) : null,
    windowShift: fwd.shift < 0 ? null : fwd.shift,
    count: 1,
  });
}
