// A packet that was captured twice, by a mirrored port or on the "any" interface: the same IP packet, not a
// retransmission, which has an identification of its own.

import type { Seq } from '../../tcp/seq.ts';
import type { SeenPacket } from './packets.ts';

/** Copies come together; milliseconds. */
const WITHIN = 5;
/** Without an identification to go by, two packets may be alike by chance: only text so close is a copy. */
const WITHIN_UNNAMED = 0.2;
const REMEMBERED = 8;
const FIELDS = 9;

/** The latest packets of one direction. */
export class MirrorWatch {
  // Arrays that grow: most connections of a flood have one packet, and typed arrays are slow to collect.
  private readonly fields: number[] = [];
  private readonly times: number[] = [];
  private count = 0;

  /** Whether one of the latest packets was this very one; remembers it otherwise. `isNew`: that can't be. */
  isCopy(packet: SeenPacket, time: number, isNew: boolean): boolean {
    const kept = isNew ? 0 : Math.min(this.count, REMEMBERED);
    for (let i = 0; i < kept; i++) {
      if (this.matches(i, packet) && isClose(packet, Math.abs(time - this.times[i]!))) return true;
    }
    const slot = this.count++ % REMEMBERED;
    write(this.fields, slot * FIELDS, packet);
    this.times[slot] = time;
    return false;
  }

  private matches(i: number, packet: SeenPacket): boolean {
    const { fields } = this;
    const { segment, ip } = packet;
    const at = i * FIELDS;
    return (
      fields[at] === segment.seq &&
      fields[at + 1] === segment.ack &&
      fields[at + 2] === segment.textLength &&
      fields[at + 3] === segment.flags &&
      fields[at + 4] === segment.wnd &&
      fields[at + 5] === segment.tsval &&
      fields[at + 6] === segment.tsecr &&
      fields[at + 7] === ip.identification &&
      fields[at + 8] === segment.sackCount
    );
  }
}

function write(fields: number[], at: number, { segment, ip }: SeenPacket): void {
  fields[at] = segment.seq satisfies Seq;
  fields[at + 1] = segment.ack;
  fields[at + 2] = segment.textLength;
  fields[at + 3] = segment.flags;
  fields[at + 4] = segment.wnd;
  fields[at + 5] = segment.tsval;
  fields[at + 6] = segment.tsecr;
  fields[at + 7] = ip.identification;
  fields[at + 8] = segment.sackCount;
}

function isClose({ ip, segment }: SeenPacket, apart: number): boolean {
  const named = ip.family === 4 && ip.identification !== 0;
  if (named) return apart < WITHIN;
  return segment.textLength > 0 && apart < WITHIN_UNNAMED;
}
