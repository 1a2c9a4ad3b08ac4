// Predict first: a question before a moment, with four answers. Which one is right is read in the story: a card knows
// where to look, and nothing else.

import type { RuleId } from '../../tcp/rules.ts';
import type { Values } from './scenario.ts';
import { rulesOf } from './sight.ts';
import type { Moment, Story } from './story.ts';

export interface Card {
  readonly scenario: string;
  /** Rows of the claims that it is about: `C06`. */
  readonly claims: readonly string[];
  /** States and flags by their names; the others have a text. */
  readonly choices: readonly [string, string, string, string];
  /** Rules that explain the answer, as far as the moment follows them. */
  readonly rules: readonly RuleId[];
  /** The moment that it is asked before; null: not in this story. */
  readonly before: (story: Story) => Moment | null;
  /** Which of the choices the story gives; another text: the question makes no sense in it. */
  readonly answer: (story: Story, moment: Moment, values: Values) => string;
}

/** A card that can be asked of a story. */
export interface Question<Id extends string = string> {
  readonly id: Id;
  readonly card: Card;
  /** It is asked when that many moments are shown. */
  readonly at: number;
  readonly answer: string;
  /** That the moment follows. */
  readonly rules: readonly RuleId[];
}

/** The questions that `story` answers, in its order. */
export function questionsOf<Id extends string>(
  cards: Readonly<Record<Id, Card>>,
  scenario: string,
  story: Story,
  values: Values,
): Question<Id>[] {
  const asked = (Object.entries(cards) as [Id, Card][]).flatMap(([id, card]) => {
    const moment = card.scenario === scenario ? card.before(story) : null;
    if (moment === null) return [];
    const answer = card.answer(story, moment, values);
    if (!card.choices.includes(answer)) return [];
    const followed = rulesOf(story, moment);
    return [{ id, card, at: moment.index, answer, rules: card.rules.filter((rule) => followed.has(rule)) }];
  });
  return asked.sort((a, b) => a.at - b.at);
}
