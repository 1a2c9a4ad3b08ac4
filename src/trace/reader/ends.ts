// Both ends' states from what was captured between them: each end is the other's peer (infer.ts). What an end sent
// proves where it was; that a segment arrived follows only from the answer.

import type { Segment } from '../../tcp/segment.ts';
import { add, geq, gt, leq, lt } from '../../tcp/seq.ts';
import type { State } from '../../tcp/state.ts';
import { ACK, FIN, RST, SYN } from '../../wire/tcp.ts';
import { PeerInference, type SeenSegment } from '../infer.ts';
import { endOf } from './analysis.ts';
import type { Direction } from './direction.ts';

/**
 * `observed`: what the end sent proves the state. `inferred`: it follows if nothing was missed, from what is proven or
 * was captured where the end is. `assumed`: it rests on a segment of which nothing shows yet that it arrived, or on how a connection must have begun
 * that the capture did not see. `unknown`: the end has sent nothing.
 */
export type StateConfidence = 'observed' | 'inferred' | 'assumed' | 'unknown';

/** 0: the client; 1: the server. */
export type EndIndex = 0 | 1;

export const otherEnd = (end: EndIndex): EndIndex => (end === 0 ? 1 : 0);

/** No retransmission timeout is shorter (RFC 6298 §2.4 asks for a second, Linux takes this); milliseconds. */
export const MIN_RTO = 200;

export class Ends {
  private readonly peers: readonly [PeerInference, PeerInference];
  /** The capture began after the connection: how it began is assumed, and nothing that rests on it is proven. */
  isAssumed = false;
  private begun = false;
  /** Text came behind a silence: it may have gone again, and what had followed it, a FIN even, may have been lost. */
  private readonly tailMissing: [boolean, boolean] = [false, false];
  /** The end at which the capture was taken: what is captured for it has arrived. -1: not known. */
  near: EndIndex | -1 = -1;

  constructor(simultaneous = false) {
    this.peers = [new PeerInference('CLOSED'), new PeerInference(simultaneous ? 'CLOSED' : 'LISTEN')];
  }

  state(end: EndIndex): State {
    return this.peers[end].state;
  }

  /** `whole`: nothing is missing of what was sent to it. */
  confidence(end: EndIndex, whole: boolean): StateConfidence {
    const { confidence, isPresumed } = this.peers[end];
    if (confidence === 'unknown') return 'unknown';
    if (this.isAssumed) return 'assumed';
    // A RST that arrives may still be refused.
    const arrived = whole && end === this.near && this.peers[end].state !== 'CLOSED';
    if (isPresumed && !arrived) return 'assumed';
    return this.tailMissing[end] && this.peers[end].mayClose ? 'inferred' : confidence;
  }

  /** `from` sent this, after so many milliseconds of silence; `fwd` and `rev` as they were before. */
  segment(segment: Segment, from: EndIndex, fwd: Direction, rev: Direction, silence: number): void {
    if (!this.begun) this.begin(segment, from);
    const text = segment.textLength > 0 && (segment.flags & FIN) === 0;
    // A segment without text has SND.NXT.
    if (!text) this.tailMissing[from] = false;
    else if (silence >= MIN_RTO) this.tailMissing[from] = true;
    scratch.flags = segment.flags;
    scratch.seq = segment.seq;
    scratch.ack = (segment.flags & ACK) !== 0 ? segment.ack : null;
    scratch.length = segment.textLength;
    const accepted = isAcceptable(segment, fwd, rev);
    const reset = (segment.flags & RST) !== 0;
    // Whoever answers an old segment by a RST has no connection any more, whatever the RST does at the other end.
    if (accepted || (reset && isOwn(segment, fwd))) this.peers[from].received(scratch);
    else this.peers[from].refused(scratch);
    if (accepted || !reset) this.peers[otherEnd(from)].sent(scratch);
  }

  /** Before the first segment that was captured, there was a handshake that was not. */
  private begin({ flags, seq, ack }: Segment, from: EndIndex): void {
    this.begun = true;
    if ((flags & SYN) !== 0 && (flags & ACK) === 0) return;
    this.isAssumed = true;
    if ((flags & ACK) === 0) return;
    const to = otherEnd(from);
    const theirSyn: SeenSegment = { flags: SYN, seq: add(ack, -1), ack: null, length: 0 };
    if ((flags & SYN) !== 0) {
      this.pass(theirSyn, to);
      return;
    }
    this.pass({ flags: SYN, seq: add(seq, -1), ack: null, length: 0 }, from);
    this.pass({ flags: SYN | ACK, seq: add(ack, -1), ack: seq, length: 0 }, to);
    this.pass({ flags: ACK, seq, ack, length: 0 }, from);
  }

  private pass(segment: SeenSegment, from: EndIndex): void {
    this.peers[from].received(segment);
    this.peers[otherEnd(from)].sent(segment);
  }
}

/** Its number is one that this end has used. */
const isOwn = ({ seq }: Segment, fwd: Direction): boolean =>
  fwd.isnKnown && fwd.nextKnown && gt(seq, fwd.isn) && leq(seq, fwd.next);

const scratch = { flags: 0, seq: 0, ack: null as number | null, length: 0 };

/**
 * As far as can be told from what its receiver has said (RFC 9293 §3.10.7.4 first): not if all of it was
 * acknowledged before; a RST only where one is expected.
 */
function isAcceptable(segment: Segment, fwd: Direction, rev: Direction): boolean {
  const { flags, seq } = segment;
  if (!rev.ackKnown) return true;
  if ((flags & RST) !== 0) {
    const edge = rev.windowBytes < 0 ? null : rev.windowEdge;
    if (lt(seq, rev.highestAck)) return false;
    return edge === null || leq(seq, edge) || (fwd.nextKnown && leq(seq, fwd.next));
  }
  const end = endOf(segment);
  return end === seq ? geq(seq, rev.highestAck) : !leq(end, rev.highestAck);
}
