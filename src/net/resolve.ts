// From the `host` of an option to addresses: localhost at once, other names by node:dns or by the program's own
// lookup. An error event is never emitted from inside the call that asked.

import { ADDRCONFIG, lookup as dnsLookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Address } from '../wire/address.ts';
import { codedError } from './errors.ts';

export interface ResolveOptions {
  readonly host: string;
  readonly family: number;
  readonly hints: number;
  /** Null: Node's own. */
  readonly lookup: LookupFunction | null;
}

/** What a lookup answered, unchecked. */
export interface Answer {
  readonly address: string;
  readonly family: number;
}

const LOOPBACK4: Answer = { address: '127.0.0.1', family: 4 };
const LOOPBACK6: Answer = { address: '::1', family: 6 };

/** Ask for one address of a name; what comes with an error means nothing. */
export function resolveOne(
  options: ResolveOptions,
  done: (error: Error | null, answer: Answer) => void,
): void {
  const { host, family } = options;
  if (isLocalhost(options)) {
    process.nextTick(done, null, family === 6 ? LOOPBACK6 : LOOPBACK4);
    return;
  }
  const { hints } = options;
  (options.lookup ?? dnsLookup)(
    host,
    { family, hints: hintsFor(options, hints) },
    (error, address, answered) => done(error, { address: address as string, family: answered as number }),
  );
}

/** Ask for all of them, of both families. */
export function resolveAll(
  options: ResolveOptions,
  done: (error: Error | null, answers: readonly Answer[]) => void,
): void {
  if (isLocalhost(options)) {
    process.nextTick(done, null, [LOOPBACK4, LOOPBACK6]);
    return;
  }
  const { host, family } = options;
  const asked = { family, hints: hintsFor(options, options.hints), all: true as const };
  (options.lookup ?? (dnsLookup as LookupFunction))(host, asked, (error, answers) =>
    done(error, answers as LookupAddress[]),
  );
}

/** RFC 6761 §6.3: the loopback addresses, without asking anyone. */
const isLocalhost = ({ lookup, host }: ResolveOptions): boolean =>
  lookup === null && host.toLowerCase() === 'localhost';

/** Programs' lookups are asked as Node asks them; its own not by the addresses of the kernel's interfaces. */
function hintsFor({ lookup, family }: ResolveOptions, hints: number): number {
  const asNode = lookup !== null && family !== 4 && family !== 6 && hints === 0;
  return asNode && process.platform !== 'win32' ? ADDRCONFIG : hints;
}

/** What is wrong with an answer, as a connection to `host` and `port` fails by it; null = it can be used. */
export function answerFault({ address, family }: Answer, host: unknown, port: unknown): Error | null {
  if (typeof address !== 'string' || Address.parse(address) === null) return invalidAddress(address);
  return family === 4 || family === 6 ? null : invalidFamily(family, host, port);
}

export const invalidAddress = (text: unknown) =>
  codedError(TypeError, 'ERR_INVALID_IP_ADDRESS', `Invalid IP address: ${text}`);

const invalidFamily = (family: unknown, host: unknown, port: unknown) =>
  Object.assign(
    codedError(RangeError, 'ERR_INVALID_ADDRESS_FAMILY', `Invalid address family: ${family} ${host}:${port}`),
    { host, port },
  );

/** 0, and whatever else is not told apart: of both. */
export function familyNumber(family: unknown): number {
  if (family === 'IPv4') return 4;
  if (family === 'IPv6') return 6;
  return family as number;
}
