// A measured figure, with its peer's from the same run: A B A B, medians, spread.

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

/** What one place of a measurement's result is. */
export interface Line {
  readonly id: string;
  readonly unit: string;
  readonly note: string;
}

export interface Settings {
  /** How long a stream lasts. */
  readonly seconds: number;
  readonly runs: number;
  /** The sizes that the aims name, which take minutes, in place of smaller ones. */
  readonly full: boolean;
  /** Without peers: for profiles. */
  readonly alone: boolean;
  /** Tells a person how far it has come. */
  readonly progress: (what: string) => void;
}

/** One number for each line. */
export type Measure = () => Promise<readonly number[]> | readonly number[];

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] as number;

/** Measure `ours` and `peer` in turn, `runs` times each. */
export async function compare(
  lines: readonly Line[],
  { runs, alone, progress }: Settings,
  ours: Measure,
  peer: Measure | null = null,
): Promise<Figure[]> {
  const a: (readonly number[])[] = [];
  const b: (readonly number[])[] = [];
  for (let i = 0; i < runs; i++) {
    progress(`run ${i + 1} of ${runs}`);
    a.push(await ours());
    if (peer === null || alone) continue;
    progress(`run ${i + 1} of ${runs}, the peer`);
    b.push(await peer());
  }
  return lines.map((line, at) => figure(line, column(a, at), column(b, at)));
}

const column = (rows: readonly (readonly number[])[], at: number): number[] =>
  rows.map((row) => row[at] as number);

export function figure(line: Line, ours: readonly number[], peers: readonly number[] = []): Figure {
  const value = median(ours);
  const peer = peers.length === 0 ? null : median(peers);
  const least = Math.min(...ours);
  return {
    ...line,
    value,
    peer,
    ratio: peer === null || peer === 0 ? null : value / peer,
    spread: least > 0 ? Math.max(...ours) / least : 1,
  };
}
