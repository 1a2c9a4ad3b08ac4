// A link at whose other end a million peers stand, none of which costs memory but two numbers: they open a
// connection, close when they are closed, ask, and acknowledge what is answered.

import { Host } from '../src/host/host.ts';
import type { Link, LinkReceiver } from '../src/host/link.ts';
import { Prng } from '../src/lib/prng.ts';
import { VirtualClock } from '../src/sim/clock.ts';
import { LINUX } from '../src/tcp/presets.ts';
import { Segment } from '../src/tcp/segment.ts';
import { decodeIpv4, Ipv4Header } from '../src/wire/ipv4.ts';
import type { Packet } from '../src/wire/packet.ts';
import { ACK, decodeTcp, FIN, PSH, SYN } from '../src/wire/tcp.ts';
import { Forge, ipv4 } from './forge.ts';

const SERVER = ipv4(10, 0, 0, 1);
const FIRST = ipv4(10, 1, 0, 0);
/** Connections of one address. */
const PORTS = 50_000;
const FIRST_PORT = 1024;
export const CROWD_PORT = 80;
export const QUESTION = 64;

export class Crowd implements Link {
  readonly name = 'crowd';
  readonly mtu = 1500;
  readonly superSegment = 1500;
  readonly checksumOffload = true;
  readonly headroom = 0;
  /** The peers do not answer: what they opened stays half open. */
  silent = false;
  /** Segments that came from the host. */
  received = 0;
  private readonly forge = new Forge(SERVER, CROWD_PORT);
  private readonly header = new Ipv4Header();
  private readonly segment = new Segment();
  /** By connection: what it sends next, and what it expects next. */
  private readonly next: Int32Array;
  private readonly expected: Int32Array;
  /** Connections that owe the host a segment, and its flags. */
  private readonly owing: number[] = [];
  private readonly owed: number[] = [];
  private receiver: LinkReceiver | null = null;

  constructor(connections: number) {
    this.next = new Int32Array(connections);
    this.expected = new Int32Array(connections);
  }

  attach(receiver: LinkReceiver): void {
    this.receiver = receiver;
  }

  transmit(packet: Packet): boolean {
    const { header, segment: seg } = this;
    this.received += 1;
    if (this.silent) return true;
    decodeIpv4(packet.bytes, packet.start, packet.end, header, false);
    decodeTcp(packet.bytes, header.payloadStart, header.payloadEnd, seg);
    const i = ((header.destination[3] as number) - FIRST) * PORTS + seg.destinationPort - FIRST_PORT;
    this.next[i] = seg.ack;
    this.expected[i] = seg.seq + seg.len;
    if (seg.len === 0) return true;
    this.owing.push(i);
    this.owed.push((seg.flags & FIN) !== 0 ? FIN | ACK : ACK);
    return true;
  }

  open(i: number): void {
    this.send(i, SYN, 0);
    this.settle();
  }

  ask(i: number): void {
    this.send(i, ACK | PSH, QUESTION);
    this.settle();
  }

  private settle(): void {
    const { owing, owed } = this;
    this.receiver?.flush();
    while (owing.length > 0) {
      while (owing.length > 0) this.send(owing.pop() as number, owed.pop() as number, 0);
      this.receiver?.flush();
    }
  }

  private send(i: number, flags: number, length: number): void {
    const source = FIRST + Math.floor(i / PORTS);
    const ack = (flags & SYN) !== 0 ? 0 : (this.expected[i] as number);
    const packet = this.forge.write(
      source,
      FIRST_PORT + (i % PORTS),
      this.next[i] as number,
      ack,
      flags,
      length,
    );
    packet.checksum = 'verified';
    this.receiver?.receive(packet);
  }
}

/** A host with the crowd before it. Time stands still unless the clock is moved. */
export function hostBefore(crowd: Crowd, timeWaitEntries: number) {
  const clock = new VirtualClock();
  const prng = new Prng(1);
  const random = (bytes: number): Uint8Array => Uint8Array.from({ length: bytes }, () => prng.uint32());
  const host = new Host({ name: 'server', clock, random, parameters: LINUX, limits: { timeWaitEntries } });
  host.addInterface(crowd, ['10.0.0.1/8']);
  return { host, clock };
}
