// Hears the observer seam of hosts and writes their packets as a pcapng file, our reasons as packet comments.

import type { DropReason, HostProbe } from '../host/probe.ts';
import type { RuleId } from '../tcp/rules.ts';
import { Segment } from '../tcp/segment.ts';
import type { State } from '../tcp/state.ts';
import type { Tcb } from '../tcp/tcb.ts';
import { foldChecksum, pseudoHeaderSumOf, sumBytes } from '../wire/checksum.ts';
import { isFragment, PROTOCOL_TCP, PROTOCOL_UDP } from '../wire/ip.ts';
import type { Packet } from '../wire/packet.ts';
import { interfaceBlock, packetBlock, sectionHeaderBlock } from '../wire/pcapng.ts';
import { FIN, RST, type TcpFields } from '../wire/tcp.ts';
import { isLeaving } from './leaving.ts';
import { formatRule, isFinsDoing } from './rules.ts';
import { isAnsweredByReset, readIpHeader, readSegment } from './segment-record.ts';
import type { Messages } from './text/messages.ts';

/** Where the checksum lies in a TCP and in a UDP header. */
const TCP_CHECKSUM = 16;
const UDP_CHECKSUM = 6;

/** A packet waits until the next one, for what the engine says about it. */
interface HeldPacket {
  readonly interfaceId: number;
  readonly time: number;
  readonly direction: 'in' | 'out';
  readonly bytes: Uint8Array;
  readonly comments: string[];
}

/** What was said of a segment before its packet was sent. */
interface Announced {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly seq: number;
  readonly flags: number;
  readonly comments: string[];
}

/**
 * Give it to one host for a capture as that host sees it; two hosts of one network make a file that holds
 * each packet twice, on two interfaces. The file streams out through `write`; call `flush` at its end.
 */
export class PcapngExport implements HostProbe {
  private readonly write: (bytes: Uint8Array) => void;
  private readonly messages: Messages;
  private readonly epoch: number;
  private readonly interfaces = new Map<string, number>();
  private held: HeldPacket | null = null;
  /** The host is at work on the held packet: what the engine says is about it. */
  private processing = false;
  /** The segment in it has a FIN. */
  private hasFin = false;
  private announced: Announced | null = null;
  /** State changes of `leavingTcb` that the next segment will show. */
  private leaving: string[] = [];
  private leavingTcb = -1;

  /** `messages`: `ENGLISH`, `KOREAN`. `epoch` is added to the clock's milliseconds to make them those since 1970. */
  constructor(write: (bytes: Uint8Array) => void, messages: Messages, epoch = 0) {
    this.write = write;
    this.messages = messages;
    this.epoch = epoch;
    write(sectionHeaderBlock('synfin'));
  }

  /** Write the packet that is still held back. */
  flush(): void {
    const { held } = this;
    this.held = null;
    this.processing = false;
    if (held === null) return;
    const { interfaceId, time, direction, bytes, comments } = held;
    const comment = comments.join('; ');
    this.write(packetBlock({ interfaceId, time, direction, comment }, bytes, 0, bytes.length));
  }

  packetReceived(host: string, link: string, packet: Packet, now: number): void {
    this.hold(host, link, packet, now, 'in', []);
    this.processing = true;
  }

  packetSent(host: string, link: string, packet: Packet, now: number): void {
    this.hold(host, link, packet, now, 'out', this.announcedFor(packet));
  }

  packetDropped(_host: string, _link: string, packet: Packet, reason: DropReason): void {
    const answered =
      reason === 'tcp-no-connection' &&
      readSegment(packet, scratch) !== null &&
      isAnsweredByReset(scratch.flags);
    this.comment(
      answered ? this.explain('9293-3.10.7.1-reset') : this.messages.ladder.dropReason({ reason }),
    );
  }

  segmentArrives(_tcb: Tcb, seg: Segment): void {
    this.hasFin = (seg.flags & FIN) !== 0;
  }

