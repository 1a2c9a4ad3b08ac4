// One host: links with their addresses, and the TCP connections over them. RFC 9293 §3.9 is what it offers above
// and what it needs below.

import { checkOptions, invalidType } from '../lib/check.ts';
import { TcpError } from '../tcp/errors.ts';
import { checkParameters } from '../tcp/parameter-check.ts';
import type { Parameters } from '../tcp/parameters.ts';
import { RFC9293 } from '../tcp/presets.ts';
import { Address, Prefix } from '../wire/address.ts';
import { ICMP_HEADER_LENGTH, ICMP4, ICMP6 } from '../wire/icmp.ts';
import { type Clock, checkClock } from './clock.ts';
import { Core } from './core.ts';
import type { HostCounters } from './counters.ts';
import type { EchoReply } from './echo.ts';
import { planFastOpen } from './fast-open.ts';
import { checkFastOpenKey } from './fast-open-keys.ts';
import { sendIcmp } from './icmp-output.ts';
import { Interface } from './interface.ts';
import { packetArrives } from './ip-input.ts';
import { checkLimits, DEFAULT_LIMITS, type HostLimits } from './limits.ts';
import { checkLink, type Link } from './link.ts';
import type { TcpListener } from './listener.ts';
import { type ConnectOptions, connect, type ListenOptions, listen, sourceFor } from './open.ts';
import { checkProbe, type HostProbe } from './probe.ts';
import type { TcpSocket } from './socket.ts';

/** What a host is made of. */
export interface HostOptions {
  /** Names the host to an observer. */
  readonly name: string;
  readonly clock: Clock;
  /** As many unpredictable bytes as it is asked for. Called while the host is made, and not again. */
  readonly random: (bytes: number) => Uint8Array;
  readonly parameters?: Parameters;
  readonly probe?: HostProbe | null;
  readonly limits?: Partial<HostLimits>;
  /** Of this host's Fast Open cookies, 16 bytes, or 32 with the one before it; by default random, and rotated. */
  readonly fastOpenKey?: Uint8Array | null;
}

/** How an interface differs from one on a wire. */
export interface InterfaceOptions {
  /**
   * The link brings back what it is given and nothing else (RFC 1122 §3.2.1.3 (g)). Loopback addresses may be given,
   * and every address in the prefixes is the host's own: `127.0.0.1/8` takes in 127.0.0.2. They may be those of
   * another interface, too. Default false.
   */
  readonly loopback?: boolean;
}

/** What `ping` sends, and who hears of the answer. */
export interface PingOptions {
  /** Data bytes of the request, by default 56. */
  readonly size?: number;
  /** Called once for each answer. */
  readonly onReply: (reply: EchoReply) => void;
}

const HOST_OPTIONS: Readonly<Record<keyof HostOptions, true>> = {
  name: true,
  clock: true,
  random: true,
  parameters: true,
  probe: true,
  limits: true,
  fastOpenKey: true,
};
const INTERFACE_OPTIONS: Readonly<Record<keyof InterfaceOptions, true>> = { loopback: true };
const PING_OPTIONS: Readonly<Record<keyof PingOptions, true>> = { size: true, onReply: true };

/** Bytes. */
const LARGEST_PACKET = 65_535;
/** What fits in an IPv4 packet with an IP and an ICMP header. */
const LARGEST_PING = LARGEST_PACKET - 20 - ICMP_HEADER_LENGTH;

/** One host: its interfaces, routes, ICMP and TCP. It does nothing by itself: links, calls and its clock move it. */
export class Host {
  private readonly core: Core;
  private closed = false;

  /** @throws TcpError EINVAL for limits that cannot be kept, TypeError with a code for options that are none. */
  constructor(options: HostOptions) {
    checkHostOptions(options);
    const { name, clock, random, parameters = RFC9293, probe = null, fastOpenKey = null } = options;
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    checkLimits(limits);
    this.core = new Core(name, clock, random, parameters, probe, limits, fastOpenKey);
  }

