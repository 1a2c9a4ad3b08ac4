// RFC 9293 §3.9.1.1 OPEN: what may be opened, between which addresses, over which interface, from which port.

import { checkOptions, invalidType, isBytes } from '../lib/check.ts';
import { Connection } from '../tcp/connection.ts';
import { TcpError } from '../tcp/errors.ts';
import { checkParameters } from '../tcp/parameter-check.ts';
import type { Parameters } from '../tcp/parameters.ts';
import { Address, SocketAddress } from '../wire/address.ts';
import type { Core } from './core.ts';
import { FlowKey } from './demux.ts';
import { planFastOpen } from './fast-open.ts';
import { type Interface, isUnicast } from './interface.ts';
import { checkBacklog, checkFastOpenQueue, TcpListener } from './listener.ts';
import { combined } from './observers.ts';
import { checkProbe, type HostProbe } from './probe.ts';
import { sourceAddress } from './routes.ts';
import { checkHopLimit, HOP_LIMIT, TcpSocket, trafficClassOf } from './socket.ts';
import { addSocket, openOptions, takeOver } from './tcp-input.ts';

/** What a passive OPEN asks for (§3.9.1.1). */
export interface ListenOptions {
  /** 0: any that is free. */
  readonly port: number;
  /** Null, the default: every address of the host, of both families. */
  readonly address?: Address | string | null;
  /** With no address: of this family only; null, the default: of both. */
  readonly family?: 4 | 6 | null;
  /**
   * No other listener may have the port under an address in common with it, as Linux has it: without, one that names
   * an address comes before one for any. Default false.
   */
  readonly exclusive?: boolean;
  /** How many connections may be half open, and how many may wait to be accepted; by default 511 each. */
  readonly backlog?: number;
  readonly parameters?: Parameters;
  /** TTL or hop limit, 1 to 255, from the SYN,ACK on (MUST-49); by default 64. */
  readonly hopLimit?: number;
  /** Differentiated services codepoint, 0 to 63, from the SYN,ACK on (MUST-48); by default 0. */
  readonly diffserv?: number;
  /**
   * RFC 7413 §5.1: connections that may be open early, by a Fast Open cookie, before the handshake is complete;
   * beyond that, and for 0, the default, all complete it first.
   */
  readonly fastOpenQueue?: number;
  /**
   * A connection that ended before it was accepted is accepted all the same, with its text and its error, as Linux
   * has it; by default it is gone.
   */
  readonly keepEnded?: boolean;
}

/** RFC 7413. */
export interface FastOpenOptions {
  /**
   * To be sent at once: in the SYN as far as a cookie and room for it are known, else behind the handshake. It is
   * taken as `send` would take it (`sendQueue` says how much of it), by reference. The server may see it twice.
   */
  readonly data?: Uint8Array;
}

/** What an active OPEN asks for (§3.9.1.1). */
export interface ConnectOptions {
  /** An address or its text: `10.0.0.2`, `fd00::2`. Names are not looked up. */
  readonly address: Address | string;
  readonly port: number;
  /** By default the host chooses (MUST-43, MUST-44). */
  readonly localAddress?: Address | string;
  /** By default, and for 0, the host chooses (RFC 6056). */
  readonly localPort?: number;
  readonly parameters?: Parameters;
  /** TTL or hop limit, 1 to 255, from the SYN on (MUST-49); by default 64. */
  readonly hopLimit?: number;
  /** Differentiated services codepoint, 0 to 63, from the SYN on (MUST-48); by default 0. */
  readonly diffserv?: number;
  /** They hear what this connection does, and of its packets, beside the probe of the host; see `TcpSocket.observe`. */
  readonly observers?: readonly HostProbe[];
  /** Use TCP Fast Open: ask the server for a cookie, or use the one it gave before. */
  readonly fastOpen?: FastOpenOptions;
}

const LISTEN_OPTIONS: Readonly<Record<keyof ListenOptions, true>> = {
  port: true,
  address: true,
  backlog: true,
  parameters: true,
  hopLimit: true,
  diffserv: true,
  fastOpenQueue: true,
  family: true,
  exclusive: true,
  keepEnded: true,
};
const CONNECT_OPTIONS: Readonly<Record<keyof ConnectOptions, true>> = {
  address: true,
  port: true,
  localAddress: true,
  localPort: true,
  parameters: true,
  hopLimit: true,
  diffserv: true,
  observers: true,
  fastOpen: true,
};
const FAST_OPEN_OPTIONS: Readonly<Record<keyof FastOpenOptions, true>> = { data: true };

