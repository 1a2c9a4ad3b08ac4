// The page: scenarios at the left, the ladder in the middle, why at the right, the transport bar below.

import type { JSX } from 'preact';
import { SCENARIOS } from '../scenarios/all.ts';
import { ComparisonLine } from './comparison.tsx';
import { Handles } from './handles.tsx';
import { type Lab, PANELS } from './lab.ts';
import { Ladder } from './ladder.tsx';
import { lazily } from './lazy.tsx';
import { Share, ShareButton } from './share.tsx';
import { Sockets } from './sockets.tsx';
import { StateMap } from './state-map.tsx';
import { Transport } from './transport.tsx';
import { Why } from './why.tsx';

const Calls = lazily(async () => (await import('./calls.tsx')).Calls);
const Sequence = lazily(async () => (await import('./sequence.tsx')).Sequence);

const isBeside = (lab: Lab): boolean => lab.beside.value && lab.original.value !== null;

export function App({ lab, speak }: { lab: Lab; speak: (language: string) => Promise<void> }): JSX.Element {
  const messages = lab.messages.value;
  const { page } = messages;
  const { error } = lab.told.value;
  return (
    <div class="page">
      <header>
        <h1>synfin</h1>
        <ShareButton lab={lab} />
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
        <Handles lab={lab} />
      </nav>
      <main>
        {error !== null && (
          <p role="alert">
            {page.error} <a href={`#${lab.link.value}`}>#</a> <code>{error.split('\n')[0]}</code>
          </p>
        )}
        <ComparisonLine lab={lab} />
        <div class={isBeside(lab) ? 'ladders two' : 'ladders'}>
          {isBeside(lab) && <Ladder lab={lab} of="original" />}
          <Ladder lab={lab} of="run" />
        </div>
      </main>
      <aside>
        <div class="tabs">
          {PANELS.map((panel) => (
            <button
              type="button"
              key={panel}
              aria-pressed={lab.panel.value === panel}
              onClick={() => {
                lab.panel.value = panel;
              }}
            >
              {page.panels[panel]}
            </button>
          ))}
        </div>
        {lab.panel.value === 'why' && <Why lab={lab} />}
        {lab.panel.value === 'states' && <StateMap lab={lab} />}
        {lab.panel.value === 'sockets' && <Sockets lab={lab} />}
        {lab.panel.value === 'sequence' && <Sequence lab={lab} />}
        {lab.panel.value === 'calls' && <Calls lab={lab} />}
      </aside>
      <Transport lab={lab} />
      <Share lab={lab} />
    </div>
  );
}
