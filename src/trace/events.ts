// What a trace is made of: one plain, JSON-able object for each thing that the observer seam reports, in the
// order in which it happened. Absence is null. Times are milliseconds of the host's clock, which counts from
// wherever it likes (NodeClock: from the start of the process): only their differences mean anything. The ladder
// counts from the first event that it shows.

import type { DropReason } from '../host/probe.ts';
import type { TimerName, UserCall } from '../tcp/probe.ts';
import type { RuleId } from '../tcp/rules.ts';
import type { State } from '../tcp/state.ts';

/** The options of a segment; what is absent is null or false, and `sack` empty. */
export interface SegmentOptions {
  /** Bytes. */
  readonly mss: number | null;
  /** Shift as on the wire. */
  readonly windowScale: number | null;
  readonly sackPermitted: boolean;
  readonly timestamps: { readonly value: number; readonly echo: number } | null;
  /** Left and right edges, absolute. */
  readonly sack: readonly (readonly [number, number])[];
}

/** One TCP segment as an observer keeps it. Sequence and acknowledgment numbers are unsigned. */
export interface SegmentRecord {
  /** `10.0.0.1:80`, `[::1]:80`. */
  readonly source: string;
  readonly destination: string;
  /** Names joined by commas, in the order SYN, FIN, RST, PSH, ACK, URG, ECE, CWR, AE; `none` without any. */
  readonly flags: string;
  readonly seq: number;
  /** Null without the ACK flag. */
  readonly ack: number | null;
  /** Counted from the sender's initial sequence number, modulo 2^32; null while that is not known. */
  readonly relativeSeq: number | null;
  /** Counted from the initial sequence number of the segment's receiver; null as above. */
  readonly relativeAck: number | null;
  /** Text, bytes. SYN and FIN are not counted. */
  readonly length: number;
  /** SEG.WND as on the wire. */
  readonly window: number;
  /** The same in bytes, after RFC 7323 §2.3; null while the scale is not known. */
  readonly scaledWindow: number | null;
  /** Urgent pointer; null without the URG flag. */
  readonly urgent: number | null;
  /** ECN codepoint of the IP header (RFC 3168 §5); null: not ECT. */
  readonly ecn: 'ECT(1)' | 'ECT(0)' | 'CE' | null;
  /** How many wire segments a super-segment stands for; 1 for an ordinary one. */
  readonly count: number;
  readonly options: SegmentOptions;
}

interface EventBase {
  /** Counts from 1 within one recorder. */
  readonly id: number;
  /** Milliseconds. */
  readonly t: number;
  readonly host: string;
  /**
   * The connection, numbered from 1 in the order of appearance. Both ends of a connection have the same
   * number, the next connection between the same endpoints has another. Null: none, or not known.
   */
  readonly connection: number | null;
}

/** An end of a connection is heard of for the first time. */
export interface ConnectionEvent extends EventBase {
  readonly kind: 'connection';
  readonly local: string;
  readonly remote: string;
  /** It came out of LISTEN. */
  readonly passive: boolean;
  readonly state: State;
}

/** A segment leaves (`out`) or arrives (`in`). */
export interface SegmentEvent extends EventBase {
  readonly kind: 'segment';
  readonly direction: 'out' | 'in';
  readonly segment: SegmentRecord;
  /** `out`: why it was sent. `in`: that there is no connection here for it, and a RST answers it; else null. */
  readonly why: RuleId | null;
  /**
   * `out`: some of its sequence numbers were sent before. `in`: all of them had been received before, or they
   * were seen to be sent again by the end at which they left.
   */
  readonly retransmission: boolean;
}

/** One end moved to another state of §3.3.2. */
export interface StateEvent extends EventBase {
  readonly kind: 'state';
  readonly from: State;
  readonly to: State;
  readonly why: RuleId;
}

/** A timer of §3.8 or §3.10.8 was set, stopped, or fired. */
export interface TimerEvent extends EventBase {
  readonly kind: 'timer';
  readonly timer: TimerName;
  readonly action: 'set' | 'stopped' | 'fired';
  /** When it will fire; null unless it was set. */
  readonly deadline: number | null;
}

/** An arriving segment, or the rest of it, was not processed further. */
export interface SegmentDroppedEvent extends EventBase {
  readonly kind: 'segment-dropped';
  readonly segment: SegmentRecord;
  readonly why: RuleId;
}

/** A packet ended at the host. */
export interface PacketDroppedEvent extends EventBase {
  readonly kind: 'packet-dropped';
  readonly link: string;
  /** Bytes, IP header included. */
  readonly bytes: number;
  readonly reason: DropReason;
  /** Null: no TCP segment could be read from it. */
  readonly segment: SegmentRecord | null;
}

/** A packet that `host` sent never arrives: its link says so. */
export interface PacketLostEvent extends EventBase {
  readonly kind: 'packet-lost';
  readonly link: string;
  readonly bytes: number;
  readonly reason: string;
  readonly segment: SegmentRecord | null;
}

/** A packet for `host` waits on its link: its sender has sent it, and `host` has not got it yet. */
export interface PacketHeldEvent extends EventBase {
  readonly kind: 'packet-held';
  readonly link: string;
  readonly bytes: number;
  readonly reason: string;
  readonly segment: SegmentRecord | null;
}

/** The program made a call of §3.9.1. */
export interface CallEvent extends EventBase {
  readonly kind: 'call';
  readonly call: UserCall;
  /** Of send and receive; 0 for the others. */
  readonly bytes: number;
}

/** A rule was followed that shows in no other event. */
export interface RuleEvent extends EventBase {
  readonly kind: 'rule';
  readonly why: RuleId;
}

/** A loss that was found, a mark, a timeout or the end of a repair changed how fast `host` may send (§3.8.1, §3.8.2). */
export interface CongestionEvent extends EventBase {
  readonly kind: 'congestion';
  /**
   * Fast recovery begins; the peer echoed a mark (RFC 3168 §6.1.2); the retransmission timer fired; the repair, or
   * the reduction for a mark, is over.
   */
  readonly change: 'recovery' | 'marked' | 'timeout' | 'recovered';
  /** Congestion window, bytes: just before, and from now on. 0 before the handshake is done. */
  readonly cwndBefore: number;
  readonly cwnd: number;
  /** Slow start threshold, bytes; null: none yet. */
  readonly ssthresh: number | null;
  /** Retransmission timeout, milliseconds: just before, and from now on. */
  readonly rtoBefore: number;
  readonly rto: number;
}

/** Whatever a recorder tells; `kind` says which. */
export type TraceEvent =
  | ConnectionEvent
  | SegmentEvent
  | StateEvent
  | TimerEvent
  | SegmentDroppedEvent
  | PacketDroppedEvent
  | PacketLostEvent
  | PacketHeldEvent
  | CallEvent
  | RuleEvent
  | CongestionEvent;

/** Hears events in the order in which they happen. */
export type TraceListener = (event: TraceEvent) => void;
