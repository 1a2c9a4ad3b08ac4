// One direction of a memory link: the sender's queue, the wire with its impairments, the arrivals.
//
// A packet that is offered goes, in this order: MTU - cut - filter - queue - line - loss on the wire - delay.

import type { Clock } from '../host/clock.ts';
import type { LinkReceiver } from '../host/link.ts';
import { checkFinite, coded } from '../lib/check.ts';
import type { Prng } from '../lib/prng.ts';
import { type TimerEntry, TimerQueue } from '../lib/timer-queue.ts';
import { markCongestion } from '../wire/ip.ts';
import { Packet } from '../wire/packet.ts';
import { Dice, type Impairments, impaired } from './faults.ts';
import {
  type Direction,
  type LinkEvent,
  type LinkFilter,
  type LinkObserver,
  type LossReason,
  type PathCounters,
  pathCounters,
  type Verdict,
} from './link-events.ts';
import { completeChecksum, cutSegment, headersLength } from './offload.ts';
import { TransmitQueue } from './queue.ts';
import { Slab } from './slab.ts';

/** What both directions of a link share. */
export interface Wire {
  readonly clock: Clock;
  readonly name: string;
  readonly mtu: number;
  readonly superSegment: number;
  readonly superSegments: 'whole' | 'cut';
  readonly checksumOffload: boolean;
  filter: LinkFilter | null;
  observer: LinkObserver | null;
}

/** Whoever stands at one end of a path. */
export interface End {
  receiver: LinkReceiver | null;
}

/** A packet on its way, in a buffer of its own. */
class Flight extends Packet implements TimerEntry {
  deadline = Infinity;
  heapIndex = -1;
  order = 0;
  index = 0;
}

const NO_BYTES = new Uint8Array(0);
/** Descriptions of packets kept for the next ones; the bytes are never kept. */
const MAX_SPARE = 1024;

export class Path {
  readonly direction: Direction;
  readonly counters: PathCounters = pathCounters();
  private readonly wire: Wire;
  private readonly from: End;
  private readonly to: End;
  private readonly dice: Dice;
  private readonly queue = new TransmitQueue();
  private readonly flights = new TimerQueue<Flight>();
  private readonly spare: Flight[] = [];
  private readonly slab = new Slab();
  private readonly segment = new Packet();
  private odds: Impairments;
  /** Why everything is lost at present, if it is. */
  private severed: 'cut' | 'removed' | null = null;
  /** The sender was told no, and waits for `writable`. */
  private refused = false;
  /** No packet may arrive before this one, but those that are held back. */
  private lastArrival = -Infinity;
  /** What the alarm of `arrive` is set to. */
  private armed = Infinity;

  constructor(direction: Direction, wire: Wire, from: End, to: End, prng: Prng, odds: Impairments) {
    this.direction = direction;
    this.wire = wire;
    this.from = from;
    this.to = to;
    this.dice = new Dice(prng);
    this.odds = odds;
    this.queue.configure(odds.rate, odds.queueBytes, odds.queuePackets, wire.clock.now());
  }

  get impairments(): Impairments {
    return this.odds;
  }

  /** Packets that were taken and have not arrived: in the queue, on the line, on the way. */
  get inFlight(): number {
    return this.flights.size;
  }

  get isCut(): boolean {
    return this.severed !== null;
  }

  /** Change some impairments from the next packet on. @throws TypeError, RangeError */
  set(changes: Partial<Impairments>): void {
    this.odds = impaired(this.odds, changes);
    const { rate, queueBytes, queuePackets } = this.odds;
    const now = this.wire.clock.now();
    this.queue.configure(rate, queueBytes, queuePackets, now);
    if (this.refused) this.wire.clock.alarm(this.makeRoom, now);
  }

  /** Nothing gets through until `restore`. What is queued or on its way is lost. */
  cut(): void {
    if (this.severed === null) this.sever('cut');
  }

  restore(): void {
    if (this.severed === 'cut') this.severed = null;
  }

  /** As `cut`, for ever. */
  remove(): void {
    this.sever('removed');
  }

