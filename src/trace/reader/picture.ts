// One captured connection as a picture: client left, server right. A capture sees a packet once: at the end where it
// was taken the time is known, at the other nothing is (`departs` or `arrives` is null).

import type { SegmentRecord } from '../events.ts';
import type { LadderPicture, PictureArrow, PictureState, PictureWords, Tone } from '../picture/picture.ts';
import { hasFlag } from '../segment-record.ts';
import type { Messages } from '../text/messages.ts';
import type { EndIndex } from './ends.ts';
import { ANY_RETRANSMISSION, flagTexts, WINDOW_FULL, WINDOW_UPDATE, ZERO_WINDOW } from './flags.ts';
import type { KeptConnection, KeptPacket } from './kept.ts';
import { isHarmless } from './told.ts';

/** With these the window is what matters. */
const OF_WINDOW = ZERO_WINDOW | WINDOW_FULL | WINDOW_UPDATE;

/** An arrow's id is the number of its frame. Times count from the first packet, and never go back. */
export function capturePicture(kept: KeptConnection, messages: Messages): LadderPicture {
  const { summary, packets, near } = kept;
  const times = timesOf(packets);
  const repeats = new Repeats();
  return {
    ends: [
      { name: messages.ladder.client, detail: summary.client.endpoint },
      { name: messages.ladder.server, detail: summary.server.endpoint },
    ],
    arrows: packets.map((packet, i) => arrowOf(packet, times[i]!, near, repeats)),
    states: packets.flatMap((packet, i) => statesOf(packet, times[i]!, packets[i - 1] ?? null)),
    notes: [],
    end: times.at(-1) ?? 0,
  };
}

/** How a picture of a capture writes times, and what it says of waits. */
export const captureWords = ({ ladder }: Messages): PictureWords => ({
  time: (ms) => ms.toFixed(3),
  gap: (ms) => ladder.silence({ ms }),
});

/** Milliseconds since the first of them, as a clock that is never set back would have shown. */
export function timesOf(packets: readonly Pick<KeptPacket, 'time'>[]): number[] {
  const start = packets[0]?.time ?? 0;
  let last = 0;
  return packets.map(({ time }) => {
    last = Math.max(last, time - start);
    return last;
  });
}

function arrowOf(packet: KeptPacket, t: number, near: EndIndex | -1, repeats: Repeats): PictureArrow {
  const { number, from, flags } = packet;
  const arrived = near >= 0 && near !== from;
  const retransmission = (flags & ANY_RETRANSMISSION) !== 0;
  return {
    id: number,
    from,
    to: from === 0 ? 1 : 0,
    departs: arrived ? null : t,
    arrives: arrived ? t : null,
    fate: 'arrives',
    label: packet.segment.flags,
    detail: detailOf(packet),
    badge: retransmission ? 'R' : '',
    tone: captureTone(packet),
    repeats: repeats.of(packet, retransmission),
  };
}

/** `#5 seq 1 ack 1 len 100 [Retransmission]`. */
export function detailOf({ number, segment, flags, dupAck }: KeptPacket): string {
  const windowMatters = hasFlag(segment, 'SYN') || (flags & OF_WINDOW) !== 0;
  const parts = [`#${number}`, numbersOf(segment)];
  if (windowMatters) parts.push(`win ${segment.scaledWindow ?? segment.window}`);
  return [...parts, ...flagTexts(flags, dupAck).map((text) => `[${text}]`)].join(' ');
}

/** `seq 1 ack 1 len 100`, relative where the SYNs were captured. */
export function numbersOf(segment: SegmentRecord): string {
  const { ack, relativeAck, length } = segment;
  const acknowledges = ack === null ? '' : ` ack ${relativeAck ?? ack}`;
  return `seq ${segment.relativeSeq ?? segment.seq}${acknowledges}${length > 0 ? ` len ${length}` : ''}`;
}

export function captureTone({ segment, flags }: Pick<KeptPacket, 'segment' | 'flags'>): Tone {
  if (hasFlag(segment, 'RST')) return 'reset';
  if (!isHarmless(flags)) return 'warn';
  if (hasFlag(segment, 'SYN')) return 'open';
  if (hasFlag(segment, 'FIN')) return 'close';
  return segment.length > 0 ? 'text' : 'plain';
}

function statesOf(packet: KeptPacket, t: number, before: KeptPacket | null): PictureState[] {
  return ([0, 1] as const).flatMap((end): PictureState[] => {
    const [state, confidence] = [packet.states[end], packet.confidences[end]];
    const same = before?.states[end] === state && before.confidences[end] === confidence;
    return confidence === 'unknown' || same ? [] : [{ end, t, state, confidence }];
  });
}

/** The first frame with a sequence number, of each end. */
class Repeats {
  private readonly first: readonly [Map<number, number>, Map<number, number>] = [new Map(), new Map()];

  of({ from, number, segment }: KeptPacket, retransmission: boolean): number | null {
    const { first } = this;
    const original = first[from].get(segment.seq) ?? null;
    if (retransmission) return original;
    if (original === null && segment.length > 0) first[from].set(segment.seq, number);
    return null;
  }
}
