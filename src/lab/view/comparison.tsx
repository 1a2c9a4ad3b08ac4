// The run with its last edit beside the run without: where they part, and how each ends.

import type { JSX } from 'preact';
import type { Lab } from './lab.ts';
import { hostName } from './words.ts';

export function ComparisonLine({ lab }: { lab: Lab }): JSX.Element | null {
  const comparison = lab.comparison.value;
  if (comparison === null) return null;
  const { page } = lab.messages.value;
  return (
    <section class="comparison" aria-label={page.compare}>
      <p>
        <Outcome lab={lab} />
      </p>
      <span class="group">
        <label>
          <input
            type="checkbox"
            checked={lab.beside.value}
            onChange={(event) => {
              lab.beside.value = event.currentTarget.checked;
            }}
          />
          {page.beside}
        </label>
        <button type="button" onClick={() => lab.undo()} disabled={!lab.canUndo.value}>
          {page.undo}
        </button>
        <button type="button" onClick={() => lab.redo()} disabled={!lab.canRedo.value}>
          {page.redo}
        </button>
      </span>
    </section>
  );
}

function Outcome({ lab }: { lab: Lab }): JSX.Element {
  const messages = lab.messages.value;
  const { page, time } = messages;
  const { first, later, outcomes } = lab.comparison.value!;
  if (first === null) return <>{page.alike}</>;
  const changed = outcomes.filter(({ original, branch }) => original !== branch);
  return (
    <>
      <button type="button" class="link" onClick={() => lab.lookAt(first)}>
        {page.parts({ at: first + 1 })}
      </button>{' '}
      {later !== 0 && <strong>{page.later({ by: time(round(Math.abs(later))), sooner: later < 0 })}</strong>}{' '}
      {changed.map(({ host, connection, original, branch }) => (
        <span class="outcome" key={`${host} ${connection}`}>
          {hostName(host, messages)}: <s>{original || '–'}</s> → <strong>{branch || '–'}</strong>
        </span>
      ))}
    </>
  );
}

const round = (ms: number): number => Math.round(ms * 10) / 10;
