// The sockets of each host, as `ss -tan` lists them, at the moment that is shown.

import { useComputed } from '@preact/signals';
import type { JSX } from 'preact';
import type { Lab } from './lab.ts';
import { hostName } from './words.ts';

interface Row {
  readonly host: string;
  readonly state: string;
  readonly receiveQueue: number;
  readonly sendQueue: number;
  readonly local: string;
  readonly remote: string;
}

export function Sockets({ lab }: { lab: Lab }): JSX.Element {
  const messages = lab.messages.value;
  const { page } = messages;
  const rows = useComputed(() => rowsOf(lab));
  const counts = new Map<string, { readonly host: string; readonly state: string; readonly count: number }>();
  for (const { host, state } of rows.value) {
    const before = counts.get(`${host} ${state}`)?.count ?? 0;
    counts.set(`${host} ${state}`, { host, state, count: before + 1 });
  }
  return (
    <div class="sockets">
      <h2>{page.sockets}</h2>
      <ul class="counts">
        {[...counts.values()].map(({ host, state, count }) => (
          <li key={`${host} ${state}`}>
            {hostName(host, messages)} <strong>{state}</strong> {count}
          </li>
        ))}
      </ul>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keyboard */}
      <section class="table-frame" tabIndex={0} aria-label={page.sockets}>
        <table>
          <thead>
            <tr>
              {['Host', 'State', 'Recv-Q', 'Send-Q', 'Local', 'Peer'].map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.value.map((row, i) => (
              <tr key={i}>
                <td>{hostName(row.host, messages)}</td>
                <td>{row.state}</td>
                <td class="count">{row.receiveQueue}</td>
                <td class="count">{row.sendQueue}</td>
                <td>{row.local}</td>
                <td>{row.remote}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}

function rowsOf(lab: Lab): Row[] {
  const shown = lab.position.value;
  const { listeners, lifelines, moments } = lab.story.value;
  const now = moments[shown - 1]?.t ?? 0;
  const listening = listeners
    .filter(({ t }) => t <= now)
    .map(({ host, port }) => ({
      host,
      state: 'LISTEN',
      receiveQueue: 0,
      sendQueue: 0,
      local: `*:${port}`,
      remote: '*:*',
    }));
  const open = lifelines.flatMap(({ host, connection, local, remote, states }) => {
    const state = states.findLast(({ moment }) => moment < shown)?.state;
    if (state === undefined || state === 'CLOSED') return [];
    const info = moments
      .slice(0, shown)
      .findLast((moment) => moment.host === host && moment.connection === connection)?.after?.info;
    return [
      { host, state, receiveQueue: info?.receiveQueue ?? 0, sendQueue: info?.sendQueue ?? 0, local, remote },
    ];
  });
  return [...listening, ...open];
}
