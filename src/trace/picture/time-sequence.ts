// A time-sequence graph in the grammar of tcptrace: what one end sends as marks, what the other acknowledges and offers
// as two stairs. Its times are those of the sender.

import { escapeMarkup, line, markupOf, rounded, type Shape, text } from './shape.ts';
import { LIGHT, type Palette } from './style.ts';

export interface GraphSegment {
  /** What the reader of the picture knows it by. */
  readonly id: number;
  /** Milliseconds. */
  readonly t: number;
  /** Sequence numbers, counted from the initial one; equal where it takes none. */
  readonly from: number;
  readonly to: number;
  readonly again: boolean;
  readonly lost: boolean;
  readonly push: boolean;
  readonly mark: 'SYN' | 'FIN' | 'RST' | null;
  /** Said on hover. */
  readonly label: string;
}

/** A segment of the other end, as it arrives. */
export interface GraphAck {
  readonly id: number;
  readonly t: number;
  readonly ack: number;
  /** The last sequence number that it allows, plus one. */
  readonly windowEnd: number;
  /** It says no more than the one before. */
  readonly duplicate: boolean;
  readonly sacked: readonly (readonly [from: number, to: number])[];
  readonly reset: boolean;
  readonly label: string;
}

export interface SequenceGraph {
  readonly segments: readonly GraphSegment[];
  readonly acks: readonly GraphAck[];
}

/** What the legend says, one word for each kind of mark. */
export const LEGEND = [
  'segment',
  'retransmission',
  'lost',
  'push',
  'ack',
  'duplicate',
  'window',
  'sack',
  'syn',
  'fin',
  'reset',
] as const;
export type LegendWords = Readonly<Record<(typeof LEGEND)[number], string>>;

export interface GraphOptions {
  /** Pixels. */
  readonly width: number;
  /** Of the plot, without the legend, pixels. */
  readonly height: number;
  readonly legend: LegendWords;
  readonly time: (ms: number) => string;
  /** The segment or ACK that is marked as chosen. */
  readonly selected?: number | null;
}

const LEFT = 56;
const RIGHT = 18;
const TOP = 22;
const BOTTOM = 30;
const LEGEND_ROW = 20;
const HEAD = 4;
/** Beyond that much above what was sent the window's end is not drawn: it would flatten all else. */
const WINDOW_SHARE = 1.25;

interface Scale {
  readonly x: (t: number) => number;
  readonly y: (seq: number) => number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export const graphHeight = (height: number): number => height + LEGEND.length * LEGEND_ROW + 10;

export function drawGraph(graph: SequenceGraph, options: GraphOptions): Shape {
  const scale = scaleOf(graph, options);
  const { selected = null } = options;
  return {
    tag: 'g',
    attributes: { class: 'graph' },
    children: [
      ...axes(graph, scale, options),
      stairs('window-line', graph.acks, ({ windowEnd }) => windowEnd, scale),
      stairs('ack-line', graph.acks, ({ ack }) => ack, scale),
      ...graph.acks.map((ack) => drawAck(ack, scale, selected === ack.id)),
      ...graph.segments.map((segment) => drawSegment(segment, scale, selected === segment.id)),
      ...legend(options),
    ],
  };
}

function scaleOf({ segments, acks }: SequenceGraph, { width, height }: GraphOptions): Scale {
  const times = [...segments, ...acks].map(({ t }) => t);
  const [first, last] = times.length === 0 ? [0, 1] : [least(times), most(times)];
  const sent = segments.map(({ to }) => to);
  const high = Math.max(most([1, ...sent, ...acks.map(({ ack }) => ack)]) * WINDOW_SHARE, 4);
  const [left, right, top, bottom] = [LEFT, width - RIGHT, TOP, height - BOTTOM];
  return {
    x: (t) => left + ((t - first) / Math.max(last - first, 1)) * (right - left),
    y: (seq) => bottom - (Math.min(seq, high) / high) * (bottom - top),
    left,
    right,
    top,
    bottom,
  };
}

// Spreading a run's numbers into Math.max would fill the stack.
const most = (all: readonly number[]): number =>
  all.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
const least = (all: readonly number[]): number =>
  all.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);

