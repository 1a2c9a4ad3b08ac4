// A captured connection as a recipe for the sandbox, so that What if works on it: its calls at their times, its losses
// as edits, its options as handles. What a capture does not tell is taken for granted, and said.

import { FAST_RETRANSMISSION, MIRRORED, RETRANSMISSION, ZERO_WINDOW } from '../../trace/reader/flags.ts';
import type { KeptConnection, KeptPacket } from '../../trace/reader/kept.ts';
import { timesOf } from '../../trace/reader/picture.ts';
import { hasFlag } from '../../trace/segment-record.ts';
import { sandbox } from '../scenarios/s18-sandbox.ts';
import type { CallEdit, Edit, PacketEdit, Recipe, Value } from './recipe.ts';
import { run } from './run.ts';
import type { Flight } from './story.ts';

/** What of the capture the replay does not have, or only supposes; in the order in which a person is told. */
export interface ReplayNotes {
  /** Text is other bytes of the same number; sequence numbers and ports are the sandbox's. Always so. */
  readonly textIsInvented: true;
  /** The manners of the ends' TCP are not known: the sandbox's Linux. Always so. */
  readonly mannersAreAssumed: true;
  /** Where the capture was taken is not known: departures are as captured at the client. */
  readonly placeAssumed: boolean;
  /** The handshake, which tells the round-trip time and the options, was not captured whole. */
  readonly handshakeMissing: boolean;
  /** Writes that came closer together than so many milliseconds are one; 0: none were joined. */
  readonly joinedWithin: number;
  /** Calls beyond what a recipe holds. */
  readonly callsLeftOut: number;
  /** Retransmissions that became losses; those for which the replay has nothing to lose at that place. */
  readonly losses: number;
  readonly lossesLeftOut: number;
  /** The capture's packets that were not kept. */
  readonly omitted: number;
}

export interface Replay {
  readonly recipe: Recipe;
  readonly notes: ReplayNotes;
}

type End = 0 | 1;
const HOSTS = ['client', 'server'] as const;
const SOCKETS = ['client.1', 'server.1'] as const;
/** Nobody listens there. */
const CLOSED_PORT = 81;
/** Of a recipe's 200 edits, so that there is room for a person's. */
const MAX_CALLS = 120;
const MAX_LOSSES = 40;
/** Writes that are no further apart are one, ms, where there are too many; that grows until there are not. */
const LEAST_JOIN = 1;
/** A window that is nearly what it was at its widest: the program still read. */
const NEARLY = 0.9;
const ROUND_TRIP = 40;

/** What happened at one end, by its own clock. */
interface Happened {
  readonly t: number;
  readonly end: End;
  readonly call: CallEdit['call'];
  readonly bytes: number;
}

export function captureRecipe(kept: KeptConnection): Replay {
  const packets = kept.packets.filter(({ flags }) => (flags & MIRRORED) === 0);
  const roundTrip = kept.summary.roundTrip ?? ROUND_TRIP;
  const clock = new EndClock(packets, kept.near === -1 ? 0 : kept.near, roundTrip);
  const happened = happenings(packets, clock, answered(packets));
  const { calls, within, left } = joined(happened);
  const base: Recipe = {
    scenario: sandbox.id,
    seed: 1,
    values: valuesOf(packets, roundTrip),
    edits: [...calls.map(callOf), ...silences(packets)],
  };
  const { recipe, losses, missed } = withLosses(base, packets);
  const { completeness } = kept.summary;
  return {
    recipe,
    notes: {
      textIsInvented: true,
      mannersAreAssumed: true,
      placeAssumed: kept.near === -1,
      handshakeMissing: (completeness & 3) !== 3,
      joinedWithin: within,
      callsLeftOut: left,
      losses,
      lossesLeftOut: missed,
      omitted: kept.omitted,
    },
  };
}

/** When something happened at an end itself: what was captured elsewhere came there half a round trip before. */
class EndClock {
  private readonly times: readonly number[];
  private readonly near: End;
  private readonly half: number;

  constructor(packets: readonly KeptPacket[], near: End, roundTrip: number) {
    this.times = timesOf(packets);
    this.near = near;
    this.half = roundTrip / 2;
  }

