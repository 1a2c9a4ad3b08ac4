// One connection of a capture, packet by packet: analysis flags, both ends' states, and the evidence for a verdict.

import type { Flow } from '../../host/demux.ts';
import { gt } from '../../tcp/seq.ts';
import type { State } from '../../tcp/state.ts';
import { Address, type Endpoint } from '../../wire/address.ts';
import { ACK, FIN, RST, SYN } from '../../wire/tcp.ts';
import { analyse, endOf, isStraySyn, remember } from './analysis.ts';
import { Collector } from './collect.ts';
import { Direction } from './direction.ts';
import { type EndIndex, Ends, MIN_RTO, otherEnd, type StateConfidence } from './ends.ts';
import { Evidence, isSet } from './evidence.ts';
import { BAD_CHECKSUM, MIRRORED, PORTS_REUSED, SUPER_SEGMENT, TIME_BACKWARDS } from './flags.ts';
import { History } from './history.ts';
import type { SeenIcmp } from './icmp.ts';
import { MirrorWatch } from './mirror.ts';
import type { SeenPacket } from './packets.ts';

/** An old connection without an answer, or silent for so long, gives way to another SYN; milliseconds. */
const REUSE_AFTER = 1000;

/** The near half of a handshake takes no more of its round trip. */
const NEAR = 0.2;

/** When a connection closed in order, by which end first, and its last frame. */
export interface Closed {
  readonly time: number;
  readonly first: EndIndex;
  readonly frame: number;
}

/** What is known of one packet once it was taken in. Reused: valid until the next. */
export class Explained {
  from: EndIndex = 0;
  /** Analysis flags. */
  flags = 0;
  dupAckOf = 0;
  dupAckCount = 0;
  /** States of client and server after it, and whether it changed them. */
  readonly states: [State, State] = ['CLOSED', 'CLOSED'];
  readonly confidences: [StateConfidence, StateConfidence] = ['unknown', 'unknown'];
  readonly changed: [boolean, boolean] = [false, false];
}

export class Connection implements Flow {
  /** In the order of appearance, from 1. */
  readonly number: number;
  /** Both endpoints in the table's order, which says nothing of their roles. */
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Where the table keeps it. */
  row = -1;
  readonly client: Endpoint;
  readonly server: Endpoint;
  /** From the client, from the server. */
  readonly directions: readonly [Direction, Direction] = [new Direction(), new Direction()];
  readonly ends = new Ends();
  readonly history = new History();
  readonly evidence = new Evidence();
  /** The ports were those of an earlier connection. */
  readonly reuses: boolean;
  /** That one had closed: one of its ends is in TIME-WAIT, for some time. */
  before: Closed | null = null;
  /** Neighbours in the order of their last packets. */
  older: Connection | null = null;
  newer: Connection | null = null;
  private readonly collector = new Collector(this.evidence);
  private readonly mirrors: readonly [MirrorWatch, MirrorWatch] = [new MirrorWatch(), new MirrorWatch()];
  private readonly states: [State, State] = ['CLOSED', 'LISTEN'];
  private readonly confidences: [StateConfidence, StateConfidence] = ['unknown', 'unknown'];

  /** `localIsClient`: which of the two in the table's order opened. */
  constructor(number: number, local: Endpoint, remote: Endpoint, localIsClient: boolean, reuses: boolean) {
    this.number = number;
    this.local = local;
    this.remote = remote;
    this.client = localIsClient ? local : remote;
    this.server = localIsClient ? remote : local;
    this.reuses = reuses;
  }

  state(end: EndIndex): State {
    return this.states[end];
  }

  confidence(end: EndIndex): StateConfidence {
    return this.confidences[end];
  }

  /** Of the handshake, milliseconds; -1: not known. */
  get roundTrip(): number {
    return this.collector.roundTrip;
  }

  /** `from` sends a SYN that begins another connection between the same ports (RFC 9293 §3.6.1, RFC 6191). */
  isOver(packet: SeenPacket, from: EndIndex): boolean {
    const { segment, time } = packet;
    if ((segment.flags & (SYN | ACK | RST)) !== SYN) return false;
    const fwd = this.directions[from];
    if (fwd.isnKnown ? fwd.isn === segment.seq : !fwd.seen) return false;
    if (this.evidence.reset !== null || this.hasEnded) return true;
    const answered = this.directions[otherEnd(from)].seen;
    return !answered || time - this.evidence.last.time >= REUSE_AFTER;
  }

