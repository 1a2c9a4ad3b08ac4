// The state of the end that nobody watches, from the segments that pass between it and ours (§3.3.2, §3.6).
// What the peer sent, and our end accepted, proves where it was; what we sent is presumed to have arrived until
// the peer shows it. A CLOSE counts from when its FIN leaves: before that no segment tells of it.

import { add, geq, gt, leq, lt, type Seq, seq } from '../tcp/seq.ts';
import type { State } from '../tcp/state.ts';
import { FIN, RST, SYN } from '../wire/tcp.ts';
import { hasFlag } from './segment-record.ts';

/**
 * `observed`: the peer has been in this state by the time it sent the last of the segments that we accepted,
 * they prove it, and none of them shows that it has left it. `inferred`: it follows if nothing was lost that we
 * cannot see. `unknown`: nothing of the peer has come yet; the state is that of a peer who answers us.
 * The proofs hold for a peer that obeys RFC 9293, and whose bare ACKs carry SND.NXT (§3.10.7.4): one whose
 * window we took back may use less.
 */
export type Confidence = 'observed' | 'inferred' | 'unknown';

/** What is needed of a segment. */
export interface SeenSegment {
  /** The names of a record, or the bits of a header. */
  readonly flags: string | number;
  /** Absolute numbers, signed or not. */
  readonly seq: number;
  /** Null without the ACK flag. */
  readonly ack: number | null;
  /** Text, bytes. */
  readonly length: number;
}

/** How sure we are that something happened at the peer. */
type Knowledge = 0 | 1 | 2;
const NO: Knowledge = 0;
const PRESUMED: Knowledge = 1;
const PROVEN: Knowledge = 2;

/** What may have happened at the peer. What it sent itself is either proven or not known. */
interface Facts {
  sentSyn: Knowledge;
  /** Our SYN reached it. */
  gotSyn: Knowledge;
  /** The acknowledgment of its SYN reached it. */
  gotSynAck: Knowledge;
  sentFin: Knowledge;
  gotFin: Knowledge;
  gotFinAck: Knowledge;
  /** It sent a SYN,ACK, and so was in SYN-RECEIVED. */
  answeredSyn: boolean;
  /** It sent its FIN before it had ours; it had ours, and had not sent its own. One at most. */
  finFirst: boolean;
  finSecond: boolean;
  /** It sent its FIN again after it had ours: ours did not acknowledge it. */
  finAgain: boolean;
  /** It sent, or got, a RST that ended the connection. */
  reset: Knowledge;
}

const nothing = (): Facts => ({
  sentSyn: NO,
  gotSyn: NO,
  gotSynAck: NO,
  sentFin: NO,
  gotFin: NO,
  gotFinAck: NO,
  answeredSyn: false,
  finFirst: false,
  finSecond: false,
  finAgain: false,
  reset: NO,
});

/** Follows one peer through one connection. `sent` and `received` are said from our side. */
export class PeerInference {
  private readonly before: State;
  private facts = nothing();
  /** Behind the peer's SYN, its FIN, and everything it sent. */
  private synEnd: Seq | null = null;
  private finEnd: Seq | null = null;
  private receivedEnd: Seq | null = null;
  /** Behind the text that came: its FIN is not before. */
  private textEnd: Seq | null = null;
  /** Where the furthest segment began that it sent before it had our FIN. */
  private beforeOurFin: Seq | null = null;
  /** Behind our SYN, our FIN, and everything we sent. */
  private ourSynEnd: Seq | null = null;
  private ourFinEnd: Seq | null = null;
  private sentEnd: Seq | null = null;
  /** Where `sentEnd` was when we first acknowledged its SYN, its FIN: to acknowledge more proves it knows. */
  private synAckedAt: Seq | null = null;
  private finAckedAt: Seq | null = null;

  /** `before`: what the peer is presumed to be in before it has sent or got a SYN. */
  constructor(before: 'LISTEN' | 'CLOSED' = 'LISTEN') {
    this.before = before;
  }

  /** The likeliest, from what was seen. */
  get state(): State {
    return this.stateGiven(PRESUMED);
  }

  /** How sure that is. */
  get confidence(): Confidence {
    const { sentSyn, reset } = this.facts;
    if (reset === PROVEN) return 'observed';
    if (sentSyn === NO) return reset === NO ? 'unknown' : 'inferred';
    return this.stateGiven(PROVEN) === this.state && this.isProven(this.state) ? 'observed' : 'inferred';
  }

  /** The state rests on segments of ours of which the peer has not shown yet that they arrived. */
  get isPresumed(): boolean {
    return this.stateGiven(PROVEN) !== this.state;
  }

  /** Its FIN has not been seen, and would move it. */
  get mayClose(): boolean {
    const { state } = this;
    return state === 'ESTABLISHED' || state === 'CLOSE-WAIT';
  }

