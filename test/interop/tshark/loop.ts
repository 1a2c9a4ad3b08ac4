// The kernel talking to itself over a bad line, captured: what it sends to the peer's address leaves by a TUN device,
// crosses an impaired link, and comes back with source and destination swapped, so that it is peer of itself. No
// checksum changes with that, and nothing but Linux's TCP is in the capture.

import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { NodeClock } from '../../../src/node/clock.ts';
import { openTun, type TunDevice } from '../../../src/node/tun.ts';
import type { Impairments } from '../../../src/sim/faults.ts';
import { createLink, type MemoryLink } from '../../../src/sim/link.ts';
import { Packet } from '../../../src/wire/packet.ts';
import { interfaceBlock, packetBlock, sectionHeaderBlock } from '../../../src/wire/pcapng.ts';
import { SYN } from '../../../src/wire/tcp.ts';

export interface LoopOptions {
  /** Tells devices that are open at once apart. */
  readonly number: number;
  readonly seed: number;
  readonly family?: 4 | 6;
  /** With super-segments, which the line cuts behind the capture. */
  readonly vnet?: boolean;
  /** The end at which packets are captured (default: the client's). */
  readonly at?: 'client' | 'server';
  readonly faults?: Partial<Impairments>;
  /** SYNs offer no SACK (without `vnet`). */
  readonly noSack?: boolean;
  /** Frames that the capture misses. */
  readonly misses?: (index: number, direction: 'in' | 'out') => boolean;
}

const SACK_PERMITTED = 4;

/** Where each packet goes is told by the port: servers have the lower ones. */
const FIRST_CLIENT_PORT = 20_000;

export class KernelLoop {
  readonly line: MemoryLink;
  private readonly device: TunDevice;
  private readonly blocks: Uint8Array[] = [sectionHeaderBlock('synfin'), interfaceBlock('loop')];
  private readonly copy = new Packet();
  private readonly peer: string;
  private readonly port: number;
  private readonly captured: 'a' | 'b';
  private readonly noSack: boolean;
  private readonly misses: NonNullable<LoopOptions['misses']>;
  private frames = 0;
  private readonly servers: Server[] = [];
  private readonly sockets = new Set<Socket>();

  constructor({ number, seed, family = 4, vnet = false, at = 'client', faults = {}, ...rest }: LoopOptions) {
    const [own, peer] =
      family === 4
        ? [`10.91.${number}.1/24`, `10.91.${number}.2`]
        : [`fd91:${number}::1/64`, `fd91:${number}::2`];
    this.peer = peer!;
    this.port = 3000 + number;
    this.captured = at === 'client' ? 'a' : 'b';
    this.noSack = rest.noSack ?? false;
    this.misses = rest.misses ?? (() => false);
    this.device = openTun({ name: `syn-t${number}`, addresses: [own!], vnet });
    const { name, mtu, superSegment, checksumOffload, headroom } = this.device;
    this.line = createLink({
      ...{ ...faults, clock: new NodeClock(), seed, name, mtu, superSegment, checksumOffload },
      superSegments: 'cut',
    });
    this.copy.bytes = new Uint8Array(headroom + superSegment);
    this.attach();
  }

  /** A server, whose connections are given to `serve`. */
  async listen(serve: (socket: Socket) => void, options: { allowHalfOpen?: boolean } = {}): Promise<number> {
    const server = createServer(options, (socket) => {
      this.keep(socket);
      serve(socket);
    });
    this.servers.push(server);
    server.listen(this.port);
    await once(server, 'listening');
    return this.port;
  }

  connect(port: number, options: { allowHalfOpen?: boolean; localPort?: number } = {}): Socket {
    const socket = connect({ host: this.peer, port, ...options });
    this.keep(socket);
    return socket;
  }

  /** The pcapng file so far. */
  get capture(): Uint8Array {
    return Buffer.concat(this.blocks);
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    for (const server of this.servers) server.close();
    this.line.remove(new Error('closed'));
    this.device.close();
  }

  /** Their errors belong to the scenario: connections are cut and reset on purpose. */
  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.sockets.delete(socket));
  }

  private attach(): void {
    const { a, b } = this.line;
    const quiet = { flush: () => {}, writable: () => {}, down: () => {} };
    this.device.attach({
      ...quiet,
      receive: (packet) => {
        if (this.noSack) withoutSack(packet);
        const from = portsOf(packet)[0] >= FIRST_CLIENT_PORT ? 'a' : 'b';
        if (from === this.captured) this.record(packet, 'out');
        (from === 'a' ? a : b).transmit(packet);
      },
    });
    for (const [end, link] of [['a', a] as const, ['b', b] as const]) {
      link.attach({ ...quiet, receive: (packet) => this.deliver(packet, end) });
    }
  }

  private deliver(packet: Packet, end: 'a' | 'b'): void {
    const { copy, device } = this;
    copy.bytes.set(packet.bytes.subarray(packet.start, packet.end), device.headroom);
    copy.start = device.headroom;
    copy.end = device.headroom + packet.end - packet.start;
    copy.checksum = packet.checksum;
    copy.segmentSize = packet.segmentSize;
    swapAddresses(copy);
    if (end === this.captured) this.record(copy, 'in');
    device.transmit(copy);
  }

  private record({ bytes, start, end }: Packet, direction: 'in' | 'out'): void {
    if (this.misses(this.frames++, direction)) return;
    const time = performance.timeOrigin + performance.now();
    this.blocks.push(packetBlock({ interfaceId: 0, time, direction, comment: '' }, bytes, start, end));
  }
}

/** The option becomes two NOPs, and the checksum follows (RFC 1624). */
function withoutSack({ bytes, start }: Packet): void {
  const tcp = start + ((bytes[start]! & 15) << 2);
  if (bytes[start]! >> 4 !== 4 || (bytes[tcp + 13]! & SYN) === 0) return;
  const end = tcp + ((bytes[tcp + 12]! >> 4) << 2);
  for (let at = tcp + 20; at < end && bytes[at] !== 0; at += bytes[at] === 1 ? 1 : bytes[at + 1]!) {
    if (bytes[at] !== SACK_PERMITTED) continue;
    const odd = (at - tcp) % 2 === 1;
    const change = odd ? 0x0300 + 0x0001 : 0x0301;
    bytes.fill(1, at, at + 2);
    const sum = ((bytes[tcp + 16]! << 8) | bytes[tcp + 17]!) + change;
    const folded = (sum & 0xffff) + (sum >> 16);
    bytes[tcp + 16] = folded >> 8;
    bytes[tcp + 17] = folded;
  }
}

const isV4 = ({ bytes, start }: Packet): boolean => bytes[start]! >> 4 === 4;

/** Of neighbour discovery too, where they mean nothing. */
function portsOf(packet: Packet): [number, number] {
  const { bytes, start } = packet;
  const at = start + (isV4(packet) ? (bytes[start]! & 15) << 2 : 40);
  return [(bytes[at]! << 8) | bytes[at + 1]!, (bytes[at + 2]! << 8) | bytes[at + 3]!];
}

function swapAddresses(packet: Packet): void {
  const [at, length] = isV4(packet) ? [12, 4] : [8, 16];
  const first = packet.start + at;
  const source = packet.bytes.slice(first, first + length);
  packet.bytes.copyWithin(first, first + length, first + 2 * length);
  packet.bytes.set(source, first + length);
}
