// What is kept of a connection's packets for its summary and its verdict: counts, times and the numbers of the frames
// that a verdict would cite. Its size does not depend on how many packets there are.

import { FLAG_COUNT } from './flags.ts';
import type { IcmpReason } from './icmp.ts';

/** A packet that a verdict may rest on; frame 0: there was none. */
export interface Mark {
  frame: number;
  /** Milliseconds since the first frame of the capture. */
  time: number;
}

const nowhere = (): Mark => ({ frame: 0, time: 0 });

/** The same text sent again and again, with nothing acknowledged in between. */
export interface Chain {
  /** Retransmissions, the original not counted. */
  count: number;
  seq: number;
  /** Bytes of text. */
  length: number;
  readonly first: Mark;
  readonly last: Mark;
  /** TSval of the first retransmission; -1: it had none. */
  stamp: number;
  /** An ACK for it came in the end. */
  answered: boolean;
}

const noChain = (): Chain => ({
  count: 0,
  seq: 0,
  length: 0,
  first: nowhere(),
  last: nowhere(),
  stamp: -1,
  answered: false,
});

/** Shared by all of which nothing remarkable came; never written. */
const NO_COUNTS = new Int32Array(FLAG_COUNT);
const NO_FIRSTS = new Float64Array(FLAG_COUNT);

/** What one end sent, and what it suffered. */
export class EndEvidence {
  packets = 0;
  /** Text on the wire, bytes; what was sent again counts again. */
  bytes = 0;
  retransmittedBytes = 0;
  /** How often each analysis flag was raised, and the frame of the first time. */
  counts = NO_COUNTS;
  firsts = NO_FIRSTS;
  largestText = 0;
  /** TTL or hop limit of its first segment; -1: none came. */
  hopLimit = -1;
  readonly first: Mark = nowhere();
  readonly last: Mark = nowhere();
  readonly lastText: Mark = nowhere();
  /** Its FIN, and the first acknowledgment of it. */
  readonly fin: Mark = nowhere();
  finEnd = 0;
  readonly finAcked: Mark = nowhere();
  /** Text that it sent after its peer's FIN was acknowledged. */
  readonly textAfterPeerFin: Mark = nowhere();
  /** Its window is closed since; frame 0: it is open. */
  readonly closedSince: Mark = nowhere();
  closedTotal = 0;
  closedLongest = 0;
  readonly closedFrom: Mark = nowhere();
  readonly closedTo: Mark = nowhere();
  /** At work, and the worst so far. */
  chain = noChain();
  worst = noChain();
  /** Chains that an ACK ended: of the original, by its timestamp (RFC 3522), or of nobody knows which (RFC 6298 §3). */
  readonly resent = { forNothing: 0, ambiguous: 0 };
  /** Its longest silence behind text of the peer, before text of its own; nothing was lost in between. */
  readonly answer = { from: 0, to: 0, waited: 0 };
  /** The largest text that is known to have arrived, one that is on its way, and a smaller one in its place. */
  delivered = 0;
  pendingLength = 0;
  pendingSeq = 0;
  readonly resized = { from: 0, to: 0, frame: 0 };
  /** Waits of ours for a delayed ACK while the rest was held back (Nagle). */
  readonly nagle = { count: 0, total: 0, text: 0, ack: 0, next: 0 };
  readonly held = { text: nowhere(), ack: nowhere(), waited: 0 };

  count(flags: number, frame: number): void {
    if (this.counts === NO_COUNTS) {
      this.counts = new Int32Array(FLAG_COUNT);
      this.firsts = new Float64Array(FLAG_COUNT);
    }
    for (let bit = 0, rest = flags; rest !== 0; bit++, rest >>>= 1) {
      if ((rest & 1) === 0) continue;
      if (this.counts[bit] === 0) this.firsts[bit] = frame;
      this.counts[bit]!++;
    }
  }

