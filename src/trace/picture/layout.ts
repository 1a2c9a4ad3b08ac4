// Where everything of a ladder stands: a place in time for each departure, arrival, state and note.

import { type Axis, paceOf, type TimeScale, timeAxis } from './axis.ts';
import type { LadderPicture, PictureArrow, PictureNote, PictureState } from './picture.ts';

export interface PlacedArrow {
  readonly arrow: PictureArrow;
  /** Of its start and its end, or of where it is lost. */
  readonly y1: number;
  readonly y2: number;
}

export interface PlacedRibbon {
  readonly state: PictureState;
  readonly y1: number;
  readonly y2: number;
}

export interface PlacedNote {
  readonly note: PictureNote;
  readonly y: number;
}

export interface LadderLayout {
  readonly arrows: readonly PlacedArrow[];
  readonly ribbons: readonly PlacedRibbon[];
  readonly notes: readonly PlacedNote[];
  /** The time of day at each height where something happens, from top to bottom. */
  readonly ticks: readonly { readonly y: number; readonly t: number }[];
  readonly gaps: Axis['gaps'];
  readonly height: number;
}

export interface LayoutOptions {
  readonly scale: TimeScale;
  /** Least distance between two things that happen, pixels (default 26). */
  readonly step?: number;
  /** What the picture is the beginning of: what is shown stands where it will stand when all is (default: itself). */
  readonly whole?: LadderPicture;
  /** Drawn side by side with it: one time is one height in both. */
  readonly beside?: LadderPicture;
}

const STEP = 26;
/** How far what is on its way for the usual time comes down, pixels. */
const DROP = 52;
/** An end of an arrow that nobody saw lies that much lower or higher. */
const UNSEEN = 14;

interface Happening {
  readonly t: number;
  /** Of what is at one instant: arrivals, then what follows from them, then departures. */
  readonly order: number;
  readonly place: (y: number) => void;
}

export function layOut(picture: LadderPicture, options: LayoutOptions): LadderLayout {
  const { scale, step = STEP, whole = picture, beside } = options;
  const own = happeningsOf(whole);
  const shared = [own, ...(beside === undefined ? [] : [happeningsOf(beside)])].map(({ all }) => joined(all));
  const rows = mergedRows(shared);
  const flights = [whole, ...(beside === undefined ? [] : [beside])].flatMap(({ arrows }) =>
    arrows.flatMap(({ departs, arrives }) =>
      departs === null || arrives === null ? [] : [arrives - departs],
    ),
  );
  const times = rows.map(({ t }) => t);
  const axis = timeAxis(times, { scale, step, pixelsPerMs: paceOf(flights, DROP) });
  for (const [i, { groups }] of rows.entries())
    for (const group of groups) for (const { place } of group) place(axis.places[i]!);

  const ticks = times.map((t, i) => ({ y: axis.places[i]!, t }));
  const height = axis.height + step;
  const now = picture === whole ? height : shownUntil(picture.end, ticks, step);
  const stateAt = picture.states.map(({ t }) => heightOf(t, ticks));
  return {
    arrows: picture.arrows.map((arrow) => placed(arrow, own.starts.get(arrow.id), own.stops.get(arrow.id))),
    ribbons: ribbonsOf(picture.states, stateAt, now),
    notes: picture.notes.map((note) => ({ note, y: own.notes.get(note.id) ?? 0 })),
    ticks: ticks.filter(({ y }) => y < now),
    gaps: axis.gaps.filter(({ y }) => y < now),
    height,
  };
}

function happeningsOf(picture: LadderPicture) {
  const starts = new Map<number, number>();
  const stops = new Map<number, number>();
  const notes = new Map<number, number>();
  const all: Happening[] = [];
  for (const { id, departs, arrives } of picture.arrows) {
    if (departs !== null) all.push({ t: departs, order: 2, place: (y) => starts.set(id, y) });
    if (arrives !== null) all.push({ t: arrives, order: 0, place: (y) => stops.set(id, y) });
  }
  for (const { id, t } of picture.notes) all.push({ t, order: 1, place: (y) => notes.set(id, y) });
  all.sort((a, b) => a.t - b.t || a.order - b.order);
  return { starts, stops, notes, all };
}

interface Row {
  readonly t: number;
  /** One of each picture at most. */
  readonly groups: Happening[][];
}

/** The first group of an instant in one picture stands beside the first of that instant in the other, and so on. */
function mergedRows(pictures: readonly Happening[][][]): Row[] {
  const rows = new Map<string, Row>();
  for (const groups of pictures) {
    let nth = 0;
    for (const [i, group] of groups.entries()) {
      const { t } = group[0]!;
      nth = groups[i - 1]?.[0]?.t === t ? nth + 1 : 0;
      const row = rows.get(`${t} ${nth}`);
      if (row === undefined) rows.set(`${t} ${nth}`, { t, groups: [group] });
      else row.groups.push(group);
    }
  }
  return [...rows.values()].sort((a, b) => a.t - b.t);
}

/** Below the last thing that happens at `t` or before. */
function shownUntil(t: number, ticks: LadderLayout['ticks'], step: number): number {
  const last = ticks.findLast((tick) => tick.t <= t);
  return (last?.y ?? 0) + step;
}

/** Each lasts until the next of the same end, or to the foot. */
function ribbonsOf(states: readonly PictureState[], at: readonly number[], height: number): PlacedRibbon[] {
  const next = new Map<number, number>();
  const ribbons: PlacedRibbon[] = [];
  for (let i = states.length - 1; i >= 0; i--) {
    const state = states[i]!;
    const y1 = at[i]!;
    ribbons.push({ state, y1, y2: next.get(state.end) ?? height });
    next.set(state.end, y1);
  }
  return ribbons.reverse();
}

/** An arrival and what follows from it at once share a height; two arrivals, or two departures, do not. */
function joined(happenings: readonly Happening[]): Happening[][] {
  const groups: Happening[][] = [];
  for (const next of happenings) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group !== undefined && last !== undefined && last.t === next.t && next.order > last.order)
      group.push(next);
    else groups.push([next]);
  }
  return groups;
}

function placed(arrow: PictureArrow, start: number | undefined, stop: number | undefined): PlacedArrow {
  const y1 = start ?? (stop ?? 0) - UNSEEN;
  return { arrow, y1, y2: stop ?? y1 + UNSEEN };
}

/** Of the first thing that happens at `t` or later. */
function heightOf(t: number, ticks: LadderLayout['ticks']): number {
  let low = 0;
  let high = ticks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ticks[middle]!.t < t) low = middle + 1;
    else high = middle;
  }
  return ticks[low]?.y ?? ticks.at(-1)?.y ?? 0;
}
