// Two runs beside each other: a recipe's, and that of a branch of it. They are alike up to the first difference.

import type { Flight, Moment, Story } from './story.ts';

export interface Comparison {
  /** How many moments the two share, from the start. */
  readonly common: number;
  /** In that moment the two differ, or in what becomes of what leaves in it; null: they are alike to the end. */
  readonly first: number | null;
  /** How each connection's ends stand when either run is over. */
  readonly outcomes: readonly Outcome[];
  /** How much later the last change of state is in the branch, virtual ms; negative: earlier. */
  readonly later: number;
}

export interface Outcome {
  readonly host: string;
  readonly connection: number;
  /** Empty: that run has no such connection. */
  readonly original: string;
  readonly branch: string;
}

export function compare(original: Story, branch: Story): Comparison {
  const common = commonMoments(original, branch);
  const over = common === original.moments.length && common === branch.moments.length;
  return {
    common,
    first: over ? null : common,
    outcomes: outcomesOf(original, branch),
    later: laterBy(original, branch),
  };
}

function commonMoments(one: Story, other: Story): number {
  const length = Math.min(one.moments.length, other.moments.length);
  for (let i = 0; i < length; i++)
    if (!isSameMoment(one, one.moments[i]!, other, other.moments[i]!)) return i;
  return length;
}

function isSameMoment(one: Story, a: Moment, other: Story, b: Moment): boolean {
  if (a.t !== b.t || a.host !== b.host || JSON.stringify(a.stimulus) !== JSON.stringify(b.stimulus))
    return false;
  if (a.flights.length !== b.flights.length) return false;
  return a.flights.every((index, i) => isSameFlight(one.flights[index]!, other.flights[b.flights[i]!]!));
}

/** They left alike, and the same becomes of them. */
function isSameFlight(a: Flight, b: Flight): boolean {
  const alike = a.departed === b.departed && a.due === b.due && a.corrupted === b.corrupted;
  if (!alike || a.lost?.reason !== b.lost?.reason || a.arrivals.length !== b.arrivals.length) return false;
  return a.bytes.length === b.bytes.length && a.bytes.every((byte, i) => byte === b.bytes[i]);
}

function outcomesOf(original: Story, branch: Story): Outcome[] {
  const states = new Map<string, { host: string; connection: number; original: string; branch: string }>();
  for (const [story, which] of [
    [original, 'original'],
    [branch, 'branch'],
  ] as const) {
    for (const { host, connection, states: entered } of story.lifelines) {
      const known = states.get(`${host} ${connection}`) ?? { host, connection, original: '', branch: '' };
      known[which] = entered.at(-1)?.state ?? '';
      states.set(`${host} ${connection}`, known);
    }
  }
  return [...states.values()];
}

function laterBy(original: Story, branch: Story): number {
  return lastChange(branch) - lastChange(original);
}

const lastChange = ({ lifelines }: Story): number =>
  Math.max(0, ...lifelines.map(({ states }) => states.at(-1)?.t ?? 0));
