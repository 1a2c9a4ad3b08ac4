// Which connection a segment or a TCB belongs to, for observers of one end, of both, or of a link between.

import type { Seq } from '../tcp/seq.ts';

/** Pairs of endpoints remembered; older ones are forgotten, and would be numbered anew. */
const REMEMBERED = 65_536;

/** One connection: a pair of endpoints, used once. */
export class TracedConnection {
  readonly number: number;
  /** Initial sequence numbers by the endpoint that chose them, as they become known. */
  readonly isns = new Map<string, Seq>();
  /** Endpoints whose TCB has been seen. */
  readonly ends = new Set<string>();

  constructor(number: number) {
    this.number = number;
  }
}

/** Numbers connections. Both ends share a number; the next connection between the same endpoints has another. */
export class ConnectionDirectory {
  private last = 0;
  private readonly byPair = new Map<string, TracedConnection>();

  /** A TCB at `local` is seen for the first time: it opens a connection, or is the other end of an open one. */
  join(local: string, remote: string): TracedConnection {
    const pair = pairOf(local, remote);
    let connection = this.byPair.get(pair);
    if (connection === undefined || connection.ends.has(local)) {
      this.last += 1;
      connection = new TracedConnection(this.last);
      this.byPair.delete(pair);
      this.byPair.set(pair, connection);
      this.forget();
    }
    connection.ends.add(local);
    return connection;
  }

  /** The latest connection between the two, in whatever order they are given. */
  find(one: string, other: string): TracedConnection | null {
    return this.byPair.get(pairOf(one, other)) ?? null;
  }

  private forget(): void {
    if (this.byPair.size <= REMEMBERED) return;
    for (const oldest of this.byPair.keys()) {
      this.byPair.delete(oldest);
      return;
    }
  }
}

function pairOf(one: string, other: string): string {
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}
