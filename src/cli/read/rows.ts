// The connections of a capture as they end: of many the most troubled stay, the others are only counted.

import type { CapturedConnection } from '../../trace/reader/summary.ts';
import { compareTrouble } from '../../trace/reader/table.ts';

const MAX_ROWS = 10_000;

export class TroubledRows {
  /** How many are not among them. */
  left = 0;
  private rows: CapturedConnection[] = [];

  add(row: CapturedConnection): void {
    this.rows.push(row);
    if (this.rows.length >= 2 * MAX_ROWS) this.trim();
  }

  /** In the order of their trouble. */
  finish(): readonly CapturedConnection[] {
    this.trim();
    return this.rows;
  }

  private trim(): void {
    this.rows.sort(compareTrouble);
    this.left += Math.max(0, this.rows.length - MAX_ROWS);
    this.rows.length = Math.min(this.rows.length, MAX_ROWS);
  }
}
