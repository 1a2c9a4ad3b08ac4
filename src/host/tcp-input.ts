// RFC 9293 §3.10.7: an arriving segment finds its connection, or its LISTEN, or is answered with a reset.

import { Connection } from '../tcp/connection.ts';
import { arrivesInListen } from '../tcp/listen.ts';
import type { Parameters } from '../tcp/parameters.ts';
import { resetFor } from '../tcp/reset.ts';
import type { Segment } from '../tcp/segment.ts';
import { add, type Seq } from '../tcp/seq.ts';
import type { OpenOptions } from '../tcp/tcb.ts';
import { Address, type Endpoint, SocketAddress } from '../wire/address.ts';
import { isChecksumValid, pseudoHeaderSumOf } from '../wire/checksum.ts';
import { ECN_MASK, type IpHeader, PROTOCOL_TCP } from '../wire/ip.ts';
import type { Packet } from '../wire/packet.ts';
import { decodeTcp } from '../wire/tcp.ts';
import { admit, cookieIn, mustWait, openFromCookie, sendCookie } from './admission.ts';
import type { Core } from './core.ts';
import type { DropReason } from './counters.ts';
import { fastOpenAnswered, judgeFastOpen } from './fast-open.ts';
import type { Interface } from './interface.ts';
import type { TcpListener } from './listener.ts';
import { applyKnownPathMtu } from './path-mtu.ts';
import { TcpSocket } from './socket.ts';
import { sendReset } from './tcp-output.ts';

export function segmentArrives(
  core: Core,
  via: Interface,
  packet: Packet,
  header: IpHeader,
  now: number,
): DropReason | null {
  const { arriving: seg } = core;
  if (packet.checksum === 'full' && !isIntact(packet, header)) return 'tcp-checksum';
  if (decodeTcp(packet.bytes, header.payloadStart, header.payloadEnd, seg) !== null) return 'tcp-malformed';
  if (seg.sourcePort === 0 || seg.destinationPort === 0) return 'tcp-port-zero';
  seg.segmentSize = packet.segmentSize;
  seg.ecn = header.trafficClass & ECN_MASK;
  const { destination, source } = header;
  const key = core.key.setWords(destination, seg.destinationPort, source, seg.sourcePort);
  const socket = core.sockets.find(key);
  if (socket === null) return withoutConnection(core, via, header, seg, now);
  socket.receivedTrafficClass = header.trafficClass;
  if (socket.observer !== null) socket.observer.packetReceived(core.name, via.link.name, packet, now);
  if (socket.connection.acceptsIncarnation(seg) && reincarnate(core, via, header, seg, socket, now))
    return null;
  const { listener } = socket;
  if (listener !== null && mustWait(listener, socket, seg)) return 'tcp-accept-queue';
  const answersSyn = socket.state === 'SYN-SENT';
  socket.connection.arrives(seg, now);
  if (answersSyn) fastOpenAnswered(core, socket, seg, now);
  if (listener !== null) listener.childArrived(socket);
  core.scheduler.schedule(socket);
  return null;
}

/** §3.1 (MUST-3). */
function isIntact(packet: Packet, header: IpHeader): boolean {
  const { payloadStart, payloadEnd } = header;
  const length = payloadEnd - payloadStart;
  const pseudoHeader = pseudoHeaderSumOf(packet.bytes, packet.start, PROTOCOL_TCP, length);
  return isChecksumValid(packet.bytes, payloadStart, payloadEnd, pseudoHeader);
}

/** §3.10.7.1 CLOSED, and §3.10.7.2 LISTEN. */
function withoutConnection(
  core: Core,
  via: Interface,
  header: IpHeader,
  seg: Segment,
  now: number,
): DropReason | null {
  const listener = core.listeners.find(header.destination, seg.destinationPort);
  if (listener === null) return refuse(core, via, header, seg);
  const verdict = arrivesInListen(seg);
  if (verdict === 'drop') return 'tcp-no-connection';
  if (verdict === 'reset') return ackArrives(core, via, listener, header, seg, now);
  const { local, remote } = endpoints(header, seg);
  const admission = admit(listener);
  if (admission === 'connection') {
    acceptSyn(core, via, header, listener, local, remote, seg, core.isn.next(local, remote, now), now);
    return null;
  }
  if (admission !== 'cookie') return admission;
  sendCookie(core, via, listener, header, seg, local, remote, now);
  return null;
}

