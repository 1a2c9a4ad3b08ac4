// Captured connections as qlog (draft-ietf-quic-qlog-main-schema, JSON-SEQ as in RFC 7464), and read again. There is
// no registered schema for TCP: ours is private, its event names follow QUIC's. One group_id for each connection.

import type { RuleId } from '../../tcp/rules.ts';
import { STATES, type State } from '../../tcp/state.ts';
import type { SegmentRecord } from '../events.ts';
import type { EndIndex, StateConfidence } from '../reader/ends.ts';
import { flagTexts } from '../reader/flags.ts';
import type { KeptConnection, KeptPacket } from '../reader/kept.ts';

/** Names events `tcp:...`; changed whenever a field's meaning is. */
export const QLOG_SCHEMA = 'https://synfin.dev/qlog/tcp-events-112026';

const RECORD_SEPARATOR = '\u001e';
/** Doubles count milliseconds since then to a quarter of a microsecond. */
const EPOCH = '1970-01-01T00:00:00.000Z';
const ENDS = ['client', 'server'] as const;

/** `tcp:packet_sent`, `tcp:packet_received`, as seen from the vantage point; from the network, from the client. */
export interface QlogPacket {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly frame: number;
  readonly from: EndIndex;
  readonly segment: SegmentRecord;
  /** Analysis flags by name. */
  readonly analysis: readonly string[];
  /** Rules that it follows or makes follow. */
  readonly trigger: readonly RuleId[];
}

/** `tcp:connection_state_updated`. */
export interface QlogState {
  readonly time: number;
  readonly owner: EndIndex;
  readonly old: State;
  readonly new: State;
  readonly confidence: StateConfidence;
}

export interface QlogConnection {
  readonly group: string;
  readonly packets: readonly QlogPacket[];
  readonly states: readonly QlogState[];
}

export interface QlogTrace {
  readonly vantage: 'client' | 'server' | 'network';
  readonly connections: readonly QlogConnection[];
}

/** `near` of KeptConnection, or -1 for several connections. */
export function qlogHeader(near: EndIndex | -1): string {
  const vantage = near === -1 ? { type: 'network', flow: 'client' } : { type: ENDS[near] };
  const clock = { clock_type: 'system', epoch: EPOCH };
  return record({
    file_schema: 'urn:ietf:params:qlog:file:sequential',
    serialization_format: 'application/qlog+json-seq',
    title: 'synfin read',
    trace: {
      common_fields: { time_format: 'relative_to_epoch', reference_time: clock },
      vantage_point: vantage,
      event_schemas: [QLOG_SCHEMA],
    },
  });
}

/** Events of the next packet of the connection `group`; `before`: the last states of both ends, which are updated. */
export function qlogEvents(
  packet: KeptPacket,
  group: string,
  origin: bigint,
  near: EndIndex | -1,
  before: [State, State],
): string {
  const time = Number(origin) / 1e6 + packet.time;
  const { from, number, segment, flags, dupAck, reasons } = packet;
  const sent = from === Math.max(near, 0);
  const events = [
    record({
      time,
      name: sent ? 'tcp:packet_sent' : 'tcp:packet_received',
      group_id: group,
      data: {
        owner: ENDS[from],
        frame: number,
        segment,
        analysis: flagTexts(flags, dupAck),
        trigger: reasons,
      },
    }),
  ];
  for (const end of [0, 1] as const) {
    const [state, confidence] = [packet.states[end], packet.confidences[end]];
    if (!packet.changed[end] || confidence === 'unknown') continue;
    const data = { owner: ENDS[end], old: before[end], new: state, confidence };
    before[end] = state;
    events.push(record({ time, name: 'tcp:connection_state_updated', group_id: group, data }));
  }
  return events.join('');
}

export function connectionQlog({ summary, packets, origin, near }: KeptConnection): string {
  const before: [State, State] = ['CLOSED', 'LISTEN'];
  const group = String(summary.connection);
  const events = packets.map((packet) => qlogEvents(packet, group, origin, near, before));
  return [qlogHeader(near), ...events].join('');
}

const record = (value: object): string => `${RECORD_SEPARATOR}${JSON.stringify(value)}\n`;

/** What was written here, read again. Null: it is no qlog of ours; records that are none are passed over. */
export function readQlog(text: string): QlogTrace | null {
  const [first, ...records] = text
    .split(RECORD_SEPARATOR)
    .filter((part) => part !== '')
    .map(parsed);
  const head = fields(fields(first).trace);
  const schemas = Array.isArray(head.event_schemas) ? head.event_schemas : [];
  if (!schemas.includes(QLOG_SCHEMA)) return null;
  const { type } = fields(head.vantage_point);
  const vantage = type === 'client' || type === 'server' ? type : 'network';
  const groups = new Map<string, { packets: QlogPacket[]; states: QlogState[] }>();
  for (const value of records) {
    const { time, name, group_id, data } = fields(value);
    const from = ENDS.indexOf(fields(data).owner as 'client');
    if (typeof time !== 'number' || from < 0) continue;
    const group = groups.get(String(group_id)) ?? { packets: [], states: [] };
    groups.set(String(group_id), group);
    const owner = from as EndIndex;
    if (name === 'tcp:connection_state_updated') addState(group.states, time, owner, fields(data));
    else addPacket(group.packets, time, owner, fields(data));
  }
  const connections = [...groups].map(([group, found]) => ({ group, ...found }));
  return { vantage, connections };
}

type Fields = Readonly<Record<string, unknown>>;

const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function addState(into: QlogState[], time: number, owner: EndIndex, data: Fields): void {
  const old = STATES.find((state) => state === data.old);
  const now = STATES.find((state) => state === data.new);
  const { confidence } = data;
  if (old === undefined || now === undefined || !isConfidence(confidence)) return;
  into.push({ time, owner, old, new: now, confidence });
}

const isConfidence = (value: unknown): value is StateConfidence =>
  value === 'observed' || value === 'inferred' || value === 'assumed';

function addPacket(into: QlogPacket[], time: number, from: EndIndex, data: Fields): void {
  const { frame, segment, analysis, trigger } = data;
  if (typeof frame !== 'number' || !isSegment(segment)) return;
  if (!isTexts(analysis) || !isTexts(trigger)) return;
  into.push({ time, frame, from, segment, analysis, trigger: trigger as readonly RuleId[] });
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

function isSegment(value: unknown): value is SegmentRecord {
  const { source, destination, flags, seq, length, window, options } = fields(value);
  return (
    isTexts([source, destination, flags]) &&
    [seq, length, window].every((number) => typeof number === 'number') &&
    Array.isArray(fields(options).sack)
  );
}
