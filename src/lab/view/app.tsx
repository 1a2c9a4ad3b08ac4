// The page: scenarios at the left, the ladder in the middle, why at the right, the transport bar below.

import type { JSX } from 'preact';
import { SCENARIOS } from '../scenarios/all.ts';
import type { Lab } from './lab.ts';
import { Ladder } from './ladder.tsx';
import { Transport } from './transport.tsx';
import { Why } from './why.tsx';

export function App({ lab, speak }: { lab: Lab; speak: (language: string) => Promise<void> }): JSX.Element {
  const messages = lab.messages.value;
  const { page } = messages;
  const { error } = lab.told.value;
  return (
    <div class="page">
      <header>
        <h1>synfin</h1>
        <button type="button" onClick={() => void speak(lab.language.value === 'ko' ? 'en' : 'ko')}>
          {page.language}
        </button>
      </header>
      <nav aria-label={page.scenarios}>
        <h2>{page.scenarios}</h2>
        <ul>
          {SCENARIOS.map(({ id }) => (
            <li key={id}>
              <button
                type="button"
                aria-current={lab.scenario.value.id === id ? 'page' : undefined}
                onClick={() => lab.begin(id)}
              >
                {messages.scenarios[id].title}
              </button>
            </li>
          ))}
        </ul>
      </nav>
      <main>
        {error !== null && (
          <p role="alert">
            {page.error} <a href={`#${lab.link.value}`}>#</a> <code>{error.split('\n')[0]}</code>
          </p>
        )}
        <Ladder lab={lab} />
      </main>
      <Why lab={lab} />
      <Transport lab={lab} />
    </div>
  );
}
