// One captured packet as a row of a ladder: its arrow, its analysis flags and reasons, and both ends' states.

import type { State } from '../../tcp/state.ts';
import type { SegmentRecord } from '../events.ts';
import type { Arrow, Reason, Row } from '../ladder-layout.ts';
import { labelsOf, optionsOf, toneOf } from '../ladder-text.ts';
import { formatRule, ruleSource } from '../rules.ts';
import type { Messages } from '../text/messages.ts';
import type { EndIndex, StateConfidence } from './ends.ts';
import { ANY_RETRANSMISSION, flagTexts } from './flags.ts';
import type { KeptPacket } from './kept.ts';
import { isHarmless } from './told.ts';

/** Before a state: `~` it follows, `?` it is assumed. */
const MARKS: Readonly<Record<StateConfidence, string>> = {
  observed: '',
  inferred: '~',
  assumed: '?',
  unknown: '',
};

/** `~FIN-WAIT-2`; empty if nothing is known. */
export const stateLabel = (state: State, confidence: StateConfidence): string =>
  confidence === 'unknown' ? '' : MARKS[confidence] + state;

/** A packet is seen once: no time passes on its arrow. */
export function arrowOf(number: number, from: EndIndex, segment: SegmentRecord, flags: number): Arrow {
  const retransmission = (flags & ANY_RETRANSMISSION) !== 0;
  return {
    kind: 'arrow',
    from: from === 0 ? 'left' : 'right',
    way: 'whole',
    labels: labelsOf({ segment, retransmission }).map((label) => `#${number} ${label}`),
    tone: toneOf({ segment, retransmission }),
  };
}

/** `[Dup ACK 7#1]`, one for each analysis flag. */
export function flagReasons(flags: number, dupAck: KeptPacket['dupAck']): Reason[] {
  const tone = isHarmless(flags) ? 'plain' : 'warn';
  return flagTexts(flags, dupAck).map((text) => ({ text: `[${text}]`, section: '', tone, minor: false }));
}

/** By itself: both states are named in each row, in parentheses where the packet does not change them. */
export function rowOf(packet: KeptPacket, start: number, messages: Messages): Row {
  const { number, from, segment, flags, dupAck, changed, time } = packet;
  const reasons = packet.reasons.map((why): Reason => {
    const { rfc, section } = ruleSource(why);
    const source = rfc === 9293 ? `§${section}` : formatRule(why, messages);
    return { text: messages.rules[why], section: source, tone: 'dim', minor: false };
  });
  const state = (end: EndIndex): string => {
    const label = stateLabel(packet.states[end], packet.confidences[end]);
    return label === '' || changed[end] ? label : `(${label})`;
  };
  return {
    time: (time - start).toFixed(3),
    tag: '',
    left: state(0),
    right: state(1),
    body: arrowOf(number, from, segment, flags),
    side: from === 0 ? 'left' : 'right',
    remarks: optionsOf(segment, messages),
    reasons: [...flagReasons(flags, dupAck), ...reasons],
  };
}
