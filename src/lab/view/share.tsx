// Share and export: the button, which may stand anywhere, and the dialog, which is fetched when it is first asked for.

import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import type { Lab } from './lab.ts';
import { lazily } from './lazy.tsx';

const ShareDialog = lazily(async () => (await import('./share-dialog.tsx')).ShareDialog);
const open = signal(false);

export function openShare(): void {
  open.value = true;
}

export function ShareButton({ lab }: { lab: Lab }): JSX.Element {
  return (
    <button type="button" aria-haspopup="dialog" onClick={openShare}>
      {lab.messages.value.panels.share.open}
    </button>
  );
}

/** At the end of the page: what hides the button must not hide it. */
export function Share({ lab }: { lab: Lab }): JSX.Element | null {
  return open.value ? <ShareDialog lab={lab} close={() => (open.value = false)} /> : null;
}
