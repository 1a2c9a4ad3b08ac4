// What a script asks for and the runner does not have: the script is skipped with the reason, never passed.

import type { Position } from './script.ts';

export class UnsupportedError extends Error {
  /** Where the script needs it; null: throughout, or the thrower doesn't know. */
  readonly at: Position | null;

  constructor(reason: string, at: Position | null = null) {
    super(reason);
    this.name = 'UnsupportedError';
    this.at = at;
  }
}
