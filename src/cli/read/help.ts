// The page of keys.

import type { Messages } from '../../trace/text/messages.ts';
import { cell, paint, REVERSE, wrapWords } from './cells.ts';
import type { Key } from './keys.ts';
import { footerLine, moved, titleLine, type View } from './screen.ts';

const KEYS: readonly (readonly [string, keyof Messages['viewer']['help']])[] = [
  ['↑ ↓ k j', 'move'],
  ['PgUp PgDn', 'page'],
  ['Home End', 'ends'],
  ['Enter', 'open'],
  ['Esc', 'back'],
  ['q', 'quit'],
  ['/', 'filter'],
  ['s S', 'sort'],
  ['r', 'reverse'],
  ['Space', 'mark'],
  ['n N', 'flagged'],
  ['← →', 'neighbour'],
  ['c', 'colours'],
  ['e', 'export'],
  ['Ctrl-L', 'redraw'],
  ['Ctrl-Z', 'suspend'],
];
const KEY_WIDTH = 13;
const EDGES = 2;

function bodyOf({ messages, size }: View): string[] {
  const room = Math.max(10, size.columns - KEY_WIDTH - 2);
  const keys = KEYS.flatMap(([keys, name]) =>
    wrapWords(messages.viewer.help[name], room).map((line, i) => {
      const key = i === 0 ? paint(` ${keys} `, REVERSE) : '';
      return ` ${cell(key, KEY_WIDTH)} ${line}`;
    }),
  );
  const legend = [...messages.ladder.legend, messages.ladder.captureLegend];
  return [
    '',
    ...keys,
    '',
    ...legend.flatMap((text) => wrapWords(text, size.columns - 2)).map((line) => ` ${line}`),
  ];
}

/** The first line from which on it is shown; null: the key means nothing here. */
export function helpKey(top: number, key: Key, view: View): number | null {
  const page = Math.max(1, view.size.rows - EDGES);
  const most = Math.max(0, bodyOf(view).length - page);
  return moved(key, Math.min(top, most), most + 1, page);
}

export function drawHelp(top: number, view: View): string[] {
  const { messages, size } = view;
  const page = Math.max(0, size.rows - EDGES);
  const rows = bodyOf(view).slice(top, top + page);
  while (rows.length < page) rows.push('');
  const { title, actions } = messages.viewer;
  const keys = footerLine(view, [
    ['Esc', actions.back],
    ['q', actions.quit],
  ]);
  return [titleLine(view, title.help, ''), ...rows, keys];
}
