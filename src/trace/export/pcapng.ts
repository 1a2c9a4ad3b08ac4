// Captured connections as pcapng: their IP packets, what we say of each as its comment. Wireshark shows comments as
// pkt_comment, CloudShark as annotations.

import { interfaceBlock, packetBlock, sectionHeaderBlock } from '../../wire/pcapng.ts';
import type { KeptConnection, KeptPacket } from '../reader/kept.ts';
import type { Messages } from '../text/messages.ts';
import { remarksOf } from './comments.ts';

const NS_PER_MS = 1e6;

/** Streams out through `write`. */
export class CommentedCapture {
  private readonly write: (bytes: Uint8Array) => void;
  private readonly messages: Messages;

  constructor(write: (bytes: Uint8Array) => void, messages: Messages) {
    this.write = write;
    this.messages = messages;
    write(sectionHeaderBlock('synfin'));
    write(interfaceBlock('synfin read'));
  }

  /** `origin`: nanoseconds since 1970 of the capture's time 0; `more`: remarks beside its own. */
  packet(packet: KeptPacket, origin: bigint, more: readonly string[] = []): void {
    const { bytes, direction, wireLength } = packet;
    const time = origin + BigInt(Math.round(packet.time * NS_PER_MS));
    const comment = [...remarksOf(packet, this.messages), ...more].join('; ');
    const block = { interfaceId: 0, time, direction, comment, originalLength: wireLength };
    this.write(packetBlock(block, bytes, 0, bytes.length));
  }
}

/** The verdict stands at the first packet that it rests on. */
export function connectionPcapng(
  { summary, packets, origin }: KeptConnection,
  messages: Messages,
): Uint8Array {
  const blocks: Uint8Array[] = [];
  const capture = new CommentedCapture((block) => blocks.push(block), messages);
  const { verdict } = summary;
  const cited = packets.find(({ number }) => number === verdict.packets[0]) ?? packets[0];
  for (const packet of packets) capture.packet(packet, origin, packet === cited ? [verdict.text] : []);
  return joined(blocks);
}

function joined(blocks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(blocks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const block of blocks) {
    all.set(block, at);
    at += block.length;
  }
  return all;
}
