// IP addresses, prefixes and endpoints: RFC 4291 §2.2 and dotted quads read, RFC 5952 written.

import { invalidType, invalidValue } from '../lib/check.ts';
import { readWord, writeWord } from './ip.ts';

/** The third word of an IPv4-mapped address (RFC 4291 §2.5.5.2). */
const MAPPED = 0xffff;

/** What Node's console looks for: an object that says itself how it is printed. */
const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom');

/** An IPv4 or IPv6 address. Immutable; compare with `equals`. */
export class Address {
  readonly family: 4 | 6;
  /** The four words in network order, int32; IPv4 address x is 0, 0, 0xffff, x. */
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;

  constructor(family: 4 | 6, a: number, b: number, c: number, d: number) {
    this.family = family;
    this.a = a | 0;
    this.b = b | 0;
    this.c = c | 0;
    this.d = d | 0;
  }

  /**
   * The address itself, or the one that a text says; `name` is what an error calls it.
   * @throws TypeError ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE: names are not looked up
   */
  static from(value: Address | string, name = 'address'): Address {
    if (value instanceof Address) return value;
    if (typeof value !== 'string') throw invalidType(name, 'an Address or its text', value);
    const address = Address.parse(value);
    if (address === null) throw invalidValue(name, 'an IPv4 or IPv6 address', value);
    return address;
  }

  /** A dotted quad without leading zeros, or any form of RFC 4291 §2.2; no zones. Null: it is neither. */
  static parse(text: string): Address | null {
    if (!text.includes(':')) {
      const quad = parseQuad(text);
      return quad === null ? null : new Address(4, 0, 0, MAPPED, quad);
    }
    const groups = parseGroups(text);
    if (groups === null) return null;
    const word = (i: number): number => (groups[i]! << 16) | groups[i + 1]!;
    return new Address(6, word(0), word(2), word(4), word(6));
  }

  /** From 4 or 16 bytes in network order at `at`, which must lie in `bytes`. */
  static read(bytes: Uint8Array, at: number, family: 4 | 6): Address {
    if (family === 4) return new Address(4, 0, 0, MAPPED, readWord(bytes, at));
    return new Address(
      6,
      readWord(bytes, at),
      readWord(bytes, at + 4),
      readWord(bytes, at + 8),
      readWord(bytes, at + 12),
    );
  }

  /** From the four words of a decoded header, from index `at`. */
  static fromWords(family: 4 | 6, words: Int32Array, at = 0): Address {
    return new Address(family, words[at]!, words[at + 1]!, words[at + 2]!, words[at + 3]!);
  }

  /** Write 4 or 16 bytes at `at`. */
  writeTo(bytes: Uint8Array, at: number): void {
    if (this.family === 4) {
      writeWord(bytes, at, this.d);
      return;
    }
    writeWord(bytes, at, this.a);
    writeWord(bytes, at + 4, this.b);
    writeWord(bytes, at + 8, this.c);
    writeWord(bytes, at + 12, this.d);
  }

  /** Write the four words, as a decoded header holds them, from index `at`. */
  toWords(words: Int32Array, at = 0): void {
    words[at] = this.a;
    words[at + 1] = this.b;
    words[at + 2] = this.c;
    words[at + 3] = this.d;
  }

  /** Whether a decoded header of this family holds this address in its words from index `at`. */
  matches(words: Int32Array, at = 0): boolean {
    return (
      this.d === words[at + 3] && this.c === words[at + 2] && this.b === words[at + 1] && this.a === words[at]
    );
  }

  /** The same family and the same bits. */
  equals(other: Address): boolean {
    return (
      this.d === other.d &&
      this.c === other.c &&
      this.b === other.b &&
      this.a === other.a &&
      this.family === other.family
    );
  }

  /** 0.0.0.0 or ::. */
  get isUnspecified(): boolean {
    return (this.a | this.b | this.d) === 0 && this.c === (this.family === 4 ? MAPPED : 0);
  }

  /** 127.0.0.0/8 (RFC 1122 §3.2.1.3) or ::1. */
  get isLoopback(): boolean {
    if (this.family === 4) return this.d >>> 24 === 127;
    return (this.a | this.b | this.c) === 0 && this.d === 1;
  }

