// Everything that is known of one packet: its fields by the RFC's names, what is remarkable, why it was sent, both
// ends' states and variables, and its bytes.

import { flagTexts } from '../../trace/reader/flags.ts';
import { stateLabel } from '../../trace/reader/ladder-row.ts';
import { formatRule } from '../../trace/rules.ts';
import type { Messages } from '../../trace/text/messages.ts';
import { BOLD, cell, paint, wrapWords } from './cells.ts';
import type { Key } from './keys.ts';
import { footerLine, type Hint, moved, titleLine, type View } from './screen.ts';
import type { SeenVariables, ShownPacket } from './window.ts';

export interface DetailsState {
  readonly packet: ShownPacket;
  /** The one before it in the connection; null: not at hand. */
  readonly before: ShownPacket | null;
  /** When the connection began, milliseconds. */
  readonly start: number;
  readonly top: number;
}

/** Null: the segment has none. */
export type Field = readonly [name: string, value: string | null];

const NAME_WIDTH = 20;
const INDENT = 2;
const HEX_ROW = 16;
const EDGES = 2;

/** The fields of the header and its options, as they are compared, too. */
export function fieldsOf({ segment, number, identification }: ShownPacket): Field[] {
  const relative = (value: number, counted: number | null): string =>
    counted === null ? String(value) : `${counted} (${value})`;
  const { options } = segment;
  const { scaledWindow, window } = segment;
  return [
    ['#', String(number)],
    ['SEG.SEQ', relative(segment.seq, segment.relativeSeq)],
    ['SEG.ACK', segment.ack === null ? null : relative(segment.ack, segment.relativeAck)],
    ['SEG.LEN', String(segment.length)],
    ['CTL', segment.flags],
    [
      'SEG.WND',
      scaledWindow === null || scaledWindow === window ? `${window}` : `${scaledWindow} (${window})`,
    ],
    ['SEG.UP', segment.urgent === null ? null : String(segment.urgent)],
    ['ECN', segment.ecn],
    ['IP ID', identification === 0 ? null : String(identification)],
    ['MSS', options.mss === null ? null : String(options.mss)],
    ['Window Scale', options.windowScale === null ? null : String(options.windowScale)],
    ['SACK-Permitted', options.sackPermitted ? '+' : null],
    ['TSval', options.timestamps === null ? null : String(options.timestamps.value)],
    ['TSecr', options.timestamps === null ? null : String(options.timestamps.echo)],
    ['SACK', options.sack.length === 0 ? null : blocks(segment)],
  ];
}

/** Edges count from where the acknowledgment does. */
function blocks({ options, ack, relativeAck }: ShownPacket['segment']): string {
  const base = ack === null || relativeAck === null ? 0 : ack - relativeAck;
  return options.sack.map((edges) => edges.map((edge) => (edge - base) >>> 0).join('-')).join(' ');
}

/** Null: the key means nothing here. */
export function detailsKey(state: DetailsState, key: Key, view: View): DetailsState | null {
  const page = Math.max(1, view.size.rows - EDGES);
  const most = Math.max(0, bodyOf(state, view).length - page);
  const to = moved(key, Math.min(state.top, most), most + 1, page);
  return to === null ? null : { ...state, top: to };
}

export function drawDetails(state: DetailsState, view: View, bottom: string | null): string[] {
  const { messages, size } = view;
  const { packet } = state;
  const page = Math.max(0, size.rows - EDGES);
  const body = bodyOf(state, view);
  const top = Math.min(state.top, Math.max(0, body.length - page));
  const rows = body.slice(top, top + page);
  while (rows.length < page) rows.push('');
  const sent = messages.viewer.sent[packet.from === 0 ? 'client' : 'server'];
  const more = body.length > page ? `${Math.min(100, Math.round((100 * (top + page)) / body.length))} %` : '';
  const title = `${messages.viewer.packet({ number: packet.number })}  ${sent}`;
  return [titleLine(view, title, more), ...rows, bottom ?? footerLine(view, hints(messages))];
}

const hints = ({ viewer: { actions } }: Messages): Hint[] => [
  ['←/→', actions.neighbour],
  ['Esc', actions.back],
  ['Space', actions.mark],
  ['?', actions.help],
  ['q', actions.quit],
];

