// What the screens have in common: what they are given, their edges, and how a list is moved in.

import type { Messages } from '../../trace/text/messages.ts';
import { BOLD, cell, cellsOf, clip, paint, REVERSE, type Size } from './cells.ts';
import type { Key } from './keys.ts';

export interface View {
  readonly size: Size;
  readonly messages: Messages;
  /** NO_COLOR is not set: https://no-color.org. */
  readonly color: boolean;
}

export type Severity = 0 | 1 | 2 | 3;

const SEVERITIES: readonly string[] = ['32', '36', '33', '1;31'];

/** `code`: of SGR. Where there are no colours, only weight and reversal are left. */
export const tint = (view: View, text: string, code: string): string =>
  view.color ? paint(text, code) : text;

export const severe = (view: View, severity: Severity, text: string): string =>
  tint(view, text, SEVERITIES[severity]!);

/** The line at the top: what this is on the left, where one is in it on the right, if there is room. */
export function titleLine(view: View, left: string, right: string): string {
  const { columns } = view.size;
  const aside = clip(right, Math.floor(columns / 2));
  const room = columns - cellsOf(aside) - 3;
  return paint(cell(` ${cell(left, Math.max(0, room))} ${aside} `, columns), `${BOLD};${REVERSE}`);
}

export type Hint = readonly [keys: string, action: string];

/** The line at the bottom: keys and what they do. Those that have no room are left out, the last two never. */
export function footerLine(view: View, hints: readonly Hint[]): string {
  const { columns } = view.size;
  const shown = [...hints];
  const width = (): number => shown.reduce((sum, hint) => sum + cellsOf(hint.join('')) + 4, 0);
  while (shown.length > 2 && width() > columns) shown.splice(-3, 1);
  return shown.map(([keys, action]) => `${paint(` ${keys} `, REVERSE)} ${action} `).join('');
}

/** Where a key takes the selection among `count` rows, of which a page holds `page`; null: it does not move it. */
export function moved(key: Key, selected: number, count: number, page: number): number | null {
  const last = Math.max(0, count - 1);
  const steps: Readonly<Record<string, number>> = {
    up: -1,
    k: -1,
    down: 1,
    j: 1,
    pageup: -page,
    'ctrl-b': -page,
    pagedown: page,
    'ctrl-f': page,
    home: -Infinity,
    g: -Infinity,
    end: Infinity,
    G: Infinity,
  };
  const step = Object.hasOwn(steps, key) ? steps[key]! : null;
  return step === null ? null : Math.min(last, Math.max(0, selected + step));
}

/** The first row of a page that shows `selected`, moved no further than need be. */
export function scrolled(top: number, selected: number, page: number, count: number): number {
  const most = Math.max(0, count - page);
  return Math.max(0, Math.min(Math.max(Math.min(top, selected), selected - page + 1), most));
}
