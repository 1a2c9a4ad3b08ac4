// What listen(...) asks for, checked, in the order in which Node looks at it.

import type { Parameters } from '../tcp/parameters.ts';
import type { Address } from '../wire/address.ts';
import { checkPort, isPort, type Options } from './arguments.ts';
import { transportOptions } from './connecting.ts';
import { invalidArgument } from './errors.ts';
import type { ListenRequest, TransportOptions } from './transport.ts';

const DEFAULT_BACKLOG = 511;

export interface Place {
  readonly port: number;
  /** As the program named it; null: any address of both families. */
  readonly host: string | null;
  readonly backlog: number;
  /** `::` is not for IPv4 (RFC 3493 §5.3). */
  readonly ipv6Only: boolean;
  /** Others may listen there, too, and get their share of the connections. */
  readonly reusePort: boolean;
  readonly transport: TransportOptions;
}

/** @throws ERR_INVALID_ARG_VALUE, ERR_SOCKET_BAD_PORT */
export function checkPlace(options: Options, args: readonly unknown[], defaults: Parameters): Place {
  const absent = args.length === 0 || typeof args[0] === 'function';
  const fromArguments = [args[1], args[2]].map(Number).find((value) => value > 0);
  const backlog = Number(options.backlog || fromArguments || DEFAULT_BACKLOG);
  return {
    port: checkListenPort(options, absent),
    host: options.host ? String(options.host) : null,
    backlog: backlog >= 1 ? Math.trunc(backlog) : DEFAULT_BACKLOG,
    ipv6Only: options.ipv6Only === true,
    reusePort: Boolean(options.reusePort),
    transport: transportOptions(options, defaults),
  };
}

/** No port, or null, is 0. */
function checkListenPort(options: Options, absent: boolean): number {
  const { port } = options;
  if (absent || port === null || (port === undefined && 'port' in options)) return 0;
  if (isPort(port)) return checkPort(port, 'options.port');
  const named = 'port' in options || 'path' in options;
  throw invalidArgument('options', options, named ? 'is invalid' : 'must have the property "port" or "path"');
}

/** What a listener for this place is to be; `address` is that of the host, `::` without one. */
export function listenRequest(place: Place, address: Address, bound: Address): ListenRequest {
  const { port, backlog, transport } = place;
  const any = address.isUnspecified;
  const family = address.family === 4 ? 4 : place.ipv6Only ? 6 : null;
  return {
    ...transport,
    port,
    address: any ? null : bound,
    ...(any && family !== null ? { family } : {}),
    exclusive: true,
    backlog,
  };
}
