// One measured figure, with its peer's from the same run: A B A B, medians, spread.

export interface Figure {
  readonly id: string;
  /** Ours over the peer's; null when there is no peer. */
  readonly ratio: number | null;
  readonly value: number;
  readonly unit: string;
  readonly peer: number | null;
  /** Largest over smallest of our runs. */
  readonly spread: number;
  readonly note: string;
}

export interface Settings {
  readonly seconds: number;
  readonly runs: number;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] as number;

/** Measure `ours` and `peer` in turn, `runs` times each. */
export async function compare(
  id: string,
  unit: string,
  note: string,
  { runs }: Settings,
  ours: () => Promise<number> | number,
  peer: (() => Promise<number>) | null,
): Promise<Figure> {
  const a: number[] = [];
  const b: number[] = [];
  for (let i = 0; i < runs; i++) {
    a.push(await ours());
    if (peer !== null) b.push(await peer());
  }
  const value = median(a);
  const other = peer === null ? null : median(b);
  return {
    id,
    unit,
    note,
    value,
    peer: other,
    ratio: other === null ? null : value / other,
    spread: Math.min(...a) > 0 ? Math.max(...a) / Math.min(...a) : 1,
  };
}
