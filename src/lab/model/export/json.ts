// A run as JSON: the recipe that makes it again, and the story, event by event.

import type { Recipe } from '../recipe.ts';
import type { Story } from '../story.ts';

/** Of this shape; it counts up when a reader of the old one would be misled. */
export const FORMAT = 1;

export interface RunRequest {
  readonly recipe: Recipe;
  /** Of the engine. */
  readonly version: string;
}

/** Packets are in hexadecimal; what has no number in JSON, as never, is null. */
export function jsonOf(story: Story, { recipe, version }: RunRequest): string {
  return `${JSON.stringify({ synfin: version, format: FORMAT, recipe, story }, plain, 1)}\n`;
}

function plain(_name: string, value: unknown): unknown {
  if (value instanceof Uint8Array)
    return Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return typeof value === 'number' && !Number.isFinite(value) ? null : value;
}
