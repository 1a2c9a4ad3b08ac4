// What a connection came to, as plain data: one object for each, ready for JSON.

import type { State } from '../../tcp/state.ts';
import { formatEndpoint } from '../../wire/address.ts';
import type { Messages } from '../text/messages.ts';
import type { Connection } from './connection.ts';
import type { StateConfidence } from './ends.ts';
import type { EndEvidence } from './evidence.ts';
import * as flag from './flags.ts';
import type { ConnState } from './history.ts';
import { type Severity, type Verdict, verdictOf } from './verdict.ts';
import { adviceText, verdictText } from './verdict-text.ts';

/** One end of a captured connection. */
export interface CapturedEnd {
  readonly endpoint: string;
  readonly packets: number;
  /** Text on the wire, what was sent again included; and that alone. */
  readonly bytes: number;
  readonly retransmittedBytes: number;
  readonly state: State;
  readonly confidence: StateConfidence;
  /** How often each analysis flag was raised, by Wireshark's names. */
  readonly flags: Readonly<Record<string, number>>;
}

/** A captured connection in numbers, and what is to be said of it. */
export interface CapturedConnection {
  /** In the order of appearance, from 1. */
  readonly connection: number;
  readonly client: CapturedEnd;
  readonly server: CapturedEnd;
  /** Milliseconds since 1970, and from the first packet to the last. */
  readonly start: number;
  readonly duration: number;
  readonly packets: number;
  /** Of the handshake, milliseconds; null: not captured, or sent again. */
  readonly roundTrip: number | null;
  readonly retransmissions: number;
  /** The longest silence while something was owed, and the frames around it; null: there was none. */
  readonly stall: {
    readonly milliseconds: number;
    readonly from: number;
    readonly to: number;
    readonly cause: string;
  } | null;
  /** Zeek's, and Wireshark's bits and letters. */
  readonly connState: ConnState;
  readonly history: string;
  readonly completeness: number;
  readonly verdict: {
    readonly kind: Verdict['kind'];
    readonly severity: Severity;
    readonly text: string;
    /** What to do about it; '': nothing. */
    readonly advice: string;
    /** The frames that it rests on. */
    readonly packets: readonly number[];
  };
}

/**
 * `end`: when the capture ended, milliseconds since its first frame. `epoch`: when that was, since 1970. The verdict's
 * text is in the language of `messages`; nothing else depends on it.
 */
export function summarise(
  connection: Connection,
  end: number,
  epoch: number,
  messages: Messages,
): CapturedConnection {
  const { evidence, history, number, roundTrip } = connection;
  const [client, server] = evidence.ends;
  const verdict = verdictOf(connection, end);
  const { stall } = evidence;
  return {
    connection: number,
    client: endOf(connection, 0, client),
    server: endOf(connection, 1, server),
    start: epoch + evidence.first.time,
    duration: evidence.last.time - evidence.first.time,
    packets: client.packets + server.packets,
    roundTrip: roundTrip < 0 ? null : roundTrip,
    retransmissions: client.countOf(flag.ANY_RETRANSMISSION) + server.countOf(flag.ANY_RETRANSMISSION),
    stall:
      stall.milliseconds === 0
        ? null
        : {
            milliseconds: stall.milliseconds,
            from: stall.from.frame,
            to: stall.to.frame,
            cause: stall.cause,
          },
    connState: history.connState,
    history: history.text,
    completeness: history.completeness,
    verdict: {
      kind: verdict.kind,
      severity: verdict.severity,
      text: verdictText(verdict, messages),
      advice: adviceText(verdict, messages),
      packets: verdict.packets.filter((frame) => frame > 0),
    },
  };
}

function endOf(connection: Connection, end: 0 | 1, evidence: EndEvidence): CapturedEnd {
  const flags: Record<string, number> = {};
  for (const [bit, count] of evidence.counts.entries()) {
    if (count > 0) flags[flag.flagNameOf(1 << bit)] = count;
  }
  return {
    endpoint: formatEndpoint(end === 0 ? connection.client : connection.server),
    packets: evidence.packets,
    bytes: evidence.bytes,
    retransmittedBytes: evidence.retransmittedBytes,
    state: connection.state(end),
    confidence: connection.confidence(end),
    flags,
  };
}
