// How one row of the ladder looks: columns, arrows, colour. Labels of arrows have one cell for each character; all other
// words may be of any width.

import type { State } from '../tcp/state.ts';
import { padEnd, padStart, widthOf } from './text/width.ts';

export type Side = 'left' | 'right';

export const opposite = (side: Side): Side => (side === 'left' ? 'right' : 'left');

/** A segment on its way. `from` is the sender's side. */
export interface Arrow {
  readonly kind: 'arrow';
  readonly from: Side;
  /** `leaving` and `arriving` are two rows of one segment; `whole`: no time passes, or only one end is seen. */
  way: 'whole' | 'leaving' | 'arriving' | 'lost';
  /** The fullest first; the first that fits is written. */
  readonly labels: readonly string[];
  readonly tone: Tone;
}

/** Something that happens at one end: a call, a timer. */
export interface Note {
  readonly kind: 'note';
  readonly at: Side;
  readonly text: string;
  readonly tone: Tone;
}

export interface Reason {
  readonly text: string;
  /** `§3.5`, `RFC 6298 §5.4`, or empty. */
  readonly section: string;
  readonly tone: Tone;
  /** Not worth saying beside another one. */
  readonly minor: boolean;
}

/** One row as it will be written; an empty state or tag leaves its place blank. */
export interface Row {
  readonly time: string;
  readonly tag: string;
  readonly left: string;
  readonly right: string;
  readonly body: Arrow | Note | null;
  /** Which end the remarks and reasons belong to. */
  readonly side: Side;
  readonly remarks: readonly string[];
  readonly reasons: readonly Reason[];
}

export type Tone = 'plain' | 'dim' | 'open' | 'established' | 'close' | 'wait' | 'warn' | 'bad';

const SGR: Readonly<Record<Tone, string>> = {
  plain: '',
  dim: '2',
  open: '36',
  established: '32',
  close: '35',
  wait: '94',
  warn: '33',
  bad: '31',
};

const TONES: Readonly<Record<State, Tone>> = {
  LISTEN: 'dim',
  'SYN-SENT': 'open',
  'SYN-RECEIVED': 'open',
  ESTABLISHED: 'established',
  'FIN-WAIT-1': 'close',
  'FIN-WAIT-2': 'close',
  'CLOSE-WAIT': 'close',
  CLOSING: 'close',
  'LAST-ACK': 'close',
  'TIME-WAIT': 'wait',
  CLOSED: 'dim',
};

/** `(SYN-RECEIVED)`; the one label that is longer, `(~SYN-RECEIVED)`, stands next to its lifeline. */
const STATE_WIDTH = 14;
/** Two lifelines, and a space on each side of a state. */
const FRAME = 5;
const MIN_WIDTH = 72;
/** From here on the reasons have a column of their own. */
const WIDE = 150;
const MAX_MIDDLE = 78;
const WIDE_MIDDLE = 64;
const MAX_REASON = 72;
const INDENT = 3;
/** A legend is no wider. */
const MAX_WORDS = 100;

/** A space at which no line is broken. */
export const GLUE = '\u00a0';

/** Turns rows into lines for a terminal of `width` columns. */
export class LadderLayout {
  private readonly columns: number;
  private readonly gutter: number;
  private readonly middle: number;
  /** Width of the column of reasons; 0: they stand below their arrow. */
  private readonly margin: number;
  private readonly color: boolean;

  constructor(width: number, color: boolean) {
    const columns = Math.max(Math.floor(width) || 0, MIN_WIDTH);
    this.columns = columns;
    this.gutter = columns < 100 ? 9 : 11;
    const frame = this.gutter + 2 * STATE_WIDTH + FRAME;
    const wide = columns >= WIDE;
    this.middle = Math.min(columns - frame, wide ? WIDE_MIDDLE : MAX_MIDDLE);
    this.margin = wide ? Math.min(columns - frame - this.middle - 2, MAX_REASON) : 0;
    this.color = color;
  }

