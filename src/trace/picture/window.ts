// What of a laid-out ladder lies between two heights, found without looking at all of it: a capture has tens of
// thousands of arrows, and a screen shows thirty.

import type { LadderLayout, PlacedArrow } from './layout.ts';

/** Of each thing, its upper and its lower edge. */
interface Edges {
  readonly top: number;
  readonly bottom: number;
}

export class LayoutWindow {
  private readonly layout: LadderLayout;
  private readonly arrows: Extents;
  private readonly ribbons: Extents;
  private readonly notes: Extents;
  private readonly ticks: Extents;
  private readonly gaps: Extents;
  private readonly byId: ReadonlyMap<number, PlacedArrow>;

  constructor(layout: LadderLayout) {
    const { arrows, ribbons, notes, ticks, gaps } = layout;
    const point = ({ y }: { readonly y: number }): Edges => ({ top: y, bottom: y });
    const line = ({ y1, y2 }: { readonly y1: number; readonly y2: number }): Edges => ({
      top: Math.min(y1, y2),
      bottom: Math.max(y1, y2),
    });
    this.layout = layout;
    this.arrows = new Extents(arrows.map(line));
    this.ribbons = new Extents(ribbons.map(line));
    this.notes = new Extents(notes.map(point));
    this.ticks = new Extents(ticks.map(point));
    this.gaps = new Extents(gaps.map(point));
    this.byId = new Map(arrows.map((placed) => [placed.arrow.id, placed]));
  }

  /** All that is between, and what its arrows repeat; perhaps more. */
  between(from: number, to: number): LadderLayout {
    const { layout } = this;
    const arrows = this.arrows.slice(layout.arrows, from, to);
    const seen = new Set(arrows.map(({ arrow }) => arrow.id));
    const repeated = arrows.flatMap(({ arrow: { repeats } }) => {
      const original = repeats === null || seen.has(repeats) ? undefined : this.byId.get(repeats);
      return original === undefined ? [] : [original];
    });
    return {
      arrows: [...repeated, ...arrows],
      ribbons: this.ribbons.slice(layout.ribbons, from, to),
      notes: this.notes.slice(layout.notes, from, to),
      ticks: this.ticks.slice(layout.ticks, from, to),
      gaps: this.gaps.slice(layout.gaps, from, to),
      height: layout.height,
    };
  }

  /** Where an arrow is; null: there is none of that id. */
  find(id: number): PlacedArrow | null {
    return this.byId.get(id) ?? null;
  }
}

/** Things nearly in the order of their heights: how low any of the first so many reaches, how high any of the rest. */
class Extents {
  private readonly lowest: Float64Array;
  private readonly highest: Float64Array;

  constructor(edges: readonly Edges[]) {
    this.lowest = new Float64Array(edges.length);
    this.highest = new Float64Array(edges.length);
    let low = Number.NEGATIVE_INFINITY;
    for (const [i, { bottom }] of edges.entries()) {
      low = Math.max(low, bottom);
      this.lowest[i] = low;
    }
    let high = Number.POSITIVE_INFINITY;
    for (let i = edges.length - 1; i >= 0; i--) {
      high = Math.min(high, edges[i]!.top);
      this.highest[i] = high;
    }
  }

  slice<T>(all: readonly T[], from: number, to: number): T[] {
    const first = firstWhere(all.length, (i) => this.lowest[i]! >= from);
    return all.slice(
      first,
      firstWhere(all.length, (i) => this.highest[i]! > to),
    );
  }
}

/** `holds` is false of the first so many, and true of all that follow. */
function firstWhere(length: number, holds: (i: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
