// What became of each connection in a trace: handshake, bytes, who closed first, how it ended, who still waits.

import type { RuleId } from '../tcp/rules.ts';
import type {
  ConnectionEvent,
  SegmentDroppedEvent,
  SegmentEvent,
  StateEvent,
  TimerEvent,
  TraceEvent,
} from './events.ts';
import { isRefusal } from './rules.ts';
import { hasFlag } from './segment-record.ts';
import { End, type EndSummary } from './summary-end.ts';

export type { EndSummary, SentSummary } from './summary-end.ts';

/** `fin`: both FINs acknowledged. `failed`: it ended in some other way, e.g. an ICMP error. */
export type Ending = 'open' | 'fin' | 'reset' | 'timeout' | 'failed';

/** Times are the events' own, milliseconds. */
export interface ConnectionSummary {
  readonly connection: number;
  /** The end that opened, or the first of two that both did. */
  readonly client: EndSummary;
  readonly server: EndSummary;
  /** Every observed end has been in ESTABLISHED. */
  readonly handshake: boolean;
  /** When the three segments of the handshake were first seen; null: not yet, or there is no such segment. */
  readonly syn: number | null;
  readonly synAck: number | null;
  readonly ack: number | null;
  /** Of the handshake, at the client if it is observed, else at the server; null: unknown, or sent again. */
  readonly roundTrip: number | null;
  /** Whose FIN was sent first; `both`: neither had that of the other when it sent its own. */
  readonly closedFirst: 'client' | 'server' | 'both' | null;
  readonly ending: Ending;
  /** Who sent the RST that ended it; null: none did. */
  readonly resetBy: 'client' | 'server' | null;
  /** The handshake was completed, and both ends' FINs were acknowledged. */
  readonly complete: boolean;
}

const MAX_CONNECTIONS = 10_000;

/**
 * Feed it with every event of a trace; the latest 10,000 connections are kept. Ask it between two packets: whether
 * a segment was accepted shows only after its arrival.
 */
export class Summary {
  private readonly stories = new Map<number, Story>();

  /** Take the next event. */
  event(event: TraceEvent): void {
    if (event.connection === null) return;
    if (event.kind === 'connection') {
      this.connection(event);
      return;
    }
    const story = this.stories.get(event.connection);
    if (story === undefined) return;
    if (event.kind === 'segment') story.segment(event);
    else if (event.kind === 'segment-dropped') story.segmentDropped(event);
    else if (event.kind === 'state') story.stateChange(event);
    else if (event.kind === 'timer') story.timer(event);
  }

  /** In the order in which the connections began. */
  connections(): ConnectionSummary[] {
    return [...this.stories.values()].map((story) => story.summary());
  }

  private connection(event: ConnectionEvent): void {
    const number = event.connection!;
    let story = this.stories.get(number);
    if (story === undefined) {
      story = new Story(number, event);
      this.stories.set(number, story);
      if (this.stories.size > MAX_CONNECTIONS) this.stories.delete(this.stories.keys().next().value!);
    }
    story.observe(event);
  }
}

/** State changes to CLOSED that a RST of our own, a RST of the peer, or silence brings. */
const OWN_RESET: ReadonlySet<RuleId> = new Set([
  '9293-3.10.5-abort',
  '9293-3.6.1-unread',
  '9293-3.6.1-data-after-close',
]);
const PEER_RESET: ReadonlySet<RuleId> = new Set([
  '9293-3.10.7.3-second',
  '9293-3.10.7.4-second',
  '9293-3.10.7.4-second-listen',
  '9293-3.10.7.4-second-refused',
  '9293-3.10.7.4-second-closed',
]);
const SILENCE: ReadonlySet<RuleId> = new Set(['local-fin-wait-2', '9293-3.8.3-r2', '9293-3.8.4-dead']);

/** One connection as it is followed. */
class Story {
  private readonly number: number;
  private readonly client: End;
  private readonly server: End;
  private roundTrip: number | null = null;
  private synAck: number | null = null;
  private ack: number | null = null;
  /** It has arrived, and nothing says yet that it was refused. */
  private arrived: SegmentEvent | null = null;
  private ended: { readonly ending: Ending; readonly resetBy: End | null } | null = null;

  constructor(number: number, { local, remote, passive }: ConnectionEvent) {
    this.number = number;
    this.client = new End(passive ? remote : local);
    this.server = new End(passive ? local : remote);
  }

  /** A TCB of this connection is seen. */
  observe(event: ConnectionEvent): void {
    const end = this.end(event.local);
    end.host = event.host;
    end.state = event.state;
  }

