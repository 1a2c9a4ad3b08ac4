// What a run is to the person who watches it. A moment is one thing that happened to one host, with all that follows
// from it at once: a call, an arrival, a timer. A flight is one packet on its way. Plain data, in the order of time.

import type { ConnectionInfo } from '../../tcp/info.ts';
import type { TimerName, UserCall } from '../../tcp/probe.ts';
import type { RuleId } from '../../tcp/rules.ts';
import type { SegmentRecord, TraceEvent } from '../../trace/events.ts';
import type { Edit } from './recipe.ts';

/** What set a moment off. */
export type Stimulus =
  | { readonly kind: 'call'; readonly call: UserCall; readonly bytes: number }
  | { readonly kind: 'arrival'; readonly flight: number }
  | { readonly kind: 'timer'; readonly timer: TimerName }
  | { readonly kind: 'edit'; readonly edit: Edit }
  /** The network brings what its sender does not know of: an old duplicate, a forgery. */
  | { readonly kind: 'network'; readonly story: string }
  /** A call that was refused: what the program was told. */
  | { readonly kind: 'refused'; readonly edit: Edit; readonly code: string };

/** A connection's variables at one end, and when its timers go off, virtual ms. */
export interface TcbView {
  readonly info: ConnectionInfo;
  readonly timers: Readonly<Partial<Record<TimerName, number>>>;
}

export interface Moment {
  /** Counts from 0. */
  readonly index: number;
  /** Virtual ms. */
  readonly t: number;
  readonly host: string;
  /** Numbered from 1 in order of appearance; null: none. */
  readonly connection: number | null;
  readonly stimulus: Stimulus;
  /** All that the host reported of it, the stimulus included. */
  readonly events: readonly TraceEvent[];
  /** What left. */
  readonly flights: readonly number[];
  /** Before and after; null: there was no TCB, or no connection is concerned. */
  readonly before: TcbView | null;
  readonly after: TcbView | null;
  /** The moment that brought it about: the segment's departure, the timer's start, the news a program acted on. */
  readonly cause: number | null;
}

export interface Flight {
  /** Counts from 0 in order of departure. */
  readonly index: number;
  readonly from: string;
  readonly to: string;
  /** Its number among those from `from` to `to`, from 0: what a packet edit says. */
  readonly number: number;
  readonly connection: number | null;
  /** Null: no TCP. */
  readonly segment: SegmentRecord | null;
  /** Why it was sent; null: it is no segment of the engine's. */
  readonly why: RuleId | null;
  readonly retransmission: boolean;
  /** The flight whose text, SYN or FIN it repeats. */
  readonly original: number | null;
  /** Virtual ms, and the moment it belongs to; null: nobody's (it was injected). */
  readonly departed: number;
  readonly moment: number | null;
  /** Each time it arrived; `moment` null: nothing came of it. */
  readonly arrivals: readonly { readonly t: number; readonly moment: number | null }[];
  /** When it is to arrive, virtual ms; Infinity: never. */
  readonly due: number;
  /** In the link's words: `filter` is a person's doing. */
  readonly lost: { readonly t: number; readonly reason: string } | null;
  readonly corrupted: boolean;
  /** The packet as it arrived, if it was corrupted. */
  readonly damaged: Uint8Array | null;
  /** The packet as it left, IP header first. */
  readonly bytes: Uint8Array;
}

/** The life of one end of a connection, for its ribbon. */
export interface Lifeline {
  readonly host: string;
  readonly connection: number;
  readonly local: string;
  readonly remote: string;
  readonly passive: boolean;
  /** From when on it was in which state. */
  readonly states: readonly { readonly t: number; readonly moment: number; readonly state: string }[];
}

/** A program waits for connections, from `t` on. */
export interface Listening {
  readonly host: string;
  readonly port: number;
  readonly t: number;
}

/** A socket by the name that calls know it by. */
export interface NamedSocket {
  readonly host: string;
  readonly name: string;
  readonly local: string;
  readonly remote: string;
  /** When the program got it, virtual ms. */
  readonly t: number;
}

export interface Story {
  readonly hosts: readonly string[];
  readonly moments: readonly Moment[];
  readonly flights: readonly Flight[];
  readonly lifelines: readonly Lifeline[];
  readonly listeners: readonly Listening[];
  readonly sockets: readonly NamedSocket[];
  /** When the run ended, virtual ms, and why: nothing more can happen, or a limit was reached. */
  readonly end: number;
  readonly stopped: 'quiet' | 'time' | 'moments';
}