const DEFAULT_BACKLOG = 511;

export function listen(core: Core, options: ListenOptions): TcpListener {
  checkOptions('listen', options, LISTEN_OPTIONS);
  const { backlog = DEFAULT_BACKLOG, parameters = core.parameters, fastOpenQueue = 0 } = options;
  const address = optionalAddress(options.address, 'address');
  const family = address === null ? (options.family ?? null) : address.family;
  if (family !== null && family !== 4 && family !== 6) throw invalidType('family', '4, 6 or null', family);
  checkPort('port', options.port, 0);
  checkBacklog(backlog);
  checkFastOpenQueue(fastOpenQueue);
  if (parameters !== core.parameters) checkParameters(parameters);
  const hopLimit = checkHopLimit(options.hopLimit ?? HOP_LIMIT);
  const trafficClass = trafficClassOf(options.diffserv ?? 0);
  if (address !== null) ownerOf(core, address);
  const port = options.port === 0 ? freePort(core) : options.port;
  if (core.listeners.isTaken(address, family, port, options.exclusive === true)) {
    throw new TcpError('EADDRINUSE', `port ${port} is being listened on already`);
  }
  const listener = new TcpListener(core, { address, port }, backlog, parameters, fastOpenQueue, family);
  listener.hopLimit = hopLimit;
  listener.trafficClass = trafficClass;
  listener.keepEnded = options.keepEnded === true;
  core.listeners.add(listener);
  return listener;
}

export function connect(core: Core, options: ConnectOptions): TcpSocket {
  checkOptions('connect', options, CONNECT_OPTIONS);
  const { port, localPort = 0, parameters = core.parameters, observers = [] } = options;
  const address = Address.from(options.address);
  checkPort('port', port, 1);
  checkPort('localPort', localPort, 0);
  if (options.fastOpen !== undefined) checkFastOpen(options.fastOpen);
  for (const observer of observers) checkProbe(observer);
  if (parameters !== core.parameters) checkParameters(parameters);
  const hopLimit = checkHopLimit(options.hopLimit ?? HOP_LIMIT);
  const trafficClass = trafficClassOf(options.diffserv ?? 0);
  const wanted = optionalAddress(options.localAddress, 'localAddress');
  const { via, local: localAddress } = sourceFor(core, address, wanted);
  const remote = new SocketAddress(address, port);
  const now = core.clock.now();
  const { chosen, old } = choosePort(core, localAddress, remote, localPort, parameters, now);
  const local = new SocketAddress(localAddress, chosen);
  const isn = core.isn.next(local, remote, now);
  const iss = old === null ? isn : takeOver(core, old, isn, now);
  const opened = openOptions(core, via, local, remote, iss, parameters);
  const probe = combined(core.probe, ...observers);
  const connection = Connection.connect({ ...opened, probe }, now);
  const socket = new TcpSocket(core, connection, local, remote, via, null);
  for (const observer of observers) socket.observe(observer);
  socket.hopLimit = hopLimit;
  socket.trafficClass = trafficClass;
  addSocket(core, socket, now);
  if (options.fastOpen !== undefined) useFastOpen(core, socket, options.fastOpen, now);
  core.scheduler.serve(socket);
  return socket;
}

/**
 * Our port, and the connection in TIME-WAIT that has it still and may give way; null: none has it.
 * @throws TcpError EADDRINUSE, EADDRNOTAVAIL
 */
