// RFC 4987 §3.6 SYN cookies: what a half-open connection would have kept is in the numbers of our SYN,ACK, sealed
// with a key, and comes back in the ACK. The initial sequence number keeps the MSS; the lowest bits of TSval keep
// window scale, SACK and ECN, so without timestamps a connection does without them.

import { SipHash } from '../lib/siphash.ts';
import { type Endpoint, FLOW_WORDS, flowToWords } from '../wire/address.ts';
import { NOT_ECT } from '../wire/ip.ts';
import { ACK, CWR, ECE, SYN } from '../wire/tcp.ts';
import { announcedMss } from './mss.ts';
import type { Parameters } from './parameters.ts';
import type { Segment } from './segment.ts';
import { add, type Seq, seq } from './seq.ts';
import { firstAdvertised } from './user-timeout.ts';
import { firstWindow, MAX_WINDOW, type Opening, offeredScale } from './window.ts';

/** A cookie is good in the minute in which it was made, and in the next. */
const MINUTE = 60_000;
const MINUTES = 2;

/**
 * Three bits of MSS: the default without the option (536, 1220), what tunnels, DSL and Ethernet leave, and jumbo
 * frames. A peer is held to the largest that is not above its own; 48 is the least that we ever send (mss.ts).
 */
const MSS_TABLE = [48, 536, 1220, 1360, 1400, 1440, 1460, 8940];

/** RFC 3168 §6.1.1: what asks for ECN. A SYN that asks for AccECN does too, and is answered as of old. */
const SETUP = ECE | CWR;

const OPTION_BITS = 6;
const OPTIONS = (1 << OPTION_BITS) - 1;
const NO_SCALE = 15;
const SCALE = 15;
const SACK = 16;
const ECN = 32;

export class SynCookies {
  private readonly hash: SipHash;
  private readonly words = new Int32Array(FLOW_WORDS + 3);

  /** `secret`: 16 bytes that nobody outside can know. */
  constructor(secret: Uint8Array) {
    this.hash = new SipHash(secret);
  }

  /** The ISS that answers a SYN with the number `irs` and this MSS. */
  make(local: Endpoint, remote: Endpoint, irs: Seq, mss: number, now: number): Seq {
    let index = MSS_TABLE.length - 1;
    while (index > 0 && MSS_TABLE[index]! > mss) index -= 1;
    const base = this.base(local, remote, irs);
    return seq(base + this.seal(Math.floor(now / MINUTE), index));
  }

  /** The MSS that `iss` keeps; 0 = it is no cookie for this 4-tuple and `irs`, or too old. */
  open(local: Endpoint, remote: Endpoint, irs: Seq, iss: Seq, now: number): number {
    const sealed = (iss - this.base(local, remote, irs)) | 0;
    const index = (sealed >>> 24) & 7;
    const minute = Math.floor(now / MINUTE);
    for (let age = 0; age < MINUTES; age++) {
      if (this.seal(minute - age, index) === sealed) return MSS_TABLE[index]!;
    }
    return 0;
  }

  /** Hides the cookie's plain bits, and lets the numbers of one 4-tuple advance with the peer's (RFC 6528 §3). */
  private base(local: Endpoint, remote: Endpoint, irs: Seq): number {
    const { words } = this;
    const count = flowToWords(local, remote, words);
    words[count] = irs;
    return this.hash.hashWords(words, count) + irs;
  }

  /** Five bits of time, three of MSS, and 24 that prove both, for the 4-tuple that `base` has just seen. */
  private seal(minute: number, index: number): number {
    const { words } = this;
    words[FLOW_WORDS + 1] = minute;
    words[FLOW_WORDS + 2] = index;
    return ((minute & 31) << 27) | (index << 24) | (this.hash.hashWords(words, words.length) & 0xffffff);
  }
}

/** Whose SYN is answered, and under which conditions. */
export interface CookieAnswer {
  readonly parameters: Parameters;
  readonly family: 4 | 6;
  /** Largest IP packet of the first hop, bytes. */
  readonly mtu: number;
  readonly iss: Seq;
  /** RFC 7323 §5.4, ms. */
  readonly timestampOffset: number;
}

