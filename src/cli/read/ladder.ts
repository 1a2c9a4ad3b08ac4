// The ladder of one connection, a window of it at a time: states on both sides of every row, the selected one marked.

import { type Arrow, LadderLayout, type Row, type Tone } from '../../trace/ladder-layout.ts';
import { rowOf } from '../../trace/reader/ladder-row.ts';
import type { CapturedConnection } from '../../trace/reader/summary.ts';
import { isHarmless } from '../../trace/reader/told.ts';
import type { Messages } from '../../trace/text/messages.ts';
import { highlight } from './cells.ts';
import type { Key } from './keys.ts';
import { footerLine, type Hint, moved, titleLine, type View } from './screen.ts';
import type { PacketWindow, ShownPacket } from './window.ts';

export const COLOURINGS = ['kind', 'end', 'trouble', 'none'] as const;
export type Colouring = (typeof COLOURINGS)[number];

export interface LadderState {
  readonly summary: CapturedConnection;
  /** Packets of the connection, copies included. */
  readonly count: number;
  /** When it began, milliseconds since the first frame of the capture. */
  readonly start: number;
  readonly window: PacketWindow;
  /** Counted from 0 in the connection. */
  readonly selected: number;
  readonly top: number;
  readonly colouring: Colouring;
  /** Marked to be compared; null: none is. */
  readonly marked: ShownPacket | null;
}

/** Silence from here on is drawn, milliseconds. */
const SILENCE = 1000;
/** Above the rows: the title, both ends' names; below: the keys. */
const EDGES = 4;

export const ladderPage = (rows: number): number => Math.max(1, rows - EDGES);

export const packetAt = ({ window }: LadderState, index: number): ShownPacket | undefined =>
  window.packets[index - window.first];

/** Null: the key means nothing here. The packet that is selected may lie outside the window. */
export function ladderKey(state: LadderState, key: Key, view: View): LadderState | null {
  const page = Math.max(1, Math.floor(ladderPage(view.size.rows) / 2));
  const to = moved(key, state.selected, state.count, page);
  if (to !== null) return { ...state, selected: to };
  if (key === 'c') {
    const next = (COLOURINGS.indexOf(state.colouring) + 1) % COLOURINGS.length;
    return { ...state, colouring: COLOURINGS[next]! };
  }
  return null;
}

/** The next packet with an analysis flag, `way` = 1 or -1; null: there is none in the window. */
export function nextFlagged(state: LadderState, way: 1 | -1): number | null {
  for (let index = state.selected + way; ; index += way) {
    const packet = packetAt(state, index);
    if (packet === undefined) return null;
    if (packet.flags !== 0) return index;
  }
}

export interface LadderAround {
  /** Instead of the keys. */
  readonly bottom: string | null;
}

export function drawLadder(state: LadderState, view: View, around: LadderAround): string[] {
  const { messages, size } = view;
  const { summary } = state;
  const layout = layoutFor(view, state.colouring);
  const { client, server, connection, verdict } = summary;
  const title = `#${connection}  ${messages.reader.marks[verdict.severity]} ${verdict.text}`;
  const position = messages.viewer.position({ at: state.selected + 1, of: state.count });
  const names = layout.header(
    '',
    [messages.ladder.client, client.endpoint],
    [messages.ladder.server, server.endpoint],
  );
  const page = size.rows - 2 - names.length;
  const rows = visible(state, view, layout, page);
  while (rows.length < page) rows.push('');
  const bottom = around.bottom ?? footerLine(view, hints(messages));
  return [titleLine(view, title, position), ...names, ...rows.slice(0, page), bottom];
}

const hints = ({ viewer: { actions } }: Messages): Hint[] => [
  ['Enter', actions.details],
  ['Esc', actions.back],
  ['Space', actions.mark],
  ['e', actions.export],
  ['n/N', actions.flagged],
  ['c', actions.colours],
  ['?', actions.help],
  ['q', actions.quit],
];

/** The first row so that `selected` is seen whole: the one that is first now, if it does. */
export function topFor(state: LadderState, view: View): number {
  const layout = layoutFor(view, state.colouring);
  const page = ladderPage(view.size.rows);
  const { selected, window, count } = state;
  const height = (index: number): number => linesOf(state, index, view, layout).length;
  let earliest = selected;
  let used = height(selected);
  while (earliest > window.first && used + height(earliest - 1) <= page) used += height(--earliest);
  let top = Math.max(earliest, Math.min(state.top, selected));
  if (count - top >= page) return top;
  // At the end the page is filled from above.
  let shown = 0;
  for (let index = top; index < count; index++) shown += height(index);
  while (top > window.first && shown + height(top - 1) <= page) shown += height(--top);
  return top;
}

function visible(state: LadderState, view: View, layout: LadderLayout, page: number): string[] {
  const lines: string[] = [];
  for (let index = topFor(state, view); lines.length < page; index++) {
    const own = linesOf(state, index, view, layout);
    if (own.length === 0) break;
    lines.push(...own.map((line) => (index === state.selected ? highlight(line, view.size.columns) : line)));
  }
  return lines;
}

/** None: it is not in the window. */
function linesOf(state: LadderState, index: number, view: View, layout: LadderLayout): string[] {
  const packet = packetAt(state, index);
  if (packet === undefined) return [];
  const row = coloured(rowOf(packet, state.start, view.messages), packet, state.colouring);
  const marked = packet.number === state.marked?.number;
  const lines = layout.row(marked ? { ...row, tag: '*' } : row);
  const before = packetAt(state, index - 1);
  const silence = before === undefined ? 0 : packet.time - before.time;
  if (silence < SILENCE) return lines;
  return [layout.gap(view.messages.ladder.silence({ ms: silence })), ...lines];
}

const layoutFor = ({ size, color }: View, colouring: Colouring): LadderLayout =>
  new LadderLayout(size.columns, color && colouring !== 'none');

function coloured(row: Row, { flags, from }: ShownPacket, colouring: Colouring): Row {
  const { body } = row;
  if (body?.kind !== 'arrow') return row;
  const tones: Readonly<Record<Colouring, Tone>> = {
    kind: body.tone,
    end: from === 0 ? 'open' : 'close',
    trouble: isHarmless(flags) ? 'dim' : 'warn',
    none: 'plain',
  };
  const arrow: Arrow = { ...body, tone: tones[colouring] };
  return { ...row, body: arrow };
}
