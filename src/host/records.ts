// Connections that nobody waits for, put away: TIME-WAIT that no application is to be told of, and half-open ones whose
// peers take their time. Each is a row of fourteen words (tcp/put-away.ts has what is in them) until a segment, a timer
// or a user call concerns it: then it is a connection again, for as long as that takes.

import { mayBeReused } from '../tcp/closing.ts';
import { Connection } from '../tcp/connection.ts';
import type { Parameters } from '../tcp/parameters.ts';
import {
  endUnseen,
  fromRecord,
  type Kept,
  keptAs,
  recordId,
  recordNames,
  recordTimestamps,
  refresh,
  writeRecord,
} from '../tcp/put-away.ts';
import { seq } from '../tcp/seq.ts';
import { type OpenOptions, Tcb } from '../tcp/tcb.ts';
import { Address, SocketAddress } from '../wire/address.ts';
import type { Core } from './core.ts';
import type { FlowKey, PutAway } from './demux.ts';
import type { Interface } from './interface.ts';
import type { TcpListener } from './listener.ts';
import { applyKnownPathMtu } from './path-mtu.ts';
import { type Conditions, Profiles } from './profiles.ts';
import { HOST_WORDS, type Rows } from './rows.ts';
import { TcpSocket } from './socket.ts';

// The host's own words: ports as FlowKey has them, the last word of the remote address, and
const PORTS = 0;
const REMOTE = 1;
/** the number of its conditions, the traffic class of what came last, and a bit that says which kind of record it is. */
const LAST = 2;
const MOST_PROFILES = 1 << 20;
const TRAFFIC_CLASS = 20;
const HALF_OPEN = 1 << 30;
/** The third word of an IPv4 address. */
const MAPPED = 0xffff;
/**
 * So many half-open connections, the youngest of the host, are not put away: their ACK is on its way, and would have to
 * take them out at once.
 */
const YOUNG = 256;

export class Records implements PutAway<TcpSocket> {
  private readonly core: Core;
  private readonly rows: Rows<TcpSocket>;
  private readonly profiles = new Profiles();
  /** The rows of the youngest, and their names: a ring. */
  private readonly young = new Int32Array(2 * YOUNG);
  private begun = 0;
  /** Connections up to this name are not among the youngest any more. */
  private mature = 0;

  constructor(core: Core) {
    this.core = core;
    this.rows = core.rows;
  }

  /** Everything that was due on `socket` is done: put it away if that is all there is to it. */
  settled(socket: TcpSocket): void {
    const { state } = socket;
    if (state === 'TIME-WAIT' || (state === 'SYN-RECEIVED' && ((socket.id - this.mature) | 0) <= 0)) {
      this.putAway(socket);
    }
  }

  /** A SYN has begun `socket`: the oldest of the young is one no longer. */
  halfOpened({ row, id }: TcpSocket): void {
    const { young } = this;
    const at = 2 * (this.begun++ % YOUNG);
    const oldest = young[at] as number;
    this.mature = young[at + 1] as number;
    young[at] = row;
    young[at + 1] = id;
    const socket = this.mature !== 0 && this.rows.isFlow(oldest) ? this.rows.flowAt(oldest) : null;
    if (socket !== null && (socket.id | 0) === this.mature) this.settled(socket);
  }

  /** Who stands in the row for the connection of `socket`, which is not put away; null: it is in no row. */
  holderFor({ row, held }: TcpSocket): TcpSocket | null {
    const holder = this.rows.isFlow(row) ? this.rows.flowAt(row) : null;
    return holder !== null && holder.held === held ? holder : null;
  }

  /** The connection in the row, taken out if it was put away. */
  at(row: number): TcpSocket {
    return this.rows.flowAt(row) ?? this.takeOut(row);
  }

  /** The connection in the row, as it is; null: it has ended meanwhile. */
  look(row: number): TcpSocket | null {
    if (this.rows.isFlow(row)) return this.rows.flowAt(row);
    return this.rows.isRecord(row) ? this.handle(row) : null;
  }

  viaOf(row: number): Interface {
    return (this.rows.flowAt(row) ?? this.conditionsOf(row)).via;
  }

  /** All that is half open for `listener`. */
  takeOutOf(listener: TcpListener): void {
    for (const row of this.core.sockets.numbers()) {
      if (!this.rows.isFlow(row) && this.conditionsOf(row).listener === listener) this.takeOut(row);
    }
  }

  /** A connection in the row again, until the next flush. */
  takeOut(row: number): TcpSocket {
    const socket = this.handle(row);
    this.restore(socket, row);
    this.core.scheduler.schedule(socket);
    return socket;
  }

