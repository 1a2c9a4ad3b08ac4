// Hears the observer seam of one or more hosts and makes one ordered stream of trace events of it.

import type { HostProbe } from '../host/probe.ts';
import type { Packet } from '../wire/packet.ts';
import { ConnectionDirectory } from './connections.ts';
import type { TraceEvent, TraceListener } from './events.ts';
import { describePacket, HostRecorder, type Unstamped } from './host-recorder.ts';

/** Events kept unless another number is given. */
const KEPT = 10_000;

/** What is needed of a link's event: see `LinkEvent`. */
export interface WatchedEvent {
  /** `lost` is what matters here. */
  readonly kind: string;
  readonly link: string;
  readonly direction: 'a->b' | 'b->a';
  /** Milliseconds. */
  readonly at: number;
  readonly reason: string | null;
  readonly packet: Packet;
}

/** A link that says what becomes of its packets, such as `MemoryLink`. */
export interface WatchableLink<E extends WatchedEvent> {
  /** Called for each event, by the link. */
  observer: ((event: E) => void) | null;
}

/** Makes one ordered stream of events of what hosts and links do, keeps the latest, and tells listeners. */
export class Recorder {
  /** Events no longer kept because there were more than `limit`. */
  forgotten = 0;
  private readonly limit: number;
  private readonly kept: TraceEvent[] = [];
  private readonly listeners = new Set<TraceListener>();
  private readonly directory = new ConnectionDirectory();
  private lastId = 0;

  /**
   * Keeps the latest `limit` events (default 10,000, some megabytes; up to twice as many are in memory);
   * 0: none, they are for the listeners alone; Infinity: all.
   */
  constructor(limit = KEPT) {
    this.limit = limit;
  }

  /** The events kept, oldest first. */
  get events(): readonly TraceEvent[] {
    return this.kept.slice(-this.limit);
  }

  /** Hear every event from now on. Returns how to stop. */
  listen(listener: TraceListener): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  /** The probe to give to the host of this name. */
  probeFor(host: string): HostProbe {
    return new HostRecorder(host, this.directory, (event) => this.emit(event));
  }

  /**
   * Hear of the packets that `link` loses, so that a trace shows where they end; `ends` are the names of the
   * hosts at either end. An observer that the link has hears on. Returns how to stop.
   */
  watch<E extends WatchedEvent>(
    link: WatchableLink<E>,
    ends: { readonly a: string; readonly b: string },
  ): () => void {
    const { observer } = link;
    let watching = true;
    link.observer = (event) => {
      observer?.(event);
      if (!watching || event.kind !== 'lost') return;
      const sender = event.direction === 'a->b' ? ends.a : ends.b;
      this.packetLost(sender, event.link, event.packet, event.reason ?? 'lost', event.at);
    };
    return () => {
      watching = false;
    };
  }

  /** As `watch` does it by itself: a link lost a packet that `host` had sent; `reason` in the link's words. */
  packetLost(host: string, link: string, packet: Packet, reason: string, now: number): void {
    const { connection, segment } = describePacket(packet, this.directory);
    const bytes = packet.end - packet.start;
    this.emit({ t: now, host, connection, kind: 'packet-lost', link, bytes, reason, segment });
  }

  /** A packet for `host` is kept waiting on its link, so that something else happens first: the `reason`. */
  packetHeld(host: string, link: string, packet: Packet, reason: string, now: number): void {
    const { connection, segment } = describePacket(packet, this.directory);
    const bytes = packet.end - packet.start;
    this.emit({ t: now, host, connection, kind: 'packet-held', link, bytes, reason, segment });
  }

  private emit(unstamped: Unstamped<TraceEvent>): void {
    this.lastId += 1;
    const event = { id: this.lastId, ...unstamped } as TraceEvent;
    if (this.limit > 0) this.keep(event);
    for (const listener of this.listeners) listener(event);
  }

  /** Twice the limit is held before half of it goes, so that each event costs the same. */
  private keep(event: TraceEvent): void {
    this.kept.push(event);
    if (this.kept.length > this.limit) this.forgotten += 1;
    if (this.kept.length >= 2 * this.limit) this.kept.splice(0, this.kept.length - this.limit);
  }
}
