// The text ladder: two lifelines, a row for everything that happens, written as it happens. Each row gives the
// time, both ends' states where they change, the segment, and why, with the section that asked for it.

import type {
  CallEvent,
  CongestionEvent,
  ConnectionEvent,
  PacketDroppedEvent,
  PacketHeldEvent,
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
import {
  addReason,
  type Draft,
  hasArrived,
  isSame,
  type Lane,
  newDraft,
  show,
  tellPeer,
} from './ladder-draft.ts';
import { LadderLayout, opposite, type Side } from './ladder-layout.ts';
import { RowWriter } from './ladder-rows.ts';
import {
  blocksOf,
  congestionText,
  labelsOf,
  markOf,
  optionsOf,
  shortLabelsOf,
  toneOf,
} from './ladder-text.ts';
import { isLeaving } from './leaving.ts';
import { isFinsDoing, isRefusal } from './rules.ts';
import { hasFlag } from './segment-record.ts';
import type { Messages } from './text/messages.ts';

/** Who stands where on a ladder, and where it is drawn. */
export interface LadderOptions {
  /** Name of the host on the left: ours. Events of hosts that are neither left nor right are passed over. */
  readonly left: string;
  /** Name of the host on the right, if it is observed too; null: its states follow from the segments. */
  readonly right: string | null;
  /** What to write above the right lifeline (default: `right`, or the word for a peer). */
  readonly rightTitle?: string;
  /** Columns of the terminal; at least 72 are used. */
  readonly width: number;
  /** Also show packets that are dropped or lost and belong to no connection shown (default: false). */
  readonly strays?: boolean;
  /** ANSI colours; they say nothing that the text does not say. */
  readonly color: boolean;
  /** The language: `ENGLISH`, `KOREAN`. */
  readonly messages: Messages;
  /** Takes one line, without its line feed. */
  readonly write: (line: string) => void;
}

const MAX_LANES = 10_000;
/** Names of hosts passed over that are kept. */
const MAX_PASSED = 8;

/** Draws what a recorder tells, as it is told. */
export class Ladder {
  private readonly options: LadderOptions;
  private readonly messages: Messages;
  private readonly rows: RowWriter;
  private readonly lanes = new Map<number, Lane>();
  private draft: Draft | null = null;
  /** Said of a TIME-WAIT that is about to be entered: its timer is set first. */
  private wait = '';
  /** Sides of which there was an event; hosts on neither side, and how many events they had. */
  private readonly heard = new Set<Side>();
  private readonly passed = new Set<string>();
  private passedEvents = 0;

  constructor(options: LadderOptions) {
    const { width, color, messages, write } = options;
    this.options = options;
    this.messages = messages;
    this.rows = new RowWriter(new LadderLayout(width, color), messages, write);
  }

  /** Take the next event. A row is written once the next one begins, or on `flush`. */
  event(event: TraceEvent): void {
    const side = this.sideOf(event.host);
    if (side === null) {
      this.passedEvents += 1;
      if (this.passed.size < MAX_PASSED) this.passed.add(event.host);
      return;
    }
    this.heard.add(side);
    if (this.options.strays !== true && this.isStray(event)) return;
    this.rows.begin(event.t);
    this.show(event, side);
  }

  /** Write the row that is still held back: nothing more happens now. Says so if a side has no events at all. */
  flush(): void {
    this.finish();
    const { left, right } = this.options;
    const absent = [this.heard.has('left') ? null : left, this.heard.has('right') ? null : right];
    const names = absent.filter((name) => name !== null);
    if (names.length === 0 || this.passed.size === 0) return;
    const [events, hosts] = [this.passedEvents, [...this.passed]];
    this.rows.say(this.messages.ladder.absent({ names, events, hosts }));
    this.passed.clear();
    this.passedEvents = 0;
  }

  private show(event: TraceEvent, side: Side): void {
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
      case 'packet-held':
        this.packetHeld(event, side);
        break;
      case 'congestion':
        this.congestion(event, side);
        break;
    }
  }

  private finish(): void {
    const { draft } = this;
    if (draft === null) return;
    this.draft = null;
    tellPeer(draft);
    this.rows.row(draft);
  }

  private sideOf(host: string): Side | null {
    if (host === this.options.left) return 'left';
    return host === this.options.right ? 'right' : null;
  }

  private isStray(event: TraceEvent): boolean {
    if (event.kind !== 'packet-dropped' && event.kind !== 'packet-lost') return false;
    return this.laneOf(event) === null;
  }

  private connection({ connection, local, remote, passive }: ConnectionEvent, side: Side): void {
    if (connection === null || this.lanes.has(connection)) return;
    this.newLane(connection, side, [local, remote], passive ? 'LISTEN' : 'CLOSED');
  }

  /** `ends`: the endpoint on `side`, which is in the `state`, and the other one. */
  private newLane(number: number, side: Side, ends: readonly [string, string], state: string): void {
    this.finish();
    const lane: Lane = {
      number,
      state: { left: '', right: '', [side]: state },
      peer: this.options.right === null ? new PeerInference(state === 'LISTEN' ? 'CLOSED' : 'LISTEN') : null,
      unlabelled: 0,
      held: null,
      told: null,
    };
    this.rows.several = this.lanes.size > 0;
    this.lanes.set(number, lane);
    if (this.lanes.size > MAX_LANES) this.lanes.delete(this.lanes.keys().next().value!);
    const { left, right, rightTitle = right ?? this.messages.ladder.peer } = this.options;
    const [leftEnd, rightEnd] = side === 'left' ? ends : [ends[1], ends[0]];
    this.rows.header(lane, [left, leftEnd], [rightTitle, rightEnd]);
  }

  private call(event: CallEvent, side: Side): void {
    // Reading shows in the windows.
    if (event.call === 'receive') return;
    const { call, bytes } = event;
    const text = call === 'send' ? this.messages.ladder.send({ bytes }) : `${call}()`;
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
    draft.remarks.push(...optionsOf(segment, this.messages));
    // What was told of the state that our end has entered goes for the segment that follows from it, too.
    const news = draft === bare || event.why !== draft.lane?.told;
    if (event.why !== null && news) addReason(draft, event.why, this.messages);
    draft.untold = 'sent';
    // A reset of no connection shows that there is none (§3.10.7.1).
    if (event.why === '9293-3.10.7.1-reset') show(draft, side, 'CLOSED');
  }

  private arrives(event: SegmentEvent, side: Side): void {
    const { connection, segment } = event;
    const stray = event.why !== null;
    const unheard = stray && connection !== null && !this.lanes.has(connection);
    if (unheard) {
      this.newLane(connection, side, [segment.destination, segment.source], '');
    }
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
      departure.remarks.push(...markOf(segment, this.messages));
      if (stray) show(departure, side, 'CLOSED');
      return;
    }
    const lane = this.laneOf(event);
    const wasHeld = lane?.held != null && isSame(lane.held, segment);
    const draft = this.arrival(event, side, segment, event.retransmission, wasHeld ? 'arriving' : null);
    // The peer has been where this took it since it was held.
    if (wasHeld) lane.held = null;
    else if (!stray || unheard) draft.untold = 'received';
    if (stray) show(draft, side, 'CLOSED');
  }

  /** It has left the peer, which is in another state for it, and is not here yet. */
  private packetHeld(event: PacketHeldEvent, side: Side): void {
    const { segment, link, reason } = event;
    const lane = this.laneOf(event);
    if (segment === null || lane === null) return;
    const draft = this.arrival(event, side, segment, false, 'leaving');
    const text = this.messages.ladder.held({ link, reason });
    draft.reasons.push({ text, section: '', tone: 'plain', minor: false });
    lane.held = segment;
    draft.untold = 'received';
  }

  private arrival(
    event: TraceEvent,
    side: Side,
    segment: SegmentRecord,
    again: boolean,
    way: 'arriving' | 'leaving' | null = null,
  ): Draft {
    const oneEnd = this.options.right === null;
    const draft = this.begin(event, side);
    const shown = { segment, retransmission: again };
    draft.segment = segment;
    draft.body = {
      kind: 'arrow',
      from: opposite(side),
      way: way ?? (oneEnd ? 'whole' : 'arriving'),
      labels: oneEnd && way !== 'arriving' ? labelsOf(shown) : shortLabelsOf(shown),
      tone: toneOf(shown),
    };
    draft.remarks.push(...(oneEnd ? optionsOf : blocksOf)(segment, this.messages));
    return draft;
  }

  private state(event: StateEvent, side: Side): void {
    const now = this.current(event, side);
    if (event.to === 'LISTEN') {
      // The listener was there before: the row that matters is that of the SYN.
      const lane = this.laneOf(event);
      if (lane !== null) lane.state[side] = 'LISTEN';
      return;
    }
    const late =
      isFinsDoing(event.why) && now !== null && hasArrived(now, side) && !hasFlag(now.segment, 'FIN');
    const joins = now !== null && !now.changed.has(side) && !isLeaving(event.why);
    const draft = joins ? now : this.begin(event, side);
    if (event.from === 'LISTEN') draft.remarks.push(`LISTEN → ${event.to}`);
    if (event.to === 'TIME-WAIT' && this.wait !== '') draft.remarks.push(this.wait);
    this.wait = '';
    const { lateFin } = this.messages.ladder;
    if (late) draft.reasons.push({ text: lateFin, section: '', tone: 'dim', minor: false });
    addReason(draft, event.why, this.messages);
    if (draft.lane !== null) draft.lane.told = event.why;
    show(draft, side, event.to);
  }

  private timer(event: TimerEvent, side: Side): void {
    if (event.action === 'fired') {
      const text = this.messages.ladder.timerFires({ timer: event.timer });
      const draft = this.begin(event, side);
      draft.body = { kind: 'note', at: side, text, tone: 'warn' };
    } else if (event.timer === 'time-wait' && event.deadline !== null) {
      const text = this.messages.ladder.timeWaitLasts({ ms: event.deadline - event.t });
      if (this.laneOf(event)?.state[side] !== 'TIME-WAIT') this.wait = text;
      else (this.current(event, side) ?? this.begin(event, side)).remarks.push(text);
    }
  }

  private congestion(event: CongestionEvent, side: Side): void {
    const text = congestionText(event, this.messages);
    const draft = this.current(event, side);
    // A row without a body waits for a segment, and for its reasons.
    if (draft !== null && draft.body !== null) {
      draft.reasons.push({ text, section: '', tone: 'plain', minor: false });
    } else this.begin(event, side).body = { kind: 'note', at: side, text, tone: 'plain' };
  }

  private segmentDropped(event: SegmentDroppedEvent, side: Side): void {
    const draft = this.current(event, side) ?? this.begin(event, side);
    if (draft.untold === 'received' && isRefusal(event.why)) draft.untold = 'refused';
    addReason(draft, event.why, this.messages, 'bad', this.messages.ladder.dropped);
  }

  private rule(event: RuleEvent, side: Side): void {
    addReason(this.current(event, side) ?? this.begin(event, side), event.why, this.messages);
  }

  private packetDropped(event: PacketDroppedEvent, side: Side): void {
    const { segment } = event;
    const { ladder } = this.messages;
    if (segment !== null && event.connection !== null) {
      const draft = this.arrival(event, side, segment, false);
      draft.reasons.push({ text: ladder.packetDropped(event), section: '', tone: 'bad', minor: false });
      return;
    }
    const draft = this.begin(event, side);
    draft.body = { kind: 'note', at: side, text: ladder.strayDropped(event), tone: 'bad' };
  }

  private packetLost(event: PacketLostEvent, side: Side): void {
    const { segment } = event;
    const departure = this.current(event, side);
    const { ladder } = this.messages;
    const lost = ladder.lost(event);
    if (departure?.segment != null && segment !== null && isSame(departure.segment, segment)) {
      if (departure.body?.kind === 'arrow') departure.body.way = 'lost';
      departure.reasons.push({ text: lost, section: '', tone: 'bad', minor: false });
      return;
    }
    const what =
      segment === null ? ladder.bytes(event) : shortLabelsOf({ segment, retransmission: false })[0];
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
    this.finish();
    const draft = newDraft(event.t, this.laneOf(event), side);
    this.draft = draft;
    return draft;
  }

  private laneOf(event: TraceEvent): Lane | null {
    return event.connection === null ? null : (this.lanes.get(event.connection) ?? null);
  }
}
