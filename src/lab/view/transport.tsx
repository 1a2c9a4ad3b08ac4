// The transport bar: it never moves, and says how long the story is.

import type { JSX } from 'preact';
import type { Lab } from './lab.ts';
import { SPEEDS } from './state.ts';

export function Transport({ lab }: { lab: Lab }): JSX.Element {
  const { page } = lab.messages.value;
  const at = lab.position.value;
  const of = lab.length.value;
  return (
    <footer class="transport">
      <button type="button" onClick={() => lab.step(-1)} disabled={at === 0}>
        <span aria-hidden="true">◀ </span>
        {page.back}
      </button>
      <button type="button" class="primary next" onClick={() => lab.step(1)} disabled={at === of}>
        {page.next}
        <span aria-hidden="true"> ▶</span>
      </button>
      <span class="position">{page.position({ at, of })}</span>
      <input
        type="range"
        min={0}
        max={of}
        value={at}
        aria-label={page.scrubber}
        aria-valuetext={page.position({ at, of })}
        onInput={(event) => lab.goTo(Number(event.currentTarget.value))}
      />
      <span class="group">
        <button
          type="button"
          class="icon"
          title={page.previousState}
          aria-label={page.previousState}
          onClick={() => lab.stepState(-1)}
          disabled={at === 0}
        >
          <span aria-hidden="true">⇤</span>
        </button>
        <button
          type="button"
          class="icon"
          title={page.nextState}
          aria-label={page.nextState}
          onClick={() => lab.stepState(1)}
          disabled={at === of}
        >
          <span aria-hidden="true">⇥</span>
        </button>
      </span>
      <button type="button" class="play" onClick={() => lab.play(!lab.playing.value)} disabled={at === of}>
        {lab.playing.value ? page.pause : page.play}
      </button>
      <label class="speed">
        <span class="unseen">{page.speed}</span>
        <select
          title={page.speed}
          value={lab.speed.value}
          onChange={(event) => lab.setSpeed(Number(event.currentTarget.value))}
        >
          {SPEEDS.map((speed) => (
            <option key={speed} value={speed}>
              {speed}×
            </option>
          ))}
        </select>
      </label>
    </footer>
  );
}