  /** Names of both ends above their lifelines, and the endpoints inside. */
  header(tag: string, left: readonly [string, string], right: readonly [string, string]): string[] {
    const inside = this.middle - 2;
    const gap = inside - left[1].length - right[1].length;
    if (gap >= 2) {
      const ends = ` ${left[1]}${' '.repeat(gap)}${right[1]} `;
      return [this.line(this.time('', tag), left[0], ends, right[0], '╷╷')];
    }
    return [
      this.line(this.time('', tag), left[0], this.pad(` ${left[1]}`, 'left'), right[0], '╷╷'),
      this.line(this.time('', ''), '', this.pad(`${right[1]} `, 'right'), '', '││'),
    ];
  }

  /** A stretch of time in which nothing happened. */
  gap(text: string): string {
    const before = Math.floor((this.middle - widthOf(text)) / 2);
    const inside = this.paint(this.pad(' '.repeat(Math.max(before, 0)) + text, 'left'), 'dim');
    return this.line(this.time('', ''), '', inside, '', '┊┊');
  }

  /** Lines of words, from the time column's right edge on. */
  words(words: readonly string[], separator: string): string[] {
    const indent = this.gutter + 1;
    const lines = fill(words, separator, Math.min(this.columns - indent, MAX_WORDS));
    return lines.map((line) => this.paint(' '.repeat(indent) + line, 'dim'));
  }

  row(row: Row): string[] {
    const below = row.remarks.flatMap((remark) => wrap(remark, '', this.room));
    const reasons = row.reasons.map((reason) => ({
      lines: wrap(reason.text, reason.section, this.margin === 0 ? this.room : this.margin),
      tone: reason.tone,
    }));
    const inside = [this.body(row), ...below.map((text) => this.indent(text, row.side, 'plain'))];
    const aside = reasons.flatMap(({ lines, tone }) => lines.map((text) => this.paint(text, tone)));
    if (this.margin === 0) {
      for (const { lines, tone } of reasons) {
        for (const text of lines) inside.push(this.indent(text, row.side, tone));
      }
      aside.length = 0;
    }
    const blank = ' '.repeat(this.middle);
    const count = Math.max(inside.length, aside.length);
    return Array.from({ length: count }, (_, i) => {
      const first = i === 0;
      const line = this.line(
        this.time(first ? row.time : '', first ? row.tag : ''),
        first ? row.left : '',
        inside[i] ?? blank,
        first ? row.right : '',
        first ? lifelinesOf(row.body) : '││',
        aside[i] !== undefined,
      );
      return aside[i] === undefined ? line : `${line}  ${aside[i]}`;
    });
  }

  /** Room for text below an arrow. */
  private get room(): number {
    return this.middle - INDENT - 1;
  }

  /** `lifelines`: the left one and the right one. */
  private line(
    time: string,
    left: string,
    inside: string,
    right: string,
    lifelines: string,
    padded = false,
  ): string {
    const [leftBar, rightBar] = [...lifelines].map((bar) => this.paint(bar, 'dim'));
    const space = widthOf(right) > STATE_WIDTH ? '' : ' ';
    const line = `${time} ${this.state(left, 'right')} ${leftBar}${inside}${rightBar}${space}`;
    if (right === '' && !padded) return line.trimEnd();
    return line + (padded ? this.state(right, 'left') : this.paint(right, stateTone(right)));
  }

  private time(time: string, tag: string): string {
    const before = tag === '' ? '' : `${tag} `;
    const room = this.gutter - before.length;
    return before + shorten(time, room).padStart(room);
  }

  private state(label: string, align: Side): string {
    const text = align === 'left' ? padEnd(label, STATE_WIDTH) : padStart(label, STATE_WIDTH);
    return label === '' ? text : this.paint(text, stateTone(label));
  }

