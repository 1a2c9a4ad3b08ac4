// The text ladder: two lifelines, a row for everything that happens, written as it happens. Each row gives the
// time, both ends' states where they change, the segment, and why, with the section that asked for it.

import type {
  CallEvent,
  ConnectionEvent,
  PacketDroppedEvent,
  PacketLostEvent,
  RuleEvent,
  SegmentDroppedEvent,
  SegmentEvent,
  SegmentRecord,
  StateEvent,
  TimerEvent,
  TraceEvent,
} from './events.ts';
import { PeerInference } from './infer.ts';
import { addReason, type Draft, isSame, type Lane, newDraft, show } from './ladder-draft.ts';
import { LadderLayout, opposite, type Side } from './ladder-layout.ts';
import { labelsOf, optionsOf, shortLabel, toneOf } from './ladder-text.ts';
import { isLeaving } from './leaving.ts';

export interface LadderOptions {
  /** Name of the host on the left: ours. Events of hosts that are neither left nor right are passed over. */
  readonly left: string;
  /** Name of the host on the right, if it is observed too; null: its states follow from the segments. */
  readonly right: string | null;
  /** What to write above the right lifeline (default: `right`, or `peer`). */
  readonly rightTitle?: string;
  /** Columns of the terminal; at least 72 are used. */
  readonly width: number;
  /** ANSI colours; they say nothing that the text does not say. */
  readonly color: boolean;
  /** Takes one line, without its line feed. */
  readonly write: (line: string) => void;
}

/** Both states are written again after so many rows without. */
const REMIND_AFTER = 16;
/** Silence from here on is drawn, milliseconds. */
const GAP = 1_000;
const MAX_LANES = 10_000;

const LEGEND = '~ inferred   R sent again   X lost   § RFC 9293 unless another is named';

export class Ladder {
  private readonly options: LadderOptions;
  private readonly layout: LadderLayout;
  private readonly lanes = new Map<number, Lane>();
  private draft: Draft | null = null;
  private start = Number.NaN;
  private lastTime = 0;
  private lastLane: Lane | null = null;
  /** More than one connection has been seen: rows are tagged. */
  private several = false;

  constructor(options: LadderOptions) {
    this.options = options;
    this.layout = new LadderLayout(options.width, options.color);
  }

  /** Take the next event. A row is written once the next one begins, or on `flush`. */
  event(event: TraceEvent): void {
    const side = this.sideOf(event.host);
    if (side === null) return;
    if (Number.isNaN(this.start)) this.start = event.t;
    switch (event.kind) {
      case 'connection':
        this.connection(event, side);
        break;
      case 'call':
        this.call(event, side);
        break;
      case 'segment':
        if (event.direction === 'out') this.leaves(event, side);
        else this.arrives(event, side);
        break;
      case 'state':
        this.state(event, side);
        break;
      case 'timer':
        this.timer(event, side);
        break;
      case 'segment-dropped':
        this.segmentDropped(event, side);
        break;
      case 'rule':
        this.rule(event, side);
        break;
      case 'packet-dropped':
        this.packetDropped(event, side);
        break;
      case 'packet-lost':
        this.packetLost(event, side);
        break;
    }
  }

  /** Write the row that is still held back: nothing more happens now. */
  flush(): void {
    const { draft } = this;
    if (draft === null) return;
    this.draft = null;
    this.gap(draft.t);
    const { lane, segment } = draft;
    if (draft.unseen && segment !== null && !isLost(draft)) {
      lane?.peer?.sent(segment);
      showPeer(draft);
    }
    const tag = lane !== null && this.several ? `#${lane.number}` : '';
    const labels = this.labels(draft);
    const { body, side, remarks } = draft;
    const major = draft.reasons.filter((reason) => !reason.minor);
    const reasons = major.length > 0 ? major : draft.reasons;
    const time = (draft.t - this.start).toFixed(3);
    for (const line of this.layout.row({ time, tag, ...labels, body, side, remarks, reasons })) {
      this.options.write(line);
    }
    this.lastLane = lane;
  }

