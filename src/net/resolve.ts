// From the `host` of an option to an address: literals and localhost at once, other names by node:dns or by the
// program's own lookup. An error event is never emitted from inside the call that asked.

import { lookup as dnsLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Address } from '../wire/address.ts';
import { codedError } from './errors.ts';

export interface ResolveOptions {
  readonly family?: number | 'IPv4' | 'IPv6' | undefined;
  readonly hints?: number | undefined;
  readonly lookup?: LookupFunction | undefined;
}

/** `error` is what the lookup gave, or says what is wrong with its answer; then `address` is null. */
export type Resolved = (error: Error | null, address: Address | null) => void;

/** The result of a lookup as node:net's event of that name tells it. */
export type LookupObserver = (error: Error | null, address: string, family: number, host: string) => void;

/** Ask for the address of a name; `observe` first hears the raw answer. */
export function resolve(
  options: ResolveOptions & { readonly host: string; readonly port: number },
  observe: LookupObserver,
  done: Resolved,
): void {
  const { host, port } = options;
  const family = familyNumber(options.family);
  const answer = (error: Error | null, text: string, answered: number): void => {
    observe(error, text, answered, host);
    const address = error === null && typeof text === 'string' ? Address.parse(text) : null;
    if (error !== null) done(error, null);
    else if (address === null) done(invalidAddress(text), null);
    else if (answered !== 4 && answered !== 6) done(invalidFamily(answered, host, port), null);
    else done(null, address);
  };
  if (options.lookup === undefined && host.toLowerCase() === 'localhost') {
    // RFC 6761 §6.3: the loopback address, without asking anyone.
    process.nextTick(answer, null, family === 6 ? '::1' : '127.0.0.1', family === 6 ? 6 : 4);
    return;
  }
  const lookup = options.lookup ?? dnsLookup;
  // No ADDRCONFIG: that asks for the addresses of the kernel's interfaces, not of ours.
  lookup(host, { family, hints: options.hints ?? 0 }, (error, address, answered) =>
    answer(error, address as string, answered ?? 0),
  );
}

export const invalidAddress = (text: string) =>
  codedError(TypeError, 'ERR_INVALID_IP_ADDRESS', `Invalid IP address: ${text}`);

const invalidFamily = (family: number, host: string, port: number) =>
  Object.assign(
    codedError(RangeError, 'ERR_INVALID_ADDRESS_FAMILY', `Invalid address family: ${family} ${host}:${port}`),
    { host, port },
  );

function familyNumber(family: ResolveOptions['family']): number {
  if (family === 'IPv4') return 4;
  if (family === 'IPv6') return 6;
  return family ?? 0;
}
