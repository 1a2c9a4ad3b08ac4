// Path MTU, RFC 1191 and RFC 8201: what ICMP has told about destinations, for a while. Only messages that quote a
// segment in flight get here, so nobody off the path can fill the table.

import type { Address } from '../wire/address.ts';

/** RFC 791: a router must carry 68 bytes, but so small an MTU leaves no room for text; Linux stops at 552, too. */
export const MIN_PATH_MTU_IPV4 = 552;
/** RFC 8200 §5. */
export const MIN_PATH_MTU_IPV6 = 1280;

/** RFC 1191 §7.1: the MTUs that networks really have. */
const PLATEAUS = [32_000, 17_914, 8_166, 4_352, 2_002, 1_492, 1_006, MIN_PATH_MTU_IPV4];

export interface PathMtu {
  readonly destination: Address;
  /** Bytes, IP header included. */
  readonly mtu: number;
  /**
   * A smaller MTU was claimed than we go down to: packets of up to `mtu` bytes must be allowed to be
   * fragmented on the way (DF clear). IPv4 only.
   */
  readonly fragment: boolean;
  /** When it is forgotten, milliseconds. */
  readonly expires: number;
}

export class PathMtuCache {
  private readonly limit: number;
  private readonly timeout: number;
  /** In the order in which they expire. */
  private readonly entries = new Map<string, PathMtu>();
  /** When the next entry is forgotten, milliseconds; Infinity = there is none. */
  next = Number.POSITIVE_INFINITY;

  constructor(limit: number, timeout: number) {
    this.limit = limit;
    this.timeout = timeout;
  }

  get size(): number {
    return this.entries.size;
  }

  find(destination: Address, now: number): PathMtu | null {
    const entry = this.entries.get(destination.toString());
    return entry !== undefined && entry.expires > now ? entry : null;
  }

  /**
   * A router says that a packet of `length` bytes was too big and that `claimed` bytes would do (0: it does
   * not say). `current` is what we have used so far. Null: nothing to learn; an estimate is never raised.
   */
  lower(destination: Address, claimed: number, length: number, current: number, now: number): PathMtu | null {
    const v4 = destination.family === 4;
    if (!v4 && claimed < MIN_PATH_MTU_IPV6) return null;
    const wanted = claimed === 0 ? plateauBelow(length) : claimed;
    const mtu = v4 ? Math.max(MIN_PATH_MTU_IPV4, wanted) : wanted;
    const fragment = wanted < mtu;
    const known = this.find(destination, now);
    if (mtu > current || (mtu === current && !(fragment && !known?.fragment))) return null;
    const entry = { destination, mtu, fragment, expires: now + this.timeout };
    const key = destination.toString();
    this.entries.delete(key);
    this.entries.set(key, entry);
    if (this.entries.size > this.limit) this.entries.delete(this.entries.keys().next().value!);
    this.settle();
    return entry;
  }

  /** Remove and return one entry whose time has come: its destination may be tried at full size again. */
  takeExpired(now: number): PathMtu | null {
    if (this.next > now) return null;
    const [key, entry] = this.entries.entries().next().value!;
    this.entries.delete(key);
    this.settle();
    return entry;
  }

  clear(): void {
    this.entries.clear();
    this.settle();
  }

  private settle(): void {
    this.next = this.entries.values().next().value?.expires ?? Number.POSITIVE_INFINITY;
  }
}

function plateauBelow(length: number): number {
  return PLATEAUS.find((plateau) => plateau < length) ?? MIN_PATH_MTU_IPV4;
}
