// A row of the ladder while it is being put together: events of the same moment at the same end share one.

import type { RuleId } from '../tcp/rules.ts';
import type { SegmentRecord } from './events.ts';
import type { PeerInference } from './infer.ts';
import type { Arrow, Note, Reason, Side, Tone } from './ladder-layout.ts';
import { formatRule, ruleSource } from './rules.ts';
import type { Messages } from './text/messages.ts';

/**
 * One connection on the ladder, and what it shows on each side: an inferred state begins with `~`, one that is
 * not known is empty.
 */
export interface Lane {
  readonly number: number;
  readonly state: Record<Side, string>;
  readonly peer: PeerInference | null;
  /** Rows since both states were last written. */
  unlabelled: number;
  /** A segment that has left the peer, and waits on the link. */
  held: SegmentRecord | null;
  /** Why our end changed its state last: the segment that follows from that need not say it again. */
  told: RuleId | null;
}

/** A row that may still grow: what follows in the same moment belongs to it. */
export interface Draft {
  readonly t: number;
  readonly lane: Lane | null;
  /** The side where it happens first, and those where it has happened by now. */
  readonly side: Side;
  readonly sides: Set<Side>;
  readonly changed: Set<Side>;
  body: Arrow | Note | null;
  segment: SegmentRecord | null;
  /**
   * What the peer's inference has not been told of the segment yet: the link may still say that it is lost, our
   * end that it was refused.
   */
  untold: 'sent' | 'received' | 'refused' | null;
  readonly remarks: string[];
  readonly reasons: Reason[];
}

/** Almost every ACK moves the window a little. */
const WINDOW: RuleId = '9293-3.10.7.4-fifth-window';

export function newDraft(t: number, lane: Lane | null, side: Side): Draft {
  return {
    t,
    lane,
    side,
    sides: new Set([side]),
    changed: new Set(),
    body: null,
    segment: null,
    untold: null,
    remarks: [],
    reasons: [],
  };
}

/** The end on `side` is in another state from here on. */
export function show(draft: Draft, side: Side, label: string): void {
  const { lane } = draft;
  if (lane === null || lane.state[side] === label) return;
  lane.state[side] = label;
  draft.changed.add(side);
}

/** The row is complete: the end that is not observed, on the right, is where its segment takes it. */
export function tellPeer(draft: Draft): void {
  const { body, lane, segment, untold } = draft;
  const isLost = body?.kind === 'arrow' && body.way === 'lost';
  const peer = lane?.peer ?? null;
  if (peer === null || untold === null || segment === null || isLost) return;
  peer[untold](segment);
  if (peer.confidence !== 'unknown') {
    show(draft, 'right', (peer.confidence === 'inferred' ? '~' : '') + peer.state);
  }
}

/** The row is that of a segment which has arrived at the end on `side`. */
export const hasArrived = (draft: Draft, side: Side): draft is Draft & { segment: SegmentRecord } =>
  draft.segment !== null && draft.body?.kind === 'arrow' && draft.body.from !== side;

/** Why, once. `before` stands in front of the rule's words. */
export function addReason(
  draft: Draft,
  why: RuleId,
  messages: Messages,
  tone: Tone = 'dim',
  before = '',
): void {
  const { rfc, section } = ruleSource(why);
  const text = messages.rules[why];
  const reference = rfc === 9293 ? `§${section}` : formatRule(why, messages);
  if (draft.reasons.some((reason) => reason.text.endsWith(text) && reason.section === reference)) return;
  draft.reasons.push({ text: before + text, section: reference, tone, minor: why === WINDOW });
}

/** The same segment, departing and arriving. */
export const isSame = (one: SegmentRecord, other: SegmentRecord): boolean =>
  one.source === other.source &&
  one.destination === other.destination &&
  one.seq === other.seq &&
  one.ack === other.ack &&
  one.length === other.length &&
  one.flags === other.flags;
