// A segment made by hand: packetdrill's notation, checked while it is written.

import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { segmentFault } from '../model/inject.ts';
import type { Edit } from '../model/recipe.ts';
import type { Lab } from './lab.ts';

/** What people ask for: text, the end, a reset, a window that closes, an old SYN. */
const EXAMPLES = [
  'P. 1:101(100) ack 1 win 65535',
  'F. 1:1(0) ack 1',
  'R. 1:1(0) ack 1',
  '. 1:1(0) ack 1 win 0',
  'S 0:0(0) win 65535 <mss 1460,sackOK>',
] as const;

interface InjectionProps {
  readonly lab: Lab;
  readonly at: number;
  readonly act: (edit: Edit) => void;
}

export function Injection({ lab, at, act }: InjectionProps): JSX.Element {
  const { calls } = lab.messages.value.panels;
  const { hosts, moments } = lab.story.value;
  const known = new Set(moments.slice(0, lab.position.value).flatMap(({ connection }) => connection ?? []));
  const connections = [...known].sort((a, b) => a - b);
  const wanted = useSignal(0);
  const connection = connections.includes(wanted.value) ? wanted.value : connections.at(-1);
  const from = useSignal('');
  const segment = useSignal<string>(EXAMPLES[0]);
  const fault = connection === undefined ? 'none' : segmentFault(segment.value);
  const send = (event: Event): void => {
    event.preventDefault();
    if (fault !== null || connection === undefined) return;
    act({ kind: 'inject', t: at, from: from.value || hosts[0]!, connection, segment: segment.value.trim() });
  };
  return (
    <form class="injection" onSubmit={send}>
      <h3>{calls.inject}</h3>
      <label class="in-line">
        {calls.from}
        <select value={from.value || hosts[0]} onChange={(event) => (from.value = event.currentTarget.value)}>
          {hosts.map((host) => (
            <option key={host} value={host}>
              {host}
            </option>
          ))}
        </select>
      </label>
      {connections.length > 1 && (
        <label class="in-line">
          {calls.connection}
          <select value={connection} onChange={(event) => (wanted.value = Number(event.currentTarget.value))}>
            {connections.map((number) => (
              <option key={number} value={number}>
                {number}
              </option>
            ))}
          </select>
        </label>
      )}
      <label class="in-line column">
        {calls.segment}
        <input
          class="segment"
          type="text"
          spellcheck={false}
          autocomplete="off"
          maxLength={400}
          list="segment-examples"
          value={segment.value}
          aria-invalid={fault === 'notation' || fault === 'length'}
          aria-describedby="segment-fault"
          onInput={(event) => (segment.value = event.currentTarget.value)}
        />
        <datalist id="segment-examples">
          {EXAMPLES.map((example) => (
            <option key={example} value={example} />
          ))}
        </datalist>
      </label>
      <p id="segment-fault" class="fault" role="status">
        {fault === null ? '' : calls.faults[fault]}
      </p>
      <button type="submit" disabled={fault !== null}>
        {calls.send}
      </button>
      <details>
        <summary>{calls.help.summary}</summary>
        <p>{calls.help.text}</p>
        <p>{calls.help.flags}</p>
        <ul>
          {EXAMPLES.map((example) => (
            <li key={example}>
              <button type="button" class="link" onClick={() => (segment.value = example)}>
                <code>{example}</code>
              </button>
            </li>
          ))}
        </ul>
      </details>
    </form>
  );
}
