// A wire in memory with two ends, each of which a host can be attached to. It copies what it is given, keeps
// to the clock it is given, and does to the packets what it is told: see faults.ts and path.ts.

import { type Clock, checkClock } from '../host/clock.ts';
import type { Link, LinkReceiver } from '../host/link.ts';
import { checkInteger, coded, invalidType } from '../lib/check.ts';
import { Prng } from '../lib/prng.ts';
import type { Packet } from '../wire/packet.ts';
import { type Impairments, impaired, PERFECT } from './faults.ts';
import type { LinkFilter, LinkObserver } from './link-events.ts';
import { type End, Path, type Wire } from './path.ts';

/** RFC 791: every link carries packets of 68 bytes. (IPv6 wants 1280, RFC 8200 §5.) */
const MIN_MTU = 68;
const MAX_MTU = 65_535;
/** An IPv6 packet with the longest payload that its header can say. */
const MAX_SUPER_SEGMENT = 65_575;

/** The impairments at the top hold for both directions; `a` and `b` for what that end sends. */
export interface LinkOptions extends Partial<Impairments> {
  readonly clock: Clock;
  /** Decides every random draw (default 0). */
  readonly seed?: number;
  readonly name?: string;
  /** Largest packet on the wire, bytes (default 1500). */
  readonly mtu?: number;
  /** Largest packet that an end takes, bytes (default: the MTU, so that there are no super-segments). */
  readonly superSegment?: number;
  /**
   * A super-segment takes the line for as long as the segments it stands for. It arrives `whole` (default),
   * as if the receiver had merged them again, and one fault strikes all of it; or it is `cut`, and each
   * segment meets its own fate.
   */
  readonly superSegments?: 'whole' | 'cut';
  /** Packets with partial checksums are taken, and delivered so (default false). */
  readonly checksumOffload?: boolean;
  readonly a?: Partial<Impairments>;
  readonly b?: Partial<Impairments>;
  /** The link starts cut (default false). */
  readonly cut?: boolean;
  readonly filter?: LinkFilter | null;
  readonly observer?: LinkObserver | null;
}

function check(clock: Clock, seed: number, mtu: number, superSegment: number, superSegments: string): void {
  checkClock(clock);
  checkInteger('seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  checkInteger('mtu', mtu, MIN_MTU, MAX_MTU);
  checkInteger('superSegment', superSegment, mtu, MAX_SUPER_SEGMENT);
  if (superSegments !== 'whole' && superSegments !== 'cut') {
    throw coded(new TypeError(`superSegments must be 'whole' or 'cut'`), 'ERR_INVALID_ARG_VALUE');
  }
}

class LinkEnd implements Link, End {
  readonly name: string;
  readonly mtu: number;
  readonly superSegment: number;
  readonly checksumOffload: boolean;
  readonly headroom = 0;
  receiver: LinkReceiver | null = null;
  /** Set once, by the link that this is an end of. */
  out!: Path;

  constructor(wire: Wire) {
    this.name = wire.name;
    this.mtu = wire.mtu;
    this.superSegment = wire.superSegment;
    this.checksumOffload = wire.checksumOffload;
  }

  attach(receiver: LinkReceiver): void {
    if (this.receiver !== null) {
      throw coded(new Error(`this end of link ${this.name} has its host already`), 'ERR_LINK_ATTACHED');
    }
    this.receiver = receiver;
  }

  detach(): void {
    this.receiver = null;
  }

  transmit(packet: Packet): boolean {
    return this.out.transmit(packet);
  }
}

/** Two ends, and what happens to packets between them; it has come from `createLink`. */
export class MemoryLink implements Wire {
  readonly clock: Clock;
  readonly name: string;
  readonly mtu: number;
  readonly superSegment: number;
  readonly superSegments: 'whole' | 'cut';
  readonly checksumOffload: boolean;
  /** Exact faults; may be changed at any time. */
  filter: LinkFilter | null;
  /** Hears what becomes of every packet; may be changed at any time. */
  observer: LinkObserver | null;
  /** The two ends, for hosts to be attached to. */
  readonly a: Link;
  readonly b: Link;
  /** The two directions: what a sends, and what b sends. */
  readonly aToB: Path;
  readonly bToA: Path;
  private readonly ends: readonly LinkEnd[];

  constructor(options: LinkOptions) {
    if (typeof options !== 'object' || options === null) throw invalidType('options', 'an object', options);
    const {
      clock,
      seed = 0,
      name = 'link',
      mtu = 1500,
      superSegment = mtu,
      superSegments = 'whole',
      checksumOffload = false,
      a: fromA = {},
      b: fromB = {},
      cut = false,
      filter = null,
      observer = null,
      ...both
    } = options;
    check(clock, seed, mtu, superSegment, superSegments);
    this.clock = clock;
    this.name = name;
    this.mtu = mtu;
    this.superSegment = superSegment;
    this.superSegments = superSegments;
    this.checksumOffload = checksumOffload;
    this.filter = filter;
    this.observer = observer;

    const odds = impaired(PERFECT, both);
    const prng = new Prng(seed);
    const a = new LinkEnd(this);
    const b = new LinkEnd(this);
    this.aToB = new Path('a->b', this, a, b, prng.fork(), impaired(odds, fromA));
    this.bToA = new Path('b->a', this, b, a, prng.fork(), impaired(odds, fromB));
    a.out = this.aToB;
    b.out = this.bToA;
    this.a = a;
    this.b = b;
    this.ends = [a, b];
    if (cut) this.cut();
  }

  /** Change impairments of both directions. @throws TypeError, RangeError */
  set(changes: Partial<Impairments>): void {
    this.aToB.set(changes);
    this.bToA.set(changes);
  }

  /** Cut both directions: what is queued or on its way is lost, and all that is sent until `restore`. */
  cut(): void {
    this.aToB.cut();
    this.bToA.cut();
  }

  /** After `cut`: packets pass again. */
  restore(): void {
    this.aToB.restore();
    this.bToA.restore();
  }

  /**
   * Free `end` for another host, as when one is unplugged; it is not told. What arrives there meanwhile is lost.
   * @throws TypeError ERR_INVALID_ARG_VALUE for what is no end of this link
   */
  detach(end: Link): void {
    const ours = this.ends.find((one) => one === end);
    if (ours === undefined)
      throw coded(new TypeError(`no end of link ${this.name}`), 'ERR_INVALID_ARG_VALUE');
    ours.detach();
  }

  /** Take the link away, as when a device is deleted: both hosts are told, and it carries nothing more. */
  remove(reason: Error = new Error(`link ${this.name} was removed`)): void {
    this.aToB.remove();
    this.bToA.remove();
    for (const end of this.ends) end.receiver?.down(reason);
  }
}

/** A wire in memory. @throws TypeError, RangeError, with a `code`, for options that make no sense. */
export function createLink(options: LinkOptions): MemoryLink {
  return new MemoryLink(options);
}
