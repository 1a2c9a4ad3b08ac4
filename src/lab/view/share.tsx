// Share and export: a button, and the dialog that it opens, which is fetched when it is first asked for.

import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { Lab } from './lab.ts';
import { lazily } from './lazy.tsx';

const ShareDialog = lazily(async () => (await import('./share-dialog.tsx')).ShareDialog);

export function Share({ lab }: { lab: Lab }): JSX.Element {
  const open = useSignal(false);
  return (
    <>
      <button type="button" id="share" aria-haspopup="dialog" onClick={() => (open.value = true)}>
        {lab.messages.value.panels.share.open}
      </button>
      {open.value && <ShareDialog lab={lab} close={() => (open.value = false)} />}
    </>
  );
}
