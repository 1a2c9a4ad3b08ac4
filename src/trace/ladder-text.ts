// What the ladder writes on an arrow and under it.

import type { CongestionEvent, SegmentEvent, SegmentRecord } from './events.ts';
import { GLUE, type Tone } from './ladder-layout.ts';
import { hasFlag } from './segment-record.ts';
import type { Messages } from './text/messages.ts';

type Shown = Pick<SegmentEvent, 'segment' | 'retransmission'>;

/** Everything, and then with less and less, for arrows that are too short: the window goes first, the ACK last. */
export function labelsOf(shown: Shown): string[] {
  const { segment } = shown;
  const full = `${flags(shown)} ${seq(segment, true)}${ack(segment)}${length(segment)}`;
  return [`${full} win=${segment.scaledWindow ?? segment.window}`, full, ...shortLabelsOf(shown)];
}

/** What an arrival repeats of its departure. */
export function shortLabelsOf(shown: Shown): string[] {
  const { segment } = shown;
  const name = flags(shown);
  const numbers = `${name} ${seq(segment, false)}${ack(segment)}`;
  return [numbers + length(segment), numbers, name + ack(segment), name];
}

/** The options of a SYN spelled out, and those of `blocksOf`; one line each. */
export function optionsOf(segment: SegmentRecord, messages: Messages): string[] {
  const { ladder } = messages;
  const { options } = segment;
  const lines: string[] = [];
  if (hasFlag(segment, 'SYN')) {
    const parts: string[] = [];
    if (options.mss !== null) parts.push(`mss ${options.mss}`);
    if (options.sackPermitted) parts.push('sackOK');
    if (options.timestamps !== null) {
      parts.push(`TS val ${options.timestamps.value} ecr ${options.timestamps.echo}`);
    }
    if (options.windowScale !== null) parts.push(`wscale ${options.windowScale}`);
    lines.push(parts.length === 0 ? ladder.noOptions : parts.join(', '));
  }
  lines.push(...blocksOf(segment, messages));
  if (segment.urgent !== null) lines.push(ladder.urgentPointer({ urgent: segment.urgent }));
  return lines;
}

/** SACK blocks of any segment, which say no less than its ACK; and its mark. */
export function blocksOf(segment: SegmentRecord, messages: Messages): string[] {
  const { sack } = segment.options;
  if (sack.length === 0) return markOf(segment, messages);
  const blocks = sack.map(([from, to]) => `${relative(segment, from)}-${relative(segment, to)}`);
  return [`SACK ${blocks.join(' ')}`, ...markOf(segment, messages)];
}

/** What only the arrival of a segment shows. */
export const markOf = (segment: SegmentRecord, { ladder }: Messages): string[] =>
  segment.ecn === 'CE' ? [ladder.marked] : [];

/** `fast recovery: cwnd 14480 → 5240, ssthresh 3776, RTO 1000 ms`; there is no window before the handshake. */
export function congestionText({ change, ...event }: CongestionEvent, { ladder }: Messages): string {
  const parts: string[] = [];
  if (event.cwnd > 0) parts.push(`cwnd ${moved(event.cwndBefore, event.cwnd)}`);
  if (event.ssthresh !== null) parts.push(`ssthresh ${Math.round(event.ssthresh)}`);
  parts.push(`RTO ${moved(event.rtoBefore, event.rto)} ms`);
  return `${ladder.changes[change]}: ${parts.map((part) => part.replaceAll(' ', GLUE)).join(', ')}`;
}

function moved(before: number, now: number): string {
  const [from, to] = [Math.round(before), Math.round(now)];
  return from === to ? `${to}` : `${from} → ${to}`;
}

export function toneOf({ segment, retransmission }: Shown): Tone {
  if (hasFlag(segment, 'RST')) return 'bad';
  if (retransmission) return 'warn';
  if (hasFlag(segment, 'SYN')) return 'open';
  return hasFlag(segment, 'FIN') ? 'close' : 'plain';
}

const flags = ({ segment, retransmission }: Shown): string => (retransmission ? 'R ' : '') + segment.flags;

function seq(segment: SegmentRecord, absolute: boolean): string {
  if (segment.relativeSeq === null) return `seq=${segment.seq}`;
  return absolute ? `seq=${segment.relativeSeq}(${segment.seq})` : `seq=${segment.relativeSeq}`;
}

function ack({ ack, relativeAck }: SegmentRecord): string {
  return ack === null ? '' : ` ack=${relativeAck ?? ack}`;
}

function length({ length, count }: SegmentRecord): string {
  if (length === 0) return '';
  return count > 1 ? ` len=${length}/${count}` : ` len=${length}`;
}

/** SACK edges count from the same number as the acknowledgment. */
function relative(segment: SegmentRecord, edge: number): number {
  if (segment.ack === null || segment.relativeAck === null) return edge;
  return (edge - (segment.ack - segment.relativeAck)) >>> 0;
}
