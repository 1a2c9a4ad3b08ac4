// What setNoDelay, setKeepAlive and setTypeOfService ask for: kept until there is a connection, and passed on when it
// changes.

import { checkByte, wholeSeconds } from './arguments.ts';
import { invalidType } from './errors.ts';
import type { Transport } from './transport.ts';

/** What `setKeepAlive` takes (§3.8.4). */
export interface KeepAliveOptions {
  readonly enable?: boolean | undefined;
  /** Milliseconds, this and the next, of which whole seconds count; 0 = as configured. */
  readonly initialDelay?: number | undefined;
  readonly interval?: number | undefined;
  /** Probes without an answer that end the connection; 0 = as configured. */
  readonly count?: number | undefined;
}

/** The two bits that ECN has of the type of service (RFC 3168 §5): they are not the program's. */
const ECN_BITS = 2;

export class ConnectionOptions {
  private noDelay: boolean;
  private keepAlive: boolean;
  private delay: number;
  private interval = 0;
  private count = 0;
  /** Null: it was not set. */
  private typeOfService: number | null = null;

  constructor(noDelay: boolean, keepAlive: boolean, initialDelay: unknown) {
    this.noDelay = noDelay;
    this.keepAlive = keepAlive;
    this.delay = wholeSeconds(initialDelay);
  }

  /** A connection is there: it begins with none of them. */
  apply(transport: Transport): void {
    if (this.noDelay) transport.setNoDelay(true);
    if (this.keepAlive) this.applyKeepAlive(transport);
    if (this.typeOfService !== null) transport.setDiffserv(this.typeOfService >> ECN_BITS);
  }

  setNoDelay(on: boolean, transport: Transport | null): void {
    const changed = this.noDelay !== on;
    this.noDelay = on;
    if (changed) transport?.setNoDelay(on);
  }

  setKeepAlive(options: KeepAliveOptions, transport: Transport | null): void {
    const { keepAlive, delay, interval, count } = this;
    this.keepAlive = Boolean(options.enable);
    this.delay = wholeSeconds(options.initialDelay);
    this.interval = wholeSeconds(options.interval);
    this.count = Math.max(0, Math.trunc(Number(options.count)) || 0);
    const same = delay === this.delay && interval === this.interval && count === this.count;
    if (transport === null || (keepAlive === this.keepAlive && (same || !keepAlive))) return;
    this.applyKeepAlive(transport);
  }

  private applyKeepAlive(transport: Transport): void {
    transport.setKeepAlive(this.keepAlive, this.delay, this.interval, this.count);
  }

  /** @throws ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE */
  setTypeOfService(value: unknown, name: string, transport: Transport | null): void {
    if (Number.isNaN(value)) throw invalidType(name, 'of type number', value);
    this.typeOfService = checkByte(value, name);
    transport?.setDiffserv(this.typeOfService >> ECN_BITS);
  }

  getTypeOfService(connected: boolean): number {
    const value = this.typeOfService ?? 0;
    return connected ? (value >> ECN_BITS) << ECN_BITS : value;
  }
}