  /** `Link.transmit`. */
  transmit(packet: Packet): boolean {
    const now = this.wire.clock.now();
    const headers = packet.segmentSize > 0 ? headersLength(packet) : 0;
    const size = this.sizeOnWire(packet, headers);
    if (this.odds.queueFull === 'refuse' && this.severed === null && !this.queue.hasRoom(size, now)) {
      this.refused = true;
      this.wire.clock.alarm(this.makeRoom, this.queue.nextRoom(now));
      return false;
    }
    if (packet.checksum === 'partial' && !this.wire.checksumOffload) {
      const message = `link ${this.wire.name} completes no checksums: it was given a packet with a partial one`;
      throw coded(new Error(message), 'ERR_CHECKSUM_OFFLOAD');
    }
    if (this.wire.superSegments === 'cut' && headers > 0 && size > 0) this.offerCut(packet, headers, now);
    else this.offer(packet, size, now);
    return true;
  }

  /**
   * Bytes that the packet takes on the wire, where a super-segment is the segments it stands for; 0 if it
   * does not fit.
   */
  private sizeOnWire(packet: Packet, headers: number): number {
    const size = packet.end - packet.start;
    const text = size - headers;
    const { segmentSize } = packet;
    if (headers === 0 || text <= segmentSize) return size <= this.wire.mtu ? size : 0;
    if (size > this.wire.superSegment || headers + segmentSize > this.wire.mtu) return 0;
    return text + headers * Math.ceil(text / segmentSize);
  }

  private offerCut(packet: Packet, headers: number, now: number): void {
    const { segment } = this;
    const text = packet.end - packet.start - headers;
    if (segment.bytes.length < this.wire.mtu) segment.bytes = new Uint8Array(this.wire.mtu);
    let offset = 0;
    do {
      cutSegment(packet, headers, offset, segment);
      this.offer(segment, segment.end, now);
      offset += packet.segmentSize;
    } while (offset < text);
  }

  private offer(packet: Packet, size: number, now: number): void {
    const index = this.counters.offered++;
    this.dice.roll(this.odds);
    const verdict = this.judge(packet, index);
    const refusal = this.refusal(size, verdict, now);
    if (refusal !== null) {
      this.report('sent', packet, index, Infinity, null);
      this.lose(packet, index, refusal);
      return;
    }
    const marked = this.dice.marked || this.queue.waitingPackets(now) > this.odds.markAbove;
    const departure = this.queue.push(size, now);
    if (this.dice.lost || this.dice.burstLost) {
      this.report('sent', packet, index, Infinity, null);
      this.lose(packet, index, this.dice.lost ? 'loss' : 'burst-loss');
      return;
    }
    this.send(packet, index, departure, verdict, marked);
  }

  private judge(packet: Packet, index: number): Verdict {
    if (this.wire.filter === null) return 'pass';
    const verdict: unknown = this.wire.filter(packet, this.direction, index);
    if (verdict === 'pass' || verdict === 'drop' || verdict === 'duplicate' || verdict === 'corrupt') {
      return verdict;
    }
    if (typeof verdict !== 'object' || verdict === null || !('delay' in verdict)) {
      const message = `a filter must return 'pass', 'drop', 'duplicate', 'corrupt' or { delay }`;
      throw coded(new TypeError(message), 'ERR_INVALID_ARG_VALUE');
    }
    checkFinite('delay of a filter', verdict.delay, 0);
    return verdict as { readonly delay: number };
  }

  /** Why the packet does not even leave, if it does not. */
  private refusal(size: number, verdict: Verdict, now: number): LossReason | null {
    if (size === 0) return 'too-big';
    if (this.severed !== null) return this.severed;
    if (verdict === 'drop') return 'filter';
    // A queue that refuses has said yes to the whole super-segment, so that it takes every piece of it.
    if (this.odds.queueFull === 'drop' && !this.queue.hasRoom(size, now)) return 'queue-full';
    return null;
  }