function axes({ segments, acks }: SequenceGraph, scale: Scale, { time }: GraphOptions): Shape[] {
  const times = [...segments, ...acks].map(({ t }) => t);
  const { left, right, top, bottom } = scale;
  const frame = `M${left} ${top}V${bottom}H${right}`;
  const ends = times.length === 0 ? [] : [...new Set([least(times), most(times)])];
  const highest = most([0, ...segments.map(({ to }) => to)]);
  return [
    { tag: 'path', attributes: { class: 'axis', d: frame } },
    ...ends.map((t, i) => text('tick', scale.x(t), bottom + 16, time(t), i === 0 ? 'start' : 'end')),
    ...ticksUpTo(highest).map((seq) => text('tick', left - 5, scale.y(seq) + 4, String(seq), 'end')),
  ];
}

/** Round numbers, four or five of them. */
function ticksUpTo(highest: number): number[] {
  const rough = Math.max(highest, 1) / 4;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max([1, 2, 5, 10].find((n) => n * unit >= rough)! * unit, 1);
  return Array.from({ length: Math.floor(highest / step) + 1 }, (_, i) => i * step);
}

/** What stands until the next ACK says something else. */
function stairs(
  name: string,
  acks: readonly GraphAck[],
  read: (ack: GraphAck) => number,
  scale: Scale,
): Shape {
  const steps = acks
    .filter(({ reset }) => !reset)
    .map((ack, i) => {
      const [x, y] = [rounded(scale.x(ack.t)), rounded(scale.y(read(ack)))];
      return i === 0 ? `M${x} ${y}` : `H${x}V${y}`;
    });
  const d = steps.length === 0 ? 'M0 0' : `${steps.join('')}H${rounded(scale.right)}`;
  return { tag: 'path', attributes: { class: name, d } };
}

function drawAck(ack: GraphAck, scale: Scale, isSelected: boolean): Shape {
  const x = scale.x(ack.t);
  const [y, top] = [scale.y(ack.ack), scale.y(ack.windowEnd)];
  const children: Shape[] = [
    { tag: 'title', attributes: {}, text: ack.label },
    line('touch', x, y, x, y),
    ...(ack.duplicate ? [line('ack-tick', x, y, x, y + 7), line('window-tick', x, top, x, top - 7)] : []),
    ...ack.sacked.flatMap(([from, to]) => [
      line('sack', x, scale.y(from), x, scale.y(to)),
      text('sack-mark', x + 3, scale.y(to) + 4, 'S', 'start'),
    ]),
    ...(ack.reset ? [text('reset-mark', x, y - 6, 'RST_IN', 'middle')] : []),
  ];
  return {
    tag: 'g',
    attributes: { class: `ack${isSelected ? ' selected' : ''}`, 'data-flight': ack.id },
    children,
  };
}

function drawSegment(segment: GraphSegment, scale: Scale, isSelected: boolean): Shape {
  const { id, t, from, to, again, lost, push, mark, label } = segment;
  const [x, low, high] = [scale.x(t), scale.y(from), scale.y(to)];
  const word = mark === 'RST' ? 'RST_OUT' : mark;
  const children: Shape[] = [
    { tag: 'title', attributes: {}, text: label },
    line('touch', x, low, x, high),
    line('shaft', x, low, x, high),
    arrow(x, low, -1),
    push ? diamond(x, high) : arrow(x, high, 1),
    ...(lost ? [cross(x, (low + high) / 2)] : []),
    ...(again ? [text('again-mark', x, high - 6, 'R', 'middle')] : []),
    ...(word === null
      ? []
      : [text(mark === 'RST' ? 'reset-mark' : 'mark', x + 6, high - (again ? 16 : 5), word, 'start')]),
  ];
  const name = `segment${again ? ' again' : ''}${lost ? ' lost' : ''}${isSelected ? ' selected' : ''}`;
  return { tag: 'g', attributes: { class: name, 'data-flight': id }, children };
}

function legend({ height, legend: words }: GraphOptions): Shape[] {
  const scale = { x: (t: number) => LEFT - 30 + t, y: (at: number) => at };
  return LEGEND.flatMap((kind, i): Shape[] => {
    const y = height + 14 + i * LEGEND_ROW;
    return [...sample(kind, scale.x(0), y), text('legend', LEFT - 8, y + 4, words[kind], 'start')];
  });
}