  segmentSent(tcb: Tcb, seg: Segment): void {
    this.processing = false;
    const { sourcePort, destinationPort, seq, flags } = seg;
    const comments = [this.explain(seg.why), ...(this.leavingTcb === tcb.id ? this.leaving : [])];
    this.leaving = [];
    this.announced = { sourcePort, destinationPort, seq, flags, comments };
  }

  segmentDropped(_tcb: Tcb, _seg: Segment, why: RuleId): void {
    this.comment(this.messages.ladder.dropped + this.explain(why));
  }

  stateChange(tcb: Tcb, from: State, to: State, why: RuleId): void {
    const change = `${from} → ${to}`;
    if (this.processing && !isLeaving(why)) {
      const late = isFinsDoing(why) && !this.hasFin ? `${this.messages.ladder.lateFin}; ` : '';
      this.comment(`${change}: ${late}${this.explain(why)}`);
      return;
    }
    if (this.leavingTcb !== tcb.id) this.leaving = [];
    this.leavingTcb = tcb.id;
    this.leaving.push(change);
  }

  timerSet(): void {}

  timerFired(): void {
    this.processing = false;
  }

  rule(_tcb: Tcb, why: RuleId): void {
    this.comment(this.explain(why));
  }

  userCall(): void {
    this.processing = false;
  }

  private explain(why: RuleId): string {
    return `${this.messages.rules[why]} (${formatRule(why, this.messages)})`;
  }

  private comment(text: string): void {
    if (this.processing && this.held !== null) this.held.comments.push(text);
  }

  private hold(
    host: string,
    link: string,
    packet: Packet,
    now: number,
    direction: 'in' | 'out',
    comments: string[],
  ): void {
    this.flush();
    const interfaceId = this.interfaceOf(host, link);
    const bytes = packet.bytes.slice(packet.start, packet.end);
    if (packet.checksum === 'partial') completeChecksum(bytes);
    this.held = { interfaceId, time: now + this.epoch, direction, bytes, comments };
  }

  /** A link is described before its first packet. */
  private interfaceOf(host: string, link: string): number {
    const name = `${host}/${link}`;
    const known = this.interfaces.get(name);
    if (known !== undefined) return known;
    const id = this.interfaces.size;
    this.interfaces.set(name, id);
    this.write(interfaceBlock(name));
    return id;
  }

  /** What was said of the segment in this packet. A RST that no connection sent explains itself (§3.10.7.1). */
  private announcedFor(packet: Packet): string[] {
    if (!readSegment(packet, scratch)) return [];
    const { announced } = this;
    if (announced !== null && isSameSegment(announced, scratch)) {
      this.announced = null;
      return announced.comments;
    }
    return (scratch.flags & RST) !== 0 ? [this.explain('9293-3.10.7.1-reset')] : [];
  }
}

const scratch = new Segment();

const isSameSegment = (announced: Announced, segment: TcpFields): boolean =>
  announced.seq === segment.seq &&
  announced.flags === segment.flags &&
  announced.sourcePort === segment.sourcePort &&
  announced.destinationPort === segment.destinationPort;

/** Put in the whole checksum where the field holds the pseudo-header's sum only. */
function completeChecksum(packet: Uint8Array): void {
  const header = readIpHeader(packet, 0, packet.length);
  if (header === null || isFragment(header)) return;
  const { protocol, payloadStart, payloadEnd } = header;
  if (protocol !== PROTOCOL_TCP && protocol !== PROTOCOL_UDP) return;
  const at = payloadStart + (protocol === PROTOCOL_TCP ? TCP_CHECKSUM : UDP_CHECKSUM);
  if (at + 2 > payloadEnd) return;
  packet[at] = 0;
  packet[at + 1] = 0;
  const pseudoHeader = pseudoHeaderSumOf(packet, 0, protocol, payloadEnd - payloadStart);
  const sum = foldChecksum(sumBytes(packet, payloadStart, payloadEnd, pseudoHeader));
  // RFC 768: in UDP zero means that there is none.
  const checksum = sum === 0 && protocol === PROTOCOL_UDP ? 0xffff : sum;
  packet[at] = checksum >>> 8;
  packet[at + 1] = checksum;
}
