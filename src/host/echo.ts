// RFC 792, RFC 4443 §4: echo requests of ours, and who waits for their answers.

import type { Address } from '../wire/address.ts';
import { echoWord, type IcmpMessage } from '../wire/icmp.ts';
import type { IpHeader } from '../wire/ip.ts';

/** The answer to a ping (RFC 792, RFC 4443 §4.2). */
export interface EchoReply {
  readonly from: Address;
  /** Data bytes that came back. */
  readonly size: number;
  /** From the request to its answer, milliseconds. */
  readonly time: number;
}

interface Waiting {
  readonly address: Address;
  readonly sentAt: number;
  readonly onReply: (reply: EchoReply) => void;
}

export class EchoClient {
  private readonly identifier: number;
  private readonly limit: number;
  private sequence = 0;
  private readonly waiting = new Map<number, Waiting>();
  /** Answers that came and were not told yet. */
  private readonly answered: (() => void)[] = [];

  /** `limit`: requests that may wait; of more, the oldest is forgotten. */
  constructor(identifier: number, limit: number) {
    this.identifier = identifier & 0xffff;
    this.limit = limit;
  }

  /** The word that identifies a new request to `address`. */
  request(address: Address, onReply: (reply: EchoReply) => void, now: number): number {
    this.sequence = (this.sequence + 1) & 0xffff;
    const word = echoWord(this.identifier, this.sequence);
    this.waiting.delete(word);
    this.waiting.set(word, { address, sentAt: now, onReply });
    if (this.waiting.size > this.limit) this.waiting.delete(this.waiting.keys().next().value!);
    return word;
  }

  /** An answer arrived. False: not to a request of ours that waits for one. */
  arrives(header: IpHeader, message: IcmpMessage, now: number): boolean {
    const request = this.waiting.get(message.word);
    if (request === undefined || !request.address.matches(header.source)) return false;
    this.waiting.delete(message.word);
    const size = message.bodyEnd - message.bodyStart;
    const reply = { from: request.address, size, time: now - request.sentAt };
    this.answered.push(() => request.onReply(reply));
    return true;
  }

  /** Tell what came since the last call. */
  deliver(): void {
    for (let tell = this.answered.shift(); tell !== undefined; tell = this.answered.shift()) tell();
  }
}
