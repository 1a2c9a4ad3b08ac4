// A ladder drawn: lifelines as ribbons of states, arrows, calls and timers beside them, waits that were cut. Shapes
// have classes; what they look like is said once, in style.ts.

import type { LadderLayout, PlacedArrow, PlacedNote, PlacedRibbon } from './layout.ts';
import type { LadderPicture, PictureWords } from './picture.ts';
import { line, rounded, type Shape, text } from './shape.ts';

export interface DrawOptions {
  /** Pixels, at least 320. */
  readonly width: number;
  readonly words: PictureWords;
  /** Only what is seen between these heights is drawn (default: all). */
  readonly from?: number;
  readonly to?: number;
  /** The arrow or note that is marked as chosen. */
  readonly selected?: number | null;
  /** Arrows that what is chosen speaks of, as the text that an ACK acknowledges. */
  readonly spokenOf?: ReadonlySet<number>;
  /** Arrows that were not asked for. */
  readonly faded?: ReadonlySet<number>;
  /** From this height on it differs from what it is compared with. */
  readonly differsFrom?: number | null;
}

export interface Frame {
  /** Of each lifeline. */
  readonly lifelines: readonly number[];
  readonly width: number;
}

/** Above the first event: names and addresses of the ends. */
export const HEAD = 56;
/** For times, states and calls: what they take, or less where all is narrow. */
const MARGIN = 168;
const LEAST_MARGIN = 112;
const MARGIN_SHARE = 0.235;
const LEAST_WIDTH = 320;
/** With less between lifelines an arrow has its flags and no numbers. */
const ROOM_FOR_NUMBERS = 250;
/** Of the letters of a note, on average, pixels. */
const LETTER = 7;
/** What a time takes at the left edge, pixels. */
const TIME_WIDTH = 46;
const RIBBON = 12;
const NOTE_LINE = 13;
const HEAD_LENGTH = 9;
/** How much of its way what is lost comes, where nothing says when it would have arrived. */
const LOST_AT = 0.6;
/** How far the line where two runs part is above what differs, pixels. */
const DIFFERENCE = 10;
/** How far the line from a retransmission to its original goes out of its way, pixels. */
const BEND = 34;
/** Degrees: a steeper label is hard to read. */
const STEEPEST = 50;

export function frameOf(ends: number, wide: number): Frame {
  const width = Math.max(wide, LEAST_WIDTH);
  const margin = Math.min(MARGIN, Math.max(LEAST_MARGIN, width * MARGIN_SHARE));
  const inside = width - 2 * margin;
  const lifelines = Array.from(
    { length: ends },
    (_, i) => margin + (ends === 1 ? 0 : (inside * i) / (ends - 1)),
  );
  return { lifelines, width };
}

/** The names above the lifelines, for a page that keeps them in sight; `drawLadder` has them, too. */
export function drawHead(picture: LadderPicture, frame: Frame): Shape {
  const children = picture.ends.flatMap(({ name, detail }, i): Shape[] => {
    const x = frame.lifelines[i]!;
    return [text('end-name', x, 22, name, 'middle'), text('end-detail', x, 40, detail, 'middle')];
  });
  return { tag: 'g', attributes: { class: 'head' }, children };
}

