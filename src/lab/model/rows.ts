// A story line by line, for those who hear it or read it: one for each packet that left, and one for each moment in
// which none did.

import type { Story } from './story.ts';

export interface Row {
  readonly moment: number;
  /** Null: nothing left. */
  readonly flight: number | null;
  /** Of its moment: it tells what set the moment off, too. */
  readonly first: boolean;
}

export function rowsOf({ moments }: Story): Row[] {
  return moments.flatMap(({ index: moment, flights }): Row[] =>
    flights.length === 0
      ? [{ moment, flight: null, first: true }]
      : flights.map((flight, i) => ({ moment, flight, first: i === 0 })),
  );
}

/** How many of `rows` belong to the first `moments` moments. */
export function rowsShown(rows: readonly Row[], moments: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle]!.moment < moments) low = middle + 1;
    else high = middle;
  }
  return low;
}
