// What the network of a scenario loses by rule, as "the last ACK": told apart by what has passed before.

import { Segment } from '../../tcp/segment.ts';
import { flagNames, readSegment } from '../../trace/segment-record.ts';
import type { Packet } from '../../wire/packet.ts';
import { FIN, RST, SYN } from '../../wire/tcp.ts';

/** What has passed so far, the packet in question included. */
export interface Passed {
  /** Segments with text, this way. */
  texts: number;
  /** FINs, both ways. */
  fins: number;
  /** Segments without text that opened a window that had been closed, this way. */
  opened: number;
  /** What the rule has lost. */
  lost: number;
}

/** `flags`: `SYN,ACK`. */
export type LossRule = (flags: string, passed: Readonly<Passed>) => boolean;

export class RuledLoss {
  private readonly rule: LossRule;
  private readonly passed: Passed = { texts: 0, fins: 0, opened: 0, lost: 0 };
  private readonly segment = new Segment();
  private closed = false;

  constructor(rule: LossRule) {
    this.rule = rule;
  }

  /** A packet of the other direction passes. */
  look(packet: Packet): void {
    if (readSegment(packet, this.segment) !== null && (this.segment.flags & FIN) !== 0) this.passed.fins += 1;
  }

  takes(packet: Packet): boolean {
    const { segment, passed } = this;
    if (readSegment(packet, segment) === null) return false;
    if (segment.textLength > 0) passed.texts += 1;
    if ((segment.flags & FIN) !== 0) passed.fins += 1;
    if ((segment.flags & (SYN | RST)) === 0) {
      if (this.closed && segment.wnd > 0 && segment.textLength === 0) passed.opened += 1;
      this.closed = segment.wnd === 0;
    }
    if (!this.rule(flagNames(segment.flags), passed)) return false;
    passed.lost += 1;
    return true;
  }
}
