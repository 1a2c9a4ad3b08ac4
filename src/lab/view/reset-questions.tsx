// "Why did I get a RST?": questions with yes and no, and at the end of each way the cause, to be run.

import type { JSX } from 'preact';
import { RESET_TREE, type ResetTree } from '../scenarios/reset-tree.ts';
import type { PartProps } from './guide.tsx';

export function ResetQuestions({ lab, texts }: PartProps): JSX.Element {
  return (
    <details class="tree">
      <summary>{texts.panel.tree}</summary>
      <Branch lab={lab} texts={texts} tree={RESET_TREE} />
    </details>
  );
}

function Branch({ lab, texts, tree }: PartProps & { tree: ResetTree }): JSX.Element {
  if (typeof tree === 'string') {
    return (
      <button
        type="button"
        aria-pressed={lab.values.value.cause === tree}
        onClick={() => lab.experiment({ cause: tree })}
      >
        {lab.messages.value.page.choices[tree] ?? tree}
      </button>
    );
  }
  return (
    <>
      {texts.forks[tree.ask]}
      <ul>
        <li>
          {texts.panel.yes} → <Branch lab={lab} texts={texts} tree={tree.yes} />
        </li>
        <li>
          {texts.panel.no} → <Branch lab={lab} texts={texts} tree={tree.no} />
        </li>
      </ul>
    </>
  );
}
