// The states of a connection in the layout of RFC 9293 figure 5, with a token for each end, and the edges travelled
// numbered in the order in which they were.

import { useComputed } from '@preact/signals';
import type { JSX } from 'preact';
import type { State } from '../../tcp/state.ts';
import type { Lab } from './lab.ts';
import { hostName } from './words.ts';

const PLACES: Readonly<Record<State, readonly [number, number]>> = {
  CLOSED: [200, 26],
  LISTEN: [200, 104],
  'SYN-RECEIVED': [76, 182],
  'SYN-SENT': [324, 182],
  ESTABLISHED: [200, 262],
  'FIN-WAIT-1': [76, 342],
  'CLOSE-WAIT': [324, 342],
  'FIN-WAIT-2': [76, 442],
  CLOSING: [200, 400],
  'LAST-ACK': [324, 442],
  'TIME-WAIT': [200, 500],
};

/** Figure 5's edges, but those that only close at the end, which are drawn once they are travelled. */
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
const BOX = { width: 116, height: 30 };
/** How far an edge to CLOSED from the other end of the map goes round the rest. */
const ROUND = { left: 6, right: 394 };

interface Travelled {
  readonly from: State;
  readonly to: State;
  readonly host: string;
  readonly moment: number;
  /** From 1, in order. */
  readonly number: number;
}

export function StateMap({ lab }: { lab: Lab }): JSX.Element {
  const messages = lab.messages.value;
  const { page } = messages;
  const connection = useComputed(() => connectionShown(lab));
  const travelled = useComputed(() => travelledOf(lab, connection.value));
  const ends = useComputed(() => tokensOf(lab, connection.value));
  const known = new Set(EDGES.map(([from, to]) => `${from} ${to}`));
  const others = travelled.value
    .filter(
      ({ from, to }, i, all) =>
        !known.has(`${from} ${to}`) && all.findIndex((one) => one.from === from && one.to === to) === i,
    )
    .map(({ from, to }) => [from, to] as const);
  return (
    <section aria-label={page.stateMap}>
      <h2>{page.stateMap}</h2>
      <svg class="state-map" viewBox="0 0 400 526" aria-hidden="true">
        {[...EDGES, ...others].map(([from, to]) => (
          <Edge key={`${from} ${to}`} from={from} to={to} travelled={travelled.value} lab={lab} />
        ))}
        {Object.entries(PLACES).map(([state, [x, y]]) => (
          <Box key={state} state={state} x={x} y={y} here={ends.value.some((end) => end.state === state)} />
        ))}
        {ends.value.map(({ host, state, side }) => {
          const [x, y] = PLACES[state];
          const at = x + (side === 0 ? -1 : 1) * (BOX.width / 2);
          return (
            <g key={host} class={`token token-${side}`}>
              <circle cx={at} cy={y} r={12} />
              <text x={at} y={y + 4} text-anchor="middle">
                {hostName(host, messages).slice(0, 1).toUpperCase()}
              </text>
            </g>
          );
        })}
      </svg>
      <ul class="tokens">
        {ends.value.map(({ host, state }) => (
          <li key={host}>
            {hostName(host, messages)}: <strong>{state}</strong>
          </li>
        ))}
      </ul>
      <ol class="travelled">
        {travelled.value.map(({ from, to, host, moment, number }) => (
          <li key={number}>
            <button type="button" class="link" onClick={() => lab.lookAt(moment)}>
              {hostName(host, messages)}: {page.states({ from, to })}
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

interface BoxProps {
  readonly state: string;
  readonly x: number;
  readonly y: number;
  readonly here: boolean;
}

function Box({ state, x, y, here }: BoxProps): JSX.Element {
  return (
    <g class={here ? `here state-${state.toLowerCase()}` : ''}>
      <rect
        class="state-box"
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
  );
}

interface EdgeProps {
  readonly from: State;
  readonly to: State;
  readonly travelled: readonly Travelled[];
  readonly lab: Lab;
}

function Edge({ from, to, travelled, lab }: EdgeProps): JSX.Element {
  const by = travelled.filter((one) => one.from === from && one.to === to);
  const [d, x, y] = wayOf(from, to);
  const first = by[0];
  return (
    <g
      class={by.length > 0 ? 'edge travelled' : 'edge'}
      {...(first === undefined ? {} : { onClick: () => lab.lookAt(first.moment) })}
    >
      <path d={d} />
      {by.length > 0 && (
        <text class="edge-number" x={x} y={y} text-anchor="middle">
          {by.map(({ number }) => number).join(', ')}
        </text>
      )}
    </g>
  );
}

/** Its path, and where its number stands: beside the middle. Up to CLOSED it goes round the map. */
function wayOf(from: State, to: State): readonly [string, number, number] {
  const [x1, y1] = PLACES[from];
  const [x2, y2] = PLACES[to];
  if (to !== 'CLOSED' || y1 < PLACES.ESTABLISHED[1]) {
    return [`M${x1} ${y1}L${x2} ${y2}`, (x1 + x2) / 2 + 12, (y1 + y2) / 2 + 4];
  }
  const x = x1 <= PLACES.CLOSED[0] ? ROUND.left : ROUND.right;
  return [`M${x1} ${y1}H${x}V${y2}H${x2}`, x + (x === ROUND.left ? 14 : -14), PLACES.ESTABLISHED[1]];
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
    )
    .map((one, i) => ({ ...one, number: i + 1 }));
}

function tokensOf(lab: Lab, connection: number | null): { host: string; state: State; side: number }[] {
  const { hosts, lifelines } = lab.story.value;
  return lifelines
    .filter((line) => line.connection === connection)
    .flatMap(({ host, states }) => {
      const now = states.findLast(({ moment }) => moment < lab.position.value);
      return now === undefined
        ? []
        : [{ host, state: now.state as State, side: Math.min(hosts.indexOf(host), 1) }];
    });
}
