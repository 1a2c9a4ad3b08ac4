// A connection at rest: ESTABLISHED, with nothing in flight, unread, owed or timed but a keep-alive. Of its TCB, 5.4 KB,
// only what differs from others' at rest is kept, some 0.3 KB (carry.ts); the TCB itself serves the next connection that
// something happens to. docs/decisions/0011.

import { Differences } from '../lib/differences.ts';
import type { Endpoint } from '../wire/address.ts';
import { type Aside, carry, isAtRest, MOST_NUMBERS, putAside, putBack, type Writable } from './carry.ts';
import { defaultMss } from './mss.ts';
import type { Parameters } from './parameters.ts';
import { seq } from './seq.ts';
import { Tcb } from './tcb.ts';

/** Between whom a connection is. */
export interface Ends {
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

/** Has a TCB, but for the time in which it rests. */
export class Sleeper {
  /** Null: it rests. */
  protected whole: Tcb | null;
  private place: Rest | null = null;
  private ends: Ends | null = null;
  private numbers: number[] | null = null;
  private aside: Aside | null = null;
  private parameters: Parameters;
  /** It stands in the queue of those that are awake. rest.ts. */
  queued = false;

  protected constructor(tcb: Tcb) {
    this.whole = tcb;
    this.parameters = tcb.parameters;
  }

  /**
   * Every variable (§3.3.1); a connection at rest wakes. Where connections rest, ask for it each time: by the next
   * event it may be another's.
   */
  get tcb(): Tcb {
    return this.whole ?? this.wake();
  }

  /**
   * From now on `rest` has an effect. Who owns the connection calls `place.woke` when something has happened to it, and
   * `place.settle` when no engine is at work.
   */
  mayRest(place: Rest, ends: Ends): void {
    this.place = place;
    this.ends = ends;
  }

  /** If there is nothing to be done for it, it rests until its TCB is asked for. */
  rest(now: number): void {
    const { place, whole } = this;
    if (place === null || whole === null || !isAtRest(whole, now)) return;
    this.aside = putAside(whole);
    this.numbers = place.lay(whole, this.numbers);
    this.whole = null;
  }

  /** It has no TCB of its own now. */
  get isResting(): boolean {
    return this.whole === null;
  }

  private wake(): Tcb {
    const { aside, ends, place } = this;
    const tcb = place!.raise(this.numbers!, ends!, this.parameters);
    if (aside !== null) putBack(tcb, aside);
    this.aside = null;
    this.whole = tcb;
    place!.woke(this);
    return tcb;
  }
}

/** Where the connections of one host rest. The first of those that are awake is the next to do so. */
export class Rest {
  private readonly most: number;
  private readonly kept = new Differences(MOST_NUMBERS);
  private readonly spare: Writable<Tcb>[] = [];
  private readonly awake: Sleeper[] = [];
  /** Before it, `awake` has been gone through. */
  private head = 0;

  /** `most`: fewer connections than this are awake and idle at the same time. */
  constructor(most: number) {
    this.most = most;
  }

  /** Something happened to `sleeper`. */
  woke(sleeper: Sleeper): void {
    if (sleeper.queued) return;
    sleeper.queued = true;
    this.awake.push(sleeper);
  }

  /** So many are awake that `settle` has something to do. */
  get isCrowded(): boolean {
    return this.awake.length - this.head >= this.most;
  }

  /** Nobody works on a TCB now: those that have been awake for longest rest, unless they are busy. */
  settle(now: number): void {
    const { awake } = this;
    while (this.isCrowded) {
      const sleeper = awake[this.head++]!;
      sleeper.queued = false;
      sleeper.rest(now);
    }
    if (2 * this.head < awake.length) return;
    awake.copyWithin(0, this.head);
    awake.length -= this.head;
    this.head = 0;
  }

  /** The numbers of `tcb`, in `old` if they fit; the TCB is another's from now on. */
  lay(tcb: Writable<Tcb>, old: number[] | null): number[] {
    const { kept, spare } = this;
    kept.note();
    carry(tcb, kept);
    if (spare.length < this.most) spare.push(tcb);
    return kept.keep(old);
  }

  /** A TCB like the one that `lay` was given. */
  raise(numbers: readonly number[], ends: Ends, parameters: Parameters): Writable<Tcb> {
    const tcb = this.blank(ends, parameters);
    this.kept.recall(numbers);
    carry(tcb, this.kept);
    return tcb;
  }

  /** A TCB in which all that `carry` passes over is as it is at rest. */
  private blank(ends: Ends, parameters: Parameters): Writable<Tcb> {
    const { local, remote } = ends;
    const { family } = remote.address;
    const spare = this.spare.pop();
    if (spare !== undefined && spare.parameters === parameters && spare.remote.address.family === family) {
      spare.local = local;
      spare.remote = remote;
      return spare;
    }
    const options = { local, remote, id: 0, iss: seq(0), timestampOffset: 0, parameters, probe: null };
    const tcb = new Tcb({ ...options, mtu: 0, superSegment: 0 }, true, 0, defaultMss(family));
    tcb.state = 'ESTABLISHED';
    return tcb;
  }
}
