// Above the lab: what of a capture its replay has, and what is only supposed.

import type { JSX } from 'preact';
import type { Lab } from '../lab.ts';
import { replayed } from '../screen.ts';
import { captureText } from './text.ts';
import './capture.css';

export function ReplayNotice({ lab }: { lab: Lab }): JSX.Element | null {
  const text = captureText(lab);
  const notes = replayed.value;
  if (notes === null) return null;
  return (
    <section class="replay-notice" aria-label={text.replayed}>
      <p>{text.replayed}</p>
      <ul>
        {text.notes(notes).map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
      <button
        type="button"
        onClick={() => {
          replayed.value = null;
        }}
      >
        {text.understood}
      </button>
    </section>
  );
}
