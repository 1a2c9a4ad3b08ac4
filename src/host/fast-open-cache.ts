// RFC 7413 §4.1.3: what a client remembers of servers: the cookie and the MSS, and where Fast Open seemed to be
// what a path does not carry (§4.1.3.1, and §7.3.1's middleboxes). Times in milliseconds.

import type { Address } from '../wire/address.ts';

/** A path that lost a SYN with text is spared it for a minute, then for two, up to an hour or so; Linux does alike. */
const SPARED = 60_000;
const MOST_DOUBLINGS = 6;

export interface FastOpenEntry {
  /** Empty: none is known. */
  readonly cookie: Int8Array;
  readonly experimental: boolean;
  /** Requests that were not answered by a cookie: 1 with the option, 2 with the experimental one too. */
  readonly refused: 0 | 1 | 2;
  /** What the server announced; 0 = nothing. Bytes. */
  readonly mss: number;
  /** Handshakes in a row that went through only when the SYN was sent again without text. */
  readonly losses: number;
  /** Until when a SYN to there carries neither text nor option. */
  readonly sparedUntil: number;
}

const UNKNOWN: FastOpenEntry = {
  cookie: new Int8Array(0),
  experimental: false,
  refused: 0,
  mss: 0,
  losses: 0,
  sparedUntil: Number.NEGATIVE_INFINITY,
};

export class FastOpenCache {
  private readonly limit: number;
  /** By the server's address, the one used longest ago first. */
  private readonly entries = new Map<string, FastOpenEntry>();
  private disabledUntil = Number.NEGATIVE_INFINITY;
  private disabledTimes = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  get size(): number {
    return this.entries.size;
  }

  /** Null: a SYN to there is to be an ordinary one. */
  find(server: Address, now: number): FastOpenEntry | null {
    if (now < this.disabledUntil) return null;
    const key = server.toString();
    const entry = this.entries.get(key);
    if (entry === undefined) return UNKNOWN;
    this.keep(key, entry);
    return now < entry.sparedUntil ? null : entry;
  }

  /** The server's SYN,ACK brought a cookie. */
  learn(server: Address, cookie: Int8Array, experimental: boolean, mss: number): void {
    const key = server.toString();
    this.keep(key, { ...(this.entries.get(key) ?? UNKNOWN), cookie, experimental, mss });
  }

  /**
   * The SYN,ACK brought no cookie, though our SYN asked for one. The next asks by the experimental option, in case
   * that is the one the server knows; if that fails too, we are back at the first.
   */
  refused(server: Address, experimental: boolean): void {
    const key = server.toString();
    const entry = this.entries.get(key) ?? UNKNOWN;
    if (entry.cookie.length > 0) return;
    const refused = experimental || entry.refused === 2 ? 2 : 1;
    this.keep(key, { ...entry, refused, experimental: refused === 1 });
  }

  /** Text in a SYN was taken: the path carries it. */
  succeeded(server: Address): void {
    this.disabledTimes = 0;
    const key = server.toString();
    const entry = this.entries.get(key);
    if (entry !== undefined) this.keep(key, { ...entry, losses: 0, sparedUntil: UNKNOWN.sparedUntil });
  }

  /** The handshake went through only without text and option. */
  lost(server: Address, now: number): void {
    const key = server.toString();
    const entry = this.entries.get(key) ?? UNKNOWN;
    const sparedUntil = now + SPARED * 2 ** Math.min(entry.losses, MOST_DOUBLINGS);
    this.keep(key, { ...entry, losses: entry.losses + 1, sparedUntil });
  }

  /** Nothing comes through at all: no Fast Open to anywhere for `period`, twice that the next time, and so on. */
  blackhole(period: number, now: number): void {
    this.disabledUntil = now + period * 2 ** Math.min(this.disabledTimes, MOST_DOUBLINGS);
    this.disabledTimes += 1;
  }

  private keep(key: string, entry: FastOpenEntry): void {
    this.entries.delete(key);
    this.entries.set(key, entry);
    if (this.entries.size > this.limit) this.entries.delete(this.entries.keys().next().value!);
  }
}
