// Endpoints as node:net tells them. On a socket of both families an IPv4 peer is an IPv4-mapped IPv6 address
// (RFC 3493 §3.7), which is what a listener without a host accepts.

import type { AddressInfo } from 'node:net';
import { Address, type Endpoint } from '../wire/address.ts';

export type { AddressInfo };

export function addressInfo({ address, port }: Endpoint, mapped: boolean): AddressInfo {
  if (mapped && address.family === 4) return { address: `::ffff:${address}`, family: 'IPv6', port };
  return { address: String(address), family: address.family === 4 ? 'IPv4' : 'IPv6', port };
}

/** An IPv4-mapped IPv6 address names an IPv4 node. Null: it is not mapped. */
export function unmapped(address: Address): Address | null {
  if (address.family === 4 || address.a !== 0 || address.b !== 0 || address.c !== 0xffff) return null;
  return new Address(4, address.a, address.b, address.c, address.d);
}
