// One host's observer: what its engine and its packets say becomes events.

import type { DropReason, HostProbe } from '../host/probe.ts';
import type { TimerName, UserCall } from '../tcp/probe.ts';
import type { RuleId } from '../tcp/rules.ts';
import { Segment, segmentCount } from '../tcp/segment.ts';
import { add, gt, leq, lt, type Seq } from '../tcp/seq.ts';
import { isSynchronized, type State } from '../tcp/state.ts';
import type { Tcb } from '../tcp/tcb.ts';
import { formatEndpoint } from '../wire/address.ts';
import type { Packet } from '../wire/packet.ts';
import { RST, SYN } from '../wire/tcp.ts';
import { CongestionWatch } from './congestion-watch.ts';
import { type ConnectionDirectory, Resent, type TracedConnection } from './connections.ts';
import type { SegmentRecord, TraceEvent } from './events.ts';
import { isAnsweredByReset, readSegment, recordSegment } from './segment-record.ts';

/** Closed TCBs that a host's recorder still knows: a RST may leave after CLOSED was entered. */
const CLOSED_REMEMBERED = 256;

/** `Omit` for each member of a union by itself. */
export type Unstamped<T> = T extends TraceEvent ? Omit<T, 'id'> : never;

/** One TCB as its host's recorder knows it. */
interface End {
  readonly connection: TracedConnection;
  readonly local: string;
  readonly remote: string;
  /** Behind the highest sequence number sent and received so far; null: nothing yet. */
  sent: Seq | null;
  received: Seq | null;
  readonly congestion: CongestionWatch;
}

export class HostRecorder implements HostProbe {
  private readonly host: string;
  private readonly directory: ConnectionDirectory;
  private readonly emit: (event: Unstamped<TraceEvent>) => void;
  private readonly ends = new Map<number, End>();
  private readonly closed = new Set<number>();
  /** The last RST of a connection of ours: the packet that carries it is not told again. */
  private lastReset = '';

  constructor(host: string, directory: ConnectionDirectory, emit: (event: Unstamped<TraceEvent>) => void) {
    this.host = host;
    this.directory = directory;
    this.emit = emit;
  }

  segmentArrives(tcb: Tcb, seg: Segment, now: number): void {
    const end = this.end(tcb, now);
    this.look(tcb, end, now);
    end.congestion.arrival();
    const edge = add(seg.seq, seg.len);
    const seen = end.received !== null && leq(edge, end.received) && leq(edge, tcb.rcv.nxt);
    const resent = end.connection.resent.get(end.remote)?.covers(seg) ?? false;
    const retransmission = seg.len > 0 && (seen || resent);
    if (end.received === null || gt(edge, end.received)) end.received = edge;
    const segment = arriving(tcb, end, seg);
    this.emit({
      ...this.base(end, now),
      kind: 'segment',
      direction: 'in',
      segment,
      why: null,
      retransmission,
    });
  }

  segmentSent(tcb: Tcb, seg: Segment, now: number): void {
    const end = this.end(tcb, now);
    this.look(tcb, end, now);
    const probe = seg.why === '9293-3.8.4-probe' || seg.why === '9293-3.8.6.1-probe';
    const retransmission = !probe && seg.len > 0 && end.sent !== null && lt(seg.seq, end.sent);
    if (retransmission) resentBy(end).add(seg);
    const edge = add(seg.seq, seg.len);
    if (end.sent === null || gt(edge, end.sent)) end.sent = edge;
    const segment = leaving(tcb, end, seg);
    if ((seg.flags & RST) !== 0) this.lastReset = identity(segment);
    this.emit({
      ...this.base(end, now),
      kind: 'segment',
      direction: 'out',
      segment,
      why: seg.why,
      retransmission,
    });
  }

  segmentDropped(tcb: Tcb, seg: Segment, why: RuleId, now: number): void {
    const end = this.end(tcb, now);
    this.emit({ ...this.base(end, now), kind: 'segment-dropped', segment: arriving(tcb, end, seg), why });
  }

  stateChange(tcb: Tcb, from: State, to: State, why: RuleId, now: number): void {
    const end = this.end(tcb, now, from);
    learnIrs(tcb, end);
    this.emit({ ...this.base(end, now), kind: 'state', from, to, why });
    if (to === 'CLOSED') this.retire(tcb.id);
  }

  timerSet(tcb: Tcb, timer: TimerName, deadline: number, now: number): void {
    const end = this.end(tcb, now);
    const set = Number.isFinite(deadline);
    const action = set ? 'set' : 'stopped';
    this.emit({ ...this.base(end, now), kind: 'timer', timer, action, deadline: set ? deadline : null });
    this.look(tcb, end, now);
  }

  timerFired(tcb: Tcb, timer: TimerName, now: number): void {
    const end = this.end(tcb, now);
    this.look(tcb, end, now);
    if (timer === 'retransmission') end.congestion.timeout();
    this.emit({ ...this.base(end, now), kind: 'timer', timer, action: 'fired', deadline: null });
  }

  rule(tcb: Tcb, why: RuleId, now: number): void {
    const end = this.end(tcb, now);
    this.emit({ ...this.base(end, now), kind: 'rule', why });
    this.look(tcb, end, now);
  }

  userCall(tcb: Tcb, call: UserCall, bytes: number, now: number): void {
    this.emit({ ...this.base(this.end(tcb, now), now), kind: 'call', call, bytes });
  }

