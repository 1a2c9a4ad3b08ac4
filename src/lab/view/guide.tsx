// What to look at: a few sentences beside each moment, things to try, questions before moments, and the first minute.

import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { countsOf, type Word, wordsOn } from '../model/guide.ts';
import type { Values } from '../model/scenario.ts';
import { SCENARIOS } from '../scenarios/all.ts';
import type { GuideMessages } from '../text/guide/messages.ts';
import { FirstMinute, isFirstMinute } from './first-minute.tsx';
import './guide.css';
import type { Lab } from './lab.ts';
import { Predict } from './predict.tsx';
import { ResetQuestions } from './reset-questions.tsx';

const TEXTS: Readonly<Record<string, () => Promise<GuideMessages>>> = {
  en: async () => (await import('../text/guide/english.ts')).ENGLISH_GUIDE,
  ko: async () => (await import('../text/guide/korean.ts')).KOREAN_GUIDE,
};

export interface GuideProps {
  readonly lab: Lab;
  readonly openCapture?: () => void;
}

export function Guide({ lab, openCapture }: GuideProps): JSX.Element | null {
  const texts = useSignal<GuideMessages | null>(null);
  const predicting = useSignal(false);
  const language = lab.language.value;
  useEffect(() => {
    void TEXTS[language]?.().then((loaded) => {
      if (lab.language.value === language) texts.value = loaded;
    });
  }, [language]);
  if (texts.value === null) return null;
  const { panel } = texts.value;
  const { id } = lab.scenario.value;
  return (
    <section class="guide" aria-label={panel.guide}>
      <div class="guide-head">
        <h2>{panel.show}</h2>
        <Counts lab={lab} texts={texts.value} />
        <label>
          <input
            type="checkbox"
            checked={predicting.value}
            onChange={(event) => {
              predicting.value = event.currentTarget.checked;
            }}
          />
          {panel.predict}
        </label>
      </div>
      {isFirstMinute(lab) ? (
        <FirstMinute lab={lab} texts={texts.value} {...(openCapture === undefined ? {} : { openCapture })}>
          <Caption lab={lab} texts={texts.value} />
        </FirstMinute>
      ) : (
        <Caption lab={lab} texts={texts.value} />
      )}
      {predicting.value && <Predict lab={lab} texts={texts.value} />}
      {id === 's7' && <ResetQuestions lab={lab} texts={texts.value} />}
      <Experiments lab={lab} texts={texts.value} />
      <Following lab={lab} texts={texts.value} />
    </section>
  );
}

export interface PartProps {
  readonly lab: Lab;
  readonly texts: GuideMessages;
}

/** Of the last moment that is shown; before the first one, of the scenario. */
function Caption({ lab, texts }: PartProps): JSX.Element {
  const story = lab.story.value;
  const moment = story.moments[lab.position.value - 1];
  const words = moment === undefined ? [] : wordsOn(story, moment);
  const scenarios: Readonly<Record<string, { readonly shows: string }>> = texts.scenarios;
  if (moment === undefined || words.length === 0)
    return <p class="caption">{scenarios[lab.scenario.value.id]?.shows ?? ''}</p>;
  return (
    <p class="caption">
      <strong>{moment.host}</strong> {words.map((word) => sentenceOf(word, texts)).join(' ')}
    </p>
  );
}

function sentenceOf(word: Word, { rules, happenings, panel }: GuideMessages): string {
  switch (word.kind) {
    case 'rule':
      return rules[word.rule];
    case 'happening':
      return happenings[word.happening];
    case 'refused':
      return panel.refused(word);
    case 'lost':
      return panel.lost;
  }
}

function Counts({ lab, texts }: PartProps): JSX.Element {
  const counts = useComputed(() => countsOf(lab.scenario.value.id, lab.story.value, lab.position.value));
  return <span class="counts">{counts.value.map((count) => texts.panel.count(count)).join(' · ')}</span>;
}

function Experiments({ lab, texts }: PartProps): JSX.Element | null {
  const { id, experiments } = lab.scenario.value;
  const scenarios: Readonly<Record<string, { readonly experiments: Readonly<Record<string, string>> }>> =
    texts.scenarios;
  const names = scenarios[id]?.experiments ?? {};
  const { edits, values } = lab.recipe.value;
  const offered: readonly (readonly [string, Values])[] = [
    [texts.panel.plain, {}],
    ...Object.entries(experiments).map(([name, turned]) => [names[name] ?? name, turned] as const),
  ];
  if (offered.length === 1) return null;
  return (
    <fieldset class="experiments">
      <legend>{texts.panel.experiments}</legend>
      {offered.map(([name, turned]) => (
        <button
          type="button"
          key={name}
          aria-pressed={edits.length === 0 && isSame(values, turned)}
          onClick={() => lab.experiment(turned)}
        >
          {name}
        </button>
      ))}
    </fieldset>
  );
}

/** When all has been seen: the scenario that comes after this one. */
function Following({ lab, texts }: PartProps): JSX.Element | null {
  const at = SCENARIOS.findIndex(({ id }) => id === lab.scenario.value.id);
  const next = SCENARIOS[at + 1];
  if (next === undefined || lab.position.value < lab.length.value || isFirstMinute(lab)) return null;
  return (
    <button type="button" class="link" onClick={() => lab.begin(next.id)}>
      {texts.panel.following(lab.messages.value.scenarios[next.id])}
    </button>
  );
}

const isSame = (one: Values, other: Values): boolean =>
  Object.keys(one).length === Object.keys(other).length &&
  Object.entries(one).every(([name, value]) => other[name] === value);
