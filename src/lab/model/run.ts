// A run is a pure function of its recipe: the same story every time, on every machine.

import type { Recipe } from './recipe.ts';
import { numberOf, type Scenario, valuesOf } from './scenario.ts';
import type { Story } from './story.ts';
import { World } from './world.ts';

/** Carry out `recipe`, which is one of `scenario`, to its end. */
export function run(scenario: Scenario, recipe: Recipe): Story {
  const values = valuesOf(scenario, recipe);
  const world = new World(recipe);
  scenario.build(world, values);
  return world.run(numberOf(values, 'limit') || scenario.limit);
}