function bodyOf({ packet, before, start }: DetailsState, view: View): string[] {
  const { messages, size } = view;
  const { viewer } = messages;
  const sections = viewer.sections;
  const width = size.columns - INDENT - 1;
  const times = { sinceFirst: packet.time - start, sinceLast: packet.time - (before ?? packet).time };
  const words = (texts: readonly string[], none: string): string[] =>
    (texts.length === 0 ? [none] : texts).flatMap((text) => wrapWords(text, width));
  const part = (title: string, lines: readonly string[]): string[] => [
    paint(` ${title}`, BOLD),
    ...lines.map((line) => ' '.repeat(INDENT) + line),
    '',
  ];
  const reasons = packet.reasons.map((why) => `${messages.rules[why]}  ${formatRule(why, messages)}`);
  return [
    ...part(viewer.sections.segment, [
      `${packet.segment.source} → ${packet.segment.destination}`,
      ...wrapWords(viewer.times(times), width),
      ...fieldsOf(packet)
        .filter(([, value]) => value !== null)
        .map(named),
    ]),
    ...part(sections.analysis, words(flagTexts(packet.flags, packet.dupAck), viewer.noFlags)),
    ...part(sections.reasons, words(reasons, viewer.noReason)),
    ...part(sections.states, statesOf(packet, before, messages)),
    ...part(sections.variables, variablesOf(packet, messages)),
    ...part(sections.bytes, [
      viewer.bytesShown({ shown: packet.bytes.length, length: packet.wireLength }),
      ...hex(packet.bytes, [0, packet.tcpStart, packet.textStart]),
    ]),
  ];
}

const named = ([name, value]: Field): string => `${cell(name, NAME_WIDTH)}${value ?? '-'}`;

/** `ESTABLISHED → CLOSE-WAIT`. */
function statesOf(packet: ShownPacket, before: ShownPacket | null, { ladder, viewer }: Messages): string[] {
  return ([0, 1] as const).map((end) => {
    const label = stateLabel(packet.states[end], packet.confidences[end]) || viewer.unknownState;
    const was = before === null ? '' : stateLabel(before.states[end], before.confidences[end]);
    const moves = packet.changed[end] && was !== '' && was !== label;
    const same = packet.changed[end] ? label : viewer.stays({ state: label });
    return named([end === 0 ? ladder.client : ladder.server, moves ? `${was} → ${label}` : same]);
  });
}

const VARIABLES: readonly (readonly [string, (of: SeenVariables) => number | null])[] = [
  ['SND.UNA', (of) => of.sndUna],
  ['SND.NXT', (of) => of.sndNxt],
  ['SND.NXT - SND.UNA', (of) => of.inFlight],
  ['SND.WND', (of) => of.sndWnd],
  ['RCV.NXT', (of) => of.rcvNxt],
  ['RCV.WND', (of) => of.rcvWnd],
];

function variablesOf({ variables }: ShownPacket, { ladder }: Messages): string[] {
  const column = (text: string): string => cell(text, NAME_WIDTH, 'right');
  const values = VARIABLES.map(([name, read]) => {
    const both = variables.map((of) => column(String(read(of) ?? '-')));
    return cell(name, NAME_WIDTH) + both.join('');
  });
  return [' '.repeat(NAME_WIDTH) + column(ladder.client) + column(ladder.server), ...values];
}

/** Sixteen to a row; a row begins anew at each of `parts`: IP, TCP, text. */
export function hex(bytes: Uint8Array, parts: readonly number[]): string[] {
  const lines: string[] = [];
  for (const [i, start] of parts.entries()) {
    const end = Math.min(parts[i + 1] ?? bytes.length, bytes.length);
    if (start >= end) continue;
    lines.push(['IP', 'TCP', '']![i]!);
    for (let at = start; at < end; at += HEX_ROW) {
      lines.push(hexRow(at, bytes.subarray(at, Math.min(at + HEX_ROW, end))));
    }
  }
  return lines.filter((line) => line !== '');
}

function hexRow(at: number, row: Uint8Array): string {
  const octets = Array.from(row, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const text = Array.from(row, (byte) => (byte > 0x1f && byte < 0x7f ? String.fromCharCode(byte) : '.')).join(
    '',
  );
  return `${at.toString(16).padStart(4, '0')}  ${octets.padEnd(3 * HEX_ROW)} ${text}`;
}
