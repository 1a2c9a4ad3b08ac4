// Time as height. Every event has a place of its own, so that nothing is drawn over anything else; time passes between
// places as it does, but for long waits, which are cut short and say how long they were.

/** One row for each event; waits in proportion, the long ones cut; waits in proportion. */
export type TimeScale = 'rows' | 'compressed' | 'real';

export interface AxisOptions {
  readonly scale: TimeScale;
  /** Least distance between two events, pixels. */
  readonly step: number;
  /** Pixels for a millisecond of waiting. */
  readonly pixelsPerMs: number;
}

/** Beyond that a wait is cut, pixels. */
export const LONGEST_GAP = 120;
/** A picture is no higher: what a browser lays out (its limit is 33.5 million). */
const HIGHEST = 30_000_000;

export interface Gap {
  /** Where its middle is. */
  readonly y: number;
  readonly ms: number;
}

export interface Axis {
  /** Of each event, in the order given. */
  readonly places: Float64Array;
  /** Waits that were cut. */
  readonly gaps: readonly Gap[];
  readonly height: number;
}

/** `times`, in ms and in order, one for each event. */
export function timeAxis(times: readonly number[], options: AxisOptions): Axis {
  const { scale, step, pixelsPerMs } = options;
  const places = new Float64Array(times.length);
  const gaps: Gap[] = [];
  let y = 0;
  for (let i = 1; i < times.length; i++) {
    const wait = times[i]! - times[i - 1]!;
    const natural = scale === 'rows' ? step : Math.max(wait * pixelsPerMs, step);
    const distance = scale === 'compressed' ? Math.min(natural, LONGEST_GAP) : natural;
    if (distance < natural) gaps.push({ y: y + distance / 2, ms: wait });
    y = Math.min(y + distance, HIGHEST);
    places[i] = y;
  }
  return { places, gaps, height: y };
}

/** A pace at which what is on its way for the median of `flights` ms crosses `pixels`; 1 where nothing takes time. */
export function paceOf(flights: readonly number[], pixels: number): number {
  const sorted = flights.filter((ms) => ms > 0).sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1];
  return median === undefined ? 1 : pixels / median;
}
