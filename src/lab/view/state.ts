// The words of the page's state (lab.ts): what may be chosen, opened and told; and how a link and a recipe are taken.

import type { TimeScale } from '../../trace/picture/axis.ts';
import type { Recipe } from '../model/recipe.ts';
import type { Row } from '../model/rows.ts';
import { run } from '../model/run.ts';
import type { Scenario } from '../model/scenario.ts';
import type { Shared } from '../model/share.ts';
import type { Chosen, Told } from './lab.ts';

/** What opens over the page. */
export const DIALOGS = ['keys', 'glossary', 'transcript'] as const;
export type DialogName = (typeof DIALOGS)[number];

/** Why the page is not what a link's reader might think it is. */
export type Notice = 'version' | 'damaged' | 'unknown-scenario';

export const SCALES: readonly TimeScale[] = ['compressed', 'real', 'rows'];
export const SPEEDS: readonly number[] = [0.5, 1, 2, 5, 20];

/** A recipe, how far its story was shown, and whether beside what it branches from. */
export interface Visit {
  readonly recipe: Recipe;
  readonly position: number;
  readonly beside: boolean;
}

export const chosenOf = ({ moment, flight }: Row): Chosen =>
  flight === null ? { kind: 'moment', index: moment } : { kind: 'flight', index: flight };

export function noticeOf(
  fragment: string,
  shared: Shared | null,
  known: boolean,
  version: string,
): Notice | null {
  if (shared === null) return fragment === '' ? null : 'damaged';
  if (!known) return 'unknown-scenario';
  return shared.version !== '' && shared.version !== version ? 'version' : null;
}

export function tell(scenario: Scenario, recipe: Recipe): Told {
  try {
    return { story: run(scenario, recipe), error: null };
  } catch (error) {
    return { story: null, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