  departure(index: number, from: End): number {
    const captured = this.times[index]! + (this.near === 1 ? this.half : 0);
    return Math.max(0, from === this.near ? captured : captured - this.half);
  }
}

const answered = (packets: readonly KeptPacket[]): boolean =>
  packets.some(({ from, segment }) => from === 1 && !hasFlag(segment, 'RST'));

function happenings(packets: readonly KeptPacket[], clock: EndClock, isAnswered: boolean): Happened[] {
  const found: Happened[] = [{ t: 0, end: 0, call: 'connect', bytes: 0 }];
  const sent = [new Sent(), new Sent()] as const;
  const readers = [new Reader(0), new Reader(1)] as const;
  for (const [index, packet] of packets.entries()) {
    const { from, segment } = packet;
    const t = clock.departure(index, from);
    const fresh = sent[from].take(packet);
    if (fresh > 0) found.push({ t, end: from, call: 'send', bytes: fresh });
    if (hasFlag(segment, 'FIN') && sent[from].ends()) {
      const more = packets.some((later, i) => i > index && later.from !== from && later.segment.length > 0);
      found.push({ t, end: from, call: more ? 'shutdown' : 'close', bytes: 0 });
    }
    if (hasFlag(segment, 'RST') && isAnswered && sent[from].ends())
      found.push({ t, end: from, call: 'abort', bytes: 0 });
    found.push(...readers[from].look(packet, t));
  }
  return found.sort((a, b) => a.t - b.t);
}

/** What an end has sent so far: only what is new is a program's doing. */
class Sent {
  private next: number | null = null;
  private over = false;

  /** Bytes of text that were not sent before. */
  take({ segment }: KeptPacket): number {
    const { length } = segment;
    const syn = hasFlag(segment, 'SYN');
    const end = segment.seq + length + (syn ? 1 : 0);
    const before = this.next;
    // Numbers wrap: what is new is a little ahead.
    const ahead = before === null ? length : ((end - before) | 0) - (syn ? 1 : 0);
    if (before === null || ahead > 0) this.next = end | 0;
    return length === 0 ? 0 : Math.max(0, Math.min(ahead, length));
  }

  /** True once. */
  ends(): boolean {
    const first = !this.over;
    this.over = true;
    return first;
  }
}

/** A window that closes is a program that does not read: from when it was last wide open, until it opens. */
class Reader {
  private readonly end: End;
  private widest = 0;
  private openAt = 0;
  private closed = false;

  constructor(end: End) {
    this.end = end;
  }

  look({ segment, flags }: KeptPacket, t: number): Happened[] {
    if (hasFlag(segment, 'RST') || hasFlag(segment, 'SYN')) return [];
    const window = segment.scaledWindow ?? segment.window;
    this.widest = Math.max(this.widest, window);
    if (!this.closed && (flags & ZERO_WINDOW) !== 0) {
      this.closed = true;
      return [{ t: this.openAt, end: this.end, call: 'pause', bytes: 0 }];
    }
    if (window >= NEARLY * this.widest) this.openAt = t;
    if (!this.closed || window === 0) return [];
    this.closed = false;
    this.openAt = t;
    return [{ t, end: this.end, call: 'resume', bytes: 0 }];
  }
}

/** Writes of one end with nothing in between are one where there would be too many calls. */
function joined(all: readonly Happened[]): { calls: Happened[]; within: number; left: number } {
  let calls = [...all];
  let within = 0;
  for (let span = LEAST_JOIN; calls.length > MAX_CALLS && span <= 8192; span *= 2) {
    within = span;
    calls = joinWithin(all, span);
  }
  const left = Math.max(0, calls.length - MAX_CALLS);
  return { calls: calls.slice(0, MAX_CALLS), within, left };
}

function joinWithin(all: readonly Happened[], span: number): Happened[] {
  const calls: Happened[] = [];
  let last = 0;
  for (const next of all) {
    const before = calls.at(-1);
    const joins = before?.call === 'send' && next.call === 'send' && before.end === next.end;
    if (joins && next.t - last <= span)
      calls[calls.length - 1] = { ...before, bytes: before.bytes + next.bytes };
    else calls.push(next);
    last = next.t;
  }
  return calls;
}