  /** A TcpSocket for what was put away in the row, which stays there until it is asked for more than its state. */
  handle(row: number): TcpSocket {
    const conditions = this.conditionsOf(row);
    const words = this.rows.wordsOf(row);
    const at = this.rows.wordsAt(row);
    const ports = words[at + PORTS] as number;
    const local = new SocketAddress(conditions.local, ports >>> 16);
    const remote = new SocketAddress(this.remoteOf(row, conditions), ports & 0xffff);
    const { via, hopLimit, trafficClass } = conditions;
    const socket = new TcpSocket(this.core, null, local, remote, via, null);
    socket.hopLimit = hopLimit;
    socket.trafficClass = trafficClass;
    socket.row = row;
    socket.id = recordId(words, at + HOST_WORDS);
    return socket;
  }

  /** Which state a connection is in that was put away in the row; null: it is there no more. */
  stateOf(row: number, id: number): Kept | 'elsewhere' | null {
    if (this.holds(row, id)) return this.keptOf(row);
    return this.rows.isFlow(row) && this.rows.flowAt(row)!.id === id ? 'elsewhere' : null;
  }

  /**
   * A user call concerns `socket`, which was put away: give it its connection again. If that has ended meanwhile, it is
   * CLOSED. A half-open one that someone has seen stays as they left it.
   */
  bringBack(socket: TcpSocket): void {
    const { row, id } = socket;
    if (this.holds(row, id)) {
      this.restore(socket, row);
      socket.seen = true;
      this.core.scheduler.soon(socket);
    } else if (this.stateOf(row, id) === 'elsewhere') this.join(socket, this.rows.flowAt(row)!);
    else this.closed(socket);
  }

  matches(row: number, { words: wanted }: FlowKey): boolean {
    const words = this.rows.wordsOf(row);
    const at = this.rows.wordsAt(row);
    if (words[at + PORTS] !== wanted[0] || words[at + REMOTE] !== wanted[2]) return false;
    const { local } = this.conditionsOf(row);
    if (local.d !== wanted[1] || local.c !== wanted[3] || local.b !== wanted[5] || local.a !== wanted[7]) {
      return false;
    }
    if (local.family === 4) return wanted[4] === MAPPED && wanted[6] === 0 && wanted[8] === 0;
    const upper = this.rows.upperOf(row);
    const from = this.rows.upperAt(row);
    return upper[from + 2] === wanted[4] && upper[from + 1] === wanted[6] && upper[from] === wanted[8];
  }

  keyOf(row: number, key: FlowKey): FlowKey {
    const conditions = this.conditionsOf(row);
    const ports = this.rows.wordsOf(row)[this.rows.wordsAt(row) + PORTS] as number;
    const remote = { address: this.remoteOf(row, conditions), port: ports & 0xffff };
    return key.set({ local: { address: conditions.local, port: ports >>> 16 }, remote });
  }

  conditionsOf(row: number): Conditions {
    return this.profiles.at(this.profileOf(row));
  }

  /** Whether we may open the next incarnation of the connection in this row, put away or not. */
  isReusable(row: number, now: number): boolean {
    const flow = this.rows.flowAt(row);
    if (flow !== null) return flow.connection.mayBeReused(now);
    if (this.keptOf(row) !== 'TIME-WAIT') return false;
    const at = this.rows.wordsAt(row) + HOST_WORDS;
    return mayBeReused(recordTimestamps(this.rows.wordsOf(row), at, this.deadlineOf(row)), now);
  }

  /**
   * The connection in this row is to end: true, if it has ended, since it was put away in TIME-WAIT and there is nobody
   * to be told.
   */
  endUnheard(row: number): boolean {
    if (this.core.probe !== null || this.rows.flowAt(row) !== null) return false;
    if (this.keptOf(row) !== 'TIME-WAIT') return false;
    const profile = this.profileOf(row);
    this.core.timers.removeRecord(row);
    this.core.sockets.removeRecord(row);
    this.profiles.giveBack(profile);
    return true;
  }

  private putAway(socket: TcpSocket): void {
    if (!socket.mayBePutAway || this.holderFor(socket) !== socket) return;
    const { listener } = socket;
    const { tcb } = socket.connection;
    const kept = keptAs(tcb);
    if (kept === null || (kept === 'SYN-RECEIVED') !== (listener !== null)) return;
    if (this.profiles.count >= MOST_PROFILES) return;
    this.write(socket, tcb, kept);
    if (listener !== null) listener.childPutAway(socket);
    this.core.sockets.forget(socket);
    socket.away = true;
  }

