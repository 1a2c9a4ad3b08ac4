// RFC 9293 §3.9.1.1: which LISTEN a SYN belongs to. One that names the address comes before one for any address.

import type { Address } from '../wire/address.ts';
import type { TcpListener } from './listener.ts';

/** The third word of an IPv4 address as a decoded header holds it; no packet for us has an IPv6 address like it. */
const IPV4 = 0xffff;

export class ListenerTable {
  private readonly byPort = new Map<number, TcpListener[]>();

  add(listener: TcpListener): void {
    const { port } = listener.local;
    const others = this.byPort.get(port);
    if (others === undefined) this.byPort.set(port, [listener]);
    else others.push(listener);
  }

  remove(listener: TcpListener): void {
    const { port } = listener.local;
    const left = (this.byPort.get(port) ?? []).filter((other) => other !== listener);
    if (left.length === 0) this.byPort.delete(port);
    else this.byPort.set(port, left);
  }

  /** The listener for a segment sent to an address, as a decoded header holds it, and port. */
  find(words: Int32Array, port: number): TcpListener | null {
    const candidates = this.byPort.get(port);
    if (candidates === undefined) return null;
    const family = (words[0]! | words[1]!) === 0 && words[2] === IPV4 ? 4 : 6;
    let any: TcpListener | null = null;
    for (const listener of candidates) {
      const { address } = listener.local;
      if (address === null) {
        if (listener.family === null || listener.family === family) any = listener;
      } else if (address.matches(words)) return listener;
    }
    return any;
  }

  /**
   * Whether exactly this address (null = any of the family, or of both) and port are taken: EADDRINUSE for one more
   * (MUST-41). `exclusive`: whether any listener's addresses have one in common with it.
   */
  isTaken(address: Address | null, family: 4 | 6 | null, port: number, exclusive: boolean): boolean {
    return (this.byPort.get(port) ?? []).some((other) => {
      const theirs = other.local.address;
      if (address !== null && theirs !== null) return address.equals(theirs);
      if (!exclusive && (address !== null || theirs !== null)) return false;
      return family === null || other.family === null || family === other.family;
    });
  }

  hasPort(port: number): boolean {
    return this.byPort.has(port);
  }

  /** Whether a connection from `address` and `port` would stand in a listener's way. */
  covers(address: Address, port: number): boolean {
    const candidates = this.byPort.get(port);
    if (candidates === undefined) return false;
    return candidates.some(({ local, family }) =>
      local.address === null ? family === null || family === address.family : local.address.equals(address),
    );
  }

  [Symbol.iterator](): IterableIterator<TcpListener> {
    return [...this.byPort.values()].flat()[Symbol.iterator]();
  }
}
