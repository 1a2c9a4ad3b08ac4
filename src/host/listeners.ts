// RFC 9293 §3.9.1.1: which LISTEN a SYN belongs to. One that names the address comes before one for any address.

import type { Address } from '../wire/address.ts';
import type { TcpListener } from './listener.ts';

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
    let any: TcpListener | null = null;
    for (const listener of candidates) {
      const { address } = listener.local;
      if (address === null) any = listener;
      else if (address.matches(words)) return listener;
    }
    return any;
  }

  /** Whether exactly this address (null = any) and port are taken: EADDRINUSE for one more (MUST-41). */
  isTaken(address: Address | null, port: number): boolean {
    return (this.byPort.get(port) ?? []).some(({ local }) =>
      address === null || local.address === null ? address === local.address : address.equals(local.address),
    );
  }

  hasPort(port: number): boolean {
    return this.byPort.has(port);
  }

  /** Whether a connection from `address` and `port` would stand in a listener's way. */
  covers(address: Address, port: number): boolean {
    const candidates = this.byPort.get(port);
    if (candidates === undefined) return false;
    return candidates.some(({ local }) => local.address === null || local.address.equals(address));
  }

  [Symbol.iterator](): IterableIterator<TcpListener> {
    return [...this.byPort.values()].flat()[Symbol.iterator]();
  }
}
