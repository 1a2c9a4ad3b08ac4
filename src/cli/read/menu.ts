// The menu of exports.

import { cell, highlight } from './cells.ts';
import type { Exporter } from './exporters.ts';
import { footerLine, titleLine, type View } from './screen.ts';

export function drawMenu(
  exporters: readonly Exporter[],
  selected: number,
  view: View,
  bottom: string | null,
): string[] {
  const { messages, size } = view;
  const { actions, title } = messages.viewer;
  const page = Math.max(0, size.rows - 2);
  const rows = exporters.map(({ name, extension }, i) => {
    const line = `  ${cell(name, 14)} .${extension}`;
    return i === selected ? highlight(line, size.columns) : line;
  });
  while (rows.length < page) rows.push('');
  const keys = footerLine(view, [
    ['Enter', actions.write],
    ['Esc', actions.back],
    ['?', actions.help],
    ['q', actions.quit],
  ]);
  return [titleLine(view, title.exports, ''), ...rows.slice(0, page), bottom ?? keys];
}
