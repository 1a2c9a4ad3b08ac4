// §3.5 opening: what our SYN carries, what the peer's says, and the moment both are acknowledged.

import { ACK, SYN } from '../wire/tcp.ts';
import { finLeaves } from './closing.ts';
import { negotiateEcn, setupFlags } from './ecn.ts';
import { addFastOpen, releaseEarlyText, resendEarlyText } from './fast-open.ts';
import { startKeepAlive } from './keep-alive.ts';
import { clampedMss, effectiveSendMss, peerMss, setSegmentSize } from './mss.ts';
import { CONNECTED } from './notice.ts';
import { startQuickAcks } from './quick-ack.ts';
import { startTuning } from './receive-buffer.ts';
import { measureRtt } from './rtt.ts';
import type { RuleId } from './rules.ts';
import type { Segment } from './segment.ts';
import { expandSendBuffer } from './send-buffer.ts';
import { add, diff } from './seq.ts';
import type { Tcb } from './tcb.ts';
import { restartRetransmission, stopTimer, Timer } from './timers.ts';
import { echoedTime, timestampNow } from './timestamps.ts';
import { enter } from './transition.ts';
import { adoptUserTimeout, advertiseUserTimeout } from './user-timeout.ts';
import { initSendWindow, offeredScale, offerUnscaledWindow } from './window.ts';

const MAX_SCALE = 14;

/** Our SYN has not left yet, or is to leave again. */
export const synDue = ({ board, iss, snd }: Tcb): boolean =>
  snd.nxt === iss || (board.lost > 0 && board.isLost(0));

/** Fill `out` with our SYN, or SYN,ACK in SYN-RECEIVED; options of the answer only as the peer offered them. */
export function buildSyn(tcb: Tcb, out: Segment, now: number): void {
  const { parameters } = tcb;
  const answer = tcb.state === 'SYN-RECEIVED';
  out.seq = tcb.iss;
  out.flags = answer ? SYN | ACK : SYN;
  out.ack = tcb.rcv.nxt;
  out.wnd = offerUnscaledWindow(tcb);
  out.mss = tcb.announcedMss;
  if (answer ? tcb.snd.scaling : parameters.windowScaling) {
    out.windowScale = answer ? tcb.rcv.scale : offeredScale(tcb);
  }
  out.sackPermitted = answer ? tcb.sack : parameters.sack;
  if (answer ? tcb.timestamps.on : parameters.timestamps) {
    out.timestamps = true;
    out.tsval = timestampNow(tcb, now);
    out.tsecr = answer ? tcb.timestamps.recent : 0;
  }
  advertiseUserTimeout(tcb, out);
  const again = tcb.snd.nxt !== tcb.iss && tcb.snd.again === '6298-5.4-retransmit';
  out.flags |= setupFlags(tcb, out, answer, again, now);
  out.why = again ? '6298-5.4-syn' : answer ? '9293-3.5-syn-ack' : '9293-3.5-syn';
  addFastOpen(tcb, out);
}

/** The peer's SYN: its number, its options, the window both sides will speak (§3.10.7.2-3; RFC 7323 §2.2). */
export function takeSyn(tcb: Tcb, seg: Segment, now: number): void {
  const { parameters, rcv, snd } = tcb;
  tcb.irs = seg.seq;
  rcv.nxt = add(seg.seq, 1);
  rcv.up = rcv.nxt;
  snd.mss = clampedMss(peerMss(tcb.remote.address.family, seg.mss), parameters);
  snd.scaling = parameters.windowScaling && seg.windowScale >= 0;
  snd.scale = snd.scaling ? Math.min(seg.windowScale, MAX_SCALE) : 0;
  rcv.scale = snd.scaling ? offeredScale(tcb) : 0;
  tcb.sack = parameters.sack && seg.sackPermitted;
  tcb.timestamps.on = parameters.timestamps && seg.timestamps;
  if (tcb.timestamps.on) {
    tcb.timestamps.recent = seg.tsval;
    tcb.timestamps.recentAt = now;
  }
  negotiateEcn(tcb, seg, now);
  offerUnscaledWindow(tcb);
  tcb.ack.last = rcv.nxt;
  adoptUserTimeout(tcb, seg, now);
}

/** Our SYN is acknowledged; by a SYN,ACK perhaps with text that it carried (RFC 7413; U-4). */
export function acknowledgeSyn(tcb: Tcb, seg: Segment, now: number): void {
  const { board, rack, snd } = tcb;
  const text = tcb.state === 'SYN-SENT' ? diff(seg.ack, tcb.iss) - 1 : 0;
  releaseEarlyText(tcb, text);
  snd.una = add(tcb.iss, 1 + text);
  tcb.counters.acknowledged += 1 + text;
  rack.ackArrives(now, echoedTime(tcb, seg, now), tcb.rto.minRtt);
  board.acknowledge(snd.una, rack);
  tcb.counters.delivered = board.delivered;
  measureRtt(tcb, seg, true, now);
  if (snd.una === snd.nxt) {
    snd.unansweredSince = Number.POSITIVE_INFINITY;
    snd.stuckSince = Number.POSITIVE_INFINITY;
    stopTimer(tcb, Timer.retransmission, now);
  } else {
    snd.unansweredSince = now;
    snd.stuckSince = now;
    restartRetransmission(tcb, now);
  }
}

/** Both SYNs are acknowledged. */
export function establish(tcb: Tcb, seg: Segment, why: RuleId, now: number): void {
  initSendWindow(tcb, seg);
  setSegmentSize(tcb);
  tcb.delivery.begin(tcb.board.delivered);
  startQuickAcks(tcb, effectiveSendMss(tcb, 0));
  startTuning(tcb, now);
  expandSendBuffer(tcb);
  if (tcb.counters.timeouts > 0) {
    // RFC 5681 §3.1, RFC 6298 §5.7: the SYN was lost.
    if (tcb.counters.timeouts > tcb.parameters.synLossesForgiven) tcb.congestion.handshakeLoss();
    if (tcb.rto.srtt === 0) tcb.rto.afterLostSyn();
  }
  tcb.notices |= CONNECTED;
  enter(tcb, 'ESTABLISHED', why, now);
  resendEarlyText(tcb);
  // §3.10.4: a CLOSE in SYN-RECEIVED was queued until now. RFC 7413: the peer's FIN may have come with its SYN.
  if (tcb.rcv.finished) {
    enter(tcb, 'CLOSE-WAIT', '9293-3.10.7.4-eighth-close-wait', now);
    if (tcb.snd.finSent) finLeaves(tcb, now);
  } else if (tcb.snd.finQueued) enter(tcb, 'FIN-WAIT-1', '9293-3.10.4-close', now);
  if (tcb.state === 'ESTABLISHED' || tcb.state === 'CLOSE-WAIT') startKeepAlive(tcb, now);
}
