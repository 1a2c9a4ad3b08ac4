// A ladder as text that Mermaid draws (`sequenceDiagram`): the arrows, states, notes and cut waits of layout.ts, in the
// order in which they stand there. Mermaid has no time of its own, so that each arrow says when.

import { type LadderLayout, layOut } from './layout.ts';
import type { LadderPicture, PictureArrow, PictureWords } from './picture.ts';

/** Mermaid's default `maxTextSize`: it refuses a longer text, and so do most sites that draw it. */
export const MERMAID_LIMIT = 50_000;

export interface MermaidOptions {
  readonly words: PictureWords;
  /** Said in the diagram of the `left` arrows for which it has no room. */
  readonly more: (left: number) => string;
  readonly title?: string;
  /** Characters (default MERMAID_LIMIT). */
  readonly limit?: number;
}

interface Line {
  readonly y: number;
  /** Of what stands at one height: what waits, what follows from an arrival, what leaves. */
  readonly order: number;
  readonly text: string;
  readonly isArrow: boolean;
}

const INDENT = '    ';

/** Lines that do not fit within the limit are left out, from the end, and the diagram says of how many arrows. */
export function ladderMermaid(picture: LadderPicture, options: MermaidOptions): string {
  const { words, more, title = '', limit = MERMAID_LIMIT } = options;
  const all = picture.ends.length > 1 ? `e0,e${picture.ends.length - 1}` : 'e0';
  const head = [
    'sequenceDiagram',
    ...(title === '' ? [] : [`${INDENT}title ${escapeMermaid(title)}`]),
    ...picture.ends.map(({ name, detail }, i) => {
      const address = detail === '' ? '' : `<br/>${escapeMermaid(detail)}`;
      return `${INDENT}participant e${i} as ${escapeMermaid(name)}${address}`;
    }),
  ];
  const lines = linesOf(layOut(picture, { scale: 'compressed' }), all, words);
  const note = (left: number): string => `${INDENT}Note over ${all}: ${escapeMermaid(more(left))}`;
  return [...head, ...fitting(lines, limit - lengthOf(head), note), ''].join('\n');
}

/** As many of `lines` as fit in `room` characters, with a note where some do not. */
function fitting(lines: readonly Line[], room: number, note: (left: number) => string): string[] {
  const texts = lines.map(({ text }) => text);
  if (lengthOf(texts) <= room) return texts;
  let left = lines.filter(({ isArrow }) => isArrow).length;
  let used = note(left).length + 1;
  const kept: string[] = [];
  for (const { text, isArrow } of lines) {
    used += text.length + 1;
    if (used > room) break;
    kept.push(text);
    if (isArrow) left--;
  }
  return [...kept, note(left)];
}

/** With an end of line each. */
const lengthOf = (lines: readonly string[]): number =>
  lines.reduce((length, line) => length + line.length + 1, 0);

function linesOf(layout: LadderLayout, all: string, words: PictureWords): Line[] {
  const noteOver = (y: number, who: string, what: string): Line => {
    return { y, order: 1, text: `${INDENT}Note over ${who}: ${escapeMermaid(what)}`, isArrow: false };
  };
  const states = layout.ribbons.filter(({ y1, y2 }) => y2 > y1);
  const lines: Line[] = [
    ...layout.gaps.map(({ y, ms }) => noteOver(y, all, words.gap(ms))),
    ...layout.notes.map(({ y, note }) => noteOver(y, `e${note.end}`, note.text)),
    ...states.map(({ y1, state }) =>
      noteOver(y1, `e${state.end}`, state.confidence === 'observed' ? state.state : `(${state.state})`),
    ),
    ...layout.arrows.map(({ y1, arrow }) => ({
      y: y1,
      order: 2,
      text: arrowOf(arrow, words),
      isArrow: true,
    })),
  ];
  return lines.sort((a, b) => a.y - b.y || a.order - b.order);
}

/** Dotted: sent before, or damaged. A cross at its end: it does not arrive as it was sent. */
function arrowOf(arrow: PictureArrow, words: PictureWords): string {
  const { from, to, departs, arrives, fate, label, detail, badge } = arrow;
  const dash = fate === 'damaged' || arrow.repeats !== null ? '--' : '-';
  const times = [departs, arrives].filter((t) => t !== null).map(words.time);
  const parts = [badge === '' ? '' : `[${badge}]`, label, detail, `(${times.join(' → ')})`];
  const text = parts.filter((part) => part !== '').join(' ');
  const end = fate === 'lost' || fate === 'damaged' ? 'x' : '>>';
  return `${INDENT}e${from}${dash}${end}e${to}: ${escapeMermaid(text)}`;
}

/**
 * Text that Mermaid shows as it is, on one line. Its own marks are written as its entities (`#59;`), and so is the first
 * letter of the words that end a block or wrap a line.
 */
export const escapeMermaid = (text: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    .replace(/[\u0000-\u001f\u007f\u2028\u2029\s]+/g, ' ')
    .trim()
    .replace(/[#;<>&%$"`\\]|\b(?:end|wrap|nowrap)\b/gi, (mark) => `#${mark.charCodeAt(0)};${mark.slice(1)}`);
