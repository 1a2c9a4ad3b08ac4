// The ends of connections as they stand at a moment of the story: their states, variables and sockets.

import type { Lifeline, NamedSocket, Story, TcbView } from './story.ts';

export interface EndAt {
  readonly line: Lifeline;
  /** As the RFC names it. */
  readonly state: string;
  /** Null: nothing was told of its TCB yet. */
  readonly view: TcbView | null;
}

/** After the first `shown` moments, in order of appearance; an end that has CLOSED stays in the list. */
export function endsAt(story: Story, shown: number): EndAt[] {
  const views = new Map<string, TcbView>();
  for (const { host, connection, after } of story.moments.slice(0, shown))
    if (connection !== null && after !== null) views.set(`${host} ${connection}`, after);
  return story.lifelines.flatMap((line) => {
    const entered = line.states.filter(({ moment }) => moment < shown);
    const last = entered.at(-1);
    const view = views.get(`${line.host} ${line.connection}`) ?? null;
    return last === undefined ? [] : [{ line, state: last.state, view }];
  });
}

export interface SocketAt {
  readonly socket: NamedSocket;
  readonly state: string;
  readonly connection: number | null;
}

/** The sockets that the programs of `host` have by then, with the connection of each. */
export function socketsAt(story: Story, shown: number, host: string): SocketAt[] {
  const now = timeAt(story, shown);
  const ends = endsAt(story, shown).filter(({ line }) => line.host === host);
  return story.sockets
    .filter((socket) => socket.host === host && shown > 0 && socket.t <= now)
    .map((socket) => {
      // Where endpoints were used again, the last connection between them that had begun when the program got it.
      const end = ends.findLast(({ line }) => isOf(socket, line));
      return { socket, state: end?.state ?? 'CLOSED', connection: end?.line.connection ?? null };
    });
}

const isOf = (socket: NamedSocket, { local, remote, states }: Lifeline): boolean =>
  local === socket.local && remote === socket.remote && states[0]!.t <= socket.t;

/** Of the last moment that is shown, virtual ms; 0 before the first. */
export const timeAt = ({ moments }: Story, shown: number): number => moments[shown - 1]?.t ?? 0;

/** When what a person does next is to happen: behind all that is shown, on a whole millisecond. */
export const nextTime = (story: Story, shown: number): number =>
  shown === 0 ? 0 : Math.floor(timeAt(story, shown)) + 1;