/** §3.10.7.1. */
function refuse(core: Core, via: Interface, header: IpHeader, seg: Segment): DropReason {
  if (resetFor(seg, core.leaving)) sendReset(core, via, header, core.leaving);
  return 'tcp-no-connection';
}

/** An ACK for a listener: it brings back a cookie (RFC 4987 §3.6), or is refused. */
function ackArrives(
  core: Core,
  via: Interface,
  listener: TcpListener,
  header: IpHeader,
  seg: Segment,
  now: number,
): DropReason | null {
  const { local, remote } = endpoints(header, seg);
  const mss = cookieIn(core, listener, seg, local, remote, now);
  if (mss === 0) return refuse(core, via, header, seg);
  if (listener.acceptQueueFull) return 'tcp-accept-queue';
  const options = openOptions(core, via, local, remote, add(seg.ack, -1), listener.parameters);
  const socket = new TcpSocket(
    core,
    openFromCookie(core, options, seg, mss, now),
    local,
    remote,
    via,
    listener,
  );
  listener.childOpened(socket);
  addSocket(core, socket, now);
  core.counters.synCookiesAccepted++;
  socket.connection.arrives(seg, now);
  listener.childArrived(socket);
  core.scheduler.schedule(socket);
  return null;
}

/** §3.6.1 (MAY-2), RFC 6191: a new SYN takes the place of a connection in TIME-WAIT, if someone listens. */
function reincarnate(
  core: Core,
  via: Interface,
  header: IpHeader,
  seg: Segment,
  old: TcpSocket,
  now: number,
): boolean {
  const listener = core.listeners.find(header.destination, seg.destinationPort);
  if (listener === null || admit(listener) !== 'connection') return false;
  const { local, remote } = old;
  const iss = takeOver(core, old, core.isn.next(local, remote, now), now);
  acceptSyn(core, via, header, listener, local, remote, seg, iss, now);
  return true;
}

/** The place of a connection in TIME-WAIT is free for the next. Returns an ISS beyond its numbers (RFC 6191 §2). */
export function takeOver(core: Core, old: TcpSocket, isn: Seq, now: number): Seq {
  const iss = old.connection.issBeyond(isn);
  old.connection.giveWay(now);
  core.timers.remove(old);
  core.sockets.remove(old);
  core.scheduler.schedule(old);
  return iss;
}

function acceptSyn(
  core: Core,
  via: Interface,
  header: IpHeader,
  listener: TcpListener,
  local: Endpoint,
  remote: Endpoint,
  seg: Segment,
  iss: Seq,
  now: number,
): void {
  const options = openOptions(core, via, local, remote, iss, listener.parameters);
  const connection = Connection.accept(options, seg, now);
  const socket = new TcpSocket(core, connection, local, remote, via, listener);
  listener.childOpened(socket);
  addSocket(core, socket, now);
  core.records.halfOpened(socket);
  const fastOpen = judgeFastOpen(core, listener, header, seg, now);
  if (fastOpen?.accepted) {
    connection.acceptEarlyData(fastOpen, seg, now);
    listener.childOpenedEarly(socket);
  } else if (fastOpen !== null) connection.useFastOpen(fastOpen);
  core.scheduler.schedule(socket);
}

/** A new connection takes its place in the host. */
export function addSocket(core: Core, socket: TcpSocket, now: number): void {
  core.sockets.add(socket);
  applyKnownPathMtu(core, socket, now);
}

export function openOptions(
  core: Core,
  via: Interface,
  local: Endpoint,
  remote: Endpoint,
  iss: Seq,
  parameters: Parameters,
): OpenOptions {
  return {
    id: ++core.connections,
    local,
    remote,
    iss,
    timestampOffset: core.isn.timestampOffset(local, remote),
    parameters,
    mtu: via.mtu,
    superSegment: via.superSegment,
    probe: core.probe,
  };
}

function endpoints(header: IpHeader, seg: Segment): { local: Endpoint; remote: Endpoint } {
  const { family } = header;
  return {
    local: new SocketAddress(Address.fromWords(family, header.destination), seg.destinationPort),
    remote: new SocketAddress(Address.fromWords(family, header.source), seg.sourcePort),
  };
}
