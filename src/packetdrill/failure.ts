// What the script says and what happened do not agree: thrown where it is found, reported with the script's line.

import type { Position, ScriptEvent } from './script.ts';

export interface FailureDetails {
  /** What the script wants and what there was, in the script's notation; null: it is no such thing. */
  readonly expected?: string | null;
  readonly actual?: string | null;
  /** Which event it is about; null: the one that the script has come to. */
  readonly event?: ScriptEvent | null;
  /** Where in the event; null: all of it. */
  readonly at?: Position | null;
}

export class ScriptFailure extends Error {
  readonly expected: string | null;
  readonly actual: string | null;
  readonly event: ScriptEvent | null;
  readonly at: Position | null;

  constructor(reason: string, details: FailureDetails = {}) {
    super(reason);
    this.name = 'ScriptFailure';
    this.expected = details.expected ?? null;
    this.actual = details.actual ?? null;
    this.event = details.event ?? null;
    this.at = details.at ?? null;
  }
}
