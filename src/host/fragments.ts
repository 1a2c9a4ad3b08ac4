// RFC 791 §3.2, RFC 8200 §4.5: datagrams put together from fragments. Any overlap discards the whole datagram and
// all that still comes of it (RFC 5722). What fragments may hold is bounded in number and bytes, in all and for
// each source; an unfinished datagram that is in the way of a newer one goes, oldest first.

import { foldChecksum, sumBytes } from '../wire/checksum.ts';
import { type IpHeader, PROTOCOL_TCP } from '../wire/ip.ts';
import { IPV4_HEADER_LENGTH } from '../wire/ipv4.ts';
import { IPV6_HEADER_LENGTH } from '../wire/ipv6.ts';
import type { DropReason } from './counters.ts';
import type { HostLimits } from './limits.ts';

/** Enough for 64 KiB over any MTU from 296 bytes up; a datagram in smaller crumbs than that is an attack. */
const MAX_PARTS = 256;
/** Charged to a fragment, and to a datagram, on top of the bytes held. */
const OVERHEAD = 128;
const MAX_DATAGRAM = 65_535;

// Where the fields lie that change when the parts become one: IPv4, then IPv6.
const TOTAL_LENGTH = 2;
const FLAGS_AND_OFFSET = 6;
const HEADER_CHECKSUM = 10;
const PAYLOAD_LENGTH = 4;
const NEXT_HEADER = 6;

interface Part {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** A datagram of which something is missing. */
interface Unfinished {
  readonly family: 4 | 6;
  /** Source and destination as decoded. */
  readonly addresses: Int32Array;
  readonly identification: number;
  readonly protocol: number;
  readonly deadline: number;
  /** In order of offset, none touching another's bytes. Empty once the datagram is discarded. */
  parts: Part[];
  /** Bytes the parts hold. */
  length: number;
  /** Length of the datagram's payload; -1 until the last fragment is here. */
  total: number;
  /** The IP header of the first fragment, made whole: no extension header, no fragment fields. */
  header: Uint8Array | null;
  charge: number;
  /** Discarded because of an overlap; kept so that the rest of it goes the same way. */
  discarded: boolean;
}

/** What `add` made of a fragment: a whole packet, a reason to drop the fragment, or null: it was kept. */
export type FragmentResult = Uint8Array | DropReason | null;

export class FragmentTable {
  private readonly limits: HostLimits;
  /** Oldest first, which is also the order of the deadlines. Few enough to look through without a hash. */
  private readonly sets: Unfinished[] = [];
  /** Bytes charged for everything held. */
  charge = 0;

  constructor(limits: HostLimits) {
    this.limits = limits;
  }

  /** Datagrams unfinished, discarded ones that are still remembered included. */
  get size(): number {
    return this.sets.length;
  }

  /** When the oldest datagram is given up; Infinity = there is none. */
  next(): number {
    return this.sets.length === 0 ? Number.POSITIVE_INFINITY : this.sets[0]!.deadline;
  }

  /** A fragment whose header, decoded from `bytes`, starts at `start`. Its bytes are copied. */
  add(bytes: Uint8Array, start: number, header: IpHeader, now: number): FragmentResult {
    const fault = shapeFault(header);
    if (fault !== null) return fault;
    const set = this.find(header) ?? this.open(header, now);
    if (set.discarded) return 'fragment-overlap';
    const place = placeOf(set, bytes, header);
    if (place === DUPLICATE) return null;
    if (place === OVERLAP) {
      this.discard(set);
      return 'fragment-overlap';
    }
    if (set.parts.length >= MAX_PARTS) {
      this.discard(set);
      return 'fragment-limit';
    }
    this.insert(set, place, bytes, header);
    if (header.fragmentOffset === 0) set.header = wholeHeader(bytes, start, header);
    if (set.length === set.total && set.header !== null) return this.finish(set);
    this.makeRoom(set);
    return null;
  }

  /**
   * Remove one datagram whose time is over. `quote` is its first fragment as far as it came, for the Time
   * Exceeded that is owed if it came at all (RFC 1122 §3.3.2); null when nothing is due.
   */
  takeExpired(now: number): { readonly quote: Uint8Array | null } | null {
    const set = this.sets[0];
    if (set === undefined || set.deadline > now) return null;
    this.remove(set);
    return { quote: set.header === null ? null : join(set.header, set.parts.slice(0, 1)) };
  }

  clear(): void {
    this.sets.length = 0;
    this.charge = 0;
  }

  private find(header: IpHeader): Unfinished | null {
    for (const set of this.sets) {
      if (set.identification === header.identification && isOf(set, header)) return set;
    }
    return null;
  }

  private open(header: IpHeader, now: number): Unfinished {
    const { limits } = this;
    if (this.countOf(header.source) >= limits.fragmentSetsPerSource) this.removeOldest(header.source);
    if (this.sets.length >= limits.fragmentSets) this.remove(this.sets[0]!);
    const addresses = new Int32Array(8);
    addresses.set(header.source);
    addresses.set(header.destination, 4);
    const set: Unfinished = {
      family: header.family,
      addresses,
      identification: header.identification,
      protocol: header.protocol,
      deadline: now + limits.fragmentTimeout,
      parts: [],
      length: 0,
      total: -1,
      header: null,
      charge: OVERHEAD,
      discarded: false,
    };
    this.charge += OVERHEAD;
    this.sets.push(set);
    return set;
  }

  private insert(set: Unfinished, at: number, bytes: Uint8Array, header: IpHeader): void {
    const part = bytes.slice(header.payloadStart, header.payloadEnd);
    set.parts.splice(at, 0, { offset: header.fragmentOffset, bytes: part });
    set.length += part.length;
    if (!header.moreFragments) set.total = header.fragmentOffset + part.length;
    set.charge += part.length + OVERHEAD;
    this.charge += part.length + OVERHEAD;
  }

