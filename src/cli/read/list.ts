// The connections of a capture: a table that is sorted and filtered, and below it what is to be said of the one that
// is selected.

import { stateLabel } from '../../trace/reader/ladder-row.ts';
import type { CapturedConnection } from '../../trace/reader/summary.ts';
import { COLUMNS, compareTrouble, cellsOf as figuresOf } from '../../trace/reader/table.ts';
import type { Messages } from '../../trace/text/messages.ts';
import { widthOf } from '../../trace/text/width.ts';
import { BOLD, cell, highlight, paint, wrapWords } from './cells.ts';
import type { Key } from './keys.ts';
import { footerLine, type Hint, moved, scrolled, severe, titleLine, type View } from './screen.ts';

export type SortKey = keyof Messages['viewer']['sorts'];
type Column = (typeof COLUMNS)[number];

export interface ListState {
  readonly all: readonly CapturedConnection[];
  /** Those that the filter lets through, in order. */
  readonly shown: readonly CapturedConnection[];
  readonly filter: string;
  readonly sort: SortKey;
  readonly reversed: boolean;
  /** Index into `shown`. */
  readonly selected: number;
  readonly top: number;
}

const SORTS: readonly SortKey[] = [
  'trouble',
  'number',
  'packets',
  'bytes',
  'roundTrip',
  'duration',
  'retransmissions',
  'stall',
];

/** Larger first. */
const VALUES: Readonly<Record<Exclude<SortKey, 'trouble' | 'number'>, (row: CapturedConnection) => number>> =
  {
    packets: (row) => row.packets,
    bytes: (row) => row.client.bytes + row.server.bytes,
    roundTrip: (row) => row.roundTrip ?? -1,
    duration: (row) => row.duration,
    retransmissions: (row) => row.retransmissions,
    stall: (row) => row.stall?.milliseconds ?? -1,
  };

/** The column that goes by a sort key. */
const SORTED: Readonly<Record<SortKey, Column | null>> = {
  trouble: null,
  number: 'number',
  packets: 'packets',
  bytes: 'clientBytes',
  roundTrip: 'roundTrip',
  duration: 'duration',
  retransmissions: 'retransmissions',
  stall: 'stall',
};

/** Left out first where there is little room. */
const LEAST: readonly Column[] = [
  'history',
  'serverBytes',
  'clientBytes',
  'duration',
  'state',
  'roundTrip',
  'stall',
];
const LEFT: ReadonlySet<Column> = new Set(['client', 'server', 'state', 'history']);
const GAP = 2;
/** An endpoint that is longer is cut where there is no room. */
const SHORTEST_ENDPOINT = 14;
/** A verdict has a column of its own from here on. */
const VERDICT = 30;
/** Lines below the table, and on how high a screen. */
const PANE = 4;
const PANE_FROM = 12;

export const newList = (all: readonly CapturedConnection[]): ListState =>
  arranged({ all, shown: [], filter: '', sort: 'trouble', reversed: false, selected: 0, top: 0 });

/** Sorted and filtered again; what was selected stays selected if it is still shown. */
export function arranged(state: ListState, change: Partial<ListState> = {}): ListState {
  const next = { ...state, ...change };
  const words = next.filter.toLowerCase().split(' ').filter(Boolean);
  const shown = next.all.filter((row) => words.every((word) => textOf(row).includes(word)));
  shown.sort(comparison(next.sort));
  if (next.reversed) shown.reverse();
  const chosen = state.shown[state.selected];
  const selected = Math.max(0, chosen === undefined ? 0 : shown.indexOf(chosen));
  return { ...next, shown, selected };
}

function comparison(sort: SortKey): (a: CapturedConnection, b: CapturedConnection) => number {
  if (sort === 'trouble') return compareTrouble;
  if (sort === 'number') return (a, b) => a.connection - b.connection;
  const value = VALUES[sort];
  return (a, b) => value(b) - value(a) || a.connection - b.connection;
}

const textOf = ({ connection, client, server, connState, verdict }: CapturedConnection): string =>
  [
    `#${connection}`,
    ...[client, server].flatMap((end) => [end.endpoint, end.state]),
    connState,
    verdict.kind,
    verdict.text,
  ]
    .join(' ')
    .toLowerCase();

/** Null: the key means nothing here. */
export function listKey(state: ListState, key: Key, { size }: View): ListState | null {
  const page = pageOf(size.rows);
  const to = moved(key, state.selected, state.shown.length, page);
  if (to !== null) return { ...state, selected: to, top: scrolled(state.top, to, page, state.shown.length) };
  const turn = key === 's' || key === '>' ? 1 : key === 'S' || key === '<' ? -1 : 0;
  if (turn !== 0) {
    const next = (SORTS.indexOf(state.sort) + turn + SORTS.length) % SORTS.length;
    return withinPage(arranged(state, { sort: SORTS[next]!, reversed: false }), page);
  }
  return key === 'r' ? withinPage(arranged(state, { reversed: !state.reversed }), page) : null;
}

/** The selection is on the page; from its top, after the order has changed. */
export const withinPage = (state: ListState, page: number): ListState => ({
  ...state,
  top: scrolled(state.top, state.selected, page, state.shown.length),
});

/** Rows of the table on a screen of so many. */
export const pageOf = (rows: number): number => Math.max(1, rows - 3 - (rows >= PANE_FROM ? PANE : 0));

export interface ListAround {
  readonly title: string;
  readonly aside: string;
  /** Instead of the keys: what is typed in, or what there is to be said. */
  readonly bottom: string | null;
}