  private write(socket: TcpSocket, tcb: Tcb, kept: Kept): void {
    const { row, via, hopLimit, trafficClass, listener, local, remote } = socket;
    const { a, b, c, d, family } = remote.address;
    const { parameters } = tcb;
    const conditions = { via, local: local.address, parameters, hopLimit, trafficClass, listener };
    const words = this.rows.toRecord(row);
    const at = this.rows.wordsAt(row);
    words[at + PORTS] = (local.port << 16) | remote.port;
    words[at + REMOTE] = d;
    words[at + LAST] =
      this.profiles.take(conditions) |
      (socket.receivedTrafficClass << TRAFFIC_CLASS) |
      (kept === 'TIME-WAIT' ? 0 : HALF_OPEN);
    if (family === 6) this.rows.upperOf(row).set([a, b, c], this.rows.upperAt(row));
    writeRecord(tcb, kept, words, at + HOST_WORDS);
  }

  private holds(row: number, id: number): boolean {
    if (row < 0 || !this.rows.isRecord(row)) return false;
    return recordId(this.rows.wordsOf(row), this.rows.wordsAt(row) + HOST_WORDS) === id;
  }

  /** A record's timer always runs, unless it is the one that has just gone off. */
  private deadlineOf(row: number): number {
    const { timers } = this.core;
    const deadline = timers.deadlineOf(row);
    return deadline === Number.POSITIVE_INFINITY ? timers.taken : deadline;
  }

  private keptOf(row: number): Kept {
    return (this.lastWordOf(row) & HALF_OPEN) === 0 ? 'TIME-WAIT' : 'SYN-RECEIVED';
  }

  private profileOf(row: number): number {
    return this.lastWordOf(row) & (MOST_PROFILES - 1);
  }

  private lastWordOf(row: number): number {
    return this.rows.wordsOf(row)[this.rows.wordsAt(row) + LAST] as number;
  }

  private remoteOf(row: number, { local }: Conditions): Address {
    const d = this.rows.wordsOf(row)[this.rows.wordsAt(row) + REMOTE] as number;
    if (local.family === 4) return new Address(4, 0, 0, MAPPED, d);
    const upper = this.rows.upperOf(row);
    const at = this.rows.upperAt(row);
    return new Address(6, upper[at] as number, upper[at + 1] as number, upper[at + 2] as number, d);
  }

  /** The record gives `socket` its connection back, and the row. */
  private restore(socket: TcpSocket, row: number): void {
    const { core, rows } = this;
    const words = rows.wordsOf(row);
    const at = rows.wordsAt(row) + HOST_WORDS;
    const deadline = this.deadlineOf(row);
    const { listener, parameters } = this.conditionsOf(row);
    const kept = this.keptOf(row);
    if (socket.held === null) {
      const options = this.optionsFor(socket, recordNames(words, at), parameters);
      socket.held = Connection.of(fromRecord(options, kept, words, at, deadline));
      if (core.probe === null) socket.held.mayRest(core.rest, socket);
    } else refresh(socket.held.tcb, words, at, deadline);
    socket.away = false;
    socket.timedInTimeWait = kept === 'TIME-WAIT';
    socket.receivedTrafficClass = (this.lastWordOf(row) >> TRAFFIC_CLASS) & 0xff;
    this.profiles.giveBack(this.profileOf(row));
    rows.toFlow(row, socket);
    if (listener !== null) listener.childTakenOut(socket);
    applyKnownPathMtu(core, socket, core.clock.now());
  }

  /** Someone else has taken it out, and speaks for it unless they do not listen. */
  private join(socket: TcpSocket, other: TcpSocket): void {
    socket.held = other.connection;
    socket.away = false;
    if (other.notify !== null || other.listener !== null || other.scheduled || other.waiting) return;
    this.core.sockets.forget(other);
    this.rows.replace(other.row, socket);
    socket.timedInTimeWait = other.timedInTimeWait;
    other.away = true;
  }

  /** It ended in its time or gave way, after all was done; before its time, and with its interface, by an error. */
  private closed(socket: TcpSocket): void {
    const names = { id: socket.id, iss: seq(0) };
    socket.held ??= Connection.of(new Tcb(this.optionsFor(socket, names, this.core.parameters), false, 0, 0));
    const early = this.core.clock.now() < socket.held.deadline;
    endUnseen(socket.held.tcb, early && !socket.via.up ? 'ENETDOWN' : null);
    socket.away = false;
    socket.row = -1;
  }

  private optionsFor(
    socket: TcpSocket,
    names: Pick<OpenOptions, 'id' | 'iss'>,
    parameters: Parameters,
  ): OpenOptions {
    const { local, remote, via } = socket;
    const { isn, probe } = this.core;
    const timestampOffset = isn.timestampOffset(local, remote);
    const { mtu, superSegment } = via;
    return { ...names, local, remote, timestampOffset, parameters, mtu, superSegment, probe };
  }
}