  private send(packet: Packet, index: number, departure: number, verdict: Verdict, marked: boolean): void {
    const held = this.dice.heldBack + (typeof verdict === 'object' ? verdict.delay : 0);
    const inOrder = Math.max(departure + this.odds.delay + this.dice.jitter, this.lastArrival);
    if (held === 0) this.lastArrival = inOrder;
    const due = inOrder + held;
    this.report('sent', packet, index, due, null);
    if (held > 0) {
      this.counters.delayed++;
      this.report('delayed', packet, index, due, null);
    }
    const flight = this.launch(packet, index, due);
    if (marked && markCongestion(flight.bytes, flight.start, flight.end)) {
      this.counters.marked++;
      this.report('marked', flight, index, due, null);
    }
    if (this.dice.corrupted || verdict === 'corrupt') this.corrupt(flight, due);
    if (this.dice.duplicated || verdict === 'duplicate') {
      this.counters.duplicated++;
      this.report('duplicated', packet, index, due, null);
      const again = this.launch(packet, index, due);
      if (marked) markCongestion(again.bytes, again.start, again.end);
    }
    this.arm();
  }

  /** Put a copy of the packet on the wire: the sender uses its buffer again. */
  private launch(packet: Packet, index: number, due: number): Flight {
    const flight = this.spare.pop() ?? new Flight();
    this.slab.copy(packet, flight);
    flight.index = index;
    this.flights.set(flight, due);
    return flight;
  }

  private corrupt(flight: Flight, due: number): void {
    // A checksum that the card would compute is computed before the wire can do harm.
    if (flight.checksum !== 'full') completeChecksum(flight);
    const bit = this.dice.bit(flight.end - flight.start);
    flight.bytes[flight.start + (bit >> 3)]! ^= 0x80 >> (bit & 7);
    this.counters.corrupted++;
    this.report('corrupted', flight, flight.index, due, null);
  }

  /** Deliver all that has arrived by now, then flush once. */
  private readonly arrive = (): void => {
    const { receiver } = this.to;
    const now = this.wire.clock.now();
    this.armed = Infinity;
    try {
      for (let flight = this.flights.takeDue(now); flight !== null; flight = this.flights.takeDue(now)) {
        this.deliver(flight, receiver);
      }
    } finally {
      this.arm();
    }
    if (receiver !== null) receiver.flush();
  };

  /** Set again only if it changes: setting an alarm again would put it behind others of the same instant. */
  private arm(): void {
    const next = this.flights.next();
    if (next === this.armed) return;
    this.armed = next;
    this.wire.clock.alarm(this.arrive, next);
  }

  private deliver(flight: Flight, receiver: LinkReceiver | null): void {
    if (receiver === null) {
      this.lose(flight, flight.index, 'unattached');
    } else {
      this.counters.delivered++;
      this.report('delivered', flight, flight.index, this.wire.clock.now(), null);
      receiver.receive(flight);
    }
    this.release(flight);
  }

  private readonly makeRoom = (): void => {
    if (!this.refused) return;
    this.refused = false;
    this.from.receiver?.writable();
  };

  private sever(why: 'cut' | 'removed'): void {
    this.severed = why;
    const now = this.wire.clock.now();
    for (
      let flight = this.flights.takeDue(Infinity);
      flight !== null;
      flight = this.flights.takeDue(Infinity)
    ) {
      this.lose(flight, flight.index, why);
      this.release(flight);
    }
    this.queue.clear(now);
    this.lastArrival = -Infinity;
    this.arm();
    if (why === 'removed') this.refused = false;
    if (this.refused) this.wire.clock.alarm(this.makeRoom, now);
  }

  private release(flight: Flight): void {
    flight.bytes = NO_BYTES;
    if (this.spare.length < MAX_SPARE) this.spare.push(flight);
  }

  private lose(packet: Packet, index: number, reason: LossReason): void {
    this.counters.lost[reason]++;
    this.report('lost', packet, index, Infinity, reason);
  }

  private report(
    kind: LinkEvent['kind'],
    packet: Packet,
    index: number,
    due: number,
    reason: LossReason | null,
  ): void {
    const { observer, name, clock } = this.wire;
    if (observer === null) return;
    observer({ kind, link: name, direction: this.direction, index, at: clock.now(), due, reason, packet });
  }
}
