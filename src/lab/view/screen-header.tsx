// The way from one screen to another.

import type { JSX } from 'preact';
import type { Lab } from './lab.ts';
import { SCREENS, screen } from './screen.ts';
import './screens.css';

export interface ScreenProps {
  readonly lab: Lab;
  readonly speak: (language: string) => Promise<void>;
}

/** For the line at the top of every screen. */
export function ScreenLinks({ lab }: { lab: Lab }): JSX.Element {
  const { page } = lab.messages.value;
  return (
    <div class="screens">
      {SCREENS.map((name) => (
        <button
          type="button"
          key={name}
          aria-pressed={screen.value === name}
          onClick={() => {
            screen.value = name;
          }}
        >
          {page.screens[name]}
        </button>
      ))}
    </div>
  );
}

/** The line at the top of the screens that are not the lab. */
export function ScreenHeader({ lab, speak }: ScreenProps): JSX.Element {
  const { page } = lab.messages.value;
  return (
    <header>
      <h1>
        <span class="brand">synfin</span>
      </h1>
      <ScreenLinks lab={lab} />
      <button
        type="button"
        lang={lab.language.value === 'ko' ? 'en' : 'ko'}
        onClick={() => void speak(lab.language.value === 'ko' ? 'en' : 'ko')}
      >
        {page.language}
      </button>
    </header>
  );
}
