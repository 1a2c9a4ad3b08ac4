// One end of a connection in a summary: what it sent, when it finished, the state it is in.

import { add, gt, leq, type Seq, seq } from '../tcp/seq.ts';
import type { State } from '../tcp/state.ts';
import type { SegmentEvent, SegmentRecord } from './events.ts';
import { type Confidence, PeerInference } from './infer.ts';
import { hasFlag, sequenceLength } from './segment-record.ts';

/** What one end sent: as it left, if that end is observed, else as it arrived. */
export interface SentSummary {
  readonly segments: number;
  /** Text, each octet counted once. */
  readonly bytes: number;
  readonly retransmissions: number;
}

/** How it went for one end of a connection. */
export interface EndSummary {
  readonly endpoint: string;
  /** Name of the host where it is observed; null: it is not, and its state follows from the segments. */
  readonly host: string | null;
  readonly state: State;
  /** `observed` where a host tells it; else as far as the segments prove it. */
  readonly confidence: Confidence;
  readonly sent: SentSummary;
  /** When it sent its FIN, or when that arrived; null: it has not. Milliseconds. */
  readonly fin: number | null;
  /** When its TIME-WAIT ends, milliseconds; null: it is not in TIME-WAIT, or nobody knows. */
  readonly timeWaitUntil: number | null;
}

/** One end as it is followed. */
export class End {
  readonly endpoint: string;
  /** Where it is observed; null: its state follows from the segments. */
  host: string | null = null;
  state: State = 'CLOSED';
  /** Its segments are seen as they leave; when they arrive they have been counted. */
  leaves = false;
  readonly peer = new PeerInference();
  segments = 0;
  bytes = 0;
  retransmissions = 0;
  /** Behind the text seen so far. */
  private edge: Seq | null = null;
  fin: number | null = null;
  /** Behind its FIN, and what that acknowledged: whether it knew of the other one. */
  finEnd: Seq | null = null;
  private finAck: Seq | null = null;
  finAcknowledged = false;
  established = false;
  /** When its SYN was first seen, and whether it was sent again. */
  syn: number | null = null;
  synAgain = false;
  timeWaitUntil: number | null = null;

  constructor(endpoint: string) {
    this.endpoint = endpoint;
  }

  counts({ segment, retransmission }: SegmentEvent): void {
    this.segments += segment.count;
    if (retransmission) this.retransmissions += segment.count;
  }

  /** It sent this, as far as is known for certain. */
  sent({ segment, t }: SegmentEvent): void {
    const start = add(seq(segment.seq), Number(hasFlag(segment, 'SYN')));
    const end = add(start, segment.length);
    if (this.edge === null)
      this.edge = segment.relativeSeq === 0 ? start : seq(segment.seq - this.offset(segment));
    if (segment.length > 0 && gt(end, this.edge)) {
      this.bytes += (end - this.edge) | 0;
      this.edge = end;
    }
    if (hasFlag(segment, 'SYN')) {
      if (this.syn !== null) this.synAgain = true;
      this.syn ??= t;
    }
    if (hasFlag(segment, 'FIN') && this.fin === null) {
      this.fin = t;
      this.finEnd = add(seq(segment.seq), sequenceLength(segment));
      this.finAck = segment.ack === null ? null : seq(segment.ack);
    }
  }

  /** It sent its FIN when it had that of the other end. */
  finishedAfter({ finEnd }: End): boolean {
    return finEnd !== null && this.finAck !== null && leq(finEnd, this.finAck);
  }

  /** The other end sent an acknowledgment. */
  acknowledged(segment: SegmentRecord): void {
    if (segment.ack !== null && this.finEnd !== null && leq(this.finEnd, seq(segment.ack))) {
      this.finAcknowledged = true;
    }
  }

  /** Text octets before a segment that is the first one seen; the SYN took number 0. */
  private offset(segment: SegmentRecord): number {
    return segment.relativeSeq === null ? 0 : Math.max(segment.relativeSeq - 1, 0);
  }

  summary(): EndSummary {
    const { endpoint, host, segments, bytes, retransmissions, fin, timeWaitUntil, peer } = this;
    const observed = host !== null;
    return {
      endpoint,
      host,
      state: observed ? this.state : peer.state,
      confidence: observed ? 'observed' : peer.confidence,
      sent: { segments, bytes, retransmissions },
      fin,
      timeWaitUntil,
    };
  }
}
