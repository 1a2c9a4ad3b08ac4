// The line at the top: what is done to the page as a whole.

import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { Doings } from './keyboard.ts';
import type { Lab } from './lab.ts';
import { ScreenLinks } from './screen-header.tsx';
import { ShareButton } from './share.tsx';

export function Tools({ lab, doings }: { lab: Lab; doings: Doings }): JSX.Element {
  const messages = lab.messages.value;
  const { page } = messages;
  const open = useSignal(false);
  const titles: Readonly<Record<string, { readonly title: string }>> = messages.scenarios;
  return (
    <header>
      <button
        type="button"
        class="menu"
        aria-expanded={lab.menu.value}
        aria-controls="scenarios"
        onClick={() => (lab.menu.value = !lab.menu.value)}
      >
        <span aria-hidden="true">☰ </span>
        {page.menu}
      </button>
      <h1>
        <span class="brand">synfin</span> <span class="where">{titles[lab.scenario.value.id]?.title}</span>
      </h1>
      <ScreenLinks lab={lab} />
      <label class="find">
        <span class="unseen">{page.filter}</span>
        <input
          id="filter"
          type="search"
          placeholder={page.filter}
          value={lab.filter.value}
          onInput={(event) => (lab.filter.value = event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.code === 'Enter' && !event.isComposing) lab.select(event.shiftKey ? -1 : 1);
            if (event.code === 'Escape') event.currentTarget.blur();
          }}
        />
        {lab.found.value !== null && <output>{page.found({ of: lab.found.value.size })}</output>}
      </label>
      <button
        type="button"
        class="more"
        aria-expanded={open.value}
        aria-controls="tools"
        onClick={() => (open.value = !open.value)}
      >
        {page.more}
      </button>
      <div id="tools" class={open.value ? 'tools open' : 'tools'}>
        <button type="button" onClick={() => lab.nextScale()}>
          {page.scale({ scale: lab.scale.value })}
        </button>
        <button type="button" onClick={() => (lab.dialog.value = 'transcript')}>
          {page.transcript}
        </button>
        <button type="button" onClick={() => (lab.dialog.value = 'glossary')}>
          {page.glossary}
        </button>
        <button type="button" onClick={() => (lab.dialog.value = 'keys')}>
          {page.keys}
        </button>
        <button type="button" onClick={() => void doings.copyLink()}>
          {page.copyLink}
        </button>
        <button type="button" onClick={() => lab.settings.nextTheme()}>
          {page.theme({ theme: lab.settings.theme.value })}
        </button>
        <ShareButton lab={lab} />
      </div>
      <button
        type="button"
        lang={lab.language.value === 'ko' ? 'en' : 'ko'}
        onClick={() => void doings.speak(lab.language.value === 'ko' ? 'en' : 'ko')}
      >
        {page.language}
      </button>
    </header>
  );
}
