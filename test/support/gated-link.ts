// A gate on the way between a host and its link. While it is shut, TCP packets of either direction wait at it,
// and a test lets them through one by one: so every state on the way stands still for as long as it is looked at.

import type { Link, LinkReceiver } from '../../src/host/link.ts';
import { Segment } from '../../src/tcp/segment.ts';
import { PROTOCOL_TCP } from '../../src/wire/ip.ts';
import { Packet } from '../../src/wire/packet.ts';
import { printFlags } from '../../src/wire/print.ts';
import { decodeTcp, PSH } from '../../src/wire/tcp.ts';
import { eventually } from './wait.ts';

interface Held {
  readonly packet: Packet;
  /** As packetdrill writes them, PSH left out. */
  readonly flags: string;
}

export class GatedLink implements Link {
  readonly name: string;
  readonly mtu: number;
  readonly superSegment: number;
  readonly checksumOffload: boolean;
  readonly headroom: number;
  private readonly link: Link;
  private receiver: LinkReceiver | null = null;
  private isShut = false;
  private readonly incoming: Held[] = [];
  private readonly outgoing: Held[] = [];

  constructor(link: Link) {
    this.link = link;
    this.name = link.name;
    this.mtu = link.mtu;
    this.superSegment = link.superSegment;
    this.checksumOffload = link.checksumOffload;
    this.headroom = link.headroom;
  }

  attach(receiver: LinkReceiver): void {
    this.receiver = receiver;
    this.link.attach({
      receive: (packet) => this.hold(packet, this.incoming, 0) || receiver.receive(packet),
      flush: () => receiver.flush(),
      writable: () => receiver.writable(),
      down: (reason) => receiver.down(reason),
    });
  }

  transmit(packet: Packet): boolean {
    return this.hold(packet, this.outgoing, this.headroom) || this.link.transmit(packet);
  }

  shut(): void {
    this.isShut = true;
  }

  /** Everything that waits goes through, and all that comes from now on. */
  open(): void {
    this.isShut = false;
    for (const held of this.outgoing.splice(0)) this.pass(held);
    for (const { packet } of this.incoming.splice(0)) this.receiver!.receive(packet);
    this.receiver!.flush();
  }

  /** Lose everything that waits. */
  lose(): void {
    this.incoming.length = 0;
    this.outgoing.length = 0;
  }

  /** Let what the kernel sent through to us, up to the first packet with exactly these flags (PSH aside). */
  async toUs(flags: string): Promise<void> {
    const passing = await this.await(this.incoming, flags, 'kernel');
    for (const { packet } of passing) this.receiver!.receive(packet);
    this.receiver!.flush();
  }

  /** Let what we sent through to the kernel, up to the first packet with exactly these flags (PSH aside). */
  async toKernel(flags: string): Promise<void> {
    for (const held of await this.await(this.outgoing, flags, 'host')) this.pass(held);
  }

  private pass({ packet }: Held): void {
    if (!this.link.transmit(packet)) throw new Error(`${this.name} has no room`);
  }

  private async await(queue: Held[], flags: string, from: string): Promise<Held[]> {
    const count = await eventually(
      () => queue.findIndex((held) => held.flags === flags) + 1 || null,
      () => `a packet ${flags} from the ${from}; at the gate: ${queue.map((held) => held.flags).join(' ')}`,
    );
    return queue.splice(0, count);
  }

  /** False: it goes through. */
  private hold(packet: Packet, queue: Held[], headroom: number): boolean {
    const flags = this.isShut ? tcpFlags(packet) : null;
    if (flags === null) return false;
    const held = new Packet();
    held.bytes = packet.bytes.slice(packet.start - headroom, packet.end);
    held.start = headroom;
    held.end = held.bytes.length;
    held.checksum = packet.checksum;
    held.segmentSize = packet.segmentSize;
    queue.push({ packet: held, flags });
    return true;
  }
}

/** Null: it is no TCP packet. Neither stack sends options or extension headers of IP. */
function tcpFlags({ bytes, start, end }: Packet): string | null {
  const isFour = bytes[start]! >> 4 === 4;
  if (bytes[start + (isFour ? 9 : 6)] !== PROTOCOL_TCP) return null;
  const segment = new Segment();
  const fault = decodeTcp(bytes, start + (isFour ? 20 : 40), end, segment);
  return fault === null ? printFlags(segment.flags & ~PSH) : null;
}