/** Everything below the head; its origin is the first event. */
export function drawBody(picture: LadderPicture, layout: LadderLayout, options: DrawOptions): Shape {
  const { words, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, selected = null } = options;
  const frame = frameOf(picture.ends.length, options.width);
  const isSeen = (y1: number, y2: number): boolean => Math.max(y1, y2) >= from && Math.min(y1, y2) <= to;
  const [first = 0, second = first] = frame.lifelines;
  const gapAt = (first + second) / 2;
  const starts = new Map(layout.arrows.map(({ arrow, y1 }) => [arrow.id, y1]));
  const children: Shape[] = [
    ...frame.lifelines.map((x) => line('lifeline', x, Math.max(from, 0), x, Math.min(to, layout.height))),
    // Below all else, so that nothing is hidden.
    ...layout.arrows
      .filter(({ arrow: { id }, y1, y2 }) => isSeen(y1, y2) && (id === selected || options.spokenOf?.has(id)))
      .map((arrow) => drawBand(arrow, frame, arrow.arrow.id === selected)),
    ...layout.ribbons.filter(({ y1, y2 }) => isSeen(y1, y2)).flatMap((ribbon) => drawRibbon(ribbon, frame)),
    ...layout.gaps
      .filter(({ y }) => isSeen(y, y))
      .map(({ y, ms }) => text('gap', gapAt, y + 4, words.gap(ms), 'middle')),
    ...layout.ticks
      .filter(({ y }, i) => isSeen(y, y) && (i === 0 || layout.ticks[i - 1]!.t !== layout.ticks[i]!.t))
      .map(({ y, t }) => text('time', 4, y + 4, words.time(t), 'start')),
    ...drawDifference(options.differsFrom ?? null, frame),
    ...layout.arrows
      .filter(({ y1, y2 }) => isSeen(y1, y2))
      .flatMap((arrow) => [
        ...drawLink(arrow, starts.get(arrow.arrow.repeats ?? -1), frame),
        drawArrow(arrow, frame, classesOf(arrow.arrow.id, options)),
      ]),
    ...layout.notes
      .filter(({ y }) => isSeen(y, y))
      .map((note) => drawNote(note, frame, selected === note.note.id)),
  ];
  return { tag: 'g', attributes: { class: 'body' }, children };
}

function classesOf(id: number, { selected, spokenOf, faded }: DrawOptions): string {
  const marks = [
    ['selected', selected === id],
    ['spoken-of', spokenOf?.has(id) ?? false],
    ['faded', faded?.has(id) ?? false],
  ] as const;
  return marks.flatMap(([name, is]) => (is ? [` ${name}`] : [])).join('');
}

function drawDifference(y: number | null, { width }: Frame): Shape[] {
  if (y === null) return [];
  const at = y - DIFFERENCE;
  return [line('difference', 0, at, width, at), text('difference-mark', width - 6, at - 4, '≠', 'end')];
}

/** From what is sent again to what it repeats. */
function drawLink({ arrow, y1 }: PlacedArrow, original: number | undefined, { lifelines }: Frame): Shape[] {
  if (original === undefined) return [];
  const side = arrow.to > arrow.from ? 1 : -1;
  const x = lifelines[arrow.from]! + (side * RIBBON) / 2;
  const bend = x + side * BEND;
  const d = `M${rounded(x)} ${rounded(original)}C${rounded(bend)} ${rounded(original)} ${rounded(bend)} ${rounded(y1)} ${rounded(x)} ${rounded(y1)}`;
  return [{ tag: 'path', attributes: { class: 'repeats', d } }];
}

function drawRibbon({ state, y1, y2 }: PlacedRibbon, { lifelines }: Frame): Shape[] {
  const x = lifelines[state.end]!;
  const left = state.end === 0;
  const name = `state state-${state.state.toLowerCase()} ${state.confidence}`;
  const label = state.confidence === 'observed' ? state.state : `(${state.state})`;
  const at = left ? x - RIBBON : x + RIBBON;
  if (y2 <= y1) return [];
  return [
    {
      tag: 'rect',
      attributes: { class: name, x: x - RIBBON / 2, y: y1, width: RIBBON, height: y2 - y1, rx: 2 },
    },
    text('state-name', at, y1 + 16, label, left ? 'end' : 'start'),
  ];
}

/** Behind an arrow that is chosen, or spoken of. */
function drawBand({ arrow, y1, y2 }: PlacedArrow, { lifelines }: Frame, isSelected: boolean): Shape {
  const [x1, full] = [lifelines[arrow.from]!, lifelines[arrow.to]!];
  const part = partOf(arrow);
  return line(isSelected ? 'band chosen' : 'band', x1, y1, x1 + (full - x1) * part, y1 + (y2 - y1) * part);
}

/** How much of its way it is drawn for. */
const partOf = ({ fate }: PlacedArrow['arrow']): number =>
  fate === 'lost' || fate === 'underway' ? LOST_AT : 1;

