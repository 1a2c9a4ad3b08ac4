// RFC 1122 §3.3.1: a link and our addresses on it. Packets are taken under the strong end-system model: what
// arrives here must be for an address of this interface.

import { TcpError } from '../tcp/errors.ts';
import type { Address, Endpoint, Prefix } from '../wire/address.ts';
import { Packet } from '../wire/packet.ts';
import type { Core } from './core.ts';
import type { Link } from './link.ts';
import { MIN_PATH_MTU_IPV6 } from './pmtu.ts';
import { ReplyQueue } from './reply-queue.ts';
import type { TcpSocket } from './socket.ts';

/** RFC 791 §3.2: what every link carries. */
const MIN_MTU_IPV4 = 68;
const MAX_PACKET = 65_535;
/** IPv6 and TCP with every option: a buffer holds that, however small the link's packets are. */
const LONGEST_HEADERS = 128;

/** A link of a host, and the addresses it has there; it has come from `Host.addInterface`. */
export class Interface {
  readonly link: Link;
  readonly prefixes: readonly Prefix[];
  /** Largest IP packet on the wire, bytes. */
  readonly mtu: number;
  /** Largest IP packet that the link takes, bytes. */
  readonly superSegment: number;
  /** Nothing leaves the host here and nothing comes in: every address in the prefixes is ours, at both ends. */
  readonly loopback: boolean;
  /** ICMP messages and resets that wait to leave here. */
  readonly replies: ReplyQueue;
  /** Sockets that have something to send as soon as the link takes packets again. */
  readonly waiting: TcpSocket[] = [];
  /** The link has no room: `writable` will come. */
  busy = false;
  /** False once the link is gone or the interface was removed. */
  up = true;
  /** Called once when it is. */
  notify: ((reason: Error) => void) | null = null;
  private readonly core: Core;
  private readonly broadcasts: readonly Address[];
  /** The segment under construction; if `holding`, the link has not taken it yet. */
  private readonly outgoing = new Packet();
  private readonly reply = new Packet();
  private holding = false;
  private lastLocal: Endpoint | null = null;

  /** @throws TcpError EINVAL for addresses that no host can have, or a link too small for their family. */
  constructor(core: Core, link: Link, prefixes: readonly Prefix[], loopback = false) {
    checkPrefixes(link, prefixes, loopback);
    this.core = core;
    this.link = link;
    this.prefixes = [...prefixes];
    this.loopback = loopback;
    this.mtu = Math.min(link.mtu, MAX_PACKET);
    this.superSegment = Math.min(Math.max(link.superSegment, link.mtu), MAX_PACKET);
    this.replies = new ReplyQueue(core.limits.replyBytes, link.headroom);
    this.broadcasts = prefixes.map((prefix) => prefix.broadcast()).filter((address) => address !== null);
  }

  /** Whether a decoded header's address is ours. */
  isOwn(words: Int32Array): boolean {
    for (const prefix of this.prefixes) {
      if (this.loopback ? prefix.matches(words) : prefix.address.matches(words)) return true;
    }
    return false;
  }

  /** `local`, or the object that said the same before: the connections to one port of ours have it in common. */
  endpoint(local: Endpoint): Endpoint {
    const { lastLocal } = this;
    const same =
      lastLocal !== null && lastLocal.port === local.port && lastLocal.address.equals(local.address);
    if (!same) this.lastLocal = local;
    return same ? lastLocal : local;
  }

  /** Whether `address` is ours here. */
  has(address: Address): boolean {
    return this.prefixes.some((prefix) =>
      this.loopback ? prefix.contains(address) : prefix.address.equals(address),
    );
  }

  /** Whether a decoded header's address is a directed broadcast here (RFC 1122 §3.2.1.3). */
  isBroadcast(words: Int32Array): boolean {
    for (const address of this.broadcasts) if (address.matches(words)) return true;
    return false;
  }

  /** The packet to build a segment in, its bytes as large as the link takes; null: the link has no room. */
  open(): Packet | null {
    if (this.busy || !this.up) return null;
    const packet = this.outgoing;
    const { headroom } = this.link;
    if (packet.bytes.length === 0) {
      packet.bytes = new Uint8Array(headroom + Math.max(this.superSegment, LONGEST_HEADERS));
    }
    packet.start = headroom;
    return packet;
  }

  /** Send the packet that `open` returned. It is kept if the link has no room for it now. */
  send(now: number): void {
    this.holding = !this.transmit(this.outgoing, now);
  }

  /** Send what waits here, as far as the link takes it; true: something left. */
  sendReplies(now: number): boolean {
    const { replies, reply } = this;
    let sent = false;
    while (!replies.isEmpty && !this.busy && this.up) {
      replies.peek(reply);
      if (!this.transmit(reply, now)) return sent;
      replies.shift();
      sent = true;
    }
    return sent;
  }

  /** The link takes packets again: send the one that was kept. */
  resume(now: number): void {
    this.busy = false;
    if (this.holding) this.holding = !this.transmit(this.outgoing, now);
  }

  /** Nothing goes in or out here any more. */
  shut(): void {
    this.up = false;
    this.holding = false;
    this.replies.clear();
    this.waiting.length = 0;
  }

  private transmit(packet: Packet, now: number): boolean {
    const { core, link } = this;
    const { counters, probe } = core;
    if (!link.transmit(packet)) {
      this.busy = true;
      counters.linkBusy++;
      return false;
    }
    counters.packetsSent++;
    counters.bytesSent += packet.end - packet.start;
    if (probe !== null) probe.packetSent(core.name, link.name, packet, now);
    return true;
  }
}

function checkPrefixes(link: Link, prefixes: readonly Prefix[], loopback: boolean): void {
  if (link.mtu < MIN_MTU_IPV4) {
    throw new TcpError('EINVAL', `${link.name}: an MTU of ${link.mtu} is too small for IP`);
  }
  for (const { address } of prefixes) {
    if (address.family === 6 && link.mtu < MIN_PATH_MTU_IPV6) {
      throw new TcpError(
        'EINVAL',
        `${link.name}: IPv6 needs an MTU of ${MIN_PATH_MTU_IPV6}, not ${link.mtu}`,
      );
    }
    if (!isUnicast(address) && !(loopback && address.isLoopback)) {
      throw new TcpError('EINVAL', `${address} cannot be the address of an interface`);
    }
  }
}

/** An address that a host on a wire can have and be reached by. */
export function isUnicast(address: Address): boolean {
  return !(
    address.isUnspecified ||
    address.isLoopback ||
    address.isMulticast ||
    address.isLimitedBroadcast ||
    address.isMapped
  );
}
