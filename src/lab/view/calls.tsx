// What a person does to the hosts: any call at any time, a segment by hand, crashes and cuts; and the list of all that
// was done, each to be taken back.

import { type Signal, useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { nextTime, type SocketAt, socketsAt } from '../model/ends.ts';
import { CALLS, type Call, type CallEdit, type Edit, MAX_EDITS } from '../model/recipe.ts';
import { Injection } from './injection.tsx';
import type { Lab } from './lab.ts';
import './panels.css';

/** Calls that make a socket or a listener; the others are made on a socket. */
const MAKING: readonly Call[] = ['connect', 'listen'];
const COUNTING: readonly Call[] = ['send', 'read'];

/** Carry out an edit, and show it with what follows from it at once. */
export function act(lab: Lab, edit: Edit): void {
  lab.edit(edit);
  if (!('t' in edit)) return;
  const { moments } = lab.story.value;
  const after = moments.findIndex(({ t }) => t >= edit.t);
  lab.goTo(after < 0 ? moments.length : after + 1);
}

export function Calls({ lab }: { lab: Lab }): JSX.Element {
  const { calls } = lab.messages.value.panels;
  const { story, position, recipe } = lab;
  /** Null: just after what is shown. */
  const chosen = useSignal<number | null>(null);
  const at = useComputed(() => chosen.value ?? nextTime(story.value, position.value));
  const full = recipe.value.edits.length >= MAX_EDITS;
  const doIt = (edit: Edit): void => {
    act(lab, edit);
    chosen.value = null;
  };
  return (
    <section class="calls" aria-label={calls.title}>
      <h2>{calls.title}</h2>
      <label class="in-line" title={calls.atHelp}>
        {calls.at}
        <input
          type="number"
          min={0}
          step="any"
          value={at.value}
          aria-describedby="at-help"
          onChange={({ currentTarget }) => {
            const { value, valueAsNumber } = currentTarget;
            chosen.value = value === '' || !(valueAsNumber >= 0) ? null : valueAsNumber;
          }}
        />
        ms
      </label>
      <p id="at-help" class="hint">
        {calls.atHelp}
      </p>
      {full && <p role="alert">{calls.full}</p>}
      <fieldset class="plain" disabled={full}>
        {story.value.hosts.map((host, i) => (
          <HostMenu key={host} lab={lab} host={host} number={i + 1} at={at.value} act={doIt} />
        ))}
        <h3>{calls.network}</h3>
        <div class="buttons">
          <button type="button" onClick={() => doIt({ kind: 'cut', t: at.value })}>
            {calls.cut}
          </button>
          <button type="button" onClick={() => doIt({ kind: 'restore', t: at.value })}>
            {calls.restore}
          </button>
        </div>
        <Injection lab={lab} at={at.value} act={doIt} />
      </fieldset>
      <Edits lab={lab} />
    </section>
  );
}

interface HostMenuProps {
  readonly lab: Lab;
  readonly host: string;
  /** The key that leads to it. */
  readonly number: number;
  readonly at: number;
  readonly act: (edit: Edit) => void;
}

function HostMenu({ lab, host, number, at, act: doIt }: HostMenuProps): JSX.Element {
  const { calls } = lab.messages.value.panels;
  const address = lab.addresses.value.get(host) ?? '';
  const sockets = socketsAt(lab.story.value, lab.position.value, host);
  const wanted = useSignal<string | null>(null);
  const socket = sockets.find(({ socket: { name } }) => name === wanted.value) ?? sockets.at(-1);
  const [bytes, port, to] = [useSignal(300), useSignal(80), useSignal('')];
  const others = lab.story.value.hosts.filter((other) => other !== host);
  const call = (name: Call): CallEdit => ({
    kind: 'call',
    t: at,
    host,
    call: name,
    ...(MAKING.includes(name)
      ? { port: port.value, ...(name === 'connect' ? { to: to.value || others[0] || '' } : {}) }
      : { socket: socket!.socket.name }),
    ...(COUNTING.includes(name) ? { bytes: bytes.value } : {}),
  });
  const button = (name: Call): JSX.Element => (
    <button
      type="button"
      key={name}
      disabled={!MAKING.includes(name) && socket === undefined}
      onClick={() => doIt(call(name))}
    >
      {calls.names[name]}
    </button>
  );
  return (
    <fieldset class="host" id={`endpoint-${number}`} tabIndex={-1}>
      <legend>
        <kbd>{number}</kbd> {calls.host({ host, address })}
      </legend>
      <div class="buttons">
        {MAKING.map(button)}
        <Amount name={calls.port} value={port} least={1} most={65_535} />
        {others.length > 1 && <To name={calls.to} value={to} hosts={others} />}
      </div>
      <SocketChoice lab={lab} sockets={sockets} chosen={socket} choose={(name) => (wanted.value = name)} />
      <div class="buttons">
        {CALLS.filter((name) => !MAKING.includes(name)).map(button)}
        <Amount name={calls.bytes} value={bytes} least={1} most={1_048_576} />
      </div>
      <div class="buttons">
        {(['crash', 'reboot'] as const).map((kind) => (
          <button type="button" key={kind} onClick={() => doIt({ kind, t: at, host })}>
            {calls[kind]}
          </button>
        ))}
      </div>
    </fieldset>
  );
}

interface AmountProps {
  readonly name: string;
  readonly value: Signal<number>;
  readonly least: number;
  readonly most: number;
}

function Amount({ name, value, least, most }: AmountProps): JSX.Element {
  return (
    <label class="amount">
      {name}{' '}
      <input
        type="number"
        min={least}
        max={most}
        value={value.value}
        onChange={({ currentTarget }) => {
          const wanted = Math.round(currentTarget.valueAsNumber);
          value.value = Number.isNaN(wanted) ? value.value : Math.min(Math.max(wanted, least), most);
          currentTarget.value = String(value.value);
        }}
      />
    </label>
  );
}

interface ToProps {
  readonly name: string;
  readonly value: Signal<string>;
  readonly hosts: readonly string[];
}

function To({ name, value, hosts }: ToProps): JSX.Element {
  return (
    <label class="amount">
      {name}{' '}
      <select value={value.value || hosts[0]} onChange={(event) => (value.value = event.currentTarget.value)}>
        {hosts.map((host) => (
          <option key={host} value={host}>
            {host}
          </option>
        ))}
      </select>
    </label>
  );
}

interface SocketChoiceProps {
  readonly lab: Lab;
  readonly sockets: readonly SocketAt[];
  readonly chosen: SocketAt | undefined;
  readonly choose: (name: string) => void;
}

function SocketChoice({ lab, sockets, chosen, choose }: SocketChoiceProps): JSX.Element {
  const { calls } = lab.messages.value.panels;
  return (
    <label class="in-line">
      {calls.socket}
      <select
        disabled={sockets.length === 0}
        value={chosen?.socket.name ?? ''}
        onChange={(event) => choose(event.currentTarget.value)}
      >
        {sockets.length === 0 && <option value="">{calls.noSocket}</option>}
        {sockets.map(({ socket: { name }, state }) => (
          <option key={name} value={name}>
            {calls.socketState({ name, state })}
          </option>
        ))}
      </select>
    </label>
  );
}

function Edits({ lab }: { lab: Lab }): JSX.Element {
  const { calls, edit: say } = lab.messages.value.panels;
  const { time } = lab.messages.value;
  const { edits } = lab.recipe.value;
  return (
    <>
      <h3>{calls.edits}</h3>
      {edits.length === 0 && <p class="hint">{calls.noEdits}</p>}
      <ol class="edits">
        {edits.map((edit, i) => (
          <li key={i}>
            <span>
              {'t' in edit && <span class="when">{time(edit.t)}</span>} {say(edit)}
            </span>
            <button
              type="button"
              aria-label={calls.remove({ edit: say(edit) })}
              onClick={() => lab.takeBack(i)}
            >
              ✕
            </button>
          </li>
        ))}
      </ol>
    </>
  );
}
