// A connection seen from both ends as a picture: arrows with their true slopes, losses where they happened, and each
// end's states as its own capture shows them.

import type { LadderPicture, PictureArrow, PictureState } from '../picture/picture.ts';
import { ANY_RETRANSMISSION } from '../reader/flags.ts';
import type { KeptPacket } from '../reader/kept.ts';
import { captureTone, detailOf } from '../reader/picture.ts';
import type { Messages } from '../text/messages.ts';
import { onClientClock } from './clock.ts';
import type { MergedConnection, Passage } from './merge.ts';

/** An arrow's id is its place among the passages, from 1. Times count from the first of them. */
export function mergedPicture(
  merged: MergedConnection,
  messages: Messages,
  most = Number.POSITIVE_INFINITY,
): LadderPicture {
  const { client } = merged.client.summary;
  const { server } = merged.server.summary;
  const start = startOf(merged);
  const shown = merged.passages.slice(0, Math.min(most, merged.passages.length));
  const arrows = shown.map((passage, i) => arrowOf(passage, i + 1, start));
  const end = arrows.reduce((last, { departs, arrives }) => Math.max(last, departs ?? 0, arrives ?? 0), 0);
  const omitted = merged.passages.length - shown.length;
  return {
    ends: [
      { name: messages.ladder.client, detail: client.endpoint },
      { name: messages.ladder.server, detail: server.endpoint },
    ],
    arrows,
    states: statesOf(merged, start).filter(({ t }) => t <= end),
    notes:
      omitted === 0
        ? []
        : [{ id: 0, end: 1, t: end, text: messages.exports.omitted({ omitted }), kind: 'edit' }],
    end,
  };
}

/** Of the first passage, on the client's clock. */
export const startOf = ({ passages: [first] }: MergedConnection): number =>
  first === undefined ? 0 : (first.departs ?? first.arrives ?? 0);

/** What is said of a passage: of the packet where it was seen last; of what is missing, which part. */
export function passageDetail(passage: Passage): string {
  const { sent, arrived, part } = passage;
  const packet = shownOf(passage);
  const whole = packet.segment.length === part.end - part.start || arrived !== null;
  const range = whole ? '' : ` (+${part.start}..+${part.end})`;
  const numbers =
    sent !== null && arrived !== null ? `#${sent.number}/${arrived.number}` : `#${packet.number}`;
  return detailOf(packet).replace(/^#\d+/, numbers) + range;
}

/** Both ends know its numbers; the sender knows that it was sent before, the receiver which part it is. */
export const shownOf = ({ sent, arrived }: Passage): KeptPacket =>
  arrived !== null && sent !== null && arrived.segment.length < sent.segment.length
    ? arrived
    : (sent ?? arrived!);

function arrowOf(passage: Passage, id: number, start: number): PictureArrow {
  const { from, departs, arrives, fate, sent } = passage;
  const packet = shownOf(passage);
  const again = sent !== null && (sent.flags & ANY_RETRANSMISSION) !== 0;
  return {
    id,
    from,
    to: from === 0 ? 1 : 0,
    departs: departs === null ? null : departs - start,
    arrives: arrives === null ? null : arrives - start,
    fate: fate === 'lost' ? 'lost' : 'arrives',
    label: packet.segment.flags,
    detail: passageDetail(passage),
    badge: again ? 'R' : '',
    tone: fate === 'lost' ? 'warn' : captureTone(packet),
    repeats: null,
  };
}

/** What was captured where an end is has left or arrived there: what follows from it is observed. */
function statesOf({ client, server, clock }: MergedConnection, start: number): PictureState[] {
  const shift = Number(server.origin - client.origin) / 1e6;
  const ends = [client.packets, server.packets] as const;
  const states = ([0, 1] as const).flatMap((end) => {
    let before = '';
    return ends[end].flatMap((packet): PictureState[] => {
      const [state, confidence] = [packet.states[end], packet.confidences[end]];
      if (confidence === 'unknown' || state === before) return [];
      before = state;
      const time = end === 0 ? packet.time : onClientClock(clock, packet.time + shift);
      const known = confidence === 'inferred' ? 'observed' : confidence;
      return [{ end, t: Math.max(time - start, 0), state, confidence: known }];
    });
  });
  return states.sort((a, b) => a.t - b.t);
}
