// State changes that a segment about to leave brings, or makes known: observers show them with that segment.

import type { RuleId } from '../tcp/rules.ts';

const LEAVING: ReadonlySet<RuleId> = new Set(['9293-3.10.1-active', '9293-3.6-fin']);

export const isLeaving = (why: RuleId): boolean => LEAVING.has(why);
