// A ladder drawn: lifelines as ribbons of states, arrows, calls and timers beside them, waits that were cut. Shapes
// have classes; what they look like is said once, in style.ts.

import type { LadderLayout, PlacedArrow, PlacedNote, PlacedRibbon } from './layout.ts';
import type { LadderPicture, PictureWords } from './picture.ts';
import { rounded, type Shape } from './shape.ts';

export interface DrawOptions {
  /** Pixels, at least 480. */
  readonly width: number;
  readonly words: PictureWords;
  /** Only what is seen between these heights is drawn (default: all). */
  readonly from?: number;
  readonly to?: number;
  /** The arrow or note that is marked as chosen. */
  readonly selected?: number | null;
}

export interface Frame {
  /** Of each lifeline. */
  readonly lifelines: readonly number[];
  readonly width: number;
}

/** Above the first event: names and addresses of the ends. */
export const HEAD = 56;
const MARGIN = 168;
const RIBBON = 12;
const HEAD_LENGTH = 9;
/** How much of its way what is lost comes, where nothing says when it would have arrived. */
const LOST_AT = 0.6;
/** Degrees: a steeper label is hard to read. */
const STEEPEST = 30;

export function frameOf(ends: number, width: number): Frame {
  const inside = Math.max(width, 480) - 2 * MARGIN;
  const lifelines = Array.from(
    { length: ends },
    (_, i) => MARGIN + (ends === 1 ? 0 : (inside * i) / (ends - 1)),
  );
  return { lifelines, width: Math.max(width, 480) };
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
  const children: Shape[] = [
    ...frame.lifelines.map((x) => line('lifeline', x, Math.max(from, 0), x, Math.min(to, layout.height))),
    ...layout.ribbons.filter(({ y1, y2 }) => isSeen(y1, y2)).flatMap((ribbon) => drawRibbon(ribbon, frame)),
    ...layout.gaps
      .filter(({ y }) => isSeen(y, y))
      .map(({ y, ms }) => text('gap', frame.width / 2, y + 4, words.gap(ms), 'middle')),
    ...layout.ticks
      .filter(({ y }, i) => isSeen(y, y) && (i === 0 || layout.ticks[i - 1]!.t !== layout.ticks[i]!.t))
      .map(({ y, t }) => text('time', 4, y + 4, words.time(t), 'start')),
    ...layout.arrows
      .filter(({ y1, y2 }) => isSeen(y1, y2))
      .map((arrow) => drawArrow(arrow, frame, selected === arrow.arrow.id)),
    ...layout.notes
      .filter(({ y }) => isSeen(y, y))
      .map((note) => drawNote(note, frame, selected === note.note.id)),
  ];
  return { tag: 'g', attributes: { class: 'body' }, children };
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

function drawArrow({ arrow, y1, y2 }: PlacedArrow, { lifelines }: Frame, isSelected: boolean): Shape {
  const toRight = arrow.to > arrow.from;
  const edge = (toRight ? 1 : -1) * (RIBBON / 2);
  const x1 = lifelines[arrow.from]! + edge;
  const full = lifelines[arrow.to]! - edge;
  const part = arrow.fate === 'lost' ? LOST_AT : 1;
  const x2 = x1 + (full - x1) * part;
  const end = y1 + (y2 - y1) * part;
  const seen = arrow.departs === null ? ' unseen-start' : arrow.arrives === null ? ' unseen-end' : '';
  const children: Shape[] = [
    { tag: 'line', attributes: { class: 'touch', x1, y1, x2, y2: end } },
    line('shaft', x1, y1, x2, end),
    arrow.fate === 'arrives' ? headOf(x1, y1, x2, end) : cross(x2, end),
    ...label(arrow.label, arrow.detail, x1, y1, full, y1 + (y2 - y1)),
  ];
  if (arrow.badge !== '') children.push(...badge(arrow.badge, x1 + 3 * edge, y1));
  const name = `arrow tone-${arrow.tone} ${arrow.fate}${seen}${isSelected ? ' selected' : ''}`;
  return { tag: 'g', attributes: { class: name, 'data-arrow': arrow.id }, children };
}

function drawNote({ note, y }: PlacedNote, { lifelines }: Frame, isSelected: boolean): Shape {
  const left = note.end === 0;
  const x = lifelines[note.end]! + (left ? -RIBBON : RIBBON);
  const name = `note note-${note.kind}${isSelected ? ' selected' : ''}`;
  const children = [text('note-text', x, y + 3, note.text, left ? 'end' : 'start')];
  return { tag: 'g', attributes: { class: name, 'data-note': note.id }, children };
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

const line = (name: string, x1: number, y1: number, x2: number, y2: number): Shape => ({
  tag: 'line',
  attributes: { class: name, x1, y1, x2, y2 },
});

const text = (
  name: string,
  x: number,
  y: number,
  words: string,
  anchor: 'start' | 'middle' | 'end',
): Shape => ({
  tag: 'text',
  attributes: { class: name, x, y, 'text-anchor': anchor },
  text: words,
});
