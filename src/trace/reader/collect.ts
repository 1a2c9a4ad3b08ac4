// Gathers a connection's evidence as its packets pass: handshake, stalls, closed windows, chains of retransmissions,
// waits between Nagle and a delayed ACK, FINs and the RST.

import type { Segment } from '../../tcp/segment.ts';
import { add, geq, gt, leq, lt, type Seq, seq } from '../../tcp/seq.ts';
import { ACK, FIN, RST, SYN } from '../../wire/tcp.ts';
import { endOf } from './analysis.ts';
import type { Direction } from './direction.ts';
import type { EndIndex } from './ends.ts';
import { type EndEvidence, type Evidence, isSet, put } from './evidence.ts';
import { ANY_RETRANSMISSION, KEEP_ALIVE, OUT_OF_ORDER, ZERO_WINDOW_PROBE } from './flags.ts';
import type { SeenPacket } from './packets.ts';

/** A delayed ACK takes at least so long, and at most 500 ms (RFC 9293 §3.8.6.3), and what it releases leaves soon. */
const DELAYED_ACK_MIN = 30;
const DELAYED_ACK_MAX = 550;
const RELEASED_WITHIN = 10;

export class Collector {
  /** Of the handshake, milliseconds; -1: not known. */
  roundTrip = -1;
  private readonly evidence: Evidence;

  constructor(evidence: Evidence) {
    this.evidence = evidence;
  }

  /** What shows against what was known until now. */
  before(
    packet: SeenPacket,
    time: number,
    from: EndIndex,
    found: number,
    fwd: Direction,
    rev: Direction,
  ): void {
    const { evidence } = this;
    const { segment, number: frame } = packet;
    const own = evidence.ends[from];
    const peer = evidence.ends[from === 0 ? 1 : 0];
    if (isSet(evidence.last)) this.stall(frame, time, found, from, fwd, rev);
    if (segment.textLength > 0) this.text(segment, frame, time, found, own, rev);
    const advances = (segment.flags & ACK) !== 0 && (!fwd.ackKnown || gt(segment.ack, fwd.highestAck));
    if (advances) this.acknowledges(segment, frame, time, found, peer, fwd, rev);
    if ((segment.flags & RST) !== 0) this.reset(packet, time, from, fwd, rev);
  }

  /** What has changed with it. */
  after(
    packet: SeenPacket,
    time: number,
    from: EndIndex,
    found: number,
    fwd: Direction,
    rev: Direction,
  ): void {
    const { evidence } = this;
    const { segment, number: frame } = packet;
    const own = evidence.ends[from];
    const peer = evidence.ends[from === 0 ? 1 : 0];
    own.packets++;
    own.bytes += segment.textLength;
    if (own.hopLimit < 0) own.hopLimit = packet.ip.hopLimit;
    if (found !== 0) own.count(found, frame);
    if ((found & ANY_RETRANSMISSION) !== 0) own.retransmittedBytes += segment.textLength;
    if (segment.textLength > own.largestText) own.largestText = segment.textLength;
    if (packet.checksum === 'partial') evidence.partialChecksums++;
    if (packet.capturedLength < segment.textLength) evidence.truncated++;
    if ((segment.flags & (SYN | FIN | RST)) !== 0) this.control(segment, frame, time, from, own);
    else this.window(segment, frame, time, own);
    this.handshake(segment, frame, time, from);
    if (segment.textLength > 0) answers(own, peer, frame, time, found);
    if (segment.textLength > 0 && isSet(peer.finAcked)) put(own.textAfterPeerFin, frame, time);
    if (isSet(peer.fin) && !isSet(peer.finAcked) && fwd.ackKnown && geq(fwd.highestAck, seq(peer.finEnd))) {
      put(peer.finAcked, frame, time);
    }
    if (!isSet(own.first)) put(own.first, frame, time);
    put(own.last, frame, time);
    if (segment.textLength > 0) put(own.lastText, frame, time);
    if (!isSet(evidence.first)) put(evidence.first, frame, time);
    put(evidence.last, frame, time);
    evidence.lastBy = from;
    evidence.lastHadText = segment.textLength > 0;
    if (rev.seen && segment.textLength > 0) this.pending(segment, own, found);
  }

