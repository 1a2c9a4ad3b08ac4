// The sockets of each host, as `ss -tan` lists them, at the moment that is shown.

import { useComputed } from '@preact/signals';
import type { JSX } from 'preact';
import type { Lab } from './lab.ts';

interface Row {
  readonly host: string;
  readonly state: string;
  readonly receiveQueue: number;
  readonly sendQueue: number;
  readonly local: string;
  readonly remote: string;
}

export function Sockets({ lab }: { lab: Lab }): JSX.Element {
  const { page } = lab.messages.value;
  const rows = useComputed(() => rowsOf(lab));
  const counts = new Map<string, number>();
  for (const { host, state } of rows.value)
    counts.set(`${host} ${state}`, (counts.get(`${host} ${state}`) ?? 0) + 1);
  return (
    <section class="sockets" aria-label={page.sockets}>
      <p>{[...counts].map(([name, count]) => `${name}: ${count}`).join(' · ')}</p>
      <div class="table-frame">
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
            {rows.value.map((row) => (
              <tr key={`${row.host} ${row.local} ${row.remote} ${row.state}`}>
                <td>{row.host}</td>
                <td>{row.state}</td>
                <td class="count">{row.receiveQueue}</td>
                <td class="count">{row.sendQueue}</td>
                <td>{row.local}</td>
                <td>{row.remote}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
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