  /** As observers are told it. */
  get name(): string {
    return this.core.name;
  }

  /** Of connections and listeners that are not given others. */
  get parameters(): Parameters {
    return this.core.parameters;
  }

  /** They go on counting: what is read is what is so far. */
  get counters(): HostCounters {
    return this.core.counters;
  }

  /** Those that are up, in the order in which they were added. */
  get interfaces(): readonly Interface[] {
    return this.core.interfaces;
  }

  /**
   * Send and receive over `link` under these addresses, whose networks are reached over it.
   * @throws TcpError EINVAL, EADDRINUSE; TypeError with a code for what is no link or no prefix
   */
  addInterface(
    link: Link,
    addresses: readonly (Prefix | string)[],
    options: InterfaceOptions = {},
  ): Interface {
    this.refuseIfClosed();
    checkOptions('addInterface', options, INTERFACE_OPTIONS);
    checkLink(link);
    const prefixes = Prefix.all(addresses, 'addresses');
    const { core } = this;
    for (const { address } of prefixes) {
      if (options.loopback !== true && core.interfaces.some((other) => other.has(address))) {
        throw new TcpError('EADDRINUSE', `${address} is the address of another interface`);
      }
    }
    const via = new Interface(core, link, prefixes, options.loopback === true);
    link.attach({
      receive: (packet) => packetArrives(core, via, packet),
      flush: () => core.scheduler.flush(),
      writable: () => core.scheduler.resume(via),
      down: (reason) => this.interfaceDown(via, reason),
    });
    if (!via.up) return via;
    core.interfaces.push(via);
    for (const prefix of prefixes) core.routes.add(prefix, via, null);
    return via;
  }

  /** Its connections fail with ENETDOWN; what still arrives there is dropped. */
  removeInterface(via: Interface): void {
    if (this.core.interfaces.includes(via))
      this.interfaceDown(via, new Error(`${via.link.name} was removed`));
  }

  /** Connections to addresses in `prefix` leave by `via`; a longer prefix goes before a shorter one. */
  addRoute(prefix: Prefix | string, via: Interface, gateway: Address | string | null = null): void {
    if (!this.core.interfaces.includes(via)) {
      throw new TcpError('EINVAL', `${via.link.name} is no interface of ${this.name}`);
    }
    const hop = gateway === null ? null : Address.from(gateway, 'gateway');
    this.core.routes.add(Prefix.from(prefix), via, hop);
  }

  /** §3.9.1.1 passive OPEN. @throws TcpError EINVAL, EADDRINUSE, EADDRNOTAVAIL; TypeError with a code */
  listen(options: ListenOptions): TcpListener {
    this.refuseIfClosed();
    return listen(this.core, options);
  }

  /**
   * §3.9.1.1 active OPEN.
   * @throws TcpError EINVAL, EADDRINUSE, EADDRNOTAVAIL, ENETUNREACH; TypeError with a code
   */
  connect(options: ConnectOptions): TcpSocket {
    this.refuseIfClosed();
    return connect(this.core, options);
  }

  /**
   * Whether `connect` with `fastOpen` could put text into its SYN to `address` now: the server's cookie is known, or
   * none is called for (RFC 7413 §4.2.1).
   * @throws TcpError EINVAL
   */
  hasFastOpenCookie(address: Address | string, parameters: Parameters = this.core.parameters): boolean {
    const { core } = this;
    const plan = planFastOpen(core, Address.from(address), parameters, LARGEST_PACKET, core.clock.now());
    return plan !== null && plan.room > 0;
  }

  /** Every connection that is not CLOSED, TIME-WAIT and those not accepted yet included. */
  *sockets(): Iterable<TcpSocket> {
    const { records, sockets } = this.core;
    for (const row of sockets.numbers()) {
      const socket = records.look(row);
      if (socket !== null) yield socket;
    }
  }

  /** Every listener that is not closed. */
  listeners(): Iterable<TcpListener> {
    return this.core.listeners;
  }