  /** We sent this: presumably it arrives. */
  sent(segment: SeenSegment): void {
    const { facts } = this;
    const end = endOf(segment);
    if (has(segment, RST)) {
      facts.reset = atLeastPresumed(facts.reset);
      return;
    }
    if (has(segment, SYN)) {
      const synEnd = add(seq(segment.seq), 1);
      // An old one may have been overtaken by the RST. The peer's own beginning may still be under way.
      if (synEnd !== this.ourSynEnd || facts.gotSyn !== PROVEN) facts.reset = unlessProven(facts.reset);
      this.ourSynEnd = synEnd;
      facts.gotSyn = atLeastPresumed(facts.gotSyn);
    }
    if (has(segment, FIN)) {
      this.ourFinEnd = end;
      facts.gotFin = atLeastPresumed(facts.gotFin);
    }
    if (segment.ack !== null) this.acknowledged(seq(segment.ack), seq(segment.seq));
    this.sentEnd = furthest(this.sentEnd, end);
  }

  /** The peer sent this, and our end accepted it. */
  received(segment: SeenSegment): void {
    const { facts } = this;
    if (has(segment, RST)) {
      if (!this.answersStrayAck(segment)) facts.reset = PROVEN;
      return;
    }
    if (has(segment, SYN)) this.receivedSyn(segment);
    if (segment.ack !== null) this.acknowledges(seq(segment.ack));
    if (segment.length > 0 && !has(segment, SYN)) this.receivedText(segment);
    if (has(segment, FIN)) this.receivedFin(segment);
    this.orderFins(segment);
    this.receivedEnd = furthest(this.receivedEnd, endOf(segment));
  }

  /**
   * The peer sent this, and our end refused it: it proves nothing. Where it repeats a SYN or a FIN, what should
   * have stopped that is not presumed to have arrived any more.
   */
  refused(segment: SeenSegment): void {
    const { facts } = this;
    if (has(segment, RST)) return;
    if (has(segment, SYN) && add(seq(segment.seq), 1) === this.synEnd) this.repeatsSyn(segment);
    if (has(segment, FIN) && facts.sentFin === PROVEN && endOf(segment) === this.finEnd) this.repeatsFin();
  }

  private receivedSyn(segment: SeenSegment): void {
    const end = add(seq(segment.seq), 1);
    if (this.synEnd === end) this.repeatsSyn(segment);
    else this.firstSyn(end);
    if (segment.ack !== null) this.facts.answeredSyn = true;
  }

  /** The first SYN, or one of a peer that has forgotten the connection (§3.5.1). */
  private firstSyn(end: Seq): void {
    const gotSyn = this.synEnd === null ? this.facts.gotSyn : NO;
    this.facts = { ...nothing(), sentSyn: PROVEN, gotSyn };
    this.synEnd = end;
    this.finEnd = null;
    this.receivedEnd = end;
    this.textEnd = end;
    this.beforeOurFin = null;
    this.synAckedAt = null;
    this.finAckedAt = null;
  }

  private repeatsSyn({ ack }: SeenSegment): void {
    const { facts } = this;
    facts.gotSynAck = unlessProven(facts.gotSynAck);
    if (ack === null) facts.gotSyn = unlessProven(facts.gotSyn);
  }

  private receivedText(segment: SeenSegment): void {
    this.facts.gotSynAck = PROVEN;
    this.textEnd = furthest(this.textEnd, add(seq(segment.seq), segment.length));
  }

  private receivedFin(segment: SeenSegment): void {
    const { facts } = this;
    if (facts.sentFin === PROVEN) this.repeatsFin();
    facts.sentFin = PROVEN;
    this.finEnd = endOf(segment);
  }

  private repeatsFin(): void {
    const { facts } = this;
    facts.gotFinAck = unlessProven(facts.gotFinAck);
    facts.gotFin = unlessProven(facts.gotFin);
  }

  /** What `segment` tells of which FIN was sent first; the first of the peer's may have been lost. */
  private orderFins(segment: SeenSegment): void {
    const { facts, finEnd, ourFinEnd, textEnd } = this;
    const at = seq(segment.seq);
    const hadOurs = ourFinEnd !== null && segment.ack !== null && geq(seq(segment.ack), ourFinEnd);
    const bare = endOf(segment) === at;
    if (hadOurs && facts.finFirst && has(segment, FIN)) facts.finAgain = true;
    if (!hadOurs) this.beforeOurFin = furthest(this.beforeOurFin, endOf(segment));
    else if (bare && textEnd !== null && leq(at, textEnd) && !facts.finFirst) facts.finSecond = true;
    if (finEnd === null || this.beforeOurFin === null || lt(this.beforeOurFin, finEnd)) return;
    facts.finFirst = !facts.finSecond;
  }

