// A machine on the path that knows the connections: their own segments, changed, with checksums that are right
// again, and ICMP errors that quote them. Connections may fail of it; the hosts may not.

import { expect, test } from 'vitest';
import type { Host } from '../../src/host/host.ts';
import type { Link } from '../../src/host/link.ts';
import type { TcpSocket } from '../../src/host/socket.ts';
import { Prng } from '../../src/lib/prng.ts';
import type { Direction } from '../../src/sim/link-events.ts';
import { type TwoHosts, twoHosts } from '../../src/sim/network.ts';
import { CLOSED, CONNECTED } from '../../src/tcp/notice.ts';
import type { Parameters } from '../../src/tcp/parameters.ts';
import { RFC9293 } from '../../src/tcp/presets.ts';
import { leq } from '../../src/tcp/seq.ts';
import { isRunning, Timer } from '../../src/tcp/timers.ts';
import type { Address } from '../../src/wire/address.ts';
import { foldChecksum, pseudoHeaderSumOf, sumBytes } from '../../src/wire/checksum.ts';
import { PROTOCOL_TCP } from '../../src/wire/ip.ts';
import { Packet } from '../../src/wire/packet.ts';
import { RST } from '../../src/wire/tcp.ts';
import { Draw, seedsOf, verdict } from '../support/seeds.ts';
import { icmpPacket, PEER4, PEER6, refreshIpv4, US4, US6 } from './support.ts';

const SEEDS = seedsOf(0, 150);
const CONNECTIONS = 3;
const MOST_BYTES = 100_000;
/** Every timer there is has run out by then, ms. */
const LIMIT = 3_600_000;
/** Of one host: several times what any of thousands of seeds took. */
const MOST_PACKETS = 4000;
const MOST_STEPS = 100_000;
const CHUNK = new Uint8Array(5000);
/** Nothing is left to do in these but what an application, or a peer that is gone, would have to do. */
const RESTING = new Set(['ESTABLISHED', 'FIN-WAIT-2', 'CLOSE-WAIT']);

/** Sends so many bytes, then ends. What fails, fails. */
class Victim {
  readonly socket: TcpSocket;
  private readonly draw: Draw;
  private readonly isSlow: boolean;
  private left: number;
  private notices: number;
  private isFinished = false;

  constructor(socket: TcpSocket, draw: Draw, notices: number) {
    this.socket = socket;
    this.draw = draw;
    this.isSlow = draw.chance(0.1);
    this.left = draw.below(MOST_BYTES);
    this.notices = notices;
    socket.notify = (news) => {
      this.notices |= news;
      this.work();
    };
  }

  work(): void {
    const { socket } = this;
    if (this.isSlow) socket.receive(CHUNK.length);
    else while (socket.receive() !== null);
    if ((this.notices & CONNECTED) === 0 || (this.notices & CLOSED) !== 0 || socket.state === 'CLOSED')
      return;
    while (this.left > 0) {
      const taken = socket.send(CHUNK.subarray(0, this.left));
      if (taken === 0) return;
      this.left -= taken;
    }
    if (this.isFinished) return;
    this.isFinished = true;
    if (this.draw.chance(0.5)) socket.shutdown();
    else socket.close();
  }
}

/** The machine on the path. */
class Attacker {
  private readonly world: TwoHosts;
  private readonly draw: Draw;
  private readonly rate: number;
  private isSilent = false;
  /** How many packets it leaves alone at first. */
  private mercy: number;

  constructor(world: TwoHosts, draw: Draw) {
    this.world = world;
    this.draw = draw;
    this.rate = draw.of(0.02, 0.1, 0.3);
    this.mercy = draw.of(0, 3, 3);
    world.link.filter = (packet, direction) => (this.sees(packet, direction) ? 'drop' : 'pass');
  }

  /** True: the packet itself is lost. */
  private sees(packet: Packet, direction: Direction): boolean {
    const { draw } = this;
    if (this.isSilent || this.mercy-- > 0 || !draw.chance(this.rate)) return false;
    this.send(this.mutant(packet), direction);
    if (draw.chance(0.1)) this.send(this.icmpError(packet, direction), opposite(direction));
    return draw.chance(0.5);
  }

  private send(packet: Packet, direction: Direction): void {
    const { clock, link } = this.world;
    const end: Link = direction === 'a->b' ? link.a : link.b;
    const transmit = (): void => {
      this.isSilent = true;
      end.transmit(packet);
      this.isSilent = false;
    };
    clock.alarm(transmit, clock.now() + this.draw.below(50));
  }

