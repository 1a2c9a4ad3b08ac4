// Where the page begins: a language, a recipe from the link, and the lab.

import { effect, untracked } from '@preact/signals';
import { render } from 'preact';
import { DARK, LIGHT, ladderStyle, type Palette } from '../../trace/picture/style.ts';
import { parseShared } from '../model/share.ts';
import type { LabMessages } from '../text/messages.ts';
import { App } from './app.tsx';
import { Boundary } from './boundary.tsx';
import { copy } from './clipboard.ts';
import { type Doings, listenToKeys } from './keyboard.ts';
import { Lab } from './lab.ts';
import { fragmentOf, languageOf, screen, screenOf } from './screen.ts';
import { Screens } from './screens.tsx';
import { sentenceOf } from './sentence.ts';
import './style.css';

declare const __VERSION__: string;

const LANGUAGES: Readonly<Record<string, () => Promise<LabMessages>>> = {
  en: async () => (await import('../text/english.ts')).ENGLISH,
  ko: async () => (await import('../text/korean.ts')).KOREAN,
};

const known = (language: string): string => (Object.hasOwn(LANGUAGES, language) ? language : 'en');

async function start(): Promise<void> {
  const fragment = location.hash.slice(1);
  const language = known(
    parseShared(fragment)?.language || languageOf(fragment) || navigator.language.slice(0, 2),
  );
  const lab = new Lab(__VERSION__, language, await LANGUAGES[language]!(), fragment);
  const doings = doingsOf(lab);
  dress();
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
  effect(() => tell(lab));
  window.addEventListener('hashchange', () => follow(lab, doings));
  listenToKeys(lab, doings);
  render(
    <Boundary lab={lab}>
      <Screens lab={lab} speak={doings.speak}>
        <App lab={lab} doings={doings} />
      </Screens>
    </Boundary>,
    document.body,
  );
}

/** Colours are those of pictures that are exported; which of the two is the style sheet's choice. */
function dress(): void {
  const colors = (Object.keys(LIGHT) as (keyof Palette)[]).map(
    (name) => `--${name}:light-dark(${LIGHT[name]},${DARK[name]})`,
  );
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`:root{${colors.join(';')}}${ladderStyle((name) => `var(--${name})`)}`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}

/** One sentence a step for those who hear the page; while it plays fast, none. */
function tell(lab: Lab): void {
  const row = lab.chosenRow.value;
  const messages = lab.messages.value;
  if (row === null || (untracked(() => lab.playing.value) && untracked(() => lab.speed.value) > 1)) return;
  lab.spoken.value = sentenceOf(lab.story.value, lab.rows.value[row]!, messages);
}

function doingsOf(lab: Lab): Doings {
  return {
    async speak(next) {
      const messages = await LANGUAGES[known(next)]!();
      lab.messages.value = messages;
      lab.language.value = known(next);
    },
    async copyLink() {
      await copy(location.href, lab);
    },
  };
}

/** Another link was opened in this page. */
function follow(lab: Lab, { speak }: Doings): void {
  const fragment = location.hash.slice(1);
  screen.value = screenOf(fragment);
  if (screen.value !== 'lab' || fragment === lab.link.value) return;
  lab.open(fragment);
  const language = parseShared(fragment)?.language ?? '';
  if (language !== '' && language !== lab.language.value) void speak(language);
}

void start();
