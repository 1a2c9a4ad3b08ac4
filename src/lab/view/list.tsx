// What has happened so far as a list of sentences: a listbox with one option for each line. Only the lines around the
// chosen one are there; each says which it is of how many.

import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { rowsShown } from '../model/rows.ts';
import type { Lab } from './lab.ts';
import { sentenceOf } from './sentence.ts';

/** Lines before and after the chosen one. */
const AROUND = 40;

interface ListProps {
  readonly lab: Lab;
  readonly label: string;
  /** It is for the eyes, too: the chosen line is kept in sight. */
  readonly seen: boolean;
}

export function List({ lab, label, seen }: ListProps): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  const rows = lab.rows.value;
  const shown = rowsShown(rows, lab.position.value);
  const chosen = lab.chosenRow.value;
  const active = chosen !== null && chosen < shown ? chosen : null;
  const middle = active ?? shown;
  const from = Math.max(0, Math.min(middle - AROUND, shown - 2 * AROUND - 1));
  const first = lab.comparison.value?.first ?? null;
  useEffect(() => {
    const option = list.current?.querySelector('[aria-selected=true]');
    if (seen) option?.scrollIntoView({ block: 'nearest' });
  }, [active, shown, seen]);
  const choose = ({ target }: Event): void => {
    const option = (target as Element).closest('[role=option]');
    if (option !== null) lab.chooseRow(Number(option.getAttribute('aria-posinset')) - 1);
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: keyboard.ts hears the keys of the whole page
    <div
      class="rows"
      ref={list}
      role="listbox"
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={active === null ? undefined : `row-${active}`}
      onClick={choose}
    >
      {rows.slice(from, Math.min(from + 2 * AROUND + 1, shown)).map((row, i) => {
        const index = from + i;
        return (
          <div
            key={index}
            id={`row-${index}`}
            class={row.moment === first && row.first ? 'row differs' : 'row'}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            aria-setsize={rows.length}
            aria-posinset={index + 1}
          >
            {sentenceOf(lab.story.value, row, lab.messages.value)}
          </div>
        );
      })}
    </div>
  );
}
