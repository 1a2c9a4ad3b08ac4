// What opens over the page: the keys, the glossary, the run as text.

import { useComputed, useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { GLOSSARY, type GlossaryEntry } from '../text/glossary.ts';
import { copy } from './clipboard.ts';
import { KEYS } from './keyboard.ts';
import type { Lab } from './lab.ts';
import { sentenceOf } from './sentence.ts';

export function Dialogs({ lab }: { lab: Lab }): JSX.Element | null {
  const messages = lab.messages.value;
  const { page } = messages;
  const titles: Readonly<Record<string, { readonly title: string }>> = messages.scenarios;
  switch (lab.dialog.value) {
    case 'keys':
      return (
        <Dialog lab={lab} title={page.keys}>
          <Keys lab={lab} />
        </Dialog>
      );
    case 'glossary':
      return (
        <Dialog lab={lab} title={page.glossary}>
          <Glossary lab={lab} />
        </Dialog>
      );
    case 'transcript':
      return (
        <Dialog lab={lab} title={page.transcriptOf({ title: titles[lab.scenario.value.id]?.title ?? '' })}>
          <Transcript lab={lab} />
        </Dialog>
      );
    default:
      return null;
  }
}

interface DialogProps {
  readonly lab: Lab;
  readonly title: string;
  readonly children: ComponentChildren;
}

function Dialog({ lab, title, children }: DialogProps): JSX.Element {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => element.current!.showModal(), []);
  return (
    <dialog ref={element} aria-labelledby="dialog-title" onClose={() => (lab.dialog.value = null)}>
      <div class="dialog-head">
        <h2 id="dialog-title">{title}</h2>
        <button type="button" onClick={() => element.current!.close()}>
          {lab.messages.value.page.close}
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keyboard */}
      <section class="dialog-body" tabIndex={0} aria-labelledby="dialog-title">
        {children}
      </section>
    </dialog>
  );
}

function Keys({ lab }: { lab: Lab }): JSX.Element {
  const { page } = lab.messages.value;
  return (
    <>
      <label class="switch">
        <input
          type="checkbox"
          checked={lab.settings.keys.value}
          onChange={(event) => (lab.settings.keys.value = event.currentTarget.checked)}
        />
        {page.keysOn}
      </label>
      <dl class="keys">
        {KEYS.map(({ shown, name }) => (
          <div key={name}>
            <dt>
              <kbd>{shown}</kbd>
            </dt>
            <dd>{page.keyNames[name]}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function Glossary({ lab }: { lab: Lab }): JSX.Element {
  const { page } = lab.messages.value;
  const language = lab.language.value === 'ko' ? 'ko' : 'en';
  const wanted = useSignal('');
  const entries = useComputed(() => {
    const words = plain(wanted.value);
    const named = GLOSSARY.filter((entry) => plain(namesOf(entry)).includes(words));
    const told = GLOSSARY.filter(
      (entry) => !named.includes(entry) && plain(`${entry.meaning.en} ${entry.meaning.ko}`).includes(words),
    );
    return [...named, ...told];
  });
  return (
    <>
      <label class="switch">
        {page.search}
        <input
          type="search"
          value={wanted.value}
          onInput={(event) => (wanted.value = event.currentTarget.value)}
        />
        <output>{page.found({ of: entries.value.length })}</output>
      </label>
      <dl class="glossary">
        {entries.value.map(({ en, ko, also, meaning }) => (
          <div key={en}>
            <dt>
              {language === 'ko' ? ko : en}
              {ko !== en && (
                <span lang={language === 'ko' ? 'en' : 'ko'}> {language === 'ko' ? en : ko}</span>
              )}
              {also.map((name) => (
                <code key={name}> {name}</code>
              ))}
            </dt>
            <dd>{meaning[language]}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

const namesOf = ({ en, ko, also }: GlossaryEntry): string => [en, ko, ...also].join(' ');

/** netstat's underscores and the RFC's hyphens are one. */
const plain = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replace(/[-_ ]+/g, ' ');

function Transcript({ lab }: { lab: Lab }): JSX.Element {
  const messages = lab.messages.value;
  const { page } = messages;
  const story = lab.story.value;
  const lines = lab.rows.value.map((row) => sentenceOf(story, row, messages));
  return (
    <>
      <p>
        <button type="button" onClick={() => void copy(lines.join('\n'), lab)}>
          {page.copy}
        </button>
      </p>
      <ol class="transcript">
        {lines.map((line, i) => (
          <li key={i}>{line}</li>
        ))}
      </ol>
    </>
  );
}
