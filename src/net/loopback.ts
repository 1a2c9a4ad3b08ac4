// The network in the process: one host, and a link that brings back what it is given (RFC 1122 §3.2.1.3 (g)).
// 127.0.0.0/8 and ::1 are ours; nothing comes from outside, and nothing gets there.

import { randomBytes } from 'node:crypto';
import { Host, type HostOptions } from '../host/host.ts';
import type { Link, LinkReceiver } from '../host/link.ts';
import { NodeClock } from '../node/clock.ts';
import type { Parameters } from '../tcp/parameters.ts';
import { LINUX } from '../tcp/presets.ts';
import { Address } from '../wire/address.ts';
import { Packet } from '../wire/packet.ts';
import type { ConnectRequest, ListenRequest, NetHost, PassiveTransport, Transport } from './transport.ts';

const LARGEST_PACKET = 65_535;
/** Packets under way at most; what one turn of the event loop delivers. */
const QUEUE = 4096;
const ADDRESSES = ['127.0.0.1/8', '::1/128'];

/** MSL: a packet is under way for a turn of the event loop, so that TIME-WAIT need not hold ports for a minute. */
const PARAMETERS: Parameters = { ...LINUX, msl: 500 };

/** Delivers in the next turn of the event loop, all that was sent in this one at once. */
export class LoopbackLink implements Link {
  readonly name = 'lo';
  readonly mtu = LARGEST_PACKET;
  readonly superSegment = LARGEST_PACKET;
  readonly checksumOffload = true;
  readonly headroom = 0;
  private receiver: LinkReceiver | null = null;
  private queue: Packet[] = [];
  private full = false;

  attach(receiver: LinkReceiver): void {
    this.receiver = receiver;
  }

  transmit(packet: Packet): boolean {
    if (this.queue.length >= QUEUE) {
      this.full = true;
      return false;
    }
    const copy = new Packet();
    copy.bytes = packet.bytes.slice(packet.start, packet.end);
    copy.end = copy.bytes.length;
    copy.checksum = packet.checksum;
    copy.segmentSize = packet.segmentSize;
    if (this.queue.push(copy) === 1) setImmediate(() => this.deliver());
    return true;
  }

  private deliver(): void {
    const { full, queue, receiver } = this;
    this.queue = [];
    this.full = false;
    if (receiver === null) return;
    for (const packet of queue) receiver.receive(packet);
    receiver.flush();
    if (full) receiver.writable();
  }
}

/** A host of its own with a loopback, on Node's clock, which does not keep the process running. */
export function loopbackHost(options: Partial<Omit<HostOptions, 'clock' | 'random'>> = {}): Host {
  const clock = new NodeClock();
  clock.unref();
  const host = new Host({
    name: 'localhost',
    parameters: PARAMETERS,
    ...options,
    clock,
    random: randomBytes,
  });
  host.addInterface(new LoopbackLink(), ADDRESSES, { loopback: true });
  return host;
}

let common: Host | null = null;

/** The host of `synfin/net` itself, made when it is first asked for: its sockets, listeners and counters. */
export function defaultHost(): Host {
  common ??= loopbackHost();
  return common;
}

const LOOPBACK4 = Address.from('127.0.0.1');
const LOOPBACK6 = Address.from('::1');

/** The default host, not made before it is needed. As in Linux, "any address" as a destination is the loopback. */
export const DEFAULT_HOST: NetHost = {
  parameters: PARAMETERS,
  connect(request: ConnectRequest): Transport {
    const { address } = request;
    if (!address.isUnspecified) return defaultHost().connect(request);
    return defaultHost().connect({ ...request, address: address.family === 4 ? LOOPBACK4 : LOOPBACK6 });
  },
  listen: (request: ListenRequest): PassiveTransport => defaultHost().listen(request),
};
