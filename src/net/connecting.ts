// What connect(options) asks for, checked; and one attempt at it, with the errors that node:net would give.

import type { BlockList, LookupFunction } from 'node:net';
import type { HostProbe } from '../host/probe.ts';
import { checkParameters } from '../tcp/parameter-check.ts';
import type { Parameters } from '../tcp/parameters.ts';
import { Address } from '../wire/address.ts';
import { unmapped } from './address-info.ts';
import {
  checkBoolean,
  checkFunction,
  checkNumber,
  checkPort,
  checkPositiveInt32,
  isPort,
  missingPort,
  type Options,
} from './arguments.ts';
import { hostPortError, invalidType, type SystemError } from './errors.ts';
import {
  getDefaultAutoSelectFamily,
  getDefaultAutoSelectFamilyAttemptTimeout,
  BlockList as NativeBlockList,
} from './native.ts';
import { familyNumber, invalidAddress, type ResolveOptions } from './resolve.ts';
import { codeOf, type NetHost, type Transport, type TransportOptions } from './transport.ts';

/** Beyond node:net: how the connection is to behave, from its first segment on. */
export interface StackOptions {
  /** What differs from the host's parameters: congestion control, buffers, timers... */
  readonly parameters?: Partial<Parameters> | undefined;
  /** TTL or hop limit, 1 to 255. */
  readonly hopLimit?: number | undefined;
  /** Differentiated services codepoint, 0 to 63. */
  readonly diffserv?: number | undefined;
}

/** As Node has it for the time between two attempts. */
const SHORTEST_ATTEMPT = 10;

export interface Destination extends ResolveOptions {
  readonly port: number;
  readonly localAddress: Address | null;
  readonly localPort: number;
  /** Addresses of both families are tried, each for `attemptTimeout` milliseconds (RFC 8305 §5). */
  readonly autoSelectFamily: boolean;
  readonly attemptTimeout: number;
  readonly transport: TransportOptions;
  /** As the program gave them, for errors. */
  readonly given: { readonly host: unknown; readonly port: unknown };
}

/** @throws what node:net throws for options that cannot be meant. */
export function checkDestination(options: Options, defaults: Parameters): Destination {
  const { port, localAddress, localPort, autoSelectFamily, autoSelectFamilyAttemptTimeout } = options;
  const local = localAddress ? Address.parse(String(localAddress)) : null;
  if (localAddress && local === null) throw invalidAddress(String(localAddress));
  if (localPort) checkNumber(localPort, 'options.localPort');
  if (port === undefined) throw missingPort();
  if (!isPort(port)) throw invalidType('options.port', 'one of type number or string', port);
  const number = checkPort(port, 'Port');
  const automatic =
    autoSelectFamily == null
      ? getDefaultAutoSelectFamily()
      : checkBoolean(autoSelectFamily, 'options.autoSelectFamily');
  const attemptTimeout =
    autoSelectFamilyAttemptTimeout == null
      ? getDefaultAutoSelectFamilyAttemptTimeout()
      : checkPositiveInt32(autoSelectFamilyAttemptTimeout, 'options.autoSelectFamilyAttemptTimeout');
  const host = options.host ? String(options.host) : 'localhost';
  if (options.lookup != null && Address.parse(host) === null) checkFunction(options.lookup, 'options.lookup');
  const family = familyNumber(options.family);
  return {
    host,
    port: number,
    localAddress: local,
    localPort: Number(localPort || 0),
    lookup: (options.lookup ?? null) as LookupFunction | null,
    family,
    hints: (options.hints as number) || 0,
    autoSelectFamily: automatic && family !== 4 && family !== 6 && local === null,
    attemptTimeout: Math.max(attemptTimeout, SHORTEST_ATTEMPT),
    transport: transportOptions(options, defaults),
    given: { host: options.host, port },
  };
}

/** @throws TypeError and RangeError with a code for parameters that there are not. */
export function transportOptions(options: Options, defaults: Parameters): TransportOptions {
  const { parameters, hopLimit, diffserv } = options as StackOptions;
  const all = parameters == null ? null : { ...defaults, ...parameters };
  if (all !== null) checkParameters(all);
  return {
    ...(all === null ? {} : { parameters: all }),
    ...(hopLimit === undefined ? {} : { hopLimit }),
    ...(diffserv === undefined ? {} : { diffserv }),
  };
}

/** @throws ERR_INVALID_ARG_TYPE */
export function checkBlockList(value: unknown): BlockList {
  if (value instanceof NativeBlockList) return value;
  throw invalidType('options.blockList', 'an net.BlockList', value);
}

/** One attempt to connect to one address. */
export class Attempt {
  readonly address: Address;
  /** The address as it was named, for events and errors. */
  readonly name: string;
  readonly port: number;
  private readonly destination: Destination;

  /** `name` is the text of an address. */
  constructor(name: string, destination: Destination) {
    this.address = Address.from(name);
    this.name = name;
    this.port = destination.port;
    this.destination = destination;
  }

  isBlockedBy(list: Pick<BlockList, 'check'> | undefined): boolean {
    const { address } = this;
    return list?.check(String(address), address.family === 4 ? 'ipv4' : 'ipv6') ?? false;
  }

  /** The SYN is on its way when this returns. @throws SystemError of `bind` or `connect`. */
  open(host: NetHost, observers: readonly HostProbe[]): Transport {
    const { address, port } = this;
    const { localAddress, localPort, transport } = this.destination;
    try {
      return host.connect({
        ...transport,
        address: unmapped(address) ?? address,
        port,
        ...(localAddress === null ? {} : { localAddress: unmapped(localAddress) ?? localAddress }),
        ...(localPort === 0 ? {} : { localPort }),
        ...(observers.length === 0 ? {} : { observers }),
      });
    } catch (error) {
      throw this.notStarted(codeOf(error));
    }
  }

  /** The attempt failed later, e.g. by a reset. */
  failed(code: string): SystemError {
    const { name, port, localName: localAddress } = this;
    const { localPort } = this.destination;
    if (localPort === 0) return hostPortError('connect', code, name, port);
    const error = hostPortError('connect', code, name, port, `${localAddress}:${localPort}`);
    return Object.assign(error, { localAddress, localPort });
  }

  /** The socket has a connection already, from `local`. */
  refused(code: string, local: string): SystemError {
    return hostPortError('connect', code, this.name, this.port, local);
  }

  /** The local end is a matter of bind, as it would be in the kernel. */
  private notStarted(code: string): SystemError {
    const { localAddress, localPort } = this.destination;
    const local = this.localName;
    const named = localAddress !== null || localPort !== 0;
    if (named && (code === 'EADDRINUSE' || code === 'EADDRNOTAVAIL')) {
      return hostPortError('bind', code, local, localPort);
    }
    return hostPortError('connect', code, this.name, this.port, `${local}:${localPort}`);
  }

  /** What it is bound to, if only to a port. */
  private get localName(): string {
    const { localAddress } = this.destination;
    if (localAddress !== null) return String(localAddress);
    return this.address.family === 4 ? '0.0.0.0' : '::';
  }
}