  private finish(set: Unfinished): FragmentResult {
    this.remove(set);
    const header = set.header!;
    if (set.family === 4 && header.length + set.length > MAX_DATAGRAM) return 'fragment-malformed';
    return join(header, set.parts);
  }

  private discard(set: Unfinished): void {
    this.charge -= set.charge - OVERHEAD;
    set.charge = OVERHEAD;
    set.parts = [];
    set.header = null;
    set.discarded = true;
  }

  /** Keep to the byte limits, at the cost of whoever has waited longest; `kept` has just grown. */
  private makeRoom(kept: Unfinished): void {
    const { limits } = this;
    while (this.chargeOf(kept.addresses) > limits.fragmentBytesPerSource) this.removeOldest(kept.addresses);
    while (this.charge > limits.fragmentBytes) this.remove(this.sets[0]!);
  }

  private removeOldest(source: Int32Array): void {
    this.remove(this.sets.find((set) => sameSource(set, source))!);
  }

  private remove(set: Unfinished): void {
    this.sets.splice(this.sets.indexOf(set), 1);
    this.charge -= set.charge;
  }

  private countOf(source: Int32Array): number {
    let count = 0;
    for (const set of this.sets) if (sameSource(set, source)) count++;
    return count;
  }

  private chargeOf(source: Int32Array): number {
    let charge = 0;
    for (const set of this.sets) if (sameSource(set, source)) charge += set.charge;
    return charge;
  }
}

const DUPLICATE = -1;
const OVERLAP = -2;

/** What is wrong with a fragment whatever else has come; RFC 1858 §3.2 for the TCP header cut in two. */
function shapeFault(header: IpHeader): DropReason | null {
  const length = header.payloadEnd - header.payloadStart;
  if (length === 0 || (header.moreFragments && length % 8 !== 0)) return 'fragment-malformed';
  if (header.fragmentOffset + length > MAX_DATAGRAM) return 'fragment-malformed';
  if (header.protocol === PROTOCOL_TCP && header.fragmentOffset > 0 && header.fragmentOffset < 20) {
    return 'fragment-tiny';
  }
  return null;
}

/** Where in the order of the parts a fragment belongs, or why it does not. */
function placeOf(set: Unfinished, bytes: Uint8Array, header: IpHeader): number {
  const { parts } = set;
  const start = header.fragmentOffset;
  const end = start + header.payloadEnd - header.payloadStart;
  let low = 0;
  let high = parts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (parts[middle]!.offset < start) low = middle + 1;
    else high = middle;
  }
  const before = parts[low - 1];
  const after = parts[low];
  if (after !== undefined && after.offset === start && isCopy(set, after, bytes, header)) return DUPLICATE;
  if (before !== undefined && before.offset + before.bytes.length > start) return OVERLAP;
  if (after !== undefined && after.offset < end) return OVERLAP;
  if (set.total >= 0 && (end > set.total || !header.moreFragments)) return OVERLAP;
  if (!header.moreFragments && after !== undefined) return OVERLAP;
  return low;
}

/** RFC 8200 §4.5 spares exact duplicates, which the network itself makes. */
function isCopy(set: Unfinished, part: Part, bytes: Uint8Array, header: IpHeader): boolean {
  const length = header.payloadEnd - header.payloadStart;
  if (part.bytes.length !== length) return false;
  if (header.moreFragments === (part.offset + length === set.total)) return false;
  return part.bytes.every((byte, i) => byte === bytes[header.payloadStart + i]);
}

function isOf(set: Unfinished, header: IpHeader): boolean {
  const { addresses } = set;
  const { source, destination } = header;
  if (set.family !== header.family || (set.family === 4 && set.protocol !== header.protocol)) return false;
  for (let i = 0; i < 4; i++) {
    if (addresses[i] !== source[i] || addresses[4 + i] !== destination[i]) return false;
  }
  return true;
}

function sameSource(set: Unfinished, source: Int32Array): boolean {
  const own = set.addresses;
  return own[3] === source[3] && own[2] === source[2] && own[1] === source[1] && own[0] === source[0];
}

/** The first fragment's IP header without options, extension headers and fragment fields. */
function wholeHeader(bytes: Uint8Array, start: number, header: IpHeader): Uint8Array {
  if (header.family === 6) {
    const whole = bytes.slice(start, start + IPV6_HEADER_LENGTH);
    whole[NEXT_HEADER] = header.protocol;
    return whole;
  }
  const whole = bytes.slice(start, start + IPV4_HEADER_LENGTH);
  whole[0] = 0x45;
  whole.fill(0, FLAGS_AND_OFFSET, FLAGS_AND_OFFSET + 2);
  return whole;
}

/** Header and parts as one packet: its length, and for IPv4 the header's checksum, are made to fit. */
function join(header: Uint8Array, parts: readonly Part[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.bytes.length, header.length);
  const packet = new Uint8Array(length);
  packet.set(header);
  let at = header.length;
  for (const part of parts) {
    packet.set(part.bytes, at);
    at += part.bytes.length;
  }
  if (header[0]! >> 4 === 6) {
    writeHalf(packet, PAYLOAD_LENGTH, length - IPV6_HEADER_LENGTH);
    return packet;
  }
  writeHalf(packet, TOTAL_LENGTH, length);
  writeHalf(packet, HEADER_CHECKSUM, 0);
  writeHalf(packet, HEADER_CHECKSUM, foldChecksum(sumBytes(packet, 0, IPV4_HEADER_LENGTH)));
  return packet;
}

function writeHalf(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}
