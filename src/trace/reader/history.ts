// Zeek's short forms for what became of a connection: conn_state and history, and Wireshark's completeness; letters
// and bits as their documentations define them.

import type { Segment } from '../../tcp/segment.ts';
import { ACK, FIN, RST, SYN } from '../../wire/tcp.ts';
import type { EndIndex } from './ends.ts';
import { ANY_RETRANSMISSION, BAD_CHECKSUM, PREVIOUS_NOT_CAPTURED, ZERO_WINDOW } from './flags.ts';

export type ConnState =
  | 'S0'
  | 'S1'
  | 'SF'
  | 'REJ'
  | 'S2'
  | 'S3'
  | 'RSTO'
  | 'RSTR'
  | 'RSTOS0'
  | 'RSTRH'
  | 'SH'
  | 'SHR'
  | 'OTH';

type ZeekState = 'inactive' | 'partial' | 'syn-sent' | 'syn-ack-sent' | 'established' | 'closed' | 'reset';

/** Letters that are written once for each power of ten of their count. */
const LOGARITHMIC = 'cgtw';
/** Letters that are written once. */
const ONCE = 'iq';
const TEXT_SEEN = 1;
const ACK_SEEN = 4;
/** No history is longer: numbers may differ for ever. */
const MAX_LENGTH = 64;

export class History {
  /** Upper case: the client. */
  text = '';
  /** SYN 1, SYN,ACK 2, ACK 4, text 8, FIN 16, RST 32. */
  completeness = 0;
  private readonly states: [ZeekState, ZeekState] = ['inactive', 'inactive'];
  private seen = 0;
  private readonly counts = new Map<string, number>();
  /** Sequence number of the last SYN, SYN,ACK, FIN and RST: another one is written again. */
  private readonly numbers = new Map<string, number>();
  private readonly bytes: [number, number] = [0, 0];

  segment(segment: Segment, found: number, from: EndIndex): void {
    const { flags, textLength } = segment;
    const kinds = flags & (SYN | FIN | RST);
    if ((found & BAD_CHECKSUM) !== 0) this.letter('c', from);
    if ((found & PREVIOUS_NOT_CAPTURED) !== 0) this.letter('g', from === 0 ? 1 : 0);
    if ((found & ANY_RETRANSMISSION) !== 0 && textLength > 0) this.letter('t', from);
    if (kinds === (SYN | FIN) || kinds === (SYN | RST)) this.letter('q', from);
    else if (kinds === (FIN | RST) || kinds === (SYN | FIN | RST)) this.letter('i', from);
    else if (kinds !== 0) this.numbered(controlLetter(flags), from, segment.seq);
    if (textLength > 0) this.once('d', TEXT_SEEN << from, from);
    else if (kinds === 0 && (flags & ACK) !== 0) this.once('a', ACK_SEEN << from, from);
    if ((found & ZERO_WINDOW) !== 0) this.letter('w', from);
    this.bytes[from] += textLength;
    this.complete(flags, textLength, from);
    this.move(flags, from);
  }

  get connState(): ConnState {
    const [client, server] = this.states;
    const clientIdle = client === 'inactive' || client === 'partial';
    const serverIdle = server === 'inactive' || server === 'partial';
    if (server === 'reset') {
      const nothing = client === 'reset' && this.bytes[0] + this.bytes[1] === 0;
      if (client === 'syn-sent' || client === 'syn-ack-sent' || nothing) return 'REJ';
      return clientIdle ? 'RSTRH' : 'RSTR';
    }
    if (client === 'reset') {
      if (!serverIdle) return 'RSTO';
      return /^S[^HAFGIQ]*R/.test(this.text) ? 'RSTOS0' : 'OTH';
    }
    if (server === 'closed' && client === 'closed') return 'SF';
    if (client === 'closed') return serverIdle ? 'SH' : 'S2';
    if (server === 'closed') return clientIdle ? 'SHR' : 'S3';
    if (client === 'syn-sent' && server === 'inactive') return 'S0';
    return client === 'established' && server === 'established' ? 'S1' : 'OTH';
  }

  private complete(flags: number, textLength: number, from: EndIndex): void {
    if ((flags & SYN) !== 0) this.completeness |= (flags & ACK) !== 0 ? 2 : 1;
    else if ((flags & ACK) !== 0 && from === 0 && (this.completeness & 2) !== 0) this.completeness |= 4;
    if (textLength > 0) this.completeness |= 8;
    if ((flags & FIN) !== 0) this.completeness |= 16;
    if ((flags & RST) !== 0) this.completeness |= 32;
  }

  /** As Zeek's endpoints move: by what each sends. */
  private move(flags: number, from: EndIndex): void {
    const { states } = this;
    const to = from === 0 ? 1 : 0;
    if (states[from] === 'reset') return;
    if ((flags & RST) !== 0) states[from] = 'reset';
    else if ((flags & FIN) !== 0) states[from] = 'closed';
    else if ((flags & SYN) !== 0) {
      if (states[from] !== 'inactive') return;
      const answers = (flags & ACK) !== 0;
      states[from] = answers ? 'syn-ack-sent' : 'syn-sent';
      if (!answers || (states[to] !== 'syn-sent' && states[to] !== 'established')) return;
      states[from] = 'established';
      states[to] = 'established';
    } else if (states[from] === 'inactive')
      states[from] = states[to] === 'syn-ack-sent' ? 'established' : 'partial';
  }

  /** Almost every packet is one of these: a bit spares the search. */
  private once(letter: string, bit: number, from: EndIndex): void {
    if ((this.seen & bit) !== 0) return;
    this.seen |= bit;
    this.letter(letter, from);
  }

  private letter(letter: string, from: EndIndex): void {
    const name = from === 0 ? letter.toUpperCase() : letter;
    const count = (this.counts.get(name) ?? 0) + 1;
    if (ONCE.includes(letter) && count > 1) return;
    this.counts.set(name, count);
    if (LOGARITHMIC.includes(letter) && !isPowerOfTen(count)) return;
    if (this.text.length < MAX_LENGTH) this.text += name;
  }

  private numbered(letter: string, from: EndIndex, number: number): void {
    const name = from === 0 ? letter.toUpperCase() : letter;
    if (this.numbers.get(name) === number) return;
    this.numbers.set(name, number);
    this.letter(letter, from);
  }
}

function controlLetter(flags: number): string {
  if ((flags & RST) !== 0) return 'r';
  if ((flags & FIN) !== 0) return 'f';
  return (flags & ACK) !== 0 ? 'h' : 's';
}

function isPowerOfTen(count: number): boolean {
  let power = 1;
  while (power < count) power *= 10;
  return power === count;
}
