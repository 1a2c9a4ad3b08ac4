// The first minute: the handshake step by step, what becomes of it without its ACK, and two doors to go on by.

import type { ComponentChildren, JSX } from 'preact';
import type { Edit } from '../model/recipe.ts';
import type { GuideMessages } from '../text/guide/messages.ts';
import type { Lab } from './lab.ts';

/** The third segment. */
const WITHOUT_ACK: Edit = { kind: 'drop', from: 'client', to: 'server', index: 1 };

/** S1 as the page begins with it, or without its ACK. */
export function isFirstMinute(lab: Lab): boolean {
  const { scenario, values, edits } = lab.recipe.value;
  return scenario === 's1' && Object.keys(values).length === 0 && (edits.length === 0 || isWithoutAck(edits));
}

function isWithoutAck(edits: readonly Edit[]): boolean {
  const [edit] = edits;
  return edits.length === 1 && edit?.kind === 'drop' && edit.from === 'client' && edit.index === 1;
}

interface Props {
  readonly lab: Lab;
  readonly texts: GuideMessages;
  readonly openCapture?: () => void;
  /** What is said of the moment itself. */
  readonly children: ComponentChildren;
}

export function FirstMinute({ lab, texts, openCapture, children }: Props): JSX.Element {
  const { first } = texts;
  const at = lab.position.value;
  const over = at === lab.length.value;
  const branch = isWithoutAck(lab.recipe.value.edits);
  if (at === 0) return <p class="caption">{first.begin}</p>;
  if (!over) return <>{branch && at >= 3 ? <p class="caption">{first.branch}</p> : children}</>;
  if (!branch) {
    return (
      <>
        {children}
        <p class="caption">
          {first.asked}{' '}
          <button type="button" class="primary" onClick={() => lab.edit(WITHOUT_ACK)}>
            {first.whatIf}
          </button>
        </p>
      </>
    );
  }
  return (
    <p class="caption">
      {first.repaired}{' '}
      <button type="button" class="primary" onClick={() => lab.begin('s2')}>
        {first.close}
      </button>{' '}
      {openCapture !== undefined && (
        <button type="button" onClick={openCapture}>
          {first.capture}
        </button>
      )}
    </p>
  );
}