  /** 224.0.0.0/4 or ff00::/8. */
  get isMulticast(): boolean {
    return this.family === 4 ? this.d >>> 28 === 14 : this.a >>> 24 === 0xff;
  }

  /** 255.255.255.255 (RFC 1122 §3.2.1.3). */
  get isLimitedBroadcast(): boolean {
    return this.family === 4 && this.d === -1;
  }

  /** 169.254.0.0/16 (RFC 3927) or fe80::/10. */
  get isLinkLocal(): boolean {
    return this.family === 4 ? this.d >>> 16 === 0xa9fe : this.a >>> 22 === 0x3fa;
  }

  /** An IPv6 address that stands for an IPv4 one; it has no business on a wire. */
  get isMapped(): boolean {
    return this.family === 6 && (this.a | this.b) === 0 && this.c === MAPPED;
  }

  /** Dotted quad, or the one form of RFC 5952; mapped addresses as its §5 wants them. */
  toString(): string {
    if (this.family === 4) return formatQuad(this.d);
    if (this.isMapped) return `::ffff:${formatQuad(this.d)}`;
    return formatGroups([this.a, this.b, this.c, this.d].flatMap((word) => [word >>> 16, word & 0xffff]));
  }

  /** @internal */
  [INSPECT](): string {
    return this.toString();
  }
}

/** An address and how many of its leading bits name the network. */
export class Prefix {
  /** As given: the bits behind the prefix are kept, so that `10.0.0.1/24` can be an interface's address. */
  readonly address: Address;
  readonly length: number;

  /** @throws RangeError if the address has no `length` bits. */
  constructor(address: Address, length: number) {
    if (!Number.isInteger(length) || length < 0 || length > (address.family === 4 ? 32 : 128)) {
      throw new RangeError(`${address} has no prefix of ${length} bits`);
    }
    this.address = address;
    this.length = length;
  }

  /**
   * The prefix itself, or the one that a text says; `name` is what an error calls it.
   * @throws TypeError ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE
   */
  static from(value: Prefix | string, name = 'prefix'): Prefix {
    if (value instanceof Prefix) return value;
    if (typeof value !== 'string') throw invalidType(name, 'a Prefix or its text', value);
    const prefix = Prefix.parse(value);
    if (prefix === null) throw invalidValue(name, 'an address with a length, as in 10.0.0.1/24', value);
    return prefix;
  }

  /** Several at once. @throws TypeError, as `from` does */
  static all(values: readonly (Prefix | string)[], name: string): Prefix[] {
    if (!Array.isArray(values)) throw invalidType(name, 'an array', values);
    return values.map((value: Prefix | string, i) => Prefix.from(value, `${name}[${i}]`));
  }

  /** `10.0.0.1/24`, `fd00::1/64`. Null: not of this form. */
  static parse(text: string): Prefix | null {
    const slash = text.indexOf('/');
    if (slash < 0) return null;
    const address = Address.parse(text.slice(0, slash));
    const digits = text.slice(slash + 1);
    if (address === null || !/^(0|[1-9]\d{0,2})$/.test(digits)) return null;
    const length = Number(digits);
    return length <= (address.family === 4 ? 32 : 128) ? new Prefix(address, length) : null;
  }

  /** Whether `other` begins with these bits. */
  contains(other: Address): boolean {
    const own = this.address;
    if (other.family !== own.family) return false;
    const bits = own.family === 4 ? this.length + 96 : this.length;
    return (
      ((own.a ^ other.a) & leadingBits(bits)) === 0 &&
      ((own.b ^ other.b) & leadingBits(bits - 32)) === 0 &&
      ((own.c ^ other.c) & leadingBits(bits - 64)) === 0 &&
      ((own.d ^ other.d) & leadingBits(bits - 96)) === 0
    );
  }

  /** Whether a decoded header of this family holds an address of this prefix. */
  matches(words: Int32Array): boolean {
    const { family, a, b, c, d } = this.address;
    const bits = family === 4 ? this.length + 96 : this.length;
    return (
      ((a ^ words[0]!) & leadingBits(bits)) === 0 &&
      ((b ^ words[1]!) & leadingBits(bits - 32)) === 0 &&
      ((c ^ words[2]!) & leadingBits(bits - 64)) === 0 &&
      ((d ^ words[3]!) & leadingBits(bits - 96)) === 0
    );
  }

