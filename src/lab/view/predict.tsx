// Predict first: before a moment, a question with four answers; then which is right, and the rule that makes it so.

import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { ruleSource } from '../../trace/rules.ts';
import { type Question, questionsOf } from '../model/predict.ts';
import { CARDS, type CardId } from '../scenarios/cards.ts';
import type { PartProps } from './guide.tsx';
import { sectionOf } from './sentence.ts';

type Answers = Readonly<Record<string, string>>;

export function Predict({ lab, texts }: PartProps): JSX.Element {
  const { panel } = texts;
  /** What has been answered, by recipe and card: another run may have another answer. */
  const answers = useSignal<Answers>({});
  /** Those that the person has gone on from. */
  const passed = useSignal<readonly string[]>([]);
  const recipe = useComputed(() => JSON.stringify({ ...lab.recipe.value, seed: 0 }));
  const questions = useComputed(() =>
    questionsOf<CardId>(CARDS, lab.scenario.value.id, lab.story.value, lab.values.value),
  );
  const keyOf = ({ id }: Question<CardId>): string => `${recipe.value} ${id}`;
  const here = questions.value.filter(({ at }) => at === lab.position.value);
  const asked = here.find((question) => !passed.value.includes(keyOf(question))) ?? null;
  useEffect(() => {
    if (asked !== null) lab.play(false);
  }, [asked?.id]);
  const done = questions.value.filter((question) => keyOf(question) in answers.value);
  const right = done.filter((question) => answers.value[keyOf(question)] === question.answer).length;
  const left = questions.value.filter(({ at }) => at > lab.position.value).length;
  return (
    <div class="predict">
      {asked === null ? (
        <p>{left > 0 ? panel.left({ count: left }) : panel.none}</p>
      ) : (
        <Asked
          key={keyOf(asked)}
          lab={lab}
          texts={texts}
          question={asked}
          given={answers.value[keyOf(asked)] ?? null}
          answer={(choice) => {
            answers.value = { ...answers.value, [keyOf(asked)]: choice };
          }}
          goOn={() => {
            passed.value = [...passed.value, keyOf(asked)];
            if (here.at(-1) === asked) lab.step(1);
          }}
        />
      )}
      {done.length > 0 && <p class="score">{panel.score({ right, of: done.length })}</p>}
    </div>
  );
}

interface AskedProps extends PartProps {
  readonly question: Question<CardId>;
  /** What was answered; null: nothing yet. */
  readonly given: string | null;
  readonly answer: (choice: string) => void;
  readonly goOn: () => void;
}

function Asked({ lab, texts, question, given, answer, goOn }: AskedProps): JSX.Element {
  const chosen = useSignal<string | null>(given);
  const { panel } = texts;
  const named: Readonly<Record<string, string>> = texts.choices;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (given !== null) goOn();
        else if (chosen.value !== null) answer(chosen.value);
      }}
    >
      <fieldset class="choices">
        <legend>{texts.cards[question.id].question}</legend>
        {question.card.choices.map((choice) => (
          <label key={choice} class={markOf(choice, question.answer, given)}>
            <input
              type="radio"
              name="prediction"
              value={choice}
              checked={chosen.value === choice}
              disabled={given !== null}
              onChange={() => {
                chosen.value = choice;
              }}
            />
            {named[choice] ?? choice}
          </label>
        ))}
      </fieldset>
      <div role="status">
        {given !== null && <Verdict lab={lab} texts={texts} question={question} given={given} />}
      </div>
      <button type="submit" class="primary" disabled={given === null && chosen.value === null}>
        {given === null ? panel.check : panel.next}
      </button>
    </form>
  );
}

/** Marked by more than a colour: see the style. */
function markOf(choice: string, answer: string, given: string | null): string {
  if (given === null) return '';
  return choice === answer ? 'is-right' : choice === given ? 'is-wrong' : '';
}

function Verdict({
  lab,
  texts,
  question,
  given,
}: PartProps & { question: Question<CardId>; given: string }): JSX.Element {
  const { panel } = texts;
  const named: Readonly<Record<string, string>> = texts.choices;
  const [rule] = question.rules;
  const source = rule === undefined ? null : ruleSource(rule);
  const answer = named[question.answer] ?? question.answer;
  return (
    <p>
      <strong>{given === question.answer ? panel.right : panel.wrong({ answer })}</strong>{' '}
      {texts.cards[question.id].because}{' '}
      {rule !== undefined && source !== null && (
        <small>
          {lab.messages.value.trace.rules[rule]}{' '}
          {source.rfc > 0 && (
            <a
              href={`https://www.rfc-editor.org/rfc/rfc${source.rfc}#section-${source.section}`}
              rel="noreferrer"
            >
              {sectionOf(rule)}
            </a>
          )}
        </small>
      )}
    </p>
  );
}
