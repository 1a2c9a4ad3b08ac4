// One connection in two captures, one from each end: which packets are the same, how the clocks differ, what was lost on
// the way.

import type { EndIndex } from '../reader/ends.ts';
import type { KeptConnection, KeptPacket } from '../reader/kept.ts';
import { hasFlag } from '../segment-record.ts';
import { type ClockEstimate, estimateClock, onClientClock, type Sample } from './clock.ts';
import { distance, matchAll, matchUnique, overlapOf, type Pair, RangeIndex, textSeq } from './match.ts';

/** One packet on its way. */
export interface Passage {
  readonly from: EndIndex;
  /** As each end saw it; null: that end did not. At least one of them did. */
  readonly sent: KeptPacket | null;
  readonly arrived: KeptPacket | null;
  /** On the client's clock, milliseconds since the time 0 of its capture. */
  readonly departs: number | null;
  readonly arrives: number | null;
  /** `lost`: it left, and would have been seen if it had arrived; `unseen`: it was outside of the other capture. */
  readonly fate: 'arrived' | 'lost' | 'unseen';
  /** Of the text that left, what this is about, bytes; all of it for most. */
  readonly part: { readonly start: number; readonly end: number };
}

export interface MergedConnection {
  /** The client's capture, and the server's with its client and server as in the other. */
  readonly client: KeptConnection;
  readonly server: KeptConnection;
  /** The first of the two captures given was the client's. */
  readonly firstIsClient: boolean;
  readonly clock: ClockEstimate;
  /** In the order in which they left, or arrived. */
  readonly passages: readonly Passage[];
}

/** A capture's connection, and when the capture ended, milliseconds since its first frame. */
export interface Side {
  readonly kept: KeptConnection;
  readonly end: number;
}

/** Null: they are not of the same connection, or have no packet in common. */
export function mergeConnections(first: Side, second: Side): MergedConnection | null {
  const other = isSwapped(first.kept, second.kept) ? { ...second, kept: swapped(second.kept) } : second;
  if (!isSame(first.kept, other.kept)) return null;
  const shift = Number(other.kept.origin - first.kept.origin) / 1e6;
  const seen = ([0, 1] as const).flatMap((from) =>
    matchUnique(sentBy(first.kept, from), sentBy(other.kept, from)).map(({ sent, arrived }) => ({
      from,
      at: sent.time,
      difference: arrived.time + shift - sent.time,
    })),
  );
  if (seen.length === 0) return null;
  const firstIsClient = isClients(seen, first.kept, other.kept);
  const [client, server] = firstIsClient ? [first, other] : [other, first];
  const clock = clockOf(client.kept, server.kept);
  if (clock === null) return null;
  const passages = passagesOf(client, server, clock);
  return { client: client.kept, server: server.kept, firstIsClient, clock, passages };
}

/**
 * What comes from the client is seen later at the server: there the difference of the clocks is greater than that of
 * what goes back. Neighbours are compared, so that a drift has no say.
 */
function isClients(
  seen: readonly (Sample & { readonly from: EndIndex })[],
  first: KeptConnection,
  second: KeptConnection,
): boolean {
  const inTime = seen.toSorted((a, b) => a.at - b.at);
  const votes = inTime.reduce((sum, sample, i) => {
    const before = inTime[i - 1];
    if (before === undefined || before.from === sample.from) return sum;
    const [forth, back] = sample.from === 0 ? [sample, before] : [before, sample];
    return sum + Math.sign(forth.difference - back.difference);
  }, 0);
  return votes === 0 ? first.near === 0 || (first.near === -1 && second.near !== 0) : votes > 0;
}

const sentBy = ({ packets }: KeptConnection, from: EndIndex): KeptPacket[] =>
  packets.filter((packet) => packet.from === from);

const isSwapped = ({ summary: one }: KeptConnection, { summary: other }: KeptConnection): boolean =>
  one.client.endpoint === other.server.endpoint && one.server.endpoint === other.client.endpoint;

/** The same endpoints, and where SYNs were captured the same initial sequence numbers. */
function isSame(one: KeptConnection, other: KeptConnection): boolean {
  if (one.summary.client.endpoint !== other.summary.client.endpoint) return false;
  if (one.summary.server.endpoint !== other.summary.server.endpoint) return false;
  return ([0, 1] as const).every((from) => {
    const [isn, theirs] = [isnOf(one, from), isnOf(other, from)];
    return isn === null || theirs === null || isn === theirs;
  });
}

function isnOf({ packets }: KeptConnection, from: EndIndex): number | null {
  const syn = packets.find((packet) => packet.from === from && hasFlag(packet.segment, 'SYN'));
  return syn?.segment.seq ?? null;
}

/** Whoever spoke first in a capture that began late may have been taken for the client. */
function swapped(kept: KeptConnection): KeptConnection {
  const { summary, packets, near } = kept;
  const turn = (end: EndIndex): EndIndex => (end === 0 ? 1 : 0);
  return {
    ...kept,
    summary: { ...summary, client: summary.server, server: summary.client },
    near: near === -1 ? -1 : turn(near),
    packets: packets.map((packet) => ({
      ...packet,
      from: turn(packet.from),
      states: [packet.states[1], packet.states[0]],
      confidences: [packet.confidences[1], packet.confidences[0]],
      changed: [packet.changed[1], packet.changed[0]],
    })),
  };
}

/** Times of the server's capture on its clock, counted from the client's time 0. */
const shiftOf = (client: KeptConnection, server: KeptConnection): number =>
  Number(server.origin - client.origin) / 1e6;

