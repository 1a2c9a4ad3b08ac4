// What connect(options) asks for, checked; and one attempt at it, with the errors that node:net would give.

import type { LookupFunction } from 'node:net';
import { Address } from '../wire/address.ts';
import { unmapped } from './address-info.ts';
import {
  checkFunction,
  checkNumber,
  checkPort,
  isPort,
  missingPort,
  refuseKernelObjects,
} from './arguments.ts';
import { hostPortError, invalidType, type SystemError } from './errors.ts';
import { invalidAddress, type ResolveOptions } from './resolve.ts';
import { codeOf, type NetHost, type Transport } from './transport.ts';

export interface ConnectOptions extends ResolveOptions {
  readonly port: number | string;
  /** An address or a name; localhost by default. */
  readonly host?: string | undefined;
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
}

export interface Destination extends ResolveOptions {
  readonly host: string;
  readonly port: number;
  readonly localAddress: Address | null;
  readonly localPort: number;
}

/** @throws what node:net throws for options that cannot be meant. */
export function checkDestination(options: Readonly<Record<string, unknown>>): Destination {
  const { port, host, localAddress, localPort, lookup, family, hints } = options;
  refuseKernelObjects(options);
  if (port === undefined) throw missingPort();
  if (!isPort(port)) throw invalidType('options.port', 'one of type number or string', port);
  const local = localAddress ? Address.parse(String(localAddress)) : null;
  if (localAddress && local === null) throw invalidAddress(String(localAddress));
  if (localPort) checkPort(checkNumber(localPort, 'options.localPort'), 'options.localPort');
  if (lookup != null) checkFunction(lookup, 'options.lookup');
  return {
    host: host ? String(host) : 'localhost',
    port: checkPort(port, 'Port'),
    localAddress: local,
    localPort: Number(localPort || 0),
    lookup: (lookup ?? undefined) as LookupFunction | undefined,
    family: family as ResolveOptions['family'],
    hints: hints as number | undefined,
  };
}

/** One attempt to connect to one address. */
export class Attempt {
  /** As the program named it, for events and errors. */
  readonly address: Address;
  readonly port: number;
  private readonly localAddress: Address | null;
  private readonly localPort: number;

  constructor(address: Address, destination: Destination) {
    this.address = address;
    this.port = destination.port;
    this.localAddress = destination.localAddress;
    this.localPort = destination.localPort;
  }

  /** The SYN is on its way when this returns. @throws SystemError of `bind` or `connect`. */
  open(host: NetHost): Transport {
    const { address, port, localAddress, localPort } = this;
    try {
      return host.connect({
        address: unmapped(address) ?? address,
        port,
        ...(localAddress === null ? {} : { localAddress: unmapped(localAddress) ?? localAddress }),
        ...(localPort === 0 ? {} : { localPort }),
      });
    } catch (error) {
      throw this.notStarted(codeOf(error));
    }
  }

  /** The attempt failed later, e.g. by a reset. */
  failed(code: string): SystemError {
    const { address, port, localAddress, localPort } = this;
    const bound = localAddress !== null && localPort !== 0;
    const local = bound ? `${localAddress}:${localPort}` : null;
    const error = hostPortError('connect', code, String(address), port, local);
    return bound ? Object.assign(error, { localAddress: String(localAddress), localPort }) : error;
  }

  /** The local end is a matter of bind, as it would be in the kernel. */
  private notStarted(code: string): SystemError {
    const local = this.localAddress === null ? this.anyAddress() : String(this.localAddress);
    const named = this.localAddress !== null || this.localPort !== 0;
    if (named && (code === 'EADDRINUSE' || code === 'EADDRNOTAVAIL')) {
      return hostPortError('bind', code, local, this.localPort);
    }
    return hostPortError('connect', code, String(this.address), this.port, `${local}:${this.localPort}`);
  }

  private anyAddress(): string {
    return this.address.family === 4 ? '0.0.0.0' : '::';
  }
}
