// Numbers as every language here writes them: no locale of the machine has a say, so that the same trace gives the
// same text everywhere.

/** `1,234,567`. */
export const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',');

/** Three digits that count, for sentences: the number, and which unit it is of. */
export function measured(ms: number): readonly [number, 'us' | 'ms' | 's'] {
  if (ms < 1) return [Math.round(ms * 1000), 'us'];
  if (ms < 1000) return [Number(ms.toPrecision(3)), 'ms'];
  return [Number((ms / 1000).toPrecision(3)), 's'];
}

/** `23.7`, of 100. */
export const percentage = (part: number, whole: number): string => ((100 * part) / whole).toFixed(1);

/** Milliseconds as seconds, `1.0`. */
export const seconds = (ms: number): string => (ms / 1000).toFixed(1);