  /**
   * RFC 7413 §4.1.2: make Fast Open cookies with `key` from now on, 16 bytes; those made with the key before it are
   * still good. 32 bytes: with the first half; those of the second half are still good.
   * @throws TcpError EINVAL; TypeError ERR_INVALID_ARG_TYPE
   */
  setFastOpenKey(key: Uint8Array): void {
    checkFastOpenKey(key);
    this.core.setFastOpenKey(key);
  }

  /** Send an ICMP echo request; no answer, no call. @throws TcpError EINVAL, ENETUNREACH; TypeError with a code */
  ping(to: Address | string, options: PingOptions): void {
    this.refuseIfClosed();
    checkOptions('ping', options, PING_OPTIONS);
    const { core } = this;
    const { size = 56, onReply } = options;
    if (typeof onReply !== 'function') throw invalidType('onReply', 'a function', onReply);
    const address = Address.from(to);
    if (!Number.isInteger(size) || size < 0 || size > LARGEST_PING) {
      throw new TcpError('EINVAL', `an echo request carries 0 to ${LARGEST_PING} bytes, not ${size}`);
    }
    const { via, local } = sourceFor(core, address, null);
    const source = new Int32Array(4);
    const destination = new Int32Array(4);
    local.toWords(source);
    address.toWords(destination);
    for (let i = 0; i < size; i++) core.scratch[ICMP_HEADER_LENGTH + i] = i;
    const word = core.echoes.request(address, onReply, core.clock.now());
    const type = address.family === 4 ? ICMP4.ECHO : ICMP6.ECHO_REQUEST;
    sendIcmp(core, via, address.family, source, destination, type, 0, word, size);
    core.scheduler.serveReplies();
  }

  /** Reset every connection, and send and receive no more. Applications are told before it returns. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    const { core } = this;
    for (const listener of core.listeners) listener.close();
    const now = core.clock.now();
    for (const row of core.sockets.numbers()) {
      if (core.records.endUnheard(row)) continue;
      const socket = core.records.at(row);
      socket.connection.abort(now);
      core.scheduler.schedule(socket);
    }
    core.scheduler.flush();
    for (const via of [...core.interfaces]) this.interfaceDown(via, new Error(`${this.name} was closed`));
    core.fragments.clear();
    core.pathMtus.clear();
    core.pathMtuNews.clear();
    core.scheduler.flush();
  }

  /**
   * Stop as when the power fails: nobody is told, here or there, and nothing is sent, received or timed any more.
   * Its sockets stay as they were at that moment, to be looked at and not to be called.
   */
  halt(): void {
    this.closed = true;
    for (const via of this.core.interfaces) via.shut();
    this.core.scheduler.halt();
  }

  private interfaceDown(via: Interface, reason: Error): void {
    const { core } = this;
    if (!via.up) return;
    via.shut();
    core.routes.removeAll(via);
    const at = core.interfaces.indexOf(via);
    if (at >= 0) core.interfaces.splice(at, 1);
    const now = core.clock.now();
    for (const row of core.sockets.numbers()) {
      if (core.records.viaOf(row) !== via || core.records.endUnheard(row)) continue;
      core.records.at(row).fail('ENETDOWN', now);
    }
    if (via.notify !== null) via.notify(reason);
    core.scheduler.flush();
  }

  private refuseIfClosed(): void {
    if (this.closed) throw new TcpError('ERR_CLOSED', `${this.name} is closed`);
  }
}

function checkHostOptions(options: HostOptions): void {
  checkOptions('Host', options, HOST_OPTIONS);
  const { name, clock, random, parameters = RFC9293, probe = null, limits = {} } = options;
  const { fastOpenKey = null } = options;
  if (typeof name !== 'string') throw invalidType('name', 'a string', name);
  checkClock(clock);
  if (typeof random !== 'function') throw invalidType('random', 'a function', random);
  checkParameters(parameters);
  if (probe !== null) checkProbe(probe);
  checkOptions('limits', limits, DEFAULT_LIMITS);
  if (fastOpenKey !== null) checkFastOpenKey(fastOpenKey);
}
