// What must be written so that a terminal shows a frame: only the lines that differ from what it shows already.

import { cellsOf, clip, type Size } from './cells.ts';

export interface Cursor {
  readonly row: number;
  readonly column: number;
}

export interface Frame {
  /** One for each row; none is wider than the screen, or it is cut. */
  readonly lines: readonly string[];
  /** Where text is typed in; null: nowhere, and the cursor is hidden. */
  readonly cursor: Cursor | null;
}

/** Terminals that know it show what lies between at once; others pass over it. */
const BEGIN = '\x1b[?2026h';
const END = '\x1b[?2026l';

export class Painter {
  private shown: readonly string[] = [];
  private size: Size = { columns: 0, rows: 0 };
  private cursor = '';

  /** What the terminal shows is not known any more: the next frame is written whole. */
  forget(): void {
    this.size = { columns: 0, rows: 0 };
  }

  /** Empty: it shows the frame already. */
  paint(frame: Frame, size: Size): string {
    const { columns, rows } = size;
    const whole = columns !== this.size.columns || rows !== this.size.rows;
    const lines = Array.from({ length: rows }, (_, row) => clip(frame.lines[row] ?? '', columns));
    let written = whole ? '\x1b[0m\x1b[2J' : '';
    for (const [row, line] of lines.entries()) {
      if (line === (whole ? '' : this.shown[row])) continue;
      // At the right edge the cursor stays on the last cell, which must not be erased.
      const erase = cellsOf(line) < columns ? '\x1b[K' : '';
      written += `\x1b[${row + 1};1H${line}${erase}`;
    }
    const cursor =
      frame.cursor === null
        ? '\x1b[?25l'
        : `\x1b[${frame.cursor.row + 1};${frame.cursor.column + 1}H\x1b[?25h`;
    const moved = cursor !== this.cursor;
    this.shown = lines;
    this.size = size;
    this.cursor = cursor;
    if (written === '') return moved ? cursor : '';
    return BEGIN + written + cursor + END;
  }
}