  private mutant({ bytes, start, end, segmentSize }: Packet): Packet {
    const { draw } = this;
    const copy = bytes.slice(start, end);
    const tcp = copy[0]! >> 4 === 4 ? 20 : 40;
    for (let changes = 1 + draw.below(3); changes > 0; changes--) this.change(copy, tcp);
    refreshChecksums(copy);
    const mutant = packetOf(draw.chance(0.1) ? copy.slice(0, draw.below(copy.length)) : copy);
    mutant.checksum = draw.of(
      'full',
      'full',
      this.world.link.checksumOffload ? 'partial' : 'full',
      'verified',
    );
    mutant.segmentSize = draw.chance(0.2) ? draw.below(1440) : segmentSize;
    return mutant;
  }

  private change(bytes: Uint8Array, tcp: number): void {
    const { draw } = this;
    const byte = draw.below(256);
    const kind = draw.of<'number' | 'flags' | 'window' | 'options' | 'offset' | 'urgent' | 'any'>(
      ...(['number', 'number', 'flags', 'flags', 'options', 'options'] as const),
      ...(['window', 'offset', 'urgent', 'any'] as const),
    );
    if (kind === 'number') this.move(bytes, tcp + draw.of(4, 8));
    else if (kind === 'flags') bytes[tcp + 13] = draw.chance(0.3) ? byte : byte & ~RST;
    else if (kind === 'window') bytes.set([draw.of(0, 0, 255), draw.of(0, 1, 255)], tcp + 14);
    else if (kind === 'options' && bytes.length > tcp + 20) {
      bytes[tcp + 20 + draw.below(Math.min(40, bytes.length - tcp - 20))] = byte;
    } else if (kind === 'offset') bytes[tcp + 12] = byte;
    else if (kind === 'urgent') bytes.set([byte, draw.below(256)], tcp + 18);
    else bytes[draw.below(bytes.length)] = byte;
  }

  /** Move a sequence number: a little, about a segment, out of the window, to the other side of the circle. */
  private move(bytes: Uint8Array, at: number): void {
    const by = this.draw.of(1, -1, 100, -100, 1460, -1460, 65_536, 2 ** 30, 2 ** 31 - 1, 2 ** 31);
    const view = new DataView(bytes.buffer);
    view.setUint32(at, view.getUint32(at) + by);
  }

  /** From where the packet was going, to where it came from: too big, or unreachable. */
  private icmpError({ bytes, start, end }: Packet, direction: Direction): Packet {
    const { draw } = this;
    const isFour = bytes[start]! >> 4 === 4;
    const [client, server] = isFour ? [US4, PEER4] : [US6, PEER6];
    const [from, to]: readonly Address[] = direction === 'a->b' ? [server, client] : [client, server];
    const quote = bytes.slice(start, Math.min(end, start + 28 + draw.below(60)));
    const isTooBig = draw.chance(0.7);
    const type = isFour ? 3 : isTooBig ? 2 : 1;
    const code = isFour ? (isTooBig ? 4 : draw.below(16)) : 0;
    const mtu = isTooBig ? draw.of(0, 1, 67, 68, 576, 1280, 1281, 1400, 1499, 1500, 65_535) : 0;
    return packetOf(icmpPacket(from!, to!, type, code, mtu, quote));
  }
}

const opposite = (direction: Direction): Direction => (direction === 'a->b' ? 'b->a' : 'a->b');

function packetOf(bytes: Uint8Array): Packet {
  const packet = new Packet();
  packet.bytes = bytes;
  packet.end = bytes.length;
  return packet;
}

/** Make lengths and checksums right, as far as the packet still has them. */
function refreshChecksums(bytes: Uint8Array): void {
  const version = bytes[0]! >> 4;
  const tcp = version === 4 ? (bytes[0]! & 15) * 4 : 40;
  if ((version !== 4 && version !== 6) || tcp < 20 || bytes.length < tcp + 20) return;
  const view = new DataView(bytes.buffer);
  if (version === 4) {
    view.setUint16(2, bytes.length);
    refreshIpv4(bytes);
  } else view.setUint16(4, bytes.length - tcp);
  if (bytes[version === 4 ? 9 : 6] !== PROTOCOL_TCP) return;
  view.setUint16(tcp + 16, 0);
  const pseudoHeader = pseudoHeaderSumOf(bytes, 0, PROTOCOL_TCP, bytes.length - tcp);
  view.setUint16(tcp + 16, foldChecksum(sumBytes(bytes, tcp, bytes.length, pseudoHeader)));
}

