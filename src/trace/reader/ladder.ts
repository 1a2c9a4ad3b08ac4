// The ladder of one captured connection: client left, server right, a row for each packet, its analysis flags and what
// it does to the states beside it.

import { Address, formatEndpoint } from '../../wire/address.ts';
import { addReason, type Draft, type Lane, newDraft, show } from '../ladder-draft.ts';
import { LadderLayout, type Side } from '../ladder-layout.ts';
import { RowWriter } from '../ladder-rows.ts';
import { optionsOf } from '../ladder-text.ts';
import type { Messages } from '../text/messages.ts';
import type { Connection, Explained } from './connection.ts';
import type { EndIndex } from './ends.ts';
import { ANY_RETRANSMISSION } from './flags.ts';
import type { SeenIcmp } from './icmp.ts';
import { arrowOf, flagReasons, stateLabel } from './ladder-row.ts';
import type { SeenPacket } from './packets.ts';
import { arrivalRule, reasonOf, recordOf } from './told.ts';

/** Which connection is drawn, and where. */
export interface CaptureLadderOptions {
  /** Columns of the terminal; at least 72 are used. */
  readonly width: number;
  readonly color: boolean;
  /** The language: `ENGLISH`, `KOREAN`. */
  readonly messages: Messages;
  /** Takes one line, without its line feed. */
  readonly write: (line: string) => void;
  /** How an endpoint is named (default: as it is). */
  readonly endpoint?: (endpoint: string) => string;
  /** How an address is named (default: as it is). */
  readonly address?: (address: Address) => string;
}

const SIDES: readonly [Side, Side] = ['left', 'right'];

/** Draws one connection of a capture, both ends inferred. */
export class CaptureLadder {
  private readonly messages: Messages;
  private readonly rows: RowWriter;
  private readonly endpoint: (endpoint: string) => string;
  private readonly address: (address: Address) => string;
  private lane: Lane | null = null;

  constructor(options: CaptureLadderOptions) {
    const { width, color, messages, write, endpoint = (text) => text } = options;
    this.messages = messages;
    this.endpoint = endpoint;
    this.address = options.address ?? String;
    this.rows = new RowWriter(new LadderLayout(width, color), messages, write);
  }

  /** The next packet of the connection. */
  packet(connection: Connection, packet: SeenPacket, explained: Explained): void {
    this.rows.begin(packet.time);
    const lane = this.lane ?? this.open(connection);
    const { from, flags } = explained;
    const draft = newDraft(packet.time, lane, SIDES[from]);
    const segment = recordOf(connection, packet.segment, from);
    draft.body = arrowOf(packet.number, from, segment, flags);
    draft.remarks.push(...optionsOf(segment, this.messages));
    draft.reasons.push(...flagReasons(flags, { of: explained.dupAckOf, count: explained.dupAckCount }));
    this.explain(draft, connection, packet, explained);
    for (const end of [0, 1] as const) {
      const label = stateLabel(explained.states[end], explained.confidences[end]);
      if (label !== '') show(draft, SIDES[end], label);
    }
    this.rows.row(draft);
  }

  /** An ICMP error about a segment that `about` sent, between the packets of the connection. */
  icmp(connection: Connection, error: SeenIcmp, about: EndIndex): void {
    const { family, mtu, number, reason, reporter, time } = error;
    this.rows.begin(time);
    const draft = newDraft(time, this.lane ?? this.open(connection), SIDES[about]);
    const from = this.address(Address.fromWords(family, reporter));
    const text = `#${number} ${this.messages.ladder.icmp({ from, reason, mtu })}`;
    draft.body = { kind: 'note', at: SIDES[about], text, tone: 'warn' };
    this.rows.row(draft);
  }

  private open(connection: Connection): Lane {
    const { number } = connection;
    const lane: Lane = {
      number,
      state: { left: '', right: '' },
      peer: null,
      unlabelled: 0,
      held: null,
      told: null,
    };
    this.lane = lane;
    const ends = [connection.client, connection.server];
    const [client, server] = ends.map((end) => this.endpoint(formatEndpoint(end)));
    const { ladder } = this.messages;
    this.rows.header(lane, [ladder.client, client!], [ladder.server, server!]);
    this.rows.say(ladder.captureLegend);
    return lane;
  }

  /** Why it was sent, as far as its flags tell; and what it does at the other end. */
  private explain(draft: Draft, connection: Connection, packet: SeenPacket, explained: Explained): void {
    if ((explained.flags & ANY_RETRANSMISSION) !== 0) return;
    const why = reasonOf(connection, packet);
    if (why !== null) addReason(draft, why, this.messages);
    const to: EndIndex = explained.from === 0 ? 1 : 0;
    const rule = explained.changed[to] ? arrivalRule(explained.states[to]) : null;
    if (rule !== null && draft.lane?.state[SIDES[to]].endsWith(explained.states[to]) === false) {
      addReason(draft, rule, this.messages);
    }
  }
}
