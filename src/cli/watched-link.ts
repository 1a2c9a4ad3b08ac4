// The demo's view of its device: it looks at the kernel whenever a packet has passed, and can hold back the
// kernel's first FIN until our side has acted. That is how two closes are made to cross (§3.6, figure 13) over a
// device that is faster than the programs on either side.
import type { Link, LinkReceiver } from '../host/link.ts';
import { Segment } from '../tcp/segment.ts';
import { readSegment } from '../trace/segment-record.ts';
import { Packet } from '../wire/packet.ts';
import { FIN } from '../wire/tcp.ts';

export interface Watcher {
  /** The kernel has just taken a packet, or one of its packets was heard and not answered yet. */
  look(): void;
  /** Called with the kernel's first FIN, which is held back until this has had its effect. Null: no hold. */
  onFin: ((fin: Packet) => void) | null;
}

export class WatchedLink implements Link {
  readonly name: string;
  readonly mtu: number;
  readonly superSegment: number;
  readonly checksumOffload: boolean;
  readonly headroom: number;
  private readonly inner: Link;
  private readonly watcher: Watcher;
  /** Packets in the order of arrival while a FIN is held; null: none is. */
  private held: Packet[] | null = null;
  private readonly scratch = new Segment();

  constructor(inner: Link, watcher: Watcher) {
    this.inner = inner;
    this.watcher = watcher;
    this.name = inner.name;
    this.mtu = inner.mtu;
    this.superSegment = inner.superSegment;
    this.checksumOffload = inner.checksumOffload;
    this.headroom = inner.headroom;
  }

  attach(receiver: LinkReceiver): void {
    this.inner.attach({
      receive: (packet) => this.receive(packet, receiver),
      flush: () => receiver.flush(),
      writable: () => receiver.writable(),
      down: (reason) => receiver.down(reason),
    });
  }

  transmit(packet: Packet): boolean {
    const taken = this.inner.transmit(packet);
    this.watcher.look();
    return taken;
  }

  private receive(packet: Packet, receiver: LinkReceiver): void {
    if (this.held === null && !this.isAwaited(packet)) {
      receiver.receive(packet);
      this.watcher.look();
      return;
    }
    // The bytes are ours to keep (see `LinkReceiver`), their description is not.
    const kept = Object.assign(new Packet(), packet);
    if (this.held === null) this.hold(kept, receiver);
    else this.held.push(kept);
  }

  private isAwaited(packet: Packet): boolean {
    if (this.watcher.onFin === null || readSegment(packet, this.scratch) === null) return false;
    return (this.scratch.flags & FIN) !== 0;
  }

  /** Our side acts outside the device's delivery, and the FIN goes on once what it does has left. */
  private hold(fin: Packet, receiver: LinkReceiver): void {
    const { onFin } = this.watcher;
    this.held = [fin];
    this.watcher.onFin = null;
    setImmediate(() => {
      onFin?.(fin);
      setImmediate(() => {
        const packets = this.held ?? [];
        this.held = null;
        for (const packet of packets) receiver.receive(packet);
        this.watcher.look();
        receiver.flush();
      });
    });
  }
}
