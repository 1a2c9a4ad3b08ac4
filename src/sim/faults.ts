// What a path does to the packets that cross it: the parameters, and the dice. Every impairment has its own
// stream of random numbers, so that changing one does not change which packets the others strike.

import { checkFinite, checkInteger, checkNumber, checkProbability, coded } from '../lib/check.ts';
import type { Prng } from '../lib/prng.ts';

/** Gilbert-Elliott: a path in two states, losing packets in bursts while it is in the bad one. */
export interface BurstLoss {
  /** Probability, per packet, of going from the good state to the bad one. */
  readonly enter: number;
  /** Probability, per packet, of going back; a burst lasts 1/leave packets on average. */
  readonly leave: number;
  /** Probability of losing a packet in the bad state (default 1). */
  readonly loss?: number;
}

/** Packets that are overtaken by those behind them. */
export interface Reordering {
  /** Which packets are held back. */
  readonly probability: number;
  /** For how long, milliseconds; those behind them overtake meanwhile. */
  readonly extraDelay: number;
}

/** One direction of a link. Probabilities are per packet, 0 to 1; times in milliseconds. */
export interface Impairments {
  /** Propagation: from the last bit leaving to the packet arriving. */
  readonly delay: number;
  /** Up to this much more delay, evenly spread; packets stay in order. */
  readonly jitter: number;
  /** Bits per second at which packets leave, one at a time; Infinity = at once. */
  readonly rate: number;
  /** Bound on the bytes that wait for the line. */
  readonly queueBytes: number;
  /** Bound on the packets that wait for the line. */
  readonly queuePackets: number;
  /** A full queue drops the packet that comes, or has `transmit` say no (as a device with back-pressure does). */
  readonly queueFull: 'drop' | 'refuse';
  /** Independent loss, on the wire: the packet has used the queue and the line. */
  readonly loss: number;
  readonly burstLoss: BurstLoss | null;
  /** The packet arrives twice, at the same instant. */
  readonly duplicate: number;
  readonly reorder: Reordering | null;
  /** One bit of the packet, anywhere in it, arrives flipped; checksums were computed before. */
  readonly corrupt: number;
  /** A packet whose sender speaks ECN is marked as having met congestion (RFC 3168 §5). */
  readonly mark: number;
  /** Every such packet that finds more than so many waiting for the line is marked. */
  readonly markAbove: number;
}

export const PERFECT: Impairments = {
  delay: 0,
  jitter: 0,
  rate: Infinity,
  queueBytes: Infinity,
  queuePackets: 1000,
  queueFull: 'drop',
  loss: 0,
  burstLoss: null,
  duplicate: 0,
  reorder: null,
  corrupt: 0,
  mark: 0,
  markAbove: Infinity,
};

/** `base` with the `changes`, checked. Throws TypeError or RangeError; unknown names are refused. */
export function impaired(base: Impairments, changes: Partial<Impairments>): Impairments {
  for (const name of Object.keys(changes)) {
    if (!(name in PERFECT)) {
      throw coded(new TypeError(`a link has no impairment called ${name}`), 'ERR_INVALID_ARG_VALUE');
    }
  }
  const all: Impairments = { ...base, ...changes };
  checkFinite('delay', all.delay, 0);
  checkFinite('jitter', all.jitter, 0);
  checkNumber('rate', all.rate, 1, Infinity);
  checkInteger('queueBytes', all.queueBytes, 0, Infinity);
  checkInteger('queuePackets', all.queuePackets, 0, Infinity);
  if (all.queueFull !== 'drop' && all.queueFull !== 'refuse') {
    throw coded(new TypeError(`queueFull must be 'drop' or 'refuse'`), 'ERR_INVALID_ARG_VALUE');
  }
  checkProbability('loss', all.loss);
  checkProbability('duplicate', all.duplicate);
  checkProbability('corrupt', all.corrupt);
  checkProbability('mark', all.mark);
  checkInteger('markAbove', all.markAbove, 0, Infinity);
  if (all.burstLoss !== null) {
    checkProbability('burstLoss.enter', all.burstLoss.enter);
    checkProbability('burstLoss.leave', all.burstLoss.leave);
    checkProbability('burstLoss.loss', all.burstLoss.loss ?? 1);
  }
  if (all.reorder !== null) {
    checkProbability('reorder.probability', all.reorder.probability);
    checkFinite('reorder.extraDelay', all.reorder.extraDelay, 0);
  }
  return all;
}

/** The dice of one direction. `roll` once for each packet offered, whatever else becomes of it. */
export class Dice {
  lost = false;
  burstLost = false;
  duplicated = false;
  corrupted = false;
  marked = false;
  /** Milliseconds in [0, jitter). */
  jitter = 0;
  /** Milliseconds by which the packet is held back; 0 = it is not. */
  heldBack = 0;
  private inBurst = false;
  private readonly lossStream: Prng;
  private readonly burstStream: Prng;
  private readonly duplicateStream: Prng;
  private readonly reorderStream: Prng;
  private readonly corruptStream: Prng;
  private readonly bitStream: Prng;
  private readonly jitterStream: Prng;
  private readonly markStream: Prng;

  constructor(prng: Prng) {
    this.lossStream = prng.fork();
    this.burstStream = prng.fork();
    this.duplicateStream = prng.fork();
    this.reorderStream = prng.fork();
    this.corruptStream = prng.fork();
    this.bitStream = prng.fork();
    this.jitterStream = prng.fork();
    this.markStream = prng.fork();
  }

  roll(odds: Impairments): void {
    this.lost = odds.loss > 0 && this.lossStream.chance(odds.loss);
    this.burstLost = odds.burstLoss !== null && this.burst(odds.burstLoss);
    this.duplicated = odds.duplicate > 0 && this.duplicateStream.chance(odds.duplicate);
    this.corrupted = odds.corrupt > 0 && this.corruptStream.chance(odds.corrupt);
    this.marked = odds.mark > 0 && this.markStream.chance(odds.mark);
    this.jitter = odds.jitter > 0 ? this.jitterStream.float() * odds.jitter : 0;
    const { reorder } = odds;
    const held = reorder !== null && this.reorderStream.chance(reorder.probability);
    this.heldBack = held ? reorder.extraDelay : 0;
  }

  /** Which bit of a corrupted packet of `size` bytes is flipped. */
  bit(size: number): number {
    return this.bitStream.below(size * 8);
  }

  private burst(odds: BurstLoss): boolean {
    this.inBurst = this.burstStream.chance(this.inBurst ? 1 - odds.leave : odds.enter);
    const loses = this.burstStream.chance(odds.loss ?? 1);
    return this.inBurst && loses;
  }
}
