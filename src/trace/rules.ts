// What the id of a rule says by itself: its RFC and section, and what kind of rule it is. What a rule says to a person
// is in text/.

import type { RuleId } from '../tcp/rules.ts';
import type { Messages } from './text/messages.ts';

/** Where a rule stands. */
export interface RuleSource {
  /** 0: no RFC asks for it, the limit is ours. */
  readonly rfc: number;
  /** `3.10.7.4`; empty without an RFC. */
  readonly section: string;
}

const ID = /^(\d+)-([\d.]+)/;

/** Where the rule with this id stands. */
export function ruleSource(id: RuleId): RuleSource {
  const parts = ID.exec(id);
  return parts === null ? { rfc: 0, section: '' } : { rfc: Number(parts[1]), section: parts[2]! };
}

/** Where a FIN takes the state (§3.10.7.4 eighth). */
export const isFinsDoing = (id: RuleId): boolean => id.startsWith('9293-3.10.7.4-eighth-');

/** Dropped by this rule, a segment has told nothing: from the seventh step on, its ACK has been taken. */
export const isRefusal = (id: RuleId): boolean => !id.startsWith('9293-3.10.7.4-seventh');

/** `RFC 9293 §3.10.7.4`; `no RFC`, in the language of `messages`, for a rule of our own. */
export function formatRule(id: RuleId, messages: Messages): string {
  const { rfc, section } = ruleSource(id);
  return rfc === 0 ? messages.ladder.noRfc : `RFC ${rfc} §${section}`;
}
