// The packets of one connection, copied out of the analysis for whoever draws or exports them. Bounded: of what is
// beyond the limits only the number is kept.

import type { RuleId } from '../../tcp/rules.ts';
import type { State } from '../../tcp/state.ts';
import type { SegmentRecord } from '../events.ts';
import type { Connection, Explained } from './connection.ts';
import type { EndIndex, StateConfidence } from './ends.ts';
import { ANY_RETRANSMISSION, MIRRORED } from './flags.ts';
import type { SeenPacket } from './packets.ts';
import type { CapturedConnection } from './summary.ts';
import { arrivalRule, reasonOf, recordOf } from './told.ts';

export interface KeptPacket {
  /** Of its frame in the file, from 1. */
  readonly number: number;
  /** Milliseconds since the first frame of the capture; may go backwards. */
  readonly time: number;
  readonly from: EndIndex;
  /** Analysis flags (flags.ts), and what a duplicate ACK repeats. */
  readonly flags: number;
  readonly dupAck: { readonly of: number; readonly count: number };
  /** Of client and server after it; whether it changed them. */
  readonly states: readonly [State, State];
  readonly confidences: readonly [StateConfidence, StateConfidence];
  readonly changed: readonly [boolean, boolean];
  readonly segment: SegmentRecord;
  /** Why it was sent, and what its arrival does; as far as it tells. */
  readonly reasons: readonly RuleId[];
  /** Which way the capturing machine says that it went. */
  readonly direction: 'in' | 'out' | 'unknown';
  /** Identification of the IP header; 0: none. */
  readonly identification: number;
  /** The IP packet as far as it was captured; its own copy. Put together if it came in fragments. */
  readonly bytes: Uint8Array;
  /** Offsets in `bytes` of the TCP header and of the text; lengths on the wire. */
  readonly tcpStart: number;
  readonly textStart: number;
  readonly wireLength: number;
}

export interface KeptConnection {
  readonly summary: CapturedConnection;
  /** In the order of the file. */
  readonly packets: readonly KeptPacket[];
  /** How many more there were than are kept. */
  readonly omitted: number;
  /** The end at which the capture was taken; -1: not known. */
  readonly near: EndIndex | -1;
  /** Milliseconds since 1970 of the capture's time 0. */
  readonly epoch: number;
}

export interface KeepLimits {
  readonly packets: number;
  /** Of captured IP packets. */
  readonly bytes: number;
}

/** What a ladder can be read with, and a browser can draw. */
export const KEEP_LIMITS: KeepLimits = { packets: 50_000, bytes: 256 << 20 };

/** A copy of what `CaptureAnalysis` tells of a packet. `before`: the states that were known until then. */
export function keepPacket(
  connection: Connection,
  packet: SeenPacket,
  explained: Explained,
  before: readonly [State, State],
): KeptPacket {
  const { ip, segment, number, time, direction } = packet;
  const { from, flags, states, confidences, changed } = explained;
  const reasons: RuleId[] = [];
  if ((flags & (ANY_RETRANSMISSION | MIRRORED)) === 0) {
    const why = reasonOf(connection, packet);
    if (why !== null) reasons.push(why);
    const to = from === 0 ? 1 : 0;
    const arrival = changed[to] && states[to] !== before[to] ? arrivalRule(states[to]) : null;
    if (arrival !== null) reasons.push(arrival);
  }
  const bytes = segment.text;
  return {
    number,
    time,
    from,
    flags,
    dupAck: { of: explained.dupAckOf, count: explained.dupAckCount },
    states: [states[0], states[1]],
    confidences: [confidences[0], confidences[1]],
    changed: [changed[0], changed[1]],
    segment: recordOf(connection, segment, from),
    reasons,
    direction,
    identification: ip.identification,
    bytes: bytes.slice(ip.start, ip.payloadEnd),
    tcpStart: ip.payloadStart - ip.start,
    textStart: segment.textStart - ip.start,
    wireLength: ip.wireEnd - ip.start,
  };
}

/** Keeps the packets of one connection as they pass. */
export class PacketKeeper {
  private readonly limits: KeepLimits;
  private readonly packets: KeptPacket[] = [];
  private states: readonly [State, State] = ['CLOSED', 'LISTEN'];
  private bytes = 0;
  private omitted = 0;

  constructor(limits: KeepLimits = KEEP_LIMITS) {
    this.limits = limits;
  }

  /** The next packet of the connection; as `CaptureAnalysisOptions.onPacket`. */
  packet(connection: Connection, packet: SeenPacket, explained: Explained): void {
    const { limits, packets } = this;
    const { ip } = packet;
    const size = ip.payloadEnd - ip.start;
    if (this.omitted > 0 || packets.length >= limits.packets || this.bytes + size > limits.bytes) {
      this.omitted++;
      return;
    }
    this.bytes += size;
    const kept = keepPacket(connection, packet, explained, this.states);
    this.states = kept.states;
    packets.push(kept);
  }

  /** `epoch`: `CaptureAnalysis.epoch`. */
  finish(connection: Connection, summary: CapturedConnection, epoch: number): KeptConnection {
    const { packets, omitted } = this;
    return { summary, packets, omitted, near: connection.ends.near, epoch };
  }
}