  private get hasEnded(): boolean {
    const [client, server] = this.evidence.ends;
    return isSet(client.fin) && isSet(server.fin);
  }

  /** An ICMP error about a segment of `about`. */
  takeIcmp(error: SeenIcmp, about: EndIndex): void {
    const { number: frame, reason, mtu, seq, family, reporter } = error;
    const time = Math.max(error.time, this.evidence.last.time);
    const by = String(Address.fromWords(family, reporter));
    this.evidence.error({ frame, time, about, reason, mtu, seq, reporter: by });
  }

  /** How it went on behind both FINs, for the next one between the same ports; null: it was not closed in order. */
  get closed(): Closed | null {
    const { ends, last, reset } = this.evidence;
    if (!this.hasEnded || reset !== null) return null;
    const first = ends[0].fin.frame < ends[1].fin.frame ? 0 : 1;
    return { time: last.time, first, frame: last.frame };
  }

  /** Take the next packet in; what it is goes into `into`. */
  take(packet: SeenPacket, from: EndIndex, into: Explained): void {
    const { segment, number } = packet;
    const { evidence } = this;
    const fwd = this.directions[from];
    const rev = this.directions[otherEnd(from)];
    const backwards = packet.time < evidence.last.time;
    const time = backwards ? evidence.last.time : packet.time;
    into.from = from;
    into.changed[0] = false;
    into.changed[1] = false;
    if (this.mirrors[from].isCopy(packet, time, !fwd.nextKnown || gt(endOf(segment), fwd.next))) {
      into.flags = MIRRORED;
      evidence.mirrored++;
    } else {
      let flags = analyse(segment, time, fwd, rev, this.roundTrip);
      if (backwards) flags |= TIME_BACKWARDS;
      if (packet.checksum === 'bad') flags |= BAD_CHECKSUM;
      if (rev.mss > 0 && segment.textLength > rev.mss) flags |= SUPER_SEGMENT;
      if (this.reuses && evidence.first.frame === 0) flags |= PORTS_REUSED;
      this.collector.before(packet, time, from, flags, fwd, rev);
      const { last } = evidence.ends[from];
      const silence = isSet(last) ? time - last.time : 0;
      if (!isStraySyn(segment, fwd)) this.ends.segment(segment, from, fwd, rev, silence);
      remember(segment, time, number, flags, fwd, rev);
      this.collector.after(packet, time, from, flags, fwd, rev);
      this.history.segment(segment, flags, from);
      this.locate(packet, from);
      into.flags = flags;
      into.dupAckOf = fwd.dupAckOf;
      into.dupAckCount = fwd.dupAcks;
      const settled = this.isSettled && !isControl(segment.flags) && silence < MIN_RTO;
      if (flags !== 0 || !settled) this.noteStates(into);
    }
    into.states[0] = this.states[0];
    into.states[1] = this.states[1];
    into.confidences[0] = this.confidences[0];
    into.confidences[1] = this.confidences[1];
  }

  /** Where the capture was taken: the capturing machine says so, or the handshake's two halves do. */
  private locate({ direction }: SeenPacket, from: EndIndex): void {
    if (direction === 'out') this.ends.near = from;
    else if (direction === 'in') this.ends.near = otherEnd(from);
    else if (this.roundTrip > 0 && this.ends.near < 0) {
      const { syns, synAck } = this.evidence;
      const far = (synAck.time - syns[0]!.time) / this.roundTrip;
      if (far > 1 - NEAR) this.ends.near = 0;
      else if (far < NEAR) this.ends.near = 1;
    }
  }

  /** Ordinary text and ACKs change nothing: who has sent numbers that were not captured raises a flag. */
  private get isSettled(): boolean {
    const { states, confidences } = this;
    if (states[0] !== 'ESTABLISHED' || states[1] !== 'ESTABLISHED') return false;
    // Where the beginning was not captured, it can't become more.
    const most = this.ends.isAssumed ? 'assumed' : 'observed';
    return confidences[0] === most && confidences[1] === most;
  }

  private noteStates(into: Explained): void {
    for (let end = 0 as EndIndex; ; end = 1) {
      const state = this.ends.state(end);
      const confidence = this.ends.confidence(end, this.directions[otherEnd(end)].gapCount === 0);
      into.changed[end] = state !== this.states[end] || confidence !== this.confidences[end];
      this.states[end] = state;
      this.confidences[end] = confidence;
      if (end === 1) return;
    }
  }
}

const isControl = (flags: number): boolean => (flags & (SYN | FIN | RST)) !== 0;