  private stall(
    frame: number,
    time: number,
    found: number,
    from: EndIndex,
    fwd: Direction,
    rev: Direction,
  ): void {
    const { stall, last, ends } = this.evidence;
    const silence = time - last.time;
    if (silence <= stall.milliseconds) return;
    const closed = isSet(ends[0].closedSince) || isSet(ends[1].closedSince);
    const owed = isOwed(fwd, rev) || isOwed(rev, fwd);
    if (!closed && !owed) return;
    stall.milliseconds = silence;
    put(stall.from, last.frame, last.time);
    put(stall.to, frame, time);
    if (closed) stall.cause = 'window';
    else if ((found & ANY_RETRANSMISSION) !== 0) stall.cause = 'retransmission';
    else stall.cause = isOwed(rev, fwd) && this.evidence.lastBy !== from ? 'ack' : 'other';
  }

  /** Text: new, or one more link of a chain. */
  private text(
    segment: Segment,
    frame: number,
    time: number,
    found: number,
    own: EndEvidence,
    rev: Direction,
  ): void {
    const { held, nagle, chain } = own;
    const probes = ZERO_WINDOW_PROBE | KEEP_ALIVE | OUT_OF_ORDER;
    if ((found & ANY_RETRANSMISSION) !== 0) {
      if (chain.count > 0 && chain.seq !== segment.seq) own.endChain(false);
      const now = own.chain;
      if (now.count === 0) {
        put(now.first, frame, time);
        now.stamp = segment.timestamps ? segment.tsval >>> 0 : -1;
      }
      now.count++;
      now.seq = segment.seq;
      now.length = Math.max(now.length, segment.textLength);
      put(now.last, frame, time);
    } else if ((found & probes) === 0 && isSet(held.ack) && time - held.ack.time <= RELEASED_WITHIN) {
      if (nagle.count++ === 0) {
        nagle.text = held.text.frame;
        nagle.ack = held.ack.frame;
        nagle.next = frame;
      }
      nagle.total += held.waited;
    }
    put(held.ack, 0, 0);
    const small = rev.mss === 0 || segment.textLength < rev.mss - 12;
    put(held.text, small && (found & ANY_RETRANSMISSION) === 0 ? frame : 0, time);
  }

  /** New numbers of `peer` are acknowledged. */
  private acknowledges(
    segment: Segment,
    frame: number,
    time: number,
    found: number,
    peer: EndEvidence,
    fwd: Direction,
    rev: Direction,
  ): void {
    const { ack, textLength } = segment;
    const { chain, held } = peer;
    if (chain.count > 0 && gt(ack, seq(chain.seq))) {
      judge(segment, peer);
      peer.endChain(true);
    }
    this.learnt(ack, frame, time, peer);
    if (peer.pendingLength > 0 && geq(ack, add(seq(peer.pendingSeq), peer.pendingLength))) {
      peer.delivered = peer.pendingLength;
      peer.pendingLength = 0;
    }
    const waited = time - held.text.time;
    const late = waited >= DELAYED_ACK_MIN && waited <= DELAYED_ACK_MAX;
    const idle = fwd.windowKnown && fwd.window > 0 && found === 0 && rev.nextKnown && ack === rev.next;
    if (isSet(held.text) && textLength === 0 && late && idle && waited > 2 * this.roundTrip) {
      put(held.ack, frame, time);
      held.waited = waited;
    }
  }

  /** Text that was too big has arrived: in smaller segments. */
  private learnt(ack: Seq, frame: number, time: number, peer: EndEvidence): void {
    const { cutSmaller, ends, icmp } = this.evidence;
    if (icmp.length === 0 || isSet(cutSmaller)) return;
    const error = this.evidence.errorAbout(peer === ends[0] ? 0 : 1, true);
    if (error !== undefined && gt(ack, seq(error.seq))) put(cutSmaller, frame, time);
  }

  /** The largest text under way, to see whether so much ever arrives at once. */
  private pending(segment: Segment, own: EndEvidence, found: number): void {
    const { textLength } = segment;
    const inside =
      own.pendingLength > 0 &&
      geq(segment.seq, seq(own.pendingSeq)) &&
      lt(segment.seq, add(seq(own.pendingSeq), own.pendingLength));
    if (inside && (found & ANY_RETRANSMISSION) !== 0 && textLength < own.pendingLength) {
      const { resized } = own;
      // The end of what was sent may be shorter for no such reason.
      if (
        own.chain.count > 1 &&
        resized.frame === 0 &&
        leq(endOf(segment), add(seq(own.pendingSeq), own.pendingLength))
      ) {
        resized.from = own.pendingLength;
        resized.to = textLength;
        resized.frame = this.evidence.last.frame;
      }
      own.pendingLength = 0;
    } else if (own.pendingLength === 0 && textLength > own.delivered && (found & ANY_RETRANSMISSION) === 0) {
      own.pendingLength = textLength;
      own.pendingSeq = segment.seq;
    }
  }