  segment(event: SegmentEvent): void {
    this.settle();
    const from = this.end(event.segment.source);
    // Seen twice if both ends are observed: what one sent counts as it leaves, acknowledgments as they arrive.
    if (event.direction === 'out') {
      from.leaves = true;
      from.counts(event);
      this.passes(event);
    } else if (event.why === null) {
      if (!from.leaves) from.counts(event);
      this.arrived = event;
    }
  }

  segmentDropped({ why, host }: SegmentDroppedEvent): void {
    const { arrived } = this;
    if (arrived === null || arrived.host !== host || !isRefusal(why)) return;
    this.arrived = null;
    this.end(arrived.segment.source).peer.refused(arrived.segment);
  }

  /** Whatever has arrived was accepted. */
  private settle(): void {
    const { arrived } = this;
    this.arrived = null;
    if (arrived !== null) this.passes(arrived);
  }

  /** It has left one end, or the other has accepted it. */
  private passes(event: SegmentEvent): void {
    const { segment, direction } = event;
    const from = this.end(segment.source);
    const to = this.other(from);
    if (direction === 'out' || !from.leaves) {
      this.mark(event, from);
      from.sent(event);
    }
    if (direction === 'in' || to.host === null) to.acknowledged(segment);
    if (direction === 'out') to.peer.sent(segment);
    else from.peer.received(segment);
    if (direction === 'in' && to.host !== null) this.answered(event, to);
  }

  stateChange(event: StateEvent): void {
    const end = this.observedAt(event.host);
    if (end === null) return;
    end.state = event.to;
    if (event.to === 'ESTABLISHED') end.established = true;
    if (event.to === 'CLOSED') this.close(end, event.why);
  }

  timer(event: TimerEvent): void {
    if (event.timer !== 'time-wait') return;
    const end = this.observedAt(event.host);
    if (end !== null) end.timeWaitUntil = event.deadline;
  }

  summary(): ConnectionSummary {
    this.settle();
    const { client, server } = this;
    const handshake = [client, server].every((end) => end.host === null || end.established);
    const finished = client.finAcknowledged && server.finAcknowledged;
    return {
      connection: this.number,
      client: client.summary(),
      server: server.summary(),
      handshake,
      syn: client.syn,
      synAck: this.synAck,
      ack: this.ack,
      roundTrip: this.roundTrip,
      closedFirst: this.closedFirst(),
      ending: finished ? 'fin' : (this.ended?.ending ?? 'open'),
      resetBy: finished ? null : this.roleOf(this.ended?.resetBy ?? null),
      complete: handshake && finished,
    };
  }

  /** The second and the third segment of the handshake. */
  private mark({ segment, t }: SegmentEvent, from: End): void {
    if (segment.ack === null || hasFlag(segment, 'RST')) return;
    if (hasFlag(segment, 'SYN')) {
      if (from === this.server) this.synAck ??= t;
    } else if (from === this.client && this.synAck !== null) this.ack ??= t;
  }

  /** Our SYN is answered: by a SYN,ACK, or by the ACK of our SYN,ACK. */
  private answered({ segment, t }: SegmentEvent, to: End): void {
    if (this.roundTrip !== null || to.syn === null || to.synAgain) return;
    if (!segment.relativeAck || hasFlag(segment, 'RST')) return;
    if (to === this.client ? hasFlag(segment, 'SYN') : this.client.host === null) this.roundTrip = t - to.syn;
  }

  private close(end: End, why: RuleId): void {
    end.timeWaitUntil = null;
    if (this.ended !== null) return;
    if (OWN_RESET.has(why)) this.ended = { ending: 'reset', resetBy: end };
    else if (PEER_RESET.has(why)) this.ended = { ending: 'reset', resetBy: this.other(end) };
    else this.ended = { ending: SILENCE.has(why) ? 'timeout' : 'failed', resetBy: null };
  }

  /** By the FINs: the second to be sent acknowledges the first, and where neither does they crossed. */
  private closedFirst(): 'client' | 'server' | 'both' | null {
    const { client, server } = this;
    if (client.fin === null || server.fin === null) {
      return this.roleOf(client.fin !== null ? client : server.fin !== null ? server : null);
    }
    if (server.finishedAfter(client)) return 'client';
    return client.finishedAfter(server) ? 'server' : 'both';
  }

  private roleOf(end: End | null): 'client' | 'server' | null {
    if (end === null) return null;
    return end === this.client ? 'client' : 'server';
  }

  private end(endpoint: string): End {
    return endpoint === this.client.endpoint ? this.client : this.server;
  }

  private other(end: End): End {
    return end === this.client ? this.server : this.client;
  }

  private observedAt(host: string): End | null {
    if (this.client.host === host) return this.client;
    return this.server.host === host ? this.server : null;
  }
}