function drawParameters(draw: Draw): Parameters {
  return {
    ...RFC9293,
    msl: 1000,
    congestionControl: draw.of('cubic', 'reno'),
    receiveBuffer: draw.of(1000, 5000, 65_536, 1 << 20),
    sendBuffer: 65_536,
    delayedAck: draw.of(0, 200),
    timestamps: draw.chance(0.5),
    sack: draw.chance(0.5),
    windowScaling: draw.chance(0.5),
    keepAlive: draw.chance(0.3),
    keepAliveIdle: 5000,
    fastOpenWithoutCookie: draw.of('never', 'both'),
  };
}

/** What is wrong with a connection; null = nothing. */
function faultOfSocket({ connection, waiting, scheduled }: TcpSocket): string | null {
  const { tcb } = connection;
  const { snd, rcv, parameters } = tcb;
  if (!leq(snd.una, snd.nxt)) return 'SND.UNA lies beyond SND.NXT';
  if (!leq(rcv.nxt, rcv.edge)) return 'RCV.NXT lies beyond the window';
  const readable = rcv.queue?.length ?? 0;
  if (readable > parameters.receiveBuffer + (1 << rcv.scale)) return `${readable} bytes wait to be read`;
  if (connection.sendQueue > parameters.sendBuffer) return `${connection.sendQueue} bytes wait to be sent`;
  const hasTimer = isRunning(tcb, Timer.retransmission) || isRunning(tcb, Timer.persist);
  const isDone = tcb.state === 'CLOSED' || waiting || scheduled;
  return snd.una === snd.nxt || hasTimer || isDone
    ? null
    : `something in flight in ${tcb.state}, and no timer`;
}

function faultOf(hosts: readonly Host[]): string | null {
  for (const host of hosts) {
    if (host.counters.packetsSent > MOST_PACKETS) return `a storm: ${host.counters.packetsSent} packets`;
    for (const socket of host.sockets()) {
      const fault = faultOfSocket(socket);
      if (fault !== null) return fault;
    }
  }
  return null;
}

/** Connections between the hosts, both ends of which send and end. */
function populate({ client, server }: TwoHosts, address: Address, draw: Draw): Victim[] {
  const victims: Victim[] = [];
  const listener = server.listen({ port: 80, backlog: 4, fastOpenQueue: 2 });
  listener.notify = () => {
    for (let child = listener.accept(); child !== null; child = listener.accept()) {
      const victim = new Victim(child, draw, CONNECTED);
      victims.push(victim);
      victim.work();
    }
  };
  for (let i = 0; i < CONNECTIONS; i++) {
    const fastOpen = { data: CHUNK.subarray(0, draw.of(0, 100, 5000)) };
    victims.push(new Victim(client.connect({ address, port: 80, fastOpen }), draw, 0));
  }
  return victims;
}

function run(seed: number): string | null {
  const draw = new Draw(new Prng(seed));
  const world = twoHosts({
    seed,
    delay: draw.of(1, 20),
    superSegment: draw.of(1500, 65_535),
    checksumOffload: draw.chance(0.3),
    host: { parameters: drawParameters(draw) },
  });
  new Attacker(world, draw);
  const { clock, client, server } = world;
  const victims = populate(world, draw.of(PEER4, PEER6), draw);
  for (let steps = 0; clock.next() < LIMIT; steps++) {
    if (steps > MOST_STEPS) return `${steps} steps and no end at ${clock.now()} ms`;
    clock.step();
    if (steps % 2 === 0) for (const victim of victims) victim.work();
    const fault = faultOf([client, server]);
    if (fault !== null) return `${fault}, at ${clock.now()} ms`;
  }
  const stuck = [...client.sockets(), ...server.sockets()].filter(({ state }) => !RESTING.has(state));
  return stuck.length === 0 ? null : `stuck: ${JSON.stringify(stuck.map((socket) => socket.info()))}`;
}

test('segments of live connections, changed and forged: nothing is thrown, stuck or unbounded', () => {
  for (const seed of SEEDS) expect(...verdict(seed, run)).toBeNull();
}, 120_000);
