// Connections as a running stack tells of them, event by event: a list, and of each a picture of its latest segments.
// Bounded in both, however long it goes on.

import type { RuleId } from '../../tcp/rules.ts';
import type { SegmentEvent, SegmentRecord, TraceEvent } from '../../trace/events.ts';
import { PeerInference } from '../../trace/infer.ts';
import type { LadderPicture, PictureArrow, PictureState, Tone } from '../../trace/picture/picture.ts';
import { numbersOf } from '../../trace/reader/picture.ts';
import { hasFlag } from '../../trace/segment-record.ts';

/** Connections that are kept; the oldest give way. */
export const MAX_LIVE = 200;
/** Arrows of a connection that are kept: at least so many of the latest, at most twice as many. */
export const MAX_ARROWS = 1_000;

export interface LiveArrow {
  readonly arrow: PictureArrow;
  readonly segment: SegmentRecord;
  readonly why: RuleId | null;
}

type End = 0 | 1;

export class LiveConnection {
  readonly number: number;
  /** Of client and server. */
  readonly endpoints: readonly [string, string];
  /** Host names; null: an end that nobody watches. */
  readonly hosts: [string | null, string | null] = [null, null];
  arrows: LiveArrow[] = [];
  states: PictureState[] = [];
  /** Earlier arrows that are not kept. */
  forgotten = 0;
  private start: number;
  private end = 0;
  /** Of the end that nobody watches. */
  private peer = new PeerInference();
  private readonly firsts = new Map<string, number>();

  constructor(number: number, endpoints: readonly [string, string], t: number) {
    this.number = number;
    this.endpoints = endpoints;
    this.start = t;
  }

  /** The last state of the end that is watched, or of the client where both are. */
  get state(): string {
    const watched = this.hosts[0] === null ? 1 : 0;
    return this.states.findLast(({ end }) => end === watched)?.state ?? '';
  }

  take(event: TraceEvent): void {
    const t = event.t - this.start;
    this.end = Math.max(this.end, t);
    if (event.kind === 'connection') this.enter(this.watch(event), t, event.state, 'observed');
    else if (event.kind === 'state') this.enter(this.endOf(event.host), t, event.to, 'observed');
    else if (event.kind === 'segment') this.segment(event, t);
    else if (event.kind === 'packet-lost' && event.segment !== null) this.lose(event.segment);
  }

  picture(names: readonly [string, string]): LadderPicture {
    return {
      ends: names.map((name, end) => ({ name: this.hosts[end] ?? name, detail: this.endpoints[end]! })),
      arrows: this.arrows.map(({ arrow }) => arrow),
      states: this.states,
      notes: [],
      end: this.end,
    };
  }

  private watch({ host, passive }: { readonly host: string; readonly passive: boolean }): End {
    const end = passive ? 1 : 0;
    this.hosts[end] = host;
    this.peer = new PeerInference(passive ? 'CLOSED' : 'LISTEN');
    return end;
  }

  private endOf = (host: string): End => (this.hosts[1] === host ? 1 : 0);

  private enter(end: End, t: number, state: string, confidence: PictureState['confidence']): void {
    const before = this.states.findLast((each) => each.end === end);
    if (before?.state === state && before.confidence === confidence) return;
    this.states.push({ end, t, state, confidence });
  }

  private segment(event: SegmentEvent, t: number): void {
    const { segment, direction } = event;
    const own = this.endOf(event.host);
    const other: End = own === 0 ? 1 : 0;
    if (direction === 'out') this.append(event, own, t);
    else if (this.hosts[other] === null) this.append(event, other, t);
    else this.arrive(segment, t);
    if (this.hosts[other] !== null) return;
    if (direction === 'out') this.peer.sent(segment);
    else this.peer.received(segment);
    const { confidence, state } = this.peer;
    if (confidence !== 'unknown') this.enter(other, t, state, confidence);
  }

  private append({ id, direction, segment, why, retransmission }: SegmentEvent, from: End, t: number): void {
    const key = `${from} ${segment.seq}`;
    const original = this.firsts.get(key) ?? null;
    if (!retransmission && segment.length > 0) this.firsts.set(key, id);
    const arrow: PictureArrow = {
      id,
      from,
      to: from === 0 ? 1 : 0,
      departs: direction === 'out' ? t : null,
      arrives: direction === 'in' ? t : null,
      fate: 'arrives',
      label: segment.flags,
      detail: numbersOf(segment),
      badge: retransmission ? 'R' : '',
      tone: toneOf(segment, retransmission),
      repeats: retransmission ? original : null,
    };
    this.arrows.push({ arrow, segment, why });
    if (this.arrows.length >= 2 * MAX_ARROWS) this.forget();
  }

  /** Both ends are watched: what left there comes here. */
  private arrive(segment: SegmentRecord, t: number): void {
    const at = this.underway(segment);
    if (at >= 0) this.arrows[at] = { ...this.arrows[at]!, arrow: { ...this.arrows[at]!.arrow, arrives: t } };
  }

  private lose(segment: SegmentRecord): void {
    const at = this.underway(segment);
    if (at >= 0)
      this.arrows[at] = { ...this.arrows[at]!, arrow: { ...this.arrows[at]!.arrow, fate: 'lost' } };
  }

  private underway(segment: SegmentRecord): number {
    return this.arrows.findIndex(
      ({ arrow, segment: sent }) =>
        arrow.arrives === null &&
        arrow.fate === 'arrives' &&
        sent.source === segment.source &&
        sent.seq === segment.seq &&
        sent.ack === segment.ack &&
        sent.length === segment.length &&
        sent.flags === segment.flags,
    );
  }

  /** The latest stay; a state that still holds stands at the top. */
  private forget(): void {
    this.forgotten += MAX_ARROWS;
    this.arrows = this.arrows.slice(MAX_ARROWS);
    this.firsts.clear();
    const { arrow } = this.arrows[0]!;
    const top = arrow.departs ?? arrow.arrives ?? 0;
    const held = ([0, 1] as const).flatMap((end) => {
      const last = this.states.findLast((state) => state.end === end && state.t <= top);
      return last === undefined ? [] : [{ ...last, t: top }];
    });
    this.states = [...held, ...this.states.filter(({ t }) => t > top)];
  }
}

export class LiveConnections {
  readonly all = new Map<number, LiveConnection>();

  /** False: it is no event of a connection's. */
  take(event: TraceEvent): boolean {
    const { connection: number } = event;
    if (number === null) return false;
    let connection = this.all.get(number);
    if (connection === undefined) {
      if (event.kind !== 'connection') return false;
      const { local, remote, passive } = event;
      connection = new LiveConnection(number, passive ? [remote, local] : [local, remote], event.t);
      this.all.set(number, connection);
      if (this.all.size > MAX_LIVE) this.all.delete(this.all.keys().next().value!);
    }
    connection.take(event);
    return true;
  }
}

function toneOf(segment: SegmentRecord, retransmission: boolean): Tone {
  if (hasFlag(segment, 'RST')) return 'reset';
  if (retransmission) return 'warn';
  if (hasFlag(segment, 'SYN')) return 'open';
  if (hasFlag(segment, 'FIN')) return 'close';
  return segment.length > 0 ? 'text' : 'plain';
}
