// A sequence space as a ruler, in the numbering of RFC 9293's figures 3 and 4. Its parts are not to scale: a window of a
// megabyte and a flight of one segment are both to be seen.

import { rounded, type Shape } from './shape.ts';
import type { Palette } from './style.ts';

export interface RulerPart {
  /** As in the RFC's figure: 1 is what is over, the last what is not allowed yet. */
  readonly number: number;
  /** Empty: the rest of the space. */
  readonly from: number;
  readonly to: number;
  /** Said on hover: what it is, and how much. */
  readonly label: string;
}

/** A variable, between two parts. */
export interface RulerEdge {
  readonly name: string;
  readonly at: number;
}

export interface Ruler {
  /** In order, each from where the last one ends. */
  readonly parts: readonly RulerPart[];
  readonly edges: readonly RulerEdge[];
  /** Blocks within the parts, as those that were SACKed; `label` as of parts. */
  readonly blocks: readonly { readonly from: number; readonly to: number; readonly label: string }[];
}

export const RULER_HEIGHT = 108;
const TOP = 62;
const BAR = 26;
const ROW = 18;
/** What a part that has any bytes takes at least, of the width; one that has none is not there. */
const LEAST = 0.16;

export function drawRuler({ parts, edges, blocks }: Ruler, width: number): Shape {
  const starts = spread(parts, width);
  const x = (at: number): number => {
    const i = parts.findIndex(({ from, to }) => at >= from && at < to);
    if (i < 0) return at < (parts[0]?.from ?? 0) ? 0 : width;
    const { from, to } = parts[i]!;
    const share = Number.isFinite(to) ? (at - from) / (to - from) : 0;
    return starts[i]! + (starts[i + 1]! - starts[i]!) * share;
  };
  const edgeX = ({ at }: RulerEdge): number => {
    const i = parts.findIndex(({ from }) => from >= at);
    return i < 0 ? width : starts[i]!;
  };
  return {
    tag: 'g',
    attributes: { class: 'ruler' },
    children: [
      ...parts.flatMap((part, i) => drawPart(part, starts[i]!, starts[i + 1]!)),
      ...blocks.map(({ from, to, label }) => drawBlock(x(from), Math.max(x(to - 1), x(from) + 3), label)),
      ...edges.flatMap((edge, row) => drawEdge(edge, edgeX(edge), row, width)),
    ],
  };
}

/** Where each part begins, and where the last one ends. */
function spread(parts: readonly RulerPart[], width: number): number[] {
  const weights = parts.map(({ from, to }): number => (to > from ? LEAST : 0));
  const free = 1 - weights.reduce((sum, weight) => sum + weight, 0);
  const sizes = parts.map(({ from, to }) =>
    to > from && Number.isFinite(to) ? Math.log2(1 + to - from) : 0,
  );
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const starts = [0];
  for (const [i, weight] of weights.entries()) {
    const extra = all === 0 ? free / weights.filter((one) => one > 0).length : (free * sizes[i]!) / all;
    starts.push(starts[i]! + (weight === 0 ? 0 : weight + extra) * width);
  }
  return starts;
}

function drawPart({ number, label }: RulerPart, x1: number, x2: number): Shape[] {
  if (x2 <= x1) return [];
  const bar: Shape = {
    tag: 'rect',
    attributes: { class: `part part-${number}`, x: x1, y: TOP, width: x2 - x1, height: BAR },
    children: [{ tag: 'title', attributes: {}, text: label }],
  };
  const text: Shape = {
    tag: 'text',
    attributes: {
      class: `part-number number-${number}`,
      x: (x1 + x2) / 2,
      y: TOP + 18,
      'text-anchor': 'middle',
    },
    text: String(number),
  };
  return [bar, text];
}

const drawBlock = (x1: number, x2: number, label: string): Shape => ({
  tag: 'rect',
  attributes: { class: 'sacked', x: x1, y: TOP + BAR + 4, width: Math.max(x2 - x1, 3), height: 8 },
  children: [{ tag: 'title', attributes: {}, text: label }],
});

/** Each has a row of its own: names are longer than parts. */
function drawEdge({ name, at }: RulerEdge, x: number, row: number, width: number): Shape[] {
  const y = 12 + row * ROW;
  const left = x < width / 2;
  const d = `M${rounded(x)} ${rounded(y - 8)}V${TOP + BAR + 4}`;
  return [
    { tag: 'path', attributes: { class: 'edge-mark', d } },
    {
      tag: 'text',
      attributes: { class: 'edge-name', x: left ? x + 4 : x - 4, y, 'text-anchor': left ? 'start' : 'end' },
      text: `${name} = ${at}`,
    },
  ];
}

export function rulerStyle(color: (name: keyof Palette) => string): string {
  return [
    `.part{stroke:${color('paper')};stroke-width:1}.part-1{fill:${color('faint')}}.part-2{fill:${color('text')}}`,
    `.part-3,.receiving .part-2{fill:${color('established')}}`,
    `.part-4,.receiving .part-3{fill:${color('paper')};stroke:${color('line')};stroke-dasharray:3 3}`,
    `.part-number{fill:${color('paper')};font-weight:700;font-size:12px}`,
    `.number-4,.receiving .number-3{fill:${color('ink')}}`,
    `.edge-mark{stroke:${color('ink')};stroke-width:1.25;fill:none}`,
    `.edge-name{font-size:11px;fill:${color('ink')};paint-order:stroke;stroke:${color('paper')};stroke-width:3px}`,
    `.sacked{fill:${color('closing')}}`,
  ].join('');
}