  /** Our ACK up to `ack`, in a segment from `at` on, is under way. */
  private acknowledged(ack: Seq, at: Seq): void {
    if (this.receivedEnd === null || gt(ack, this.receivedEnd)) return;
    const { facts } = this;
    const edge = this.sentEnd ?? at;
    if (this.synEnd !== null && leq(this.synEnd, ack)) {
      facts.gotSynAck = atLeastPresumed(facts.gotSynAck);
      this.synAckedAt ??= edge;
    }
    if (this.finEnd !== null && leq(this.finEnd, ack)) {
      facts.gotFinAck = atLeastPresumed(facts.gotFinAck);
      this.finAckedAt ??= edge;
    }
  }

  /** The peer has everything below `ack`, and with it the acknowledgments those segments carried. */
  private acknowledges(ack: Seq): void {
    if (this.sentEnd === null || gt(ack, this.sentEnd)) return;
    const { facts } = this;
    if (this.ourSynEnd !== null && leq(this.ourSynEnd, ack)) facts.gotSyn = PROVEN;
    if (this.ourFinEnd !== null && leq(this.ourFinEnd, ack)) facts.gotFin = PROVEN;
    if (this.synAckedAt !== null && gt(ack, this.synAckedAt)) facts.gotSynAck = PROVEN;
    if (this.finAckedAt !== null && gt(ack, this.finAckedAt)) facts.gotFinAck = PROVEN;
  }

  /** In SYN-SENT it resets a segment that acknowledges what it never sent, and goes on (§3.10.7.3 first). */
  private answersStrayAck(segment: SeenSegment): boolean {
    const { facts, synEnd } = this;
    return facts.sentSyn === PROVEN && facts.gotSyn !== PROVEN && synEnd !== seq(segment.seq);
  }

  /** The state that follows from everything known at least so well. */
  private stateGiven(level: Knowledge): State {
    const { facts } = this;
    const holds = (fact: Knowledge): boolean => fact >= level;
    if (holds(facts.reset)) return 'CLOSED';
    if (facts.sentSyn === NO) return holds(facts.gotSyn) ? 'SYN-RECEIVED' : this.before;
    if (facts.sentFin === PROVEN) return this.closing(holds(facts.gotFin), holds(facts.gotFinAck));
    if (!holds(facts.gotSyn)) return 'SYN-SENT';
    if (!holds(facts.gotSynAck)) return 'SYN-RECEIVED';
    return holds(facts.gotFin) ? 'CLOSE-WAIT' : 'ESTABLISHED';
  }

  private closing(gotFin: boolean, gotFinAck: boolean): State {
    if (!gotFin) return gotFinAck ? 'FIN-WAIT-2' : 'FIN-WAIT-1';
    if (this.facts.finFirst) return gotFinAck ? 'TIME-WAIT' : 'CLOSING';
    return gotFinAck ? 'CLOSED' : 'LAST-ACK';
  }

  /** Nothing that may have been lost leads around `state`, which follows from what is proven. */
  private isProven(state: State): boolean {
    const { facts } = this;
    switch (state) {
      case 'SYN-RECEIVED':
        return facts.answeredSyn;
      case 'ESTABLISHED':
        return !this.mayHaveSentFin;
      case 'CLOSE-WAIT':
        return facts.finSecond && !this.mayHaveSentFin;
      case 'LAST-ACK':
        return facts.finSecond;
      case 'CLOSING':
        // A FIN of ours that acknowledged its own would have taken it to TIME-WAIT.
        return facts.finAgain || this.finAckedAt === null;
      case 'CLOSED':
        return facts.finSecond;
      case 'TIME-WAIT':
      case 'LISTEN':
      case 'SYN-SENT':
      case 'FIN-WAIT-1':
      case 'FIN-WAIT-2':
        return true;
    }
  }

  /** It uses numbers behind those that came: text is on its way, or its FIN, or lost. */
  private get mayHaveSentFin(): boolean {
    const { receivedEnd, textEnd } = this;
    return receivedEnd !== null && textEnd !== null && gt(receivedEnd, textEnd);
  }
}

const atLeastPresumed = (known: Knowledge): Knowledge => (known === PROVEN ? PROVEN : PRESUMED);

/** A presumption is withdrawn; a proof stands. */
const unlessProven = (known: Knowledge): Knowledge => (known === PROVEN ? PROVEN : NO);

const furthest = (edge: Seq | null, end: Seq): Seq => (edge === null || gt(end, edge) ? end : edge);

const endOf = (segment: SeenSegment): Seq =>
  add(seq(segment.seq), segment.length + Number(has(segment, SYN)) + Number(has(segment, FIN)));

function has({ flags }: SeenSegment, flag: number): boolean {
  if (typeof flags === 'number') return (flags & flag) !== 0;
  return hasFlag({ flags }, flag === SYN ? 'SYN' : flag === FIN ? 'FIN' : 'RST');
}
