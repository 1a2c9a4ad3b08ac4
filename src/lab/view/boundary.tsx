// What the page shows when it can't show what it should: never nothing. The link brings the same run again.

import { Component, type ComponentChildren, type JSX } from 'preact';
import type { Lab } from './lab.ts';

interface Props {
  readonly lab: Lab;
  readonly children: ComponentChildren;
}

export class Boundary extends Component<Props, { readonly error: unknown }> {
  override state: { readonly error: unknown } = { error: null };

  static override getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render({ lab, children }: Props, { error }: { readonly error: unknown }): ComponentChildren {
    return error === null ? (
      children
    ) : (
      <Failure lab={lab} error={error} again={() => this.setState({ error: null })} />
    );
  }
}

function Failure({ lab, error, again }: { lab: Lab; error: unknown; again: () => void }): JSX.Element {
  const { page } = lab.messages.value;
  return (
    <main class="notice failure">
      <div role="alert">
        <h1>{page.crashed}</h1>
      </div>
      <p>
        <a href={`#${lab.link.value}`} onClick={() => location.reload()}>
          {page.reproduce}
        </a>
      </p>
      <pre>{error instanceof Error ? (error.stack ?? error.message) : String(error)}</pre>
      <button
        type="button"
        onClick={() => {
          lab.begin(lab.scenario.value.id);
          again();
        }}
      >
        {page.startAgain}
      </button>
    </main>
  );
}