  private handshake(segment: Segment, frame: number, time: number, from: EndIndex): void {
    const { evidence } = this;
    const kind = segment.flags & (SYN | ACK | RST);
    if (kind === SYN && from === 0) evidence.syn(frame, time);
    else if (kind === (SYN | ACK) && from === 1) {
      evidence.synAckCount++;
      if (!isSet(evidence.synAck)) put(evidence.synAck, frame, time);
    } else if (kind === ACK && from === 1 && evidence.synCount > 0 && !isSet(evidence.synAck)) {
      if (!isSet(evidence.strayAck)) put(evidence.strayAck, frame, time);
    } else if (kind === ACK && from === 0 && isSet(evidence.synAck) && !isSet(evidence.thirdAck)) {
      put(evidence.thirdAck, frame, time);
      const [syn] = evidence.syns;
      // After a retransmission nobody knows which one was answered (RFC 6298 §3, Karn).
      if (syn !== undefined && evidence.synCount === 1 && evidence.synAckCount === 1) {
        this.roundTrip = time - syn.time;
      }
    }
  }

  private control(segment: Segment, frame: number, time: number, from: EndIndex, own: EndEvidence): void {
    if ((segment.flags & FIN) !== 0 && !isSet(own.fin)) {
      put(own.fin, frame, time);
      own.finEnd = endOf(segment);
    }
    if ((segment.flags & RST) !== 0) this.open(frame, time, this.evidence.ends[from]);
  }

  /** Since when its window is closed, and for how long it was. */
  private window(segment: Segment, frame: number, time: number, own: EndEvidence): void {
    if (segment.wnd !== 0) this.open(frame, time, own);
    else if (!isSet(own.closedSince)) put(own.closedSince, frame, time);
  }

  private open(frame: number, time: number, own: EndEvidence): void {
    const { closedSince } = own;
    if (!isSet(closedSince)) return;
    const lasted = time - closedSince.time;
    own.closedTotal += lasted;
    if (lasted >= own.closedLongest) {
      own.closedLongest = lasted;
      put(own.closedFrom, closedSince.frame, closedSince.time);
      put(own.closedTo, frame, time);
    }
    put(closedSince, 0, 0);
  }

  private reset(packet: SeenPacket, time: number, from: EndIndex, fwd: Direction, rev: Direction): void {
    const { evidence } = this;
    const { segment, number: frame } = packet;
    if (evidence.reset !== null || (rev.ackKnown && lt(segment.seq, rev.highestAck))) return;
    if (fwd.nextKnown && rev.windowBytes >= 0 && gt(segment.seq, add(fwd.next, rev.windowBytes))) return;
    evidence.reset = {
      frame,
      time,
      by: from,
      acknowledges: (segment.flags & ACK) !== 0,
      hopLimit: packet.ip.hopLimit,
      after: {
        frame: evidence.last.frame,
        by: evidence.lastBy,
        time: evidence.last.time,
        text: evidence.lastHadText,
      },
    };
  }
}

/** Which copy an ACK is for: RFC 3522 §3.2 by the timestamp that it echoes; without one nobody knows. */
function judge({ timestamps, tsecr }: Segment, { chain, resent }: EndEvidence): void {
  if (chain.stamp < 0 || !timestamps) resent.ambiguous++;
  else if (lt(seq(tsecr), seq(chain.stamp))) resent.forNothing++;
}

/** Text behind text of the peer, that had arrived at once. */
function answers(own: EndEvidence, peer: EndEvidence, frame: number, time: number, found: number): void {
  const { answer, lastText } = own;
  const asked = peer.lastText;
  if (!isSet(asked) || (isSet(lastText) && lastText.frame > asked.frame)) return;
  const waited = time - asked.time;
  if (waited <= answer.waited || (found & ANY_RETRANSMISSION) !== 0 || peer.chain.count > 0) return;
  answer.from = asked.frame;
  answer.to = frame;
  answer.waited = waited;
}

/** Something that `fwd` sent waits for an acknowledgment. */
function isOwed(fwd: Direction, rev: Direction): boolean {
  if (!fwd.nextKnown) return false;
  return rev.ackKnown ? gt(fwd.next, rev.highestAck as Seq) : fwd.isnKnown;
}