function callOf({ t, end, call, bytes }: Happened): Edit {
  const common = { kind: 'call', t: rounded(t), host: HOSTS[end], call } as const;
  if (call === 'connect') return { ...common, to: HOSTS[1], port: 80 };
  return { ...common, socket: SOCKETS[end], ...(bytes > 0 ? { bytes } : {}) };
}

/** A microsecond: what captures have, and what a link can say. */
const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;

/** A client that nobody answers: the cable is cut, for all that is known. */
const silences = (packets: readonly KeptPacket[]): Edit[] =>
  packets.some(({ from }) => from === 1) ? [] : [{ kind: 'cut', t: 0 }];

function valuesOf(packets: readonly KeptPacket[], roundTrip: number): Record<string, Value> {
  const syns = ([0, 1] as const).map((end) =>
    packets.find(({ from, segment }) => from === end && hasFlag(segment, 'SYN')),
  );
  const options = syns.flatMap((syn) => (syn === undefined ? [] : [syn.segment.options]));
  const both = (has: (option: (typeof options)[number]) => boolean): boolean =>
    options.length < 2 || options.every(has);
  const sizes = options.flatMap(({ mss }) => (mss === null ? [] : [mss]));
  const windows = packets.map(({ segment }) => segment.scaledWindow ?? segment.window);
  const widest = windows.reduce((most, window) => Math.max(most, window), 0);
  return {
    preset: 'Linux',
    rtt: Math.min(Math.max(Math.round(roundTrip), 0), 2000),
    mss: sizes.length === 0 ? 0 : Math.min(...sizes, 1460),
    receiveBuffer: Math.min(Math.max(Math.ceil(widest / 256) * 256, 256), 1_048_576),
    sendBuffer: 1_048_576,
    sack: both(({ sackPermitted }) => sackPermitted),
    timestamps: both(({ timestamps }) => timestamps !== null),
    windowScaling: both(({ windowScale }) => windowScale !== null),
    nagle: false,
  };
}

/**
 * What was sent again had been lost: in the run as it is so far, the packet that brings the same numbers for the
 * first time is lost, and the next is looked for in the run that follows from that.
 */
function withLosses(
  base: Recipe,
  packets: readonly KeptPacket[],
): { recipe: Recipe; losses: number; missed: number } {
  const again = packets.filter(({ flags }) => (flags & (RETRANSMISSION | FAST_RETRANSMISSION)) !== 0);
  let recipe = refused(packets) ? toClosedPort(base) : base;
  let losses = 0;
  for (const packet of again.slice(0, MAX_LOSSES)) {
    const flight = run(sandbox, recipe).flights.find((one) => isLostLike(one, packet));
    if (flight === undefined) continue;
    const { from, to, number: index } = flight;
    const drop: PacketEdit = { kind: 'drop', from, to, index };
    recipe = { ...recipe, edits: [...recipe.edits, drop] };
    losses += 1;
  }
  return { recipe, losses, missed: again.length - losses };
}

/** The same end sends the same text, SYN or FIN, and it arrives. */
function isLostLike({ from, lost, segment }: Flight, { from: end, segment: wanted }: KeptPacket): boolean {
  if (from !== HOSTS[end] || lost !== null || segment === null) return false;
  if (hasFlag(wanted, 'SYN')) return hasFlag(segment, 'SYN');
  if (wanted.length === 0) return hasFlag(wanted, 'FIN') && hasFlag(segment, 'FIN');
  const at = wanted.relativeSeq;
  const start = segment.relativeSeq;
  return at !== null && start !== null && segment.length > 0 && start <= at && at < start + segment.length;
}

/** A RST is all that the server ever said. */
const refused = (packets: readonly KeptPacket[]): boolean =>
  packets.some(({ from }) => from === 1) && !answered(packets);

const toClosedPort = (recipe: Recipe): Recipe => ({
  ...recipe,
  edits: recipe.edits.map((edit) =>
    edit.kind === 'call' && edit.call === 'connect' ? { ...edit, port: CLOSED_PORT } : edit,
  ),
});