  /** Packets are told of by their segments, but for a RST that no connection sent (§3.10.7.1). */
  packetSent(_host: string, _link: string, packet: Packet, now: number): void {
    if (readSegment(packet, scratch) === null || (scratch.flags & RST) === 0) return;
    const { connection, segment } = describePacket(packet, this.directory);
    if (segment === null) return;
    const told = identity(segment) === this.lastReset;
    this.lastReset = '';
    if (told) return;
    this.emit({
      t: now,
      host: this.host,
      connection,
      kind: 'segment',
      direction: 'out',
      segment,
      why: '9293-3.10.7.1-reset',
      retransmission: false,
    });
  }

  packetReceived(): void {}

  packetDropped(_host: string, link: string, packet: Packet, reason: DropReason, now: number): void {
    if (reason === 'tcp-no-connection' && this.strayArrives(packet, now)) return;
    const { connection, segment } = describePacket(packet, this.directory);
    const bytes = packet.end - packet.start;
    this.emit({
      t: now,
      host: this.host,
      connection,
      kind: 'packet-dropped',
      link,
      bytes,
      reason,
      segment,
    });
  }

  /** §3.10.7.1: what is answered has arrived, if at no connection. False: it is not answered. */
  private strayArrives(packet: Packet, now: number): boolean {
    const read = readSegment(packet, scratch);
    if (read === null || !isAnsweredByReset(scratch.flags)) return false;
    const syn = (scratch.flags & SYN) === 0 ? null : scratch.seq;
    this.directory.stray(read.destination, read.source, syn);
    const { connection, segment } = describePacket(packet, this.directory);
    if (segment === null) return false;
    this.emit({
      t: now,
      host: this.host,
      connection,
      kind: 'segment',
      direction: 'in',
      segment,
      why: '9293-3.10.7.1-reset',
      retransmission: false,
    });
    return true;
  }

  private look(tcb: Tcb, end: End, now: number): void {
    const change = end.congestion.look(tcb);
    if (change !== null) this.emit({ ...this.base(end, now), kind: 'congestion', ...change });
  }

  private base(end: End, now: number): { t: number; host: string; connection: number } {
    return { t: now, host: this.host, connection: end.connection.number };
  }

  private end(tcb: Tcb, now: number, state = tcb.state): End {
    return this.ends.get(tcb.id) ?? this.meet(tcb, state, now);
  }

  private meet(tcb: Tcb, state: State, now: number): End {
    const local = formatEndpoint(tcb.local);
    const remote = formatEndpoint(tcb.remote);
    const connection = this.directory.join(local, remote);
    connection.isns.set(local, tcb.iss);
    const congestion = new CongestionWatch(tcb);
    const end: End = { connection, local, remote, sent: null, received: null, congestion };
    this.ends.set(tcb.id, end);
    this.emit({ ...this.base(end, now), kind: 'connection', local, remote, passive: tcb.passive, state });
    return end;
  }

  private retire(id: number): void {
    this.closed.add(id);
    if (this.closed.size <= CLOSED_REMEMBERED) return;
    for (const oldest of this.closed) {
      this.closed.delete(oldest);
      this.ends.delete(oldest);
      return;
    }
  }
}

function resentBy({ connection, local }: End): Resent {
  let resent = connection.resent.get(local);
  if (resent === undefined) {
    resent = new Resent();
    connection.resent.set(local, resent);
  }
  return resent;
}

/** IRS is known from SYN-RECEIVED on (§3.3.2). */
function learnIrs(tcb: Tcb, end: End): void {
  if (tcb.state === 'SYN-RECEIVED' || isSynchronized(tcb.state)) {
    end.connection.isns.set(end.remote, tcb.irs);
  }
}

function arriving(tcb: Tcb, end: End, seg: Segment): SegmentRecord {
  learnIrs(tcb, end);
  const known = end.connection.isns.get(end.remote) ?? null;
  return recordSegment(seg, {
    source: end.remote,
    destination: end.local,
    senderIsn: known === null && (seg.flags & SYN) !== 0 ? seg.seq : known,
    receiverIsn: tcb.iss,
    windowShift: tcb.snd.scale,
    count: segmentCount(seg),
  });
}

function leaving(tcb: Tcb, end: End, seg: Segment): SegmentRecord {
  learnIrs(tcb, end);
  return recordSegment(seg, {
    source: end.local,
    destination: end.remote,
    senderIsn: tcb.iss,
    receiverIsn: end.connection.isns.get(end.remote) ?? null,
    windowShift: tcb.rcv.scale,
    count: segmentCount(seg),
  });
}

const scratch = new Segment();

/** The TCP segment in `packet`, and the number of its connection, as far as both are known. */
export function describePacket(
  packet: Packet,
  directory: ConnectionDirectory,
): { connection: number | null; segment: SegmentRecord | null } {
  const read = readSegment(packet, scratch);
  if (read === null) return { connection: null, segment: null };
  const { source, destination } = read;
  const connection = directory.find(source, destination);
  const segment = recordSegment(scratch, {
    source,
    destination,
    senderIsn: connection?.isns.get(source) ?? null,
    receiverIsn: connection?.isns.get(destination) ?? null,
    windowShift: null,
    count: segmentCount(scratch),
  });
  return { connection: connection?.number ?? null, segment };
}

/** Tells one RST from another. */
const identity = (segment: SegmentRecord): string =>
  `${segment.source} ${segment.destination} ${segment.seq} ${segment.flags}`;