  private pad(text: string, align: Side): string {
    return align === 'left' ? padEnd(text, this.middle) : padStart(text, this.middle);
  }

  private indent(text: string, side: Side, tone: Tone): string {
    const space = ' '.repeat(INDENT);
    const padded = side === 'left' ? this.pad(space + text, 'left') : this.pad(text + space, 'right');
    return this.paint(padded, tone);
  }

  private body(row: Row): string {
    const { body } = row;
    if (body === null) return ' '.repeat(this.middle);
    if (body.kind === 'note') {
      const words = body.text.replaceAll(GLUE, ' ');
      const text = body.at === 'left' ? this.pad(` ${words}`, 'left') : this.pad(`${words} `, 'right');
      return this.paint(text, body.tone);
    }
    return this.paint(this.arrow(body), body.tone);
  }

  /** Drawn from left to right, and mirrored for the other direction; only the label is not. */
  private arrow(arrow: Arrow): string {
    const width = this.middle;
    const longest = width - 5;
    const label =
      arrow.labels.find((text) => text.length <= longest) ?? arrow.labels.at(-1)!.slice(0, longest);
    const text = ` ${label} `;
    const rest = width - text.length;
    const toRight = arrow.from === 'left';
    const mirror = (before: string, after: string): string =>
      toRight ? before + text + after : flip(after) + text + flip(before);
    switch (arrow.way) {
      case 'whole':
        return mirror('─', `${'─'.repeat(rest - 2)}►`);
      case 'leaving':
        return mirror('─', fadeOut(rest - 1));
      case 'lost': {
        const length = Math.min(Math.floor(rest * 0.6), rest - 3);
        return mirror('─', `${'─'.repeat(length)}X`.padEnd(rest - 1));
      }
      case 'arriving':
        return mirror(flip(fadeOut(rest - 2)), '─►');
    }
  }

  private paint(text: string, tone: Tone): string {
    const code = SGR[tone];
    return this.color && code !== '' && text.trim() !== '' ? `\x1b[${code}m${text}\x1b[0m` : text;
  }
}

/** An arrow is joined to the lifeline that it leaves. */
function lifelinesOf(body: Arrow | Note | null): string {
  if (body === null || body.kind === 'note' || body.way === 'arriving') return '││';
  return body.from === 'left' ? '├│' : '│┤';
}

/** A line of `length` that loses itself before its end. */
function fadeOut(length: number): string {
  const solid = Math.ceil(length / 2);
  const dashed = Math.ceil((length - solid) / 3);
  return ('─'.repeat(solid) + '╌'.repeat(dashed) + '┄'.repeat(dashed)).slice(0, length).padEnd(length);
}

/** Mirrored; the line characters are their own mirror images. */
function flip(line: string): string {
  return [...line].reverse().join('').replace('►', '◄');
}

/** A reminder is dim. */
function stateTone(label: string): Tone {
  return label.startsWith('(') ? 'dim' : (TONES[label.replace(/^~/, '') as State] ?? 'plain');
}

/** Without the decimals for which there is no room. */
function shorten(time: string, room: number): string {
  if (time.length <= room) return time;
  return time.slice(0, Math.max(time.indexOf('.'), room)).replace(/\.$/, '');
}

/** Lines of at most `width` cells; `section` is kept whole and stands at the end. */
function wrap(text: string, section: string, width: number): string[] {
  const words = text.split(' ').filter((word) => word !== '');
  if (section !== '') words.push(` ${section}`);
  return fill(words, ' ', width);
}

/** Lines of at most `width`, but for words that are longer. */
function fill(words: readonly string[], separator: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    const longer = line === '' ? word.trimStart() : line + separator + word;
    if (widthOf(longer) > width && line !== '') {
      lines.push(line);
      line = word.trimStart();
    } else {
      line = longer;
    }
  }
  if (line !== '') lines.push(line);
  return lines.map((text) => text.replaceAll(GLUE, ' '));
}