function drawArrow({ arrow, y1, y2 }: PlacedArrow, { lifelines }: Frame, marks: string): Shape {
  const toRight = arrow.to > arrow.from;
  const edge = (toRight ? 1 : -1) * (RIBBON / 2);
  const x1 = lifelines[arrow.from]! + edge;
  const full = lifelines[arrow.to]! - edge;
  const part = partOf(arrow);
  const x2 = x1 + (full - x1) * part;
  const end = y1 + (y2 - y1) * part;
  const unseen = arrow.arrives === null && arrow.fate === 'arrives';
  const seen = arrow.departs === null ? ' unseen-start' : unseen ? ' unseen-end' : '';
  const detail = Math.abs(full - x1) < ROOM_FOR_NUMBERS ? '' : arrow.detail;
  const children: Shape[] = [
    { tag: 'line', attributes: { class: 'touch', x1, y1, x2, y2: end } },
    line('shaft', x1, y1, x2, end),
    arrow.fate === 'arrives' || arrow.fate === 'underway' ? headOf(x1, y1, x2, end) : cross(x2, end),
    ...label(arrow.label, detail, x1, y1, full, y2),
  ];
  if (arrow.badge !== '') children.push(...badge(arrow.badge, x1 + 3 * edge, y1));
  const name = `arrow tone-${arrow.tone} ${arrow.fate}${seen}${marks}`;
  return { tag: 'g', attributes: { class: name, 'data-arrow': arrow.id }, children };
}

function drawNote({ note, y }: PlacedNote, { lifelines }: Frame, isSelected: boolean): Shape {
  const left = note.end === 0;
  const x = lifelines[note.end]! + (left ? -RIBBON : RIBBON);
  const name = `note note-${note.kind}${isSelected ? ' selected' : ''}`;
  const lines = inLines(note.text, lifelines[0]! - RIBBON - (left ? TIME_WIDTH : 0));
  const children = lines.map((words, i) =>
    text('note-text', x, y + 3 - (lines.length - 1 - i) * NOTE_LINE, words, left ? 'end' : 'start'),
  );
  return { tag: 'g', attributes: { class: name, 'data-note': note.id }, children };
}

/** Two, cut between words, where there is no room for one. */
function inLines(words: string, room: number): string[] {
  const cut = words.lastIndexOf(' ');
  return words.length * LETTER <= room || cut < 0 ? [words] : [words.slice(0, cut), words.slice(cut + 1)];
}

/** Along the arrow, above it. */
function label(name: string, detail: string, x1: number, y1: number, x2: number, y2: number): Shape[] {
  const angle = (Math.atan2(y2 - y1, Math.abs(x2 - x1)) * 180) / Math.PI;
  const turn = Math.min(angle, STEEPEST) * (x2 > x1 ? 1 : -1);
  const x = (x1 + x2) / 2;
  const y = (y1 + y2) / 2 - 5;
  const children: Shape[] = [{ tag: 'tspan', attributes: { class: 'flags' }, text: name }];
  if (detail !== '') children.push({ tag: 'tspan', attributes: { class: 'numbers', dx: 6 }, text: detail });
  return [
    {
      tag: 'text',
      attributes: {
        class: 'label',
        x,
        y,
        'text-anchor': 'middle',
        transform: `rotate(${rounded(turn)} ${rounded(x)} ${rounded(y)})`,
      },
      children,
    },
  ];
}

function headOf(x1: number, y1: number, x2: number, y2: number): Shape {
  const direction = Math.atan2(y2 - y1, x2 - x1);
  const corner = (turn: number): string => {
    const angle = direction + Math.PI - turn;
    return `${rounded(x2 + HEAD_LENGTH * Math.cos(angle))} ${rounded(y2 + HEAD_LENGTH * Math.sin(angle))}`;
  };
  const d = `M${rounded(x2)} ${rounded(y2)}L${corner(0.4)}L${corner(-0.4)}Z`;
  return { tag: 'path', attributes: { class: 'point', d } };
}

function cross(x: number, y: number): Shape {
  const [l, r, t, b] = [x - 6, x + 6, y - 6, y + 6].map(rounded);
  return { tag: 'path', attributes: { class: 'cross', d: `M${l} ${t}L${r} ${b}M${l} ${b}L${r} ${t}` } };
}

function badge(mark: string, x: number, y: number): Shape[] {
  return [
    { tag: 'circle', attributes: { class: 'badge', cx: x, cy: y, r: 8 } },
    text('badge-text', x, y + 4, mark, 'middle'),
  ];
}
