// Where the page begins: a language, a recipe from the link, and the lab.

import { effect } from '@preact/signals';
import { render } from 'preact';
import { ladderStyle } from '../../trace/picture/style.ts';
import { parseShared } from '../model/share.ts';
import type { LabMessages } from '../text/messages.ts';
import { App } from './app.tsx';
import { listenToKeys } from './keyboard.ts';
import { Lab } from './lab.ts';
import { fragmentOf, languageOf, screen, screenOf } from './screen.ts';
import { Screens } from './screens.tsx';
import './style.css';

declare const __VERSION__: string;

const LANGUAGES: Readonly<Record<string, () => Promise<LabMessages>>> = {
  en: async () => (await import('../text/english.ts')).ENGLISH,
  ko: async () => (await import('../text/korean.ts')).KOREAN,
};

const known = (language: string): string => (language in LANGUAGES ? language : 'en');

async function start(): Promise<void> {
  const fragment = location.hash.slice(1);
  const language = known(
    parseShared(fragment)?.language || languageOf(fragment) || navigator.language.slice(0, 2),
  );
  const lab = new Lab(__VERSION__, language, await LANGUAGES[language]!(), fragment);

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(ladderStyle((name) => `var(--${name})`));
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

  effect(() => {
    document.documentElement.lang = lab.language.value;
    document.title = lab.messages.value.page.title;
  });
  screen.value = screenOf(fragment);
  effect(() => {
    const { value: name } = screen;
    const address = name === 'lab' ? lab.link.value : fragmentOf(name, lab.language.value);
    history.replaceState(null, '', `#${address}`);
  });
  listenToKeys(lab);
  const speak = async (next: string): Promise<void> => {
    const messages = await LANGUAGES[next]!();
    lab.messages.value = messages;
    lab.language.value = next;
  };
  render(
    <Screens lab={lab} speak={speak}>
      <App lab={lab} speak={speak} />
    </Screens>,
    document.body,
  );
}

void start();