function clockOf(client: KeptConnection, server: KeptConnection): ClockEstimate | null {
  const shift = shiftOf(client, server);
  const sampleOf = (atClient: KeptPacket, atServer: KeptPacket): Sample => ({
    at: atClient.time,
    difference: atServer.time + shift - atClient.time,
  });
  const forth = matchUnique(sentBy(client, 0), sentBy(server, 0));
  const back = matchUnique(sentBy(server, 1), sentBy(client, 1));
  return estimateClock(
    forth.map(({ sent, arrived }) => sampleOf(sent, arrived)),
    back.map(({ sent, arrived }) => sampleOf(arrived, sent)),
  );
}

/** One end's capture on the client's clock. */
interface Seen {
  readonly packets: readonly KeptPacket[];
  readonly time: (packet: KeptPacket) => number;
  /** What happened then was captured. */
  readonly covers: (time: number) => boolean;
}

function passagesOf(client: Side, server: Side, clock: ClockEstimate): Passage[] {
  const shift = shiftOf(client.kept, server.kept);
  const ends = [
    seenBy(client, (time) => time),
    seenBy(server, (time) => onClientClock(clock, time + shift)),
  ] as const;
  const found = ([0, 1] as const).flatMap((from) =>
    direction(from, ends[from], ends[from === 0 ? 1 : 0], clock),
  );
  return found.sort((a, b) => (a.departs ?? a.arrives!) - (b.departs ?? b.arrives!));
}

function seenBy({ kept, end }: Side, onClock: (time: number) => number): Seen {
  const { packets, omitted } = kept;
  const last = omitted > 0 ? packets.at(-1)!.time : end;
  return {
    packets,
    time: (packet) => onClock(packet.time),
    covers: (time) => time >= onClock(0) && time <= onClock(last),
  };
}

function direction(from: EndIndex, near: Seen, far: Seen, { uncertainty }: ClockEstimate): Passage[] {
  const sent = near.packets.filter((packet) => packet.from === from);
  const arrived = far.packets.filter((packet) => packet.from === from);
  const slack = Number.isFinite(uncertainty) ? uncertainty : 0;
  const timing = { departs: near.time, arrives: far.time, fastest: -slack };
  const pairs = matchAll(sent, arrived, timing);
  const delays = pairs.map((pair) => far.time(pair.arrived) - near.time(pair.sent));
  const slowest = delays.reduce((most, delay) => Math.max(most, delay), slack);
  const passages = pairs.map((pair) => passageOf(from, pair, near, far));
  const cameFrom = new Set(pairs.map((pair) => pair.arrived));
  for (const packet of arrived) {
    if (cameFrom.has(packet)) continue;
    const part = { start: 0, end: packet.segment.length };
    const arrives = far.time(packet);
    passages.push({ from, sent: null, arrived: packet, departs: null, arrives, fate: 'arrived', part });
  }
  const went = new Map<KeptPacket, Pair[]>();
  for (const pair of pairs) {
    const parts = went.get(pair.sent);
    if (parts === undefined) went.set(pair.sent, [pair]);
    else parts.push(pair);
  }
  const heard = new Heard(arrived, near.packets, from);
  for (const packet of sent) {
    const departs = near.time(packet);
    const isWatched = far.covers(departs) && far.covers(departs + slowest);
    for (const part of missing(packet, went.get(packet) ?? [])) {
      const fate = isWatched && !heard.hasUnseen(packet, part.start) ? 'lost' : 'unseen';
      passages.push({ from, sent: packet, arrived: null, departs, arrives: null, fate, part });
    }
  }
  return passages;
}

function passageOf(from: EndIndex, { sent, arrived }: Pair, near: Seen, far: Seen): Passage {
  const departs = near.time(sent);
  // Within what the clocks leave open, an arrival may seem to come before.
  const arrives = Math.max(far.time(arrived), departs);
  return { from, sent, arrived, departs, arrives, fate: 'arrived', part: overlapOf(sent, arrived) };
}

/** What of a departure has no arrival: all of it, or parts of its text. */
function missing(packet: KeptPacket, pairs: readonly Pair[]): { start: number; end: number }[] {
  const { length } = packet.segment;
  if (pairs.length === 0) return [{ start: 0, end: length }];
  const came = pairs.map(({ arrived }) => overlapOf(packet, arrived)).sort((a, b) => a.start - b.start);
  const gaps: { start: number; end: number }[] = [];
  let next = 0;
  for (const { start, end } of came) {
    if (start > next) gaps.push({ start: next, end: start });
    next = Math.max(next, end);
  }
  if (next < length) gaps.push({ start: next, end: length });
  return gaps;
}

/** What the far end must have got although its capture does not show it: it acknowledged it. */
class Heard {
  private readonly arrived: RangeIndex;
  private readonly highestAck: number | null;

  constructor(arrived: readonly KeptPacket[], atSender: readonly KeptPacket[], from: EndIndex) {
    this.arrived = new RangeIndex(arrived.filter(({ segment }) => segment.length > 0));
    let highest: number | null = null;
    for (const { from: by, segment } of atSender) {
      if (by === from || segment.ack === null) continue;
      if (highest === null || distance(highest, segment.ack) > 0) highest = segment.ack;
    }
    this.highestAck = highest;
  }

  /** `start`: of the text that has no arrival. */
  hasUnseen(packet: KeptPacket, start: number): boolean {
    const { highestAck, arrived } = this;
    const { length } = packet.segment;
    if (length === 0 || highestAck === null) return false;
    if (distance(textSeq(packet) + start, highestAck) <= 0) return false;
    return !arrived.overlapping(packet).some((each) => {
      const range = overlapOf(packet, each);
      return range.start <= start && range.end > start;
    });
  }
}
