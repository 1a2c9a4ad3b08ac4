// The handles of the scenario: what a person can turn, each with its unit.

import type { JSX } from 'preact';
import type { Value } from '../model/recipe.ts';
import { COMMON_HANDLES, type Handle } from '../model/scenario.ts';
import type { Lab } from './lab.ts';

export function Handles({ lab }: { lab: Lab }): JSX.Element {
  const { page, handles: names } = lab.messages.value;
  const all: Readonly<Record<string, Handle>> = { ...lab.scenario.value.handles, ...COMMON_HANDLES };
  const words: Readonly<Record<string, string>> = names;
  return (
    <section class="handles" aria-label={page.handles}>
      <h2>{page.handles}</h2>
      {Object.entries(all).map(([name, handle]) => (
        <div class="handle" key={`${lab.scenario.value.id} ${name}`}>
          <label for={`handle-${name}`}>{words[name] ?? name}</label>
          <Control
            id={`handle-${name}`}
            handle={handle}
            value={lab.values.value[name]!}
            choices={page.choices}
            set={(value) => lab.set(name, value)}
          />
        </div>
      ))}
    </section>
  );
}

interface ControlProps {
  readonly id: string;
  readonly handle: Handle;
  readonly value: Value;
  readonly choices: Readonly<Record<string, string>>;
  readonly set: (value: Value) => void;
}

function Control({ id, handle, value, choices, set }: ControlProps): JSX.Element {
  switch (handle.kind) {
    case 'switch':
      return (
        <input
          id={id}
          type="checkbox"
          checked={value === true}
          onChange={(event) => set(event.currentTarget.checked)}
        />
      );
    case 'choice':
      return (
        <select id={id} value={String(value)} onChange={(event) => set(event.currentTarget.value)}>
          {handle.choices.map((choice) => (
            <option key={choice} value={choice}>
              {choices[choice] ?? choice}
            </option>
          ))}
        </select>
      );
    case 'number':
      return (
        <span class="number">
          <input
            id={id}
            type="number"
            min={handle.least}
            max={handle.most}
            step={handle.step}
            value={Number(value)}
            onChange={(event) => set(Number(event.currentTarget.value))}
          />
          {handle.unit === 'count' || handle.unit === 'segments'
            ? ''
            : handle.unit === 'bytes'
              ? 'B'
              : handle.unit}
        </span>
      );
  }
}
