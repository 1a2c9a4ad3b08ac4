// A stretch of one connection's packets, read from the capture as often as it is needed: of a connection of any length
// only what is near the screen is in memory.

import type { Connection, Explained } from '../../trace/reader/connection.ts';
import type { EndIndex } from '../../trace/reader/ends.ts';
import { type KeptPacket, keepPacket } from '../../trace/reader/kept.ts';
import type { SeenPacket } from '../../trace/reader/packets.ts';

/** An end's variables (RFC 9293 §3.3.1) as its segments and those of its peer show them, null: they do not. */
export interface SeenVariables {
  /** Relative to the initial sequence numbers where those were captured, else as on the wire. */
  readonly sndUna: number | null;
  readonly sndNxt: number | null;
  /** Bytes. */
  readonly sndWnd: number | null;
  readonly rcvNxt: number | null;
  readonly rcvWnd: number | null;
  /** SND.NXT - SND.UNA. */
  readonly inFlight: number | null;
}

export interface ShownPacket extends KeptPacket {
  /** Of client and server, just after it was captured. */
  readonly variables: readonly [SeenVariables, SeenVariables];
}

export interface PacketWindow {
  /** Where it begins in the connection, counted from 0. */
  readonly first: number;
  readonly packets: readonly ShownPacket[];
}

/** Of a window: packets, and bytes of them. */
const MAX_PACKETS = 10_000;
const MAX_BYTES = 32 << 20;

type Half = { packets: number; bytes: number };

/** Keeps the packets around one of them, as many before it as after it. */
export class WindowKeeper {
  private readonly around: number;
  private readonly most: Half;
  private packets: ShownPacket[] = [];
  private first = 0;
  private bytes = 0;
  private after: Half = { packets: 0, bytes: 0 };
  private states: KeptPacket['states'] = ['CLOSED', 'LISTEN'];
  private index = 0;

  /** `around`: counted from 0. */
  constructor(around: number, packets = MAX_PACKETS, bytes = MAX_BYTES) {
    this.around = around;
    this.most = { packets: Math.max(1, packets / 2), bytes: bytes / 2 };
  }

  /** No packet that follows would be kept. */
  get isFull(): boolean {
    return this.after.packets >= this.most.packets || this.after.bytes >= this.most.bytes;
  }

  packet(connection: Connection, packet: SeenPacket, explained: Explained): void {
    const index = this.index++;
    const states: KeptPacket['states'] = [explained.states[0], explained.states[1]];
    // A copy of what would be dropped again costs as much as the reading.
    const isFar = index + this.most.packets < this.around;
    if (!isFar && !this.isFull) this.keep(index, connection, packet, explained);
    this.states = states;
  }

  finish(): PacketWindow {
    return { first: this.first, packets: this.packets };
  }

  private keep(index: number, connection: Connection, packet: SeenPacket, explained: Explained): void {
    const { after, most } = this;
    const kept = keepPacket(connection, packet, explained, this.states);
    if (this.packets.length === 0) this.first = index;
    this.packets.push({ ...kept, variables: [variablesOf(connection, 0), variablesOf(connection, 1)] });
    this.bytes += kept.bytes.length;
    if (index >= this.around) {
      after.packets++;
      after.bytes += kept.bytes.length;
      return;
    }
    let dropped = 0;
    while (this.bytes > most.bytes && dropped < this.packets.length - 1) {
      this.bytes -= this.packets[dropped++]!.bytes.length;
    }
    if (dropped > 0) this.packets = this.packets.slice(dropped);
    this.first += dropped;
  }
}

function variablesOf({ directions }: Connection, end: EndIndex): SeenVariables {
  const own = directions[end];
  const peer = directions[end === 0 ? 1 : 0];
  const numbered = (known: boolean, value: number, base: typeof own): number | null =>
    known ? (base.isnKnown ? (value - base.isn) >>> 0 : value >>> 0) : null;
  return {
    sndUna: numbered(peer.ackKnown, peer.highestAck, own),
    sndNxt: numbered(own.nextKnown, own.next, own),
    sndWnd: bytesOf(peer.windowBytes),
    rcvNxt: numbered(own.ackKnown, own.highestAck, peer),
    rcvWnd: bytesOf(own.windowBytes),
    inFlight: peer.ackKnown && own.nextKnown ? Math.max(0, (own.next - peer.highestAck) | 0) : null,
  };
}

const bytesOf = (window: number): number | null => (window < 0 ? null : window);
