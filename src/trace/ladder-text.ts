// What the ladder writes on an arrow and under it.

import type { SegmentEvent, SegmentRecord } from './events.ts';
import type { Tone } from './ladder-layout.ts';
import { hasFlag } from './segment-record.ts';

type Shown = Pick<SegmentEvent, 'segment' | 'retransmission'>;

/** Everything, and then with less and less, for arrows that are too short. */
export function labelsOf(shown: Shown): string[] {
  const { segment } = shown;
  const ack = segment.ack === null ? '' : ` ack=${segment.relativeAck ?? segment.ack}`;
  const win = ` win=${segment.scaledWindow ?? segment.window}`;
  const rest = ack + length(segment);
  const name = flags(shown);
  const full = `${name} ${seq(segment, true)}${rest}`;
  const relative = `${name} ${seq(segment, false)}${rest}`;
  // The initial number is worth more than the window; later ones follow from it.
  const shorter = hasFlag(segment, 'SYN') ? [full, relative + win] : [relative + win];
  return [full + win, ...shorter, relative, `${name} ${seq(segment, false)}`];
}

export function shortLabel(shown: Shown): string {
  return `${flags(shown)} ${seq(shown.segment, false)}${length(shown.segment)}`;
}

/** The options of a SYN spelled out, and SACK blocks and urgent data on any segment; one line each. */
export function optionsOf(segment: SegmentRecord): string[] {
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
    lines.push(parts.length === 0 ? 'no options' : parts.join(', '));
  }
  if (options.sack.length > 0) {
    const blocks = options.sack.map(([from, to]) => `${relative(segment, from)}-${relative(segment, to)}`);
    lines.push(`SACK ${blocks.join(' ')}`);
  }
  if (segment.urgent !== null) lines.push(`urgent pointer ${segment.urgent}`);
  return lines;
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

function length({ length, count }: SegmentRecord): string {
  if (length === 0) return '';
  return count > 1 ? ` len=${length}/${count}` : ` len=${length}`;
}

/** SACK edges count from the same number as the acknowledgment. */
function relative(segment: SegmentRecord, edge: number): number {
  if (segment.ack === null || segment.relativeAck === null) return edge;
  return (edge - (segment.ack - segment.relativeAck)) >>> 0;
}