  /** How often one of `flags` was raised. */
  countOf(flags: number): number {
    let sum = 0;
    for (let bit = 0; bit < FLAG_COUNT; bit++) if ((flags >>> bit) & 1) sum += this.counts[bit]!;
    return sum;
  }

  /** The frame in which one of `flags` was raised first; 0: none was. */
  firstOf(flags: number): number {
    let first = 0;
    for (let bit = 0; bit < FLAG_COUNT; bit++) {
      const frame = (flags >>> bit) & 1 ? this.firsts[bit]! : 0;
      if (frame > 0 && (first === 0 || frame < first)) first = frame;
    }
    return first;
  }

  /** A longer chain of retransmissions than any before is kept. */
  endChain(answered: boolean): void {
    const { chain } = this;
    if (chain.count === 0) return;
    chain.answered = answered;
    if (chain.count >= this.worst.count) this.worst = chain;
    this.chain = noChain();
  }
}

/** A silence while something was owed. */
export interface Stall {
  milliseconds: number;
  readonly from: Mark;
  readonly to: Mark;
  /** What ended it. */
  cause: 'retransmission' | 'window' | 'ack' | 'other';
}

export interface ResetSeen {
  readonly frame: number;
  readonly time: number;
  readonly by: 0 | 1;
  /** With the ACK flag. */
  readonly acknowledges: boolean;
  readonly hopLimit: number;
  /** Frame and sender of the packet before it, and whether that carried text. */
  readonly after: {
    readonly frame: number;
    readonly by: 0 | 1;
    readonly time: number;
    readonly text: boolean;
  };
}

/** An ICMP error about a segment of the connection. */
export interface IcmpSeen {
  readonly frame: number;
  readonly time: number;
  /** Whose segment it was. */
  readonly about: 0 | 1;
  readonly reason: IcmpReason;
  /** 0: not said. */
  readonly mtu: number;
  /** The address of who says so. */
  readonly reporter: string;
  readonly seq: number;
}

/** Errors that are remembered. */
const MAX_ICMP = 8;
/** Attempts that are remembered with their times. */
const MAX_SYNS = 8;

export class Evidence {
  readonly ends: readonly [EndEvidence, EndEvidence] = [new EndEvidence(), new EndEvidence()];
  readonly first: Mark = nowhere();
  readonly last: Mark = nowhere();
  lastBy: 0 | 1 = 0;
  lastHadText = false;
  /** The client's SYNs: the first few. */
  readonly syns: Mark[] = [];
  synCount = 0;
  readonly synAck: Mark = nowhere();
  synAckCount = 0;
  /** The third step of the handshake. */
  readonly thirdAck: Mark = nowhere();
  /** The first RST that was acceptable. */
  reset: ResetSeen | null = null;
  readonly stall: Stall = { milliseconds: 0, from: nowhere(), to: nowhere(), cause: 'other' };
  /** The server's ACK before any SYN,ACK: it knows another connection of these ports. */
  readonly strayAck: Mark = nowhere();
  /** The first few. */
  readonly icmp: IcmpSeen[] = [];
  /** The first ACK of something that an ICMP error had called too big. */
  readonly cutSmaller: Mark = nowhere();
  mirrored = 0;
  partialChecksums = 0;
  truncated = 0;

  error(error: IcmpSeen): void {
    if (this.icmp.length < MAX_ICMP) this.icmp.push(error);
  }

  /** The first error about segments of `about` that are too big, or that could not go on at all. */
  errorAbout(about: 0 | 1, tooBig: boolean): IcmpSeen | undefined {
    return this.icmp.find((error) => error.about === about && (error.reason === 'too-big') === tooBig);
  }

  syn(frame: number, time: number): void {
    this.synCount++;
    if (this.syns.length < MAX_SYNS) this.syns.push({ frame, time });
  }
}

export function put(mark: Mark, frame: number, time: number): void {
  mark.frame = frame;
  mark.time = time;
}

export const isSet = (mark: Mark): boolean => mark.frame !== 0;
