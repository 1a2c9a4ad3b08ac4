// What a scenario is: hosts, what their programs do, and the handles a person may turn. What it says to a person is in
// text/, by its id.

import type { Parameters } from '../../tcp/parameters.ts';
import { FREEBSD, LINUX, RFC9293 } from '../../tcp/presets.ts';
import type { Recipe, Value } from './recipe.ts';
import type { World } from './world.ts';

/** Something a person can turn; its default is what the scenario means to show. */
export type Handle =
  | {
      readonly kind: 'number';
      readonly least: number;
      readonly most: number;
      readonly step: number;
      readonly default: number;
      readonly unit: 'ms' | 'bytes' | 'segments' | 'count' | '%' | 'Mbit/s';
    }
  | { readonly kind: 'choice'; readonly choices: readonly string[]; readonly default: string }
  | { readonly kind: 'switch'; readonly default: boolean };

/** Its handles as a run has them: every one of the scenario's, in its range. */
export type Values = Readonly<Record<string, Value>>;

/** Every scenario's: how far apart the hosts are, and whose manners their TCP has. */
export const COMMON_HANDLES = {
  rtt: { kind: 'number', least: 0, most: 2000, step: 1, default: 200, unit: 'ms' },
  preset: { kind: 'choice', choices: ['RFC 9293', 'Linux', 'FreeBSD'], default: 'RFC 9293' },
} as const satisfies Record<string, Handle>;

export interface Scenario {
  /** `s1`, as in a link. */
  readonly id: string;
  /** Sections that it is about: `9293 3.5`. */
  readonly sections: readonly string[];
  readonly handles: Readonly<Record<string, Handle>>;
  /** Handles that a person is offered to turn at one click, by what that shows. */
  readonly experiments: Readonly<Record<string, Values>>;
  /** How long to look at most, virtual ms. */
  readonly limit: number;
  /** Lay out hosts and set their programs going. */
  build(world: World, values: Values): void;
}

const PRESETS: Readonly<Record<string, Parameters>> = { 'RFC 9293': RFC9293, Linux: LINUX, FreeBSD: FREEBSD };

/** The parameters of the preset that is chosen. */
export const presetOf = (values: Values): Parameters => PRESETS[String(values.preset)] ?? RFC9293;

export const numberOf = (values: Values, name: string): number => Number(values[name] ?? 0);

/** The recipe's values, in range, and the defaults of those it does not name. */
export function valuesOf(scenario: Scenario, recipe: Recipe): Values {
  const handles = { ...COMMON_HANDLES, ...scenario.handles };
  return Object.fromEntries(
    Object.entries(handles).map(([name, handle]) => [name, sound(handle, recipe.values[name])]),
  );
}

function sound(handle: Handle, value: Value | undefined): Value {
  switch (handle.kind) {
    case 'number':
      return typeof value === 'number'
        ? Math.min(Math.max(value, handle.least), handle.most)
        : handle.default;
    case 'choice':
      return typeof value === 'string' && handle.choices.includes(value) ? value : handle.default;
    case 'switch':
      return typeof value === 'boolean' ? value : handle.default;
  }
}
