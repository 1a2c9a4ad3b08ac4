import { describe, expect, test } from 'vitest';
import { drawRuler, type Ruler } from '../../../src/trace/picture/ruler.ts';
import { markupOf, type Shape } from '../../../src/trace/picture/shape.ts';
import {
  drawGraph,
  type GraphAck,
  type GraphSegment,
  graphSvg,
  LEGEND,
  type LegendWords,
} from '../../../src/trace/picture/time-sequence.ts';

const legend = Object.fromEntries(LEGEND.map((kind) => [kind, `<${kind}>`])) as unknown as LegendWords;
const OPTIONS = { width: 400, height: 300, legend, time: (ms: number) => `${ms} ms` };

const segment = (id: number, over: Partial<GraphSegment>): GraphSegment => ({
  id,
  t: 0,
  from: 0,
  to: 100,
  again: false,
  lost: false,
  push: false,
  mark: null,
  label: `segment ${id}`,
  ...over,
});
const ack = (id: number, t: number, over: Partial<GraphAck> = {}): GraphAck => ({
  id,
  t,
  ack: 100,
  windowEnd: 200,
  duplicate: false,
  sacked: [],
  reset: false,
  label: `ack ${id}`,
  ...over,
});

/** All shapes of a tree whose class has that word. */
function find(shape: Shape, name: string): Shape[] {
  const here = String(shape.attributes.class ?? '')
    .split(' ')
    .includes(name)
    ? [shape]
    : [];
  return [...here, ...(shape.children ?? []).flatMap((child) => find(child, name))];
}

const plotted = (shape: Shape): Shape => ({
  ...shape,
  children: shape.children!.filter(({ attributes }) => 'data-flight' in attributes),
});

describe('a time-sequence graph', () => {
  test('has every kind of mark of the grammar, once for what it is', () => {
    const shape = plotted(
      drawGraph(
        {
          segments: [
            segment(1, { mark: 'SYN', to: 1 }),
            segment(2, { t: 10, push: true }),
            segment(3, { t: 20, lost: true }),
            segment(4, { t: 30, again: true, mark: 'FIN' }),
            segment(5, { t: 40, mark: 'RST', to: 0 }),
          ],
          acks: [
            ack(6, 15),
            ack(7, 25, { duplicate: true, sacked: [[150, 180]] }),
            ack(8, 45, { reset: true }),
          ],
        },
        OPTIONS,
      ),
    );
    expect(find(shape, 'shaft')).toHaveLength(5);
    expect(find(shape, 'push')).toHaveLength(1);
    expect(find(shape, 'cross')).toHaveLength(1);
    expect(find(shape, 'again-mark').map(({ text }) => text)).toEqual(['R']);
    expect(find(shape, 'mark').map(({ text }) => text)).toEqual(['SYN', 'FIN']);
    expect(find(shape, 'reset-mark').map(({ text }) => text)).toEqual(['RST_IN', 'RST_OUT']);
    expect(find(shape, 'ack-tick')).toHaveLength(1);
    expect(find(shape, 'window-tick')).toHaveLength(1);
    expect(find(shape, 'sack')).toHaveLength(1);
  });

  test('goes right with time and up with sequence numbers', () => {
    const shape = plotted(
      drawGraph({ segments: [segment(1, {}), segment(2, { t: 50, from: 100, to: 200 })], acks: [] }, OPTIONS),
    );
    const [first, second] = find(shape, 'shaft').map(
      ({ attributes }) => attributes as Record<string, number>,
    );
    expect(second!.x1).toBeGreaterThan(first!.x1!);
    expect(first!.y2).toBeLessThan(first!.y1!);
    expect(second!.y1).toBe(first!.y2);
  });

  test('says of each mark what it is, which flight, and whether it is chosen', () => {
    const shape = plotted(
      drawGraph({ segments: [segment(1, {})], acks: [ack(2, 5)] }, { ...OPTIONS, selected: 1 }),
    );
    expect(shape.children!.map(({ attributes }) => attributes['data-flight'])).toEqual([2, 1]);
    expect(shape.children!.map(({ children }) => children![0]!.text)).toEqual(['ack 2', 'segment 1']);
    expect(find(shape, 'selected')).toHaveLength(1);
  });

  test('has a legend for every kind of mark, and is a file of its own', () => {
    const svg = graphSvg({ segments: [], acks: [] }, { ...OPTIONS, title: 'a & b' });
    for (const kind of LEGEND) expect(svg).toContain(`&lt;${kind}&gt;`);
    expect(svg).toContain('<title>a &amp; b</title>');
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('of a run without length in time or numbers is drawn, too', () => {
    const svg = graphSvg(
      { segments: [segment(1, { to: 0 })], acks: [ack(2, 0, { ack: 0 })] },
      { ...OPTIONS, title: '' },
    );
    expect(svg).not.toMatch(/NaN|Infinity/);
  });
});

describe('a ruler', () => {
  const ruler: Ruler = {
    parts: [
      { number: 1, from: 0, to: 100, label: 'old' },
      { number: 2, from: 100, to: 100, label: 'none' },
      { number: 3, from: 100, to: 1_000_000, label: 'allowed' },
      { number: 4, from: 1_000_000, to: Number.POSITIVE_INFINITY, label: 'beyond' },
    ],
    edges: [
      { name: 'SND.UNA', at: 100 },
      { name: 'SND.NXT', at: 100 },
      { name: 'END', at: 1_000_000 },
    ],
    blocks: [{ from: 200, to: 300, label: 'sacked' }],
  };
  const shape = drawRuler(ruler, 300);

  test('has each part that there is, side by side, across the whole width', () => {
    const parts = find(shape, 'part').map(({ attributes }) => attributes as Record<string, number>);
    expect(parts).toHaveLength(3);
    for (const [i, { x, width }] of parts.entries()) {
      expect(width).toBeGreaterThan(0.15 * 300);
      expect(x! + width!).toBeCloseTo(parts[i + 1]?.x ?? 300);
    }
  });

  test('has its variables between the parts, by name and number', () => {
    const parts = find(shape, 'part').map(({ attributes }) => Number(attributes.x));
    const marks = find(shape, 'edge-mark').map(({ attributes }) =>
      Number(/^M([\d.]+)/.exec(String(attributes.d))![1]),
    );
    expect(marks[0]).toBeCloseTo(parts[1]!, 1);
    expect(marks[1]).toBeCloseTo(parts[1]!, 1);
    expect(marks[2]).toBeCloseTo(parts[2]!, 1);
    expect(markupOf(shape)).toContain('SND.UNA = 100');
  });

  test('has blocks within the part that they are of', () => {
    const [block] = find(shape, 'sacked');
    const allowed = find(shape, 'part-3')[0]!.attributes as Record<string, number>;
    expect(Number(block!.attributes.x)).toBeGreaterThanOrEqual(allowed.x!);
    expect(Number(block!.attributes.x)).toBeLessThan(allowed.x! + allowed.width!);
  });
});