  /** States are written where they change, where the rows turn to another connection, and now and then. */
  private labels({ lane, changed }: Draft): { left: string; right: string } {
    if (lane === null) return { left: '', right: '' };
    lane.unlabelled += 1;
    const both = lane !== this.lastLane || lane.unlabelled > REMIND_AFTER;
    if (both) lane.unlabelled = 0;
    const show = (side: Side): string => (both || changed.has(side) ? lane.state[side] : '');
    return { left: show('left'), right: show('right') };
  }

  private gap(t: number): void {
    const silence = t - this.lastTime;
    if (this.lastLane !== null && silence >= GAP) {
      this.options.write(this.layout.gap(`${(silence / 1000).toFixed(1)} s pass`));
    }
    this.lastTime = t;
  }

  private sideOf(host: string): Side | null {
    if (host === this.options.left) return 'left';
    return host === this.options.right ? 'right' : null;
  }

  private connection(event: ConnectionEvent, side: Side): void {
    if (event.connection === null || this.lanes.has(event.connection)) return;
    this.flush();
    const own = event.passive ? 'LISTEN' : 'CLOSED';
    const other = event.passive ? '~CLOSED' : '~LISTEN';
    const lane: Lane = {
      number: event.connection,
      state: side === 'left' ? { left: own, right: other } : { left: other, right: own },
      peer: this.options.right === null ? new PeerInference(event.passive ? 'CLOSED' : 'LISTEN') : null,
      unlabelled: 0,
    };
    this.several = this.lanes.size > 0;
    this.lanes.set(event.connection, lane);
    if (this.lanes.size > MAX_LANES) this.lanes.delete(this.lanes.keys().next().value!);
    this.header(event, side);
  }

  private header(event: ConnectionEvent, side: Side): void {
    const { left, right, rightTitle = right ?? 'peer', write } = this.options;
    const [leftEnd, rightEnd] = side === 'left' ? [event.local, event.remote] : [event.remote, event.local];
    if (!this.several) write(this.layout.legend(LEGEND));
    const tag = this.several ? `#${event.connection}` : '';
    for (const line of this.layout.header(tag, [left, leftEnd], [rightTitle, rightEnd])) write(line);
    this.lastLane = null;
  }

  private call(event: CallEvent, side: Side): void {
    // Reading shows in the windows.
    if (event.call === 'receive') return;
    const text = event.call === 'send' ? `send(${event.bytes} bytes)` : `${event.call}()`;
    const draft = this.begin(event, side);
    draft.body = { kind: 'note', at: side, text, tone: 'plain' };
  }

  private leaves(event: SegmentEvent, side: Side): void {
    const { segment } = event;
    const bare = this.current(event, side);
    const draft = bare !== null && bare.body === null ? bare : this.begin(event, side);
    // The segment's own reason is the nearer one.
    if (event.why !== null) draft.reasons.length = 0;
    const oneEnd = this.options.right === null;
    draft.segment = segment;
    draft.body = {
      kind: 'arrow',
      from: side,
      way: oneEnd ? 'whole' : 'leaving',
      labels: labelsOf(event),
      tone: toneOf(event),
    };
    draft.remarks.push(...optionsOf(segment));
    if (event.why !== null) addReason(draft, event.why);
    draft.unseen = true;
    // A reset of no connection shows that there is none (§3.10.7.1).
    if (event.why === '9293-3.10.7.1-reset') show(draft, side, 'CLOSED');
  }

  private arrives(event: SegmentEvent, side: Side): void {
    const { segment } = event;
    const departure = this.draft;
    if (
      departure?.segment != null &&
      departure.t === event.t &&
      departure.side !== side &&
      isSame(departure.segment, segment) &&
      departure.body?.kind === 'arrow'
    ) {
      departure.body.way = 'whole';
      departure.sides.add(side);
      return;
    }
    const draft = this.arrival(event, side, segment, event.retransmission);
    draft.lane?.peer?.received(segment);
    showPeer(draft);
  }

