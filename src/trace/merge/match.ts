// Which packet that left one end is which packet that came to the other: by what no router changes, then, where offload
// cut or joined segments, by the text that they carry.

import type { KeptPacket } from '../reader/kept.ts';
import { hasFlag } from '../segment-record.ts';

/** A departure and an arrival that are the same packet, or have text in common where one of them is a part. */
export interface Pair {
  readonly sent: KeptPacket;
  readonly arrived: KeptPacket;
}

/** When a packet left and when one arrived, on one clock; `fastest`: no way takes less; milliseconds. */
export interface Timing {
  readonly departs: (sent: KeptPacket) => number;
  readonly arrives: (arrived: KeptPacket) => number;
  readonly fastest: number;
}

/** Of segments that overlap so many others at once, the rest is not asked for. */
const MOST_PARTS = 128;

/** What a packet is known by at both ends. Offload may write another identification into each part. */
function nameOf({ identification, segment }: KeptPacket): string {
  const { seq, ack, flags, length, window, options } = segment;
  const { timestamps, sack } = options;
  const stamps = timestamps === null ? '' : `${timestamps.value},${timestamps.echo}`;
  return `${identification} ${seq} ${ack} ${flags} ${length} ${window} ${stamps} ${sack.join()}`;
}

function byName(packets: readonly KeptPacket[]): Map<string, KeptPacket[]> {
  const names = new Map<string, KeptPacket[]>();
  for (const packet of packets) {
    const name = nameOf(packet);
    const found = names.get(name);
    if (found === undefined) names.set(name, [packet]);
    else found.push(packet);
  }
  return names;
}

/** Those of which there can be no doubt: one departure, one arrival. They tell what the clocks are like. */
export function matchUnique(sent: readonly KeptPacket[], arrived: readonly KeptPacket[]): Pair[] {
  const arrivals = byName(arrived);
  return [...byName(sent)].flatMap(([name, [packet, ...more]]) => {
    const [arrival, ...others] = arrivals.get(name) ?? [];
    if (arrival === undefined || more.length > 0 || others.length > 0) return [];
    return [{ sent: packet!, arrived: arrival }];
  });
}

/** All pairs: a departure may come in parts, and an arrival be of several departures. */
export function matchAll(
  sent: readonly KeptPacket[],
  arrived: readonly KeptPacket[],
  timing: Timing,
): Pair[] {
  const pairs: Pair[] = [];
  const departures = new Map([...byName(sent)].map(([name, equal]) => [name, new Equals(equal)] as const));
  const left = new Set(sent);
  const unmatched: KeptPacket[] = [];
  for (const arrival of arrived) {
    const found = departures.get(nameOf(arrival))?.take(arrival, timing) ?? null;
    if (found === null) unmatched.push(arrival);
    else {
      left.delete(found);
      pairs.push({ sent: found, arrived: arrival });
    }
  }
  return [...pairs, ...matchParts([...left].filter(hasText), unmatched.filter(hasText), timing)];
}

const hasText = ({ segment }: KeptPacket): boolean => segment.length > 0;

/** Departures that look alike: an arrival is the last of those that can have come by then. */
class Equals {
  private readonly packets: readonly KeptPacket[];
  private readonly under: KeptPacket[] = [];
  private next = 0;

  constructor(packets: readonly KeptPacket[]) {
    this.packets = packets;
  }

  take(arrival: KeptPacket, { departs, arrives, fastest }: Timing): KeptPacket | null {
    const { packets, under } = this;
    const limit = arrives(arrival) - fastest;
    while (this.next < packets.length && departs(packets[this.next]!) <= limit) {
      under.push(packets[this.next++]!);
    }
    // Where there is no other, the clocks are not as well known as they seem.
    if (under.length === 0 && this.next === 0 && packets.length === 1) under.push(packets[this.next++]!);
    return under.pop() ?? null;
  }
}

/** By ranges of sequence numbers: for each arrival the latest departures that carried its text. */
function matchParts(
  sent: readonly KeptPacket[],
  arrived: readonly KeptPacket[],
  { departs, arrives, fastest }: Timing,
): Pair[] {
  const index = new RangeIndex(sent);
  return arrived.flatMap((arrival) => {
    const limit = arrives(arrival) - fastest;
    const overlapping = index.overlapping(arrival).filter((each) => departs(each) <= limit);
    // Of what was sent again the last one before the arrival came, as far as anyone can tell.
    const latest = new Map<number, KeptPacket>();
    for (const each of overlapping) latest.set(each.segment.seq, each);
    return [...latest.values()].map((each) => ({ sent: each, arrived: arrival }));
  });
}

/** Where the text of a segment begins, beyond a SYN. */
export const textSeq = ({ segment }: KeptPacket): number =>
  (segment.seq + Number(hasFlag(segment, 'SYN'))) >>> 0;

/** How far `to` is beyond `from`, modulo 2^32; below 0: before it. */
export const distance = (from: number, to: number): number => (to - from) | 0;

/** The bytes that both carry, as offsets into the first one's text. */
export function overlapOf(one: KeptPacket, other: KeptPacket): { start: number; end: number } {
  const start = distance(textSeq(one), textSeq(other));
  const end = start + other.segment.length;
  return { start: Math.max(start, 0), end: Math.min(end, one.segment.length) };
}

/** In one slot; a capture that was made to have more is matched in part. */
const MOST_IN_SLOT = 2_048;

/** Finds the segments that share text with another, by slots of sequence space. */
export class RangeIndex {
  private static readonly SLOT = 14;
  private readonly slots = new Map<number, KeptPacket[]>();

  constructor(packets: readonly KeptPacket[]) {
    for (const packet of packets) {
      for (const slot of slotsOf(packet, RangeIndex.SLOT)) {
        const found = this.slots.get(slot);
        if (found === undefined) this.slots.set(slot, [packet]);
        else if (found.length < MOST_IN_SLOT) found.push(packet);
      }
    }
  }

  overlapping(packet: KeptPacket): KeptPacket[] {
    const found = new Set<KeptPacket>();
    for (const slot of slotsOf(packet, RangeIndex.SLOT)) {
      for (const each of this.slots.get(slot) ?? []) {
        const { start, end } = overlapOf(packet, each);
        if (end > start && found.size < MOST_PARTS) found.add(each);
      }
    }
    return [...found].sort((a, b) => a.number - b.number);
  }
}

function slotsOf(packet: KeptPacket, shift: number): number[] {
  const first = textSeq(packet) >>> shift;
  const last = ((textSeq(packet) + packet.segment.length - 1) >>> 0) >>> shift;
  const count = Math.min((last - first + (1 << (32 - shift))) % (1 << (32 - shift)), 8);
  return Array.from({ length: count + 1 }, (_, i) => (first + i) % (1 << (32 - shift)));
}
