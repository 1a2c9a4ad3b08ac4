// Two packets of a connection side by side: what differs is marked, and how far apart they are in time and numbers.

import { flagTexts } from '../../trace/reader/flags.ts';
import { stateLabel } from '../../trace/reader/ladder-row.ts';
import type { Messages } from '../../trace/text/messages.ts';
import { BOLD, cell, paint } from './cells.ts';
import { type Field, fieldsOf } from './details.ts';
import type { Key } from './keys.ts';
import { footerLine, moved, tint, titleLine, type View } from './screen.ts';
import type { ShownPacket } from './window.ts';

export interface CompareState {
  readonly one: ShownPacket;
  readonly other: ShownPacket;
  readonly top: number;
}

const NAME_WIDTH = 17;
const EDGES = 2;
const DIFFERS = '33';

/** Null: the key means nothing here. */
export function compareKey(state: CompareState, key: Key, view: View): CompareState | null {
  const page = Math.max(1, view.size.rows - EDGES);
  const most = Math.max(0, bodyOf(state, view).length - page);
  const to = moved(key, Math.min(state.top, most), most + 1, page);
  return to === null ? null : { ...state, top: to };
}

export function drawCompare(state: CompareState, view: View): string[] {
  const { messages, size } = view;
  const { viewer } = messages;
  const page = Math.max(0, size.rows - EDGES);
  const body = bodyOf(state, view);
  const top = Math.min(state.top, Math.max(0, body.length - page));
  const rows = body.slice(top, top + page);
  while (rows.length < page) rows.push('');
  const keys = footerLine(view, [
    ['Esc', viewer.actions.back],
    ['?', viewer.actions.help],
    ['q', viewer.actions.quit],
  ]);
  const title = `${viewer.title.compare}: #${state.one.number}, #${state.other.number}`;
  return [titleLine(view, title, ''), ...rows, keys];
}

function bodyOf({ one, other }: CompareState, view: View): string[] {
  const { viewer } = view.messages;
  const right = told(other, view.messages);
  const room = Math.floor((view.size.columns - NAME_WIDTH - 6) / 2);
  const rows = told(one, view.messages).flatMap(([name, value], i) => {
    if (value === null && right[i]![1] === null) return [];
    const values = [value ?? '-', right[i]![1] ?? '-'];
    const differs = values[0] !== values[1];
    const line = `${differs ? '*' : ' '} ${cell(name, NAME_WIDTH)} ${cell(values[0]!, room)} ${cell(values[1]!, room)}`;
    return [differs ? tint(view, line, DIFFERS) : line];
  });
  const numbers =
    one.from === other.from
      ? viewer.numbersApart({ seq: (other.segment.seq - one.segment.seq) | 0 })
      : viewer.otherDirection;
  const apart = [viewer.timeApart({ ms: Math.abs(other.time - one.time) }), numbers];
  return ['', ...apart.map((text) => ` ${paint(text, BOLD)}`), '', ...rows];
}

/** Everything but its text. */
function told(packet: ShownPacket, { viewer, ladder }: Messages): Field[] {
  const state = (end: 0 | 1): string =>
    stateLabel(packet.states[end], packet.confidences[end]) || viewer.unknownState;
  return [
    ['', viewer.sent[packet.from === 0 ? 'client' : 'server']],
    ...fieldsOf(packet),
    [viewer.sections.analysis, flagTexts(packet.flags, packet.dupAck).join(', ') || '-'],
    [ladder.client, state(0)],
    [ladder.server, state(1)],
  ];
}
