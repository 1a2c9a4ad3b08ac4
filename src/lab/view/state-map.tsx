// The states of a connection in the layout of RFC 9293 figure 5, with a token for each end and the edges travelled.

import { useComputed } from '@preact/signals';
import type { JSX } from 'preact';
import type { State } from '../../tcp/state.ts';
import type { Lab } from './lab.ts';

const PLACES: Readonly<Record<State, readonly [number, number]>> = {
  CLOSED: [200, 30],
  LISTEN: [200, 110],
  'SYN-RECEIVED': [80, 190],
  'SYN-SENT': [320, 190],
  ESTABLISHED: [200, 260],
  'FIN-WAIT-1': [80, 340],
  'CLOSE-WAIT': [320, 340],
  'FIN-WAIT-2': [80, 440],
  CLOSING: [200, 400],
  'LAST-ACK': [320, 440],
  'TIME-WAIT': [200, 490],
};

/** Figure 5's edges. */
const EDGES: readonly (readonly [State, State])[] = [
  ['CLOSED', 'LISTEN'],
  ['CLOSED', 'SYN-SENT'],
  ['LISTEN', 'SYN-RECEIVED'],
  ['LISTEN', 'SYN-SENT'],
  ['SYN-SENT', 'SYN-RECEIVED'],
  ['SYN-SENT', 'ESTABLISHED'],
  ['SYN-RECEIVED', 'ESTABLISHED'],
  ['SYN-RECEIVED', 'FIN-WAIT-1'],
  ['ESTABLISHED', 'FIN-WAIT-1'],
  ['ESTABLISHED', 'CLOSE-WAIT'],
  ['FIN-WAIT-1', 'FIN-WAIT-2'],
  ['FIN-WAIT-1', 'CLOSING'],
  ['FIN-WAIT-2', 'TIME-WAIT'],
  ['CLOSING', 'TIME-WAIT'],
  ['CLOSE-WAIT', 'LAST-ACK'],
];
const BOX = { width: 112, height: 28 };

interface Travelled {
  readonly from: string;
  readonly to: string;
  readonly host: string;
  readonly moment: number;
}

export function StateMap({ lab }: { lab: Lab }): JSX.Element {
  const { page } = lab.messages.value;
  const connection = useComputed(() => connectionShown(lab));
  const travelled = useComputed(() => travelledOf(lab, connection.value));
  const ends = useComputed(() => tokensOf(lab, connection.value));
  const known = new Set(EDGES.map(([from, to]) => `${from} ${to}`));
  const others = travelled.value.filter(({ from, to }) => !known.has(`${from} ${to}`));
  return (
    <section aria-label={page.stateMap}>
      <svg class="state-map" viewBox="0 0 400 530" role="img" aria-label={page.stateMap}>
        {EDGES.map(([from, to]) => (
          <Edge key={`${from} ${to}`} from={from} to={to} travelled={travelled.value} />
        ))}
        {others.map(({ from, to }) => (
          <Edge key={`${from} ${to}`} from={from as State} to={to as State} travelled={travelled.value} />
        ))}
        {Object.entries(PLACES).map(([state, [x, y]]) => (
          <g key={state}>
            <rect
              class={`state-box ${ends.value.some((end) => end.state === state) ? `state-${state.toLowerCase()}` : ''}`}
              x={x - BOX.width / 2}
              y={y - BOX.height / 2}
              width={BOX.width}
              height={BOX.height}
              rx={6}
            />
            <text class="state-label" x={x} y={y + 4} text-anchor="middle">
              {state}
            </text>
          </g>
        ))}
        {ends.value.map(({ host, state, side }) => {
          const [x, y] = PLACES[state as State];
          const at = x + (side === 0 ? -1 : 1) * (BOX.width / 2);
          return (
            <g key={host} class={`token token-${side}`}>
              <circle cx={at} cy={y} r={11} />
              <text x={at} y={y + 4} text-anchor="middle">
                {host.slice(0, 1).toUpperCase()}
              </text>
            </g>
          );
        })}
      </svg>
      <ol class="travelled">
        {travelled.value.map(({ from, to, host, moment }) => (
          <li key={`${host} ${moment} ${to}`}>
            <button type="button" class="link" onClick={() => lab.goTo(moment + 1)}>
              {host}: {page.states({ from, to })}
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Edge({
  from,
  to,
  travelled,
}: {
  from: State;
  to: State;
  travelled: readonly Travelled[];
}): JSX.Element {
  const [x1, y1] = PLACES[from];
  const [x2, y2] = PLACES[to];
  const is = travelled.some((one) => one.from === from && one.to === to);
  return <line class={is ? 'edge travelled' : 'edge'} x1={x1} y1={y1} x2={x2} y2={y2} />;
}

/** That of what is chosen; else the last one that something happened to. */
export function connectionShown(lab: Lab): number | null {
  const chosen = lab.chosen.value;
  const { moments, flights } = lab.story.value;
  if (chosen !== null) {
    const { connection } = (chosen.kind === 'flight' ? flights[chosen.index] : moments[chosen.index]) ?? {};
    if (connection != null) return connection;
  }
  return (
    moments.slice(0, lab.position.value).findLast((moment) => moment.connection !== null)?.connection ?? null
  );
}

function travelledOf(lab: Lab, connection: number | null): Travelled[] {
  return lab.story.value.moments
    .slice(0, lab.position.value)
    .filter((moment) => moment.connection === connection)
    .flatMap((moment) =>
      moment.events.flatMap((event) =>
        event.kind === 'state'
          ? [{ from: event.from, to: event.to, host: moment.host, moment: moment.index }]
          : [],
      ),
    );
}

function tokensOf(lab: Lab, connection: number | null): { host: string; state: string; side: number }[] {
  const { hosts, lifelines } = lab.story.value;
  return lifelines
    .filter((line) => line.connection === connection)
    .flatMap(({ host, states }) => {
      const now = states.findLast(({ moment }) => moment < lab.position.value);
      return now === undefined ? [] : [{ host, state: now.state, side: Math.min(hosts.indexOf(host), 1) }];
    });
}
