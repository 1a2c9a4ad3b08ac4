// A scenario's story with these handles, for a test to look into.

import type { Recipe, Value } from '../../../src/lab/model/recipe.ts';
import { recipeOf } from '../../../src/lab/model/recipe.ts';
import { run } from '../../../src/lab/model/run.ts';
import { rulesOf } from '../../../src/lab/model/sight.ts';
import type { Moment, Story } from '../../../src/lab/model/story.ts';
import { scenarioOf } from '../../../src/lab/scenarios/all.ts';
import type { RuleId } from '../../../src/tcp/rules.ts';
import { toldOf } from '../story.ts';

export type Handles = Readonly<Record<string, Value>>;

export function storyOf(id: string, values: Handles = {}): Story {
  const recipe: Recipe = { ...recipeOf(id), values };
  return run(scenarioOf(id)!, recipe);
}

/** A line for each moment, from event `from` on. */
export const told = (id: string, values: Handles = {}, from = 0): string[] =>
  toldOf(storyOf(id, values)).slice(from);

/** Every rule that the story takes. */
export const taken = (story: Story): Set<RuleId> =>
  new Set(story.moments.flatMap((moment) => [...rulesOf(story, moment)]));

/** The first moment that follows `rule`. */
export function momentOf(story: Story, rule: RuleId): Moment {
  const found = story.moments.find((moment) => rulesOf(story, moment).has(rule));
  if (found === undefined) throw new Error(`no moment follows ${rule}`);
  return found;
}

/** How many connections stand in `state` at `host` when `t` has come. */
export const standing = (story: Story, host: string, state: string, t = Number.POSITIVE_INFINITY): number =>
  story.lifelines.filter(
    (line) => line.host === host && line.states.findLast((entered) => entered.t <= t)?.state === state,
  ).length;
