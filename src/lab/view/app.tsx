// The page: scenarios at the left, the ladder in the middle, why at the right, the transport bar below.

import type { JSX } from 'preact';
import { SCENARIOS } from '../scenarios/all.ts';
import { Coach } from './coach.tsx';
import { ComparisonLine } from './comparison.tsx';
import { Handles } from './handles.tsx';
import type { Doings } from './keyboard.ts';
import { type Lab, PANELS } from './lab.ts';
import { Ladders } from './ladder.tsx';
import { lazily } from './lazy.tsx';
import { Share } from './share.tsx';
import { Sockets } from './sockets.tsx';
import { StateMap } from './state-map.tsx';
import { Tools } from './tools.tsx';
import { Transport } from './transport.tsx';
import { Why } from './why.tsx';

const Dialogs = lazily(async () => (await import('./dialogs.tsx')).Dialogs);
const Calls = lazily(async () => (await import('./calls.tsx')).Calls);
const Sequence = lazily(async () => (await import('./sequence.tsx')).Sequence);

export function App({ lab, doings }: { lab: Lab; doings: Doings }): JSX.Element {
  const { page } = lab.messages.value;
  const comparing = lab.comparison.value !== null && lab.beside.value;
  return (
    <div class={`page${comparing ? ' comparing' : ''}${lab.menu.value ? ' menu-open' : ''}`}>
      <Tools lab={lab} doings={doings} />
      <Scenarios lab={lab} />
      <main>
        <Notices lab={lab} />
        <ComparisonLine lab={lab} />
        <Ladders lab={lab} />
        <Coach lab={lab} />
      </main>
      <aside aria-label={page.panels[lab.panel.value]}>
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
      {lab.dialog.value !== null && <Dialogs lab={lab} />}
      <p class="unseen" role="status" aria-live="polite">
        {lab.spoken.value}
      </p>
    </div>
  );
}

function Scenarios({ lab }: { lab: Lab }): JSX.Element {
  const messages = lab.messages.value;
  const { page } = messages;
  return (
    <nav id="scenarios" aria-label={page.scenarios}>
      <h2>{page.scenarios}</h2>
      <ol>
        {SCENARIOS.map(({ id }) => (
          <li key={id}>
            <button
              type="button"
              class="scenario"
              aria-current={lab.scenario.value.id === id ? 'page' : undefined}
              onClick={() => lab.begin(id)}
            >
              {messages.scenarios[id].title}
            </button>
          </li>
        ))}
      </ol>
      <Handles lab={lab} />
    </nav>
  );
}

/** What a person must know before looking at the ladder. */
function Notices({ lab }: { lab: Lab }): JSX.Element {
  const { page } = lab.messages.value;
  const { error } = lab.told.value;
  const notice = lab.notice.value;
  return (
    <>
      {notice !== null && (
        <div class="notice">
          <p>{page.notices[notice]}</p>
          <button type="button" onClick={() => (lab.notice.value = null)}>
            {page.close}
          </button>
        </div>
      )}
      {error !== null && (
        <div class="notice failure" role="alert">
          <p>
            {page.error} <a href={`#${lab.link.value}`}>{page.reproduce}</a>
          </p>
          <code>{error.split('\n')[0]}</code>
          <button type="button" onClick={() => lab.begin(lab.scenario.value.id)}>
            {page.startAgain}
          </button>
        </div>
      )}
    </>
  );
}