function sample(kind: (typeof LEGEND)[number], x: number, y: number): Shape[] {
  const [l, r] = [x - 9, x + 9];
  switch (kind) {
    case 'segment':
      return [line('shaft', x, y - 7, x, y + 7), arrow(x, y + 7, -1), arrow(x, y - 7, 1)];
    case 'retransmission':
      return [text('again-mark', x, y + 5, 'R', 'middle')];
    case 'lost':
      return [cross(x, y)];
    case 'push':
      return [diamond(x, y)];
    case 'ack':
      return [line('ack-line', l, y, r, y)];
    case 'duplicate':
      return [line('ack-tick', x, y - 4, x, y + 4)];
    case 'window':
      return [line('window-line', l, y, r, y)];
    case 'sack':
      return [line('sack', x, y - 7, x, y + 7), text('sack-mark', x + 3, y + 4, 'S', 'start')];
    case 'reset':
      return [text('reset-mark', x, y + 4, 'RST', 'middle')];
    default:
      return [text('mark', x, y + 4, kind.toUpperCase(), 'middle')];
  }
}

/** A mark at an end of a segment: `up` 1 at its top. */
const arrow = (x: number, y: number, up: 1 | -1): Shape => ({
  tag: 'path',
  attributes: {
    class: 'head',
    d: `M${rounded(x - HEAD)} ${rounded(y + up * HEAD)}L${rounded(x)} ${rounded(y)}L${rounded(x + HEAD)} ${rounded(y + up * HEAD)}`,
  },
});

const diamond = (x: number, y: number): Shape => ({
  tag: 'path',
  attributes: {
    class: 'push',
    d: `M${rounded(x)} ${rounded(y - 5)}L${rounded(x + 5)} ${rounded(y)}L${rounded(x)} ${rounded(y + 5)}L${rounded(x - 5)} ${rounded(y)}Z`,
  },
});

const cross = (x: number, y: number): Shape => ({
  tag: 'path',
  attributes: {
    class: 'cross',
    d: `M${rounded(x - 5)} ${rounded(y - 5)}L${rounded(x + 5)} ${rounded(y + 5)}M${rounded(x - 5)} ${rounded(y + 5)}L${rounded(x + 5)} ${rounded(y - 5)}`,
  },
});

export function graphStyle(color: (name: keyof Palette) => string): string {
  return [
    `.graph text{font-family:system-ui,sans-serif;font-size:11px;fill:${color('ink')}}`,
    `.graph .tick{fill:${color('faint')};font-variant-numeric:tabular-nums}.axis{stroke:${color('line')};fill:none}`,
    `.graph .shaft,.graph .head{stroke:${color('ink')};stroke-width:1.5;fill:none}.push{fill:${color('ink')}}`,
    `.graph .touch{stroke:transparent;stroke-width:14;stroke-linecap:round}.graph .selected .touch{stroke:${color('chosen')}}`,
    `.graph .selected .shaft{stroke-width:3}.again .shaft,.again .head{stroke:${color('reset')}}`,
    `.graph .again-mark,.graph .reset-mark{fill:${color('reset')};font-weight:700}.graph .mark{fill:${color('warn')};font-weight:700}`,
    `.graph .cross{stroke:${color('reset')};stroke-width:2;fill:none}.graph .lost .shaft{stroke-dasharray:3 3}`,
    `.ack-line,.ack-tick{stroke:${color('established')};stroke-width:1.5;fill:none}`,
    `.window-line,.window-tick{stroke:${color('waiting')};stroke-width:1.5;fill:none;stroke-dasharray:5 3}`,
    `.sack{stroke:${color('closing')};stroke-width:3}.graph .sack-mark{fill:${color('closing')};font-weight:700}`,
  ].join('');
}

export interface GraphFile extends GraphOptions {
  readonly palette?: Palette;
  /** Said to those who do not see the picture, and above it. */
  readonly title: string;
}

/** As a file of its own: SVG 1.1 with its style inside. */
export function graphSvg(graph: SequenceGraph, options: GraphFile): string {
  const { palette = LIGHT, title, width, height } = options;
  const whole = graphHeight(height);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${whole}" viewBox="0 0 ${width} ${whole}" role="img">`,
    `<title>${escapeMarkup(title)}</title><style>${graphStyle((name) => palette[name])}</style>`,
    `<rect width="100%" height="100%" fill="${palette.paper}"/>`,
    markupOf(drawGraph(graph, options)),
    '</svg>\n',
  ].join('');
}
