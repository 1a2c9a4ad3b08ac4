// The transport bar: it never moves, and says how long the story is.

import type { JSX } from 'preact';
import type { Lab } from './lab.ts';

export function Transport({ lab }: { lab: Lab }): JSX.Element {
  const { page } = lab.messages.value;
  const at = lab.position.value;
  const of = lab.length.value;
  return (
    <footer class="transport">
      <button type="button" onClick={() => lab.step(-1)} disabled={at === 0}>
        ◀ {page.back}
      </button>
      <button
        type="button"
        class={at === 0 ? 'primary bright' : 'primary'}
        onClick={() => lab.step(1)}
        disabled={at === of}
      >
        {page.next} ▶
      </button>
      <button type="button" onClick={() => lab.play(!lab.playing.value)} disabled={at === of}>
        {lab.playing.value ? `❚❚ ${page.pause}` : `▶▶ ${page.play}`}
      </button>
      <label>
        {page.speed}
        <select value={lab.speed.value} onChange={(event) => lab.setSpeed(Number(event.currentTarget.value))}>
          {[0.5, 1, 2, 5, 20].map((speed) => (
            <option key={speed} value={speed}>
              {speed}×
            </option>
          ))}
        </select>
      </label>
      <button type="button" onClick={() => lab.stepState(1)} disabled={at === of}>
        {page.nextState}
      </button>
      <input
        type="range"
        min={0}
        max={of}
        value={at}
        aria-label={page.position({ at, of })}
        onInput={(event) => lab.goTo(Number(event.currentTarget.value))}
      />
      <span class="position">{page.position({ at, of })}</span>
    </footer>
  );
}
