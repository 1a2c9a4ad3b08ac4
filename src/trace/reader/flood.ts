// SYN floods (RFC 4987): one server with half-open connections by the dozen, which no connection shows by itself.

import { formatEndpoint } from '../../wire/address.ts';
import type { Connection } from './connection.ts';
import { opening } from './verdict-opening.ts';

export interface SynFlood {
  readonly server: string;
  /** SYNs that were never followed by the third step, and how many a second. */
  readonly halfOpen: number;
  readonly perSecond: number;
  /** The server never sent a SYN,ACK again: it keeps nothing of them (§3.6). */
  readonly cookies: boolean;
  /** The first SYN and the last. */
  readonly packets: readonly [number, number];
}

interface Watched {
  halfOpen: number;
  /** SYN,ACKs that had time to be sent again, and those that were. */
  once: number;
  again: number;
  readonly from: { readonly frame: number; readonly time: number };
  to: { readonly frame: number; readonly time: number };
}

/** Fewer, or slower, may be any outage. */
const MIN_HALF_OPEN = 50;
const MIN_PER_SECOND = 10;
/** A SYN,ACK goes again after 1 s (RFC 6298 §2.1), 3 s in older systems; milliseconds. */
const SENT_AGAIN_BY = 3500;
/** Servers that are watched; of more, nothing is said. */
const MAX_SERVERS = 1000;

export class FloodWatch {
  private readonly servers = new Map<string, Watched>();

  /** A connection is over, or the capture is, at `end`, milliseconds since its first frame. */
  note(connection: Connection, end: number): void {
    const { evidence } = connection;
    const [syn] = evidence.syns;
    if (syn === undefined) return;
    const kind = opening(connection)?.kind;
    if (kind !== 'unanswered' && kind !== 'half-open') return;
    const watched = this.watch(formatEndpoint(connection.server), syn);
    if (watched === undefined) return;
    watched.halfOpen++;
    if (syn.time > watched.to.time) watched.to = syn;
    if (evidence.synAckCount > 1) watched.again++;
    else if (evidence.synAckCount === 1 && end - evidence.synAck.time > SENT_AGAIN_BY) watched.once++;
  }

  get floods(): SynFlood[] {
    const found: SynFlood[] = [];
    for (const [server, { halfOpen, once, again, from, to }] of this.servers) {
      const perSecond = (1000 * halfOpen) / Math.max(to.time - from.time, 1);
      if (halfOpen < MIN_HALF_OPEN || perSecond < MIN_PER_SECOND) continue;
      const cookies = once > 0 && again === 0;
      found.push({ server, halfOpen, perSecond, cookies, packets: [from.frame, to.frame] });
    }
    return found;
  }

  private watch(server: string, syn: Watched['from']): Watched | undefined {
    const known = this.servers.get(server);
    if (known !== undefined || this.servers.size >= MAX_SERVERS) return known;
    const watched = { halfOpen: 0, once: 0, again: 0, from: syn, to: syn };
    this.servers.set(server, watched);
    return watched;
  }
}
