// Parts of the page that are fetched when they are first asked for.

import { signal } from '@preact/signals';
import type { FunctionComponent, JSX } from 'preact';

/** A component that shows nothing until `load` has brought it. A failure to fetch is the page's error. */
export function lazily<Props extends object>(
  load: () => Promise<FunctionComponent<Props>>,
): FunctionComponent<Props> {
  const loaded = signal<FunctionComponent<Props> | null>(null);
  const failed = signal<unknown>(null);
  let asked = false;
  return function Lazy(props: Props): JSX.Element | null {
    if (!asked) {
      asked = true;
      load().then(
        (component) => {
          loaded.value = component;
        },
        (error: unknown) => {
          failed.value = error;
        },
      );
    }
    if (failed.value !== null) throw failed.value;
    const Loaded = loaded.value;
    return Loaded === null ? null : <Loaded {...props} />;
  };
}