/**
 * The SYN,ACK that a connection begun by `syn` would send first, with a cookie for its ISS, into `out`: made of the SYN
 * and the parameters alone, 0.4 microseconds where making that connection took five. That the two are the same is tested
 * for whatever can be negotiated.
 */
export function answerByCookie(answer: CookieAnswer, syn: Segment, now: number, out: Segment): void {
  const { parameters, family, mtu } = answer;
  const opening = openingFor(parameters, announcedMss(family, mtu, parameters), syn);
  out.clear();
  out.sourcePort = syn.destinationPort;
  out.destinationPort = syn.sourcePort;
  out.optionOrder = parameters.optionOrder;
  out.seq = answer.iss;
  out.ack = add(syn.seq, 1);
  out.flags = SYN | ACK;
  if (parameters.ecn !== 'off' && (syn.flags & SETUP) === SETUP && syn.ecn === NOT_ECT) out.flags |= ECE;
  out.wnd = Math.min(firstWindow(opening), MAX_WINDOW);
  out.mss = opening.announcedMss;
  if (parameters.windowScaling && syn.windowScale >= 0) out.windowScale = opening.rcv.scale;
  out.sackPermitted = parameters.sack && syn.sackPermitted;
  out.timestamps = opening.timestamps.on;
  if (out.timestamps) {
    out.tsval = (Math.floor(now) + answer.timestampOffset) | 0;
    out.tsecr = syn.tsval;
  }
  out.userTimeout = firstAdvertised(parameters);
  out.why = '4987-3.6-cookie';
  keepOptions(out, syn);
}

function openingFor(parameters: Parameters, mss: number, syn: Segment): Opening {
  const rcv = { buffer: parameters.receiveBuffer, clamp: Number.POSITIVE_INFINITY, scale: 0 };
  if (parameters.windowScaling && syn.windowScale >= 0) rcv.scale = offeredScale({ parameters, rcv });
  const timestamps = { on: parameters.timestamps && syn.timestamps };
  return { parameters, announcedMss: mss, passive: true, rcv, timestamps };
}

/** Have the SYN,ACK that answers `syn` remember its own options, or give up those that it can't. */
export function keepOptions(synAck: Segment, syn: Segment): void {
  if (!synAck.timestamps) {
    synAck.windowScale = -1;
    synAck.sackPermitted = false;
    synAck.flags &= ~ECE;
    return;
  }
  let options = synAck.windowScale < 0 ? NO_SCALE : Math.min(syn.windowScale, 14);
  if (synAck.sackPermitted) options |= SACK;
  if ((synAck.flags & ECE) !== 0) options |= ECN;
  let kept = (synAck.tsval & ~OPTIONS) | options;
  // Never ahead of our clock: the next segment's TSval must not be older than this one's.
  if (((kept - synAck.tsval) | 0) > 0) kept = (kept - OPTIONS - 1) | 0;
  synAck.tsval = kept;
}

/** The SYN as far as the ACK of its cookie, which kept `mss`, lets it be known again; the ACK's echo is used up. */
export function rebuildSyn(ack: Segment, mss: number, syn: Segment): void {
  syn.clear();
  syn.sourcePort = ack.sourcePort;
  syn.destinationPort = ack.destinationPort;
  syn.seq = add(ack.seq, -1);
  syn.flags = SYN;
  syn.wnd = ack.wnd;
  syn.mss = mss;
  syn.timestamps = ack.timestamps;
  if (!ack.timestamps) return;
  const options = ack.tsecr & OPTIONS;
  const scale = options & SCALE;
  syn.tsval = ack.tsval;
  syn.windowScale = scale === NO_SCALE ? -1 : scale;
  syn.sackPermitted = (options & SACK) !== 0;
  if ((options & ECN) !== 0) syn.flags |= SETUP;
  // It says when the SYN,ACK left to 64 ms at best: no round trip is measured by it.
  ack.tsecr = 0;
}
