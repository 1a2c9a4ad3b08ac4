// The run with its last edit beside the run without: where they part, and how each ends.

import type { JSX } from 'preact';
import type { Lab } from './lab.ts';

export function ComparisonLine({ lab }: { lab: Lab }): JSX.Element | null {
  const comparison = lab.comparison.value;
  if (comparison === null) return null;
  const { page, time } = lab.messages.value;
  const { first, later, outcomes } = comparison;
  const changed = outcomes.filter(({ original, branch }) => original !== branch);
  return (
    <section class="comparison" aria-label={page.compare}>
      <strong>{page.compare}</strong>{' '}
      {first === null ? (
        page.alike
      ) : (
        <>
          <button type="button" class="link" onClick={() => lab.goTo(first + 1)}>
            {page.parts({ at: first + 1 })}
          </button>{' '}
          {later === 0 ? '' : page.later({ by: time(Math.abs(later)), sooner: later < 0 })}{' '}
          {changed
            .map(({ host, original, branch }) => `${host}: ${original || '–'} → ${branch || '–'}`)
            .join(' · ')}
        </>
      )}
      <button type="button" onClick={() => lab.undo()} disabled={!lab.canUndo.value}>
        {page.undo}
      </button>
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
    </section>
  );
}
