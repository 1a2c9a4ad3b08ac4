// Every sentence of the guide in one language. English says which there are; the compiler holds the others to it.

import type { SCENARIOS } from '../../scenarios/all.ts';
import type { CardId, Choice } from '../../scenarios/cards.ts';
import type { ENGLISH_GUIDE } from './english.ts';

type AnyScenario = (typeof SCENARIOS)[number];

export type ScenarioTexts = {
  readonly [S in AnyScenario as S['id']]: {
    /** What it shows, and why. */
    readonly shows: string;
    readonly experiments: Readonly<Record<keyof S['experiments'], string>>;
  };
};

export interface CardTexts {
  readonly cards: Readonly<Record<CardId, { readonly question: string; readonly because: string }>>;
  readonly choices: Readonly<Record<Choice, string>>;
}

export interface GuideMessages extends Readonly<typeof ENGLISH_GUIDE> {}
