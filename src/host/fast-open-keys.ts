// RFC 7413 §4.1.2: the server's cookies, a MAC of the client's address under a key that changes. As Linux makes
// them: SipHash-2-4 over source and destination as they lie in the SYN's header, so that hosts that share a key
// share cookies.

import { invalidType, isBytes } from '../lib/check.ts';
import { SipHash } from '../lib/siphash.ts';
import { TcpError } from '../tcp/errors.ts';
import type { IpHeader } from '../wire/ip.ts';

export const FAST_OPEN_COOKIE_LENGTH = 8;
const KEY_LENGTH = 16;

/** `current`: made with the present key. `old`: with the one before it, good, and to be replaced. */
export type CookieVerdict = 'current' | 'old' | 'wrong';

export class FastOpenKeys {
  private primary: SipHash;
  /** The key before this one. Null: there was none. */
  private secondary: SipHash | null = null;
  private readonly words = new Int32Array(8);
  private readonly scratch = new Int8Array(FAST_OPEN_COOKIE_LENGTH);

  /** 16 bytes: the key; 32: the key and the one before it. @throws TcpError EINVAL for another length */
  constructor(key: Uint8Array) {
    checkFastOpenKey(key);
    this.primary = new SipHash(key.subarray(0, KEY_LENGTH));
    if (key.length > KEY_LENGTH) this.secondary = new SipHash(key.subarray(KEY_LENGTH));
  }

  /** New cookies are made with `key`; those of the key before it are still good. @throws TcpError EINVAL */
  rotate(key: Uint8Array): void {
    const fresh = new FastOpenKeys(key);
    this.secondary = fresh.secondary ?? this.primary;
    this.primary = fresh.primary;
  }

  /** Write the cookie for the client that sent `header`; 8 bytes. */
  make(header: IpHeader, into: Int8Array): void {
    this.write(this.primary, header, into);
  }

  /** Whether the first `length` bytes of `cookie` were made here for the client that sent `header`. */
  check(header: IpHeader, cookie: Int8Array, length: number): CookieVerdict {
    if (length !== FAST_OPEN_COOKIE_LENGTH) return 'wrong';
    if (this.matches(this.primary, header, cookie)) return 'current';
    return this.secondary !== null && this.matches(this.secondary, header, cookie) ? 'old' : 'wrong';
  }

  /** In constant time, as a MAC is compared. */
  private matches(key: SipHash, header: IpHeader, cookie: Int8Array): boolean {
    this.write(key, header, this.scratch);
    let difference = 0;
    for (let i = 0; i < FAST_OPEN_COOKIE_LENGTH; i++) difference |= this.scratch[i]! ^ cookie[i]!;
    return difference === 0;
  }

  private write(key: SipHash, header: IpHeader, into: Int8Array): void {
    const { words } = this;
    const { source, destination } = header;
    const first = header.family === 4 ? 3 : 0;
    let count = 0;
    for (let i = first; i < 4; i++) words[count++] = swap(source[i]!);
    for (let i = first; i < 4; i++) words[count++] = swap(destination[i]!);
    const low = key.hashWords(words, count);
    const { high } = key;
    for (let i = 0; i < 4; i++) {
      into[i] = low >>> (8 * i);
      into[4 + i] = high >>> (8 * i);
    }
  }
}

/** @throws TcpError EINVAL; TypeError ERR_INVALID_ARG_TYPE */
export function checkFastOpenKey(key: Uint8Array): void {
  if (!isBytes(key)) throw invalidType('fastOpenKey', 'a Uint8Array', key);
  if (key.length !== KEY_LENGTH && key.length !== 2 * KEY_LENGTH) {
    throw new TcpError('EINVAL', `a Fast Open key has 16 or 32 bytes, not ${key.length}`);
  }
}

/** The hash reads words in little-endian order; addresses lie in the header the other way round. */
const swap = (word: number): number =>
  (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
