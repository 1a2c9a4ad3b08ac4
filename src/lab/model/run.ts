// A run is a pure function of its recipe: the same story every time, on every machine.

import type { Parameters } from '../../tcp/parameters.ts';
import type { Recipe } from './recipe.ts';
import { numberOf, type Scenario, valuesOf } from './scenario.ts';
import type { Story } from './story.ts';
import { World } from './world.ts';

/** Carry out `recipe`, which is one of `scenario`, to its end. */
export function run(scenario: Scenario, recipe: Recipe): Story {
  const values = valuesOf(scenario, recipe);
  const world = worldOf(scenario, recipe);
  return world.run(numberOf(values, 'limit') || scenario.limit);
}

/** Of a host, as the run begins. */
export const parametersOf = (scenario: Scenario, recipe: Recipe, host: string): Parameters =>
  worldOf(scenario, recipe).parametersOf(host);

function worldOf(scenario: Scenario, recipe: Recipe): World {
  const world = new World(recipe);
  scenario.build(world, valuesOf(scenario, recipe));
  return world;
}
