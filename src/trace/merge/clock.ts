// Two clocks compared by what passed between them. A packet can't arrive before it left: each one that was seen at both
// ends bounds the offset from one side, and the fastest of each direction bound it best.

/** One packet at both ends: when it was seen at the client, and how much later, or earlier, the server's clock was. */
export interface Sample {
  readonly at: number;
  readonly difference: number;
}

export interface ClockEstimate {
  /** The server's clock less the client's at the client's time 0, milliseconds. */
  readonly offset: number;
  /** How much it grows in a millisecond; 0 if that can't be told from the noise. */
  readonly drift: number;
  /**
   * The offset may be wrong by so much either way, milliseconds: where in the smallest round trip one way ends and the
   * other begins can't be known. Infinity: packets were seen in one direction only.
   */
  readonly uncertainty: number;
}

/** Stretches of time of which each tells an offset of its own. */
const STRETCHES = 8;
/** Over less time nothing can be said of a drift, milliseconds; and a crystal is not worse than this. */
const LEAST_TIME = 5_000;
const WORST_DRIFT = 500e-6;

/** `forth`: of packets of the client; `back`: of the server. Null: none were seen at both ends. */
export function estimateClock(forth: readonly Sample[], back: readonly Sample[]): ClockEstimate | null {
  const drift = driftOf(forth, back);
  const straight = ({ at, difference }: Sample): number => difference - drift * at;
  // What left the client shows the offset and the way there, what came back the offset less the way back.
  const most = forth.reduce((least, sample) => Math.min(least, straight(sample)), Number.POSITIVE_INFINITY);
  const least = back.reduce((most, sample) => Math.max(most, straight(sample)), Number.NEGATIVE_INFINITY);
  if (most === Number.POSITIVE_INFINITY && least === Number.NEGATIVE_INFINITY) return null;
  if (most === Number.POSITIVE_INFINITY)
    return { offset: least, drift, uncertainty: Number.POSITIVE_INFINITY };
  if (least === Number.NEGATIVE_INFINITY)
    return { offset: most, drift, uncertainty: Number.POSITIVE_INFINITY };
  return { offset: (most + least) / 2, drift, uncertainty: Math.abs(most - least) / 2 };
}

/** The slope of the middles between both bounds, stretch by stretch, if it is more than they scatter. */
function driftOf(forth: readonly Sample[], back: readonly Sample[]): number {
  let start = Number.POSITIVE_INFINITY;
  let end = Number.NEGATIVE_INFINITY;
  for (const { at } of [...forth, ...back]) {
    start = Math.min(start, at);
    end = Math.max(end, at);
  }
  if (!(end - start >= LEAST_TIME)) return 0;
  const stretch = (at: number): number =>
    Math.min(Math.floor((STRETCHES * (at - start)) / (end - start)), STRETCHES - 1);
  const most = new Array<Sample | null>(STRETCHES).fill(null);
  const least = new Array<Sample | null>(STRETCHES).fill(null);
  for (const sample of forth) {
    const i = stretch(sample.at);
    if (most[i] == null || sample.difference < most[i].difference) most[i] = sample;
  }
  for (const sample of back) {
    const i = stretch(sample.at);
    if (least[i] == null || sample.difference > least[i].difference) least[i] = sample;
  }
  const middles = most.flatMap((upper, i): Sample[] => {
    const lower = least[i] ?? null;
    if (upper === null || lower === null) return [];
    return [{ at: (upper.at + lower.at) / 2, difference: (upper.difference + lower.difference) / 2 }];
  });
  return slopeOf(middles);
}

/** Least squares; 0 unless the slope is three times its own standard error. */
function slopeOf(points: readonly Sample[]): number {
  const n = points.length;
  if (n < 4) return 0;
  const mean = (value: (point: Sample) => number): number =>
    points.reduce((sum, point) => sum + value(point), 0) / n;
  const [x, y] = [mean(({ at }) => at), mean(({ difference }) => difference)];
  const spread = mean(({ at }) => (at - x) ** 2);
  const slope = mean(({ at, difference }) => (at - x) * (difference - y)) / spread;
  const residual = mean(({ at, difference }) => (difference - y - slope * (at - x)) ** 2);
  const error = Math.sqrt(residual / (n - 2) / spread);
  return Math.abs(slope) > WORST_DRIFT || Math.abs(slope) < 3 * error ? 0 : slope;
}

/** A time of the server's clock on the client's. */
export const onClientClock = ({ offset, drift }: ClockEstimate, server: number): number =>
  (server - offset) / (1 + drift);
