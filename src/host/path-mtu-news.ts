// RFC 1191 §6.3: what was learnt of a path goes to every connection on it. To find them is to look at all that the host
// has, and whoever is on the path may claim one byte less as often as it likes: so it is done once in a while, for all
// paths together, the first time at once.

import type { Address } from '../wire/address.ts';
import type { PathMtu } from './pmtu.ts';

/** From one look at all connections to the next, ms. The one that a router's message is about does not wait for it. */
const INTERVAL = 1000;

/** What waits to be told: estimates by the name of their destination. */
export type PathMtus = ReadonlyMap<string, PathMtu>;

export class PathMtuNews {
  /** When what waits may be told, ms; Infinity = nothing waits. */
  next = Number.POSITIVE_INFINITY;
  private earliest = Number.NEGATIVE_INFINITY;
  private waiting = new Map<string, PathMtu>();

  /** In the place of what waits about the same destination. */
  add(entry: PathMtu): void {
    this.waiting.set(entry.destination.toString(), entry);
    this.next = this.earliest;
  }

  find(destination: Address): PathMtu | null {
    return this.waiting.size === 0 ? null : (this.waiting.get(destination.toString()) ?? null);
  }

  /** All that waits, if it is time: the caller tells it. */
  take(now: number): PathMtus | null {
    if (now < this.next) return null;
    const { waiting } = this;
    this.earliest = now + INTERVAL;
    this.clear();
    return waiting;
  }

  clear(): void {
    this.waiting = new Map();
    this.next = Number.POSITIVE_INFINITY;
  }
}
