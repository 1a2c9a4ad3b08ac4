// RFC 1122 §3.3.1: which interface a connection of ours leaves by. Longest prefix first; among equals, the one
// added first, unless connections over it got into trouble. What answers a packet leaves where that packet came in, and needs no route.

import type { Address, Prefix } from '../wire/address.ts';
import type { Interface } from './interface.ts';

export interface Route {
  readonly prefix: Prefix;
  readonly via: Interface;
  /** The next hop as told to us. Links here are point to point and need none: it is for people to read. */
  readonly gateway: Address | null;
}

export class RouteTable {
  private rows: Route[] = [];

  add(prefix: Prefix, via: Interface, gateway: Address | null): void {
    const at = this.rows.findIndex((row) => row.prefix.length < prefix.length);
    this.rows.splice(at < 0 ? this.rows.length : at, 0, { prefix, via, gateway });
  }

  removeAll(via: Interface): void {
    this.rows = this.rows.filter((row) => row.via !== via);
  }

  /** RFC 9293 §3.8.3 (MUST-20): what goes to `destination` over `via` seems to get lost: its equals come first now. */
  avoid(destination: Address, via: Interface): void {
    const at = this.rows.findIndex((row) => row.via === via && row.prefix.contains(destination));
    if (at < 0) return;
    const [row] = this.rows.splice(at, 1);
    this.add(row!.prefix, via, row!.gateway);
  }

  /** The way to `destination`, over `via` if that is given; null = there is none. */
  find(destination: Address, via: Interface | null = null): Route | null {
    const fits = (row: Route): boolean =>
      (via === null || row.via === via) && row.prefix.contains(destination);
    return this.rows.find(fits) ?? null;
  }
}

/**
 * RFC 9293 §3.9.1.1 (MUST-44): the address to call from. One in the destination's own network if there is one,
 * else one of the destination's scope (RFC 6724 §5), else any of its family; null = the interface has none.
 */
export function sourceAddress(route: Route, destination: Address): Address | null {
  const candidates = route.via.prefixes.filter((prefix) => prefix.address.family === destination.family);
  const near = candidates.find((prefix) => prefix.contains(destination));
  const inScope = candidates.find((prefix) => prefix.address.isLinkLocal === destination.isLinkLocal);
  return (near ?? inScope ?? candidates[0])?.address ?? null;
}