function choosePort(
  core: Core,
  local: Address,
  remote: SocketAddress,
  wanted: number,
  parameters: Parameters,
  now: number,
): { readonly chosen: number; readonly old: TcpSocket | null } {
  const { address, port } = remote;
  const key = new FlowKey();
  /** The row of the connection that has it; -1: none has. */
  const holder = (candidate: number): number =>
    core.sockets.rowOf(key.set({ local: { address: local, port: candidate }, remote }));
  const reuses = parameters.timeWaitReuse && parameters.timestamps;
  const isReusable = (old: number): boolean => reuses && old >= 0 && core.records.isReusable(old, now);
  // On a loopback, a connection from the port that it goes to would be with itself.
  const toItself = local.equals(address);
  const isOurs = (candidate: number): boolean =>
    (toItself && candidate === port) || core.listeners.covers(local, candidate);
  const pick = (suits: (old: number) => boolean): number =>
    core.ports.pick(local, address, port, (candidate) => !isOurs(candidate) && suits(holder(candidate)));
  let chosen = wanted === 0 ? pick((old) => old < 0) : wanted;
  // One that is free goes before one in TIME-WAIT.
  if (chosen === 0 && reuses) chosen = pick(isReusable);
  if (chosen === 0)
    throw new TcpError('EADDRNOTAVAIL', `every port is in use towards ${address} port ${port}`);
  const old = holder(chosen);
  if (old < 0) return { chosen, old: null };
  if (isReusable(old)) return { chosen, old: core.records.at(old) };
  throw new TcpError('EADDRINUSE', `port ${chosen} has a connection to ${address} port ${port} already`);
}

/** RFC 7413 §4.2: the SYN is due, and has not left. */
function useFastOpen(
  core: Core,
  { connection, remote }: TcpSocket,
  options: FastOpenOptions,
  now: number,
): void {
  const { parameters, pathMtu } = connection.tcb;
  const plan = planFastOpen(core, remote.address, parameters, pathMtu, now);
  if (plan !== null) connection.useFastOpen(plan);
  if (options.data !== undefined) connection.send(options.data, now);
}

function checkFastOpen(options: FastOpenOptions): void {
  checkOptions('fastOpen', options, FAST_OPEN_OPTIONS);
  if (options.data !== undefined && !isBytes(options.data)) {
    throw invalidType('fastOpen.data', 'a Uint8Array', options.data);
  }
}

/** The interface and our address for talking to `address`. @throws TcpError EINVAL, EADDRNOTAVAIL, ENETUNREACH */
export function sourceFor(
  core: Core,
  address: Address,
  wanted: Address | null,
): { via: Interface; local: Address } {
  checkRemote(core, address);
  if (wanted !== null && wanted.family !== address.family) {
    throw new TcpError('EINVAL', `${wanted} cannot talk to ${address}`);
  }
  const owner = wanted === null ? null : ownerOf(core, wanted);
  const route = core.routes.find(address, owner);
  const local = route === null ? null : (wanted ?? sourceAddress(route, address));
  if (route === null || local === null) throw new TcpError('ENETUNREACH', `no route to ${address}`);
  return { via: route.via, local };
}

/** MUST-46. A host talks to itself over a loopback, or not at all. */
function checkRemote(core: Core, address: Address): void {
  const words = new Int32Array(4);
  address.toWords(words);
  const broadcast = core.interfaces.some((via) => via.isBroadcast(words));
  const own = core.interfaces.find((via) => via.has(address)) ?? null;
  if (broadcast || (own === null ? !isUnicast(address) : !own.loopback)) {
    throw new TcpError('EINVAL', `${address} is not the address of another host`);
  }
}

function ownerOf(core: Core, address: Address): Interface {
  const owner = core.interfaces.find((via) => via.has(address));
  if (owner === undefined) throw new TcpError('EADDRNOTAVAIL', `${address} is not an address of this host`);
  return owner;
}

function checkPort(name: string, port: unknown, least: number): void {
  if (typeof port !== 'number') throw invalidType(name, 'a number', port);
  if (!Number.isInteger(port) || port < least || port > 65_535) {
    throw new TcpError('EINVAL', `a port is ${least} to 65535, not ${port}`);
  }
}

function optionalAddress(value: Address | string | null | undefined, name: string): Address | null {
  return value === null || value === undefined ? null : Address.from(value, name);
}

/** An ephemeral port for a listener: one that no listener has under any address. */
function freePort(core: Core): number {
  const { firstEphemeralPort: first, lastEphemeralPort: last } = core.limits;
  const count = last - first + 1;
  const start = core.random.below(count);
  for (let i = 0; i < count; i++) {
    const port = first + ((start + i) % count);
    if (!core.listeners.hasPort(port)) return port;
  }
  throw new TcpError('EADDRNOTAVAIL', 'every port is being listened on');
}