  private arrival(event: TraceEvent, side: Side, segment: SegmentRecord, again: boolean): Draft {
    const oneEnd = this.options.right === null;
    const draft = this.begin(event, side);
    const shown = { segment, retransmission: again };
    draft.segment = segment;
    draft.body = {
      kind: 'arrow',
      from: opposite(side),
      way: oneEnd ? 'whole' : 'arriving',
      labels: oneEnd ? labelsOf(shown) : [shortLabel(shown)],
      tone: toneOf(shown),
    };
    if (oneEnd) draft.remarks.push(...optionsOf(segment));
    return draft;
  }

  private state(event: StateEvent, side: Side): void {
    const now = this.current(event, side);
    const joins = now !== null && !now.changed.has(side) && !isLeaving(event.why);
    const draft = joins ? now : this.begin(event, side);
    addReason(draft, event.why);
    show(draft, side, event.to);
  }

  private timer(event: TimerEvent, side: Side): void {
    if (event.action === 'fired') {
      const draft = this.begin(event, side);
      draft.body = { kind: 'note', at: side, text: `* ${event.timer} timer fires`, tone: 'warn' };
    } else if (event.timer === 'time-wait' && event.deadline !== null) {
      const draft = this.current(event, side) ?? this.begin(event, side);
      draft.remarks.push(`TIME-WAIT lasts ${((event.deadline - event.t) / 1000).toFixed(1)} s from here`);
    }
  }

  private segmentDropped(event: SegmentDroppedEvent, side: Side): void {
    const draft = this.current(event, side) ?? this.begin(event, side);
    addReason(draft, event.why, 'bad', 'dropped: ');
  }

  private rule(event: RuleEvent, side: Side): void {
    addReason(this.current(event, side) ?? this.begin(event, side), event.why);
  }

  private packetDropped(event: PacketDroppedEvent, side: Side): void {
    const { segment } = event;
    const text = `dropped, ${event.bytes} bytes: ${event.reason}`;
    if (segment !== null && event.connection !== null) {
      const draft = this.arrival(event, side, segment, false);
      draft.reasons.push({ text: `X ${text}`, section: '', tone: 'bad', minor: false });
      return;
    }
    const draft = this.begin(event, side);
    draft.body = { kind: 'note', at: side, text: `X packet ${text}`, tone: 'bad' };
  }

  private packetLost(event: PacketLostEvent, side: Side): void {
    const { segment } = event;
    const departure = this.current(event, side);
    const lost = `X lost on ${event.link}: ${event.reason}`;
    if (departure?.segment != null && segment !== null && isSame(departure.segment, segment)) {
      if (departure.body?.kind === 'arrow') departure.body.way = 'lost';
      departure.reasons.push({ text: lost, section: '', tone: 'bad', minor: false });
      return;
    }
    const what = segment === null ? `${event.bytes} bytes` : shortLabel({ segment, retransmission: false });
    const draft = this.begin(event, side);
    draft.body = { kind: 'note', at: side, text: `${lost}: ${what}`, tone: 'bad' };
  }

  /** The row that this event, in the same moment at the same end, may still belong to. */
  private current(event: TraceEvent, side: Side): Draft | null {
    const { draft } = this;
    if (draft === null || draft.t !== event.t || !draft.sides.has(side)) return null;
    return draft.lane === this.laneOf(event) ? draft : null;
  }

  private begin(event: TraceEvent, side: Side): Draft {
    this.flush();
    const draft = newDraft(event.t, this.laneOf(event), side);
    this.draft = draft;
    return draft;
  }

  private laneOf(event: TraceEvent): Lane | null {
    return event.connection === null ? null : (this.lanes.get(event.connection) ?? null);
  }
}

const isLost = (draft: Draft): boolean => draft.body?.kind === 'arrow' && draft.body.way === 'lost';

/** The state of an end that is not observed, as far as it is known by now. */
function showPeer(draft: Draft): void {
  const peer = draft.lane?.peer ?? null;
  if (peer !== null) show(draft, 'right', (peer.confidence === 'inferred' ? '~' : '') + peer.state);
}