export function drawList(state: ListState, view: View, around: ListAround): string[] {
  const { size, messages } = view;
  const page = pageOf(size.rows);
  const { top, lines } = table(withinPage(state, page), view, page);
  const rows = lines.map((line, i) =>
    top + i === state.selected ? highlight(line.text, size.columns) : line.shown,
  );
  if (state.shown.length === 0) rows.push(` ${messages.viewer.noneMatches}`);
  while (rows.length < page) rows.push('');
  const pane = size.rows >= PANE_FROM ? paneOf(state.shown[state.selected], view) : [];
  const bottom = around.bottom ?? footerLine(view, hints(messages));
  return [titleLine(view, around.title, around.aside), headings(state, view), ...rows, ...pane, bottom];
}

const hints = ({ viewer: { actions } }: Messages): Hint[] => [
  ['Enter', actions.open],
  ['/', actions.filter],
  ['s', actions.sort],
  ['e', actions.export],
  ['r', actions.reverse],
  ['?', actions.help],
  ['q', actions.quit],
];

interface Layout {
  readonly columns: readonly Column[];
  readonly widths: Readonly<Record<Column, number>>;
  /** Cells of marks, and of the verdict's column; 0: it has none. */
  readonly marks: number;
  readonly verdict: number;
}

const layouts = new WeakMap<readonly CapturedConnection[], { columns: number; layout: Layout }>();

/** Which columns there is room for, and how wide they are: the same for all pages. */
function layoutOf({ shown }: ListState, { size, messages }: View): Layout {
  const known = layouts.get(shown);
  if (known?.columns === size.columns) return known.layout;
  const titles = COLUMNS.map(
    (column) => widthOf(messages.reader.columns[column]) + (LEFT.has(column) ? 0 : 1),
  );
  for (const row of shown) {
    for (const [i, cell] of figuresOf(row).entries()) titles[i] = Math.max(titles[i]!, widthOf(cell));
  }
  const widths = Object.fromEntries(COLUMNS.map((column, i) => [column, titles[i]!])) as Record<
    Column,
    number
  >;
  const marks = Math.max(...Object.values(messages.reader.marks).map(widthOf));
  const columns: Column[] = [...COLUMNS];
  const total = (): number => 1 + marks + columns.reduce((sum, column) => sum + GAP + widths[column], 0);
  const tooWide = (): number => total() - size.columns;
  for (const column of ['client', 'server'] as const) {
    const spare = Math.max(0, widths[column] - Math.max(SHORTEST_ENDPOINT, Math.floor(size.columns / 4)));
    widths[column] -= Math.min(spare, Math.max(0, tooWide()));
  }
  for (const column of LEAST) if (tooWide() > 0) columns.splice(columns.indexOf(column), 1);
  const rest = size.columns - total() - GAP;
  const layout = { columns, widths, marks, verdict: rest >= VERDICT ? rest : 0 };
  layouts.set(shown, { columns: size.columns, layout });
  return layout;
}

function headings(state: ListState, view: View): string {
  const { columns, widths, marks, verdict } = layoutOf(state, view);
  const { reader, viewer } = view.messages;
  const cells = columns.map((column) => {
    const sorted = SORTED[state.sort] === column;
    const arrow = sorted ? (state.reversed ? '▲' : '▼') : '';
    return cell(reader.columns[column] + arrow, widths[column], LEFT.has(column) ? 'left' : 'right');
  });
  const arrow = state.sort === 'trouble' ? (state.reversed ? '▲' : '▼') : '';
  const all = [cell(arrow, marks), ...cells, ...(verdict > 0 ? [viewer.verdict] : [])];
  return paint(` ${all.join(' '.repeat(GAP))}`, BOLD);
}

function table(
  state: ListState,
  view: View,
  page: number,
): { top: number; lines: { text: string; shown: string }[] } {
  const { columns, widths, marks, verdict } = layoutOf(state, view);
  const lines = state.shown.slice(state.top, state.top + page).map((row) => {
    const figures = figuresOf(row);
    const cells = columns.map((column) =>
      cell(figures[COLUMNS.indexOf(column)]!, widths[column], LEFT.has(column) ? 'left' : 'right'),
    );
    if (verdict > 0) cells.push(cell(row.verdict.text, verdict));
    const mark = cell(view.messages.reader.marks[row.verdict.severity], marks);
    const rest = cells.map((cell) => ' '.repeat(GAP) + cell).join('');
    return { text: ` ${mark}${rest}`, shown: ` ${severe(view, row.verdict.severity, mark)}${rest}` };
  });
  return { top: state.top, lines };
}

/** A line, and what there is no room for in the table. */
function paneOf(row: CapturedConnection | undefined, view: View): string[] {
  const { columns } = view.size;
  const rule = '─'.repeat(columns);
  if (row === undefined) return [rule, '', '', ''];
  const { reader, ladder } = view.messages;
  const { severity, text } = row.verdict;
  const verdict = wrapWords(`${reader.marks[severity]} ${text}`, columns - 2);
  const said = Array.from({ length: PANE - 2 }, (_, i) => ` ${severe(view, severity, verdict[i] ?? '')}`);
  const ends = [
    `${ladder.client} ${stateLabel(row.client.state, row.client.confidence) || '?'}`,
    `${ladder.server} ${stateLabel(row.server.state, row.server.confidence) || '?'}`,
    `${row.client.bytes} > < ${row.server.bytes}`,
    row.connState,
    row.history,
  ];
  return [rule, ...said, ` ${ends.join('  ')}`];
}
