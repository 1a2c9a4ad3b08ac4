// Which connection a segment or a TCB belongs to, for observers of one end, of both, or of a link between.

import type { Segment } from '../tcp/segment.ts';
import { add, geq, leq, type Seq } from '../tcp/seq.ts';

/** Pairs of endpoints remembered; older ones are forgotten, and would be numbered anew. */
const REMEMBERED = 65_536;

/** Retransmissions of one end that are remembered until they may have arrived. */
const RESENT_REMEMBERED = 256;

interface ResentRange {
  readonly start: Seq;
  readonly end: Seq;
  /** Tells it from the original; null without timestamps, when nothing does. */
  readonly tsval: number | null;
}

/** What one end sent again of late, by which its arrival is known for a retransmission. */
export class Resent {
  private readonly ranges: ResentRange[] = [];

  add(seg: Segment): void {
    this.ranges.push({ start: seg.seq, end: add(seg.seq, seg.len), tsval: tsvalOf(seg) });
    if (this.ranges.length > RESENT_REMEMBERED) this.ranges.shift();
  }

  /** Was this arriving segment, or the larger one it was cut from, sent again? */
  covers(seg: Segment): boolean {
    const end = add(seg.seq, seg.len);
    const tsval = tsvalOf(seg);
    return this.ranges.some(
      (range) => range.tsval === tsval && leq(range.start, seg.seq) && geq(range.end, end),
    );
  }
}

const tsvalOf = (seg: Segment): number | null => (seg.timestamps ? seg.tsval : null);

/** One connection: a pair of endpoints, used once. */
export class TracedConnection {
  readonly number: number;
  /** Initial sequence numbers by the endpoint that chose them, as they become known. */
  readonly isns = new Map<string, Seq>();
  /** By the endpoint that sent it. */
  readonly resent = new Map<string, Resent>();
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
    if (connection === undefined || connection.ends.has(local)) connection = this.add(pair);
    connection.ends.add(local);
    return connection;
  }

  /**
   * A segment comes to `local`, which has no TCB for it: of the latest connection between the two, or of one that
   * the other end alone knows. `syn`: where it begins, if it is a SYN.
   */
  stray(local: string, remote: string, syn: Seq | null): TracedConnection {
    const pair = pairOf(local, remote);
    const latest = this.byPair.get(pair);
    const isn = latest?.isns.get(remote);
    if (latest !== undefined && (syn === null || isn === undefined || isn === syn)) return latest;
    const connection = this.add(pair);
    connection.ends.add(local);
    if (syn !== null) connection.isns.set(remote, syn);
    return connection;
  }

  /** The latest connection between the two, in whatever order they are given. */
  find(one: string, other: string): TracedConnection | null {
    return this.byPair.get(pairOf(one, other)) ?? null;
  }

  private add(pair: string): TracedConnection {
    this.last += 1;
    const connection = new TracedConnection(this.last);
    this.byPair.delete(pair);
    this.byPair.set(pair, connection);
    this.forget();
    return connection;
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