  /** The directed broadcast address (RFC 1122 §3.2.1.3); null for IPv6 and for /31 and /32 (RFC 3021). */
  broadcast(): Address | null {
    if (this.address.family === 6 || this.length > 30) return null;
    return new Address(4, 0, 0, MAPPED, this.address.d | ~leadingBits(this.length));
  }

  /** `10.0.0.0/8` */
  toString(): string {
    return `${this.address}/${this.length}`;
  }

  /** @internal */
  [INSPECT](): string {
    return this.toString();
  }
}

/** One end of a connection. */
export interface Endpoint {
  readonly address: Address;
  readonly port: number;
}

/** How many words name a connection. */
export const FLOW_WORDS = 9;

/** A connection's two endpoints as words to be hashed; returns how many, FLOW_WORDS. */
export function flowToWords(local: Endpoint, remote: Endpoint, into: Int32Array): number {
  into[0] = local.address.a;
  into[1] = local.address.b;
  into[2] = local.address.c;
  into[3] = local.address.d;
  into[4] = remote.address.a;
  into[5] = remote.address.b;
  into[6] = remote.address.c;
  into[7] = remote.address.d;
  into[8] = (local.port << 16) | remote.port;
  return FLOW_WORDS;
}

/** An endpoint that prints as `formatEndpoint` has it. */
export class SocketAddress implements Endpoint {
  readonly address: Address;
  readonly port: number;

  constructor(address: Address, port: number) {
    this.address = address;
    this.port = port;
  }

  toString(): string {
    return formatEndpoint(this);
  }

  /** @internal */
  [INSPECT](): string {
    return formatEndpoint(this);
  }
}

/** `10.0.0.1:80`, `[::1]:80` (RFC 5952 §6). */
export function formatEndpoint(endpoint: Endpoint): string {
  const { address, port } = endpoint;
  return address.family === 4 ? `${address}:${port}` : `[${address}]:${port}`;
}

/** A word whose first `n` bits are ones; any `n`. */
function leadingBits(n: number): number {
  if (n <= 0) return 0;
  return n >= 32 ? -1 : -1 << (32 - n);
}

function formatQuad(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

/** RFC 5952 §4.2: the longest run of two or more zero groups becomes `::`, the first of equal ones. */
function formatGroups(groups: readonly number[]): string {
  let best = 0;
  let bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[end] === 0) end++;
    if (end - i > bestLength) {
      best = i;
      bestLength = end - i;
    }
    i = end;
  }
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  if (bestLength === 1) return hex(groups);
  return `${hex(groups.slice(0, best))}::${hex(groups.slice(best + bestLength))}`;
}

function parseQuad(text: string): number | null {
  const parts = text.split('.', 5);
  if (parts.length !== 4) return null;
  let word = 0;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return null;
    word = (word << 8) | Number(part);
  }
  return word;
}

/** The eight groups of an IPv6 address, or null. */
function parseGroups(text: string): number[] | null {
  if (text.length > 45) return null;
  const halves = text.split('::', 3);
  if (halves.length > 2) return null;
  const tail = halves.length === 2;
  const front = parsePart(halves[0]!, !tail);
  const back = tail ? parsePart(halves[1]!, true) : [];
  if (front === null || back === null) return null;
  const missing = 8 - front.length - back.length;
  if (tail ? missing < 1 : missing !== 0) return null;
  return [...front, ...new Array<number>(missing).fill(0), ...back];
}

/** Groups between colons; the last may be a dotted quad where the address ends (`atEnd`). */
function parsePart(text: string, atEnd: boolean): number[] | null {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: number[] = [];
  for (const [i, part] of parts.entries()) {
    if (atEnd && i === parts.length - 1 && part.includes('.')) {
      const quad = parseQuad(part);
      if (quad === null) return null;
      groups.push(quad >>> 16, quad & 0xffff);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return null;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
}
