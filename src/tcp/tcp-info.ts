// §3.10.6 STATUS as Linux's struct tcp_info tells it: its names and units, times in microseconds unless a comment
// says otherwise, windows in segments. For tools that know them.

import { BUFFER_LIMITED, BUSY, WINDOW_LIMITED } from './busy-time.ts';
import { congestionState } from './loss.ts';
import { effectiveSendMss } from './mss.ts';
import { notSent } from './send-buffer.ts';
import { diff } from './seq.ts';
import { isSynchronized, type State } from './state.ts';
import type { Tcb } from './tcb.ts';
import { receiveWindow, room } from './window.ts';

/** TCP_ESTABLISHED and so on. */
const STATE_NUMBER: Readonly<Record<State, number>> = {
  ESTABLISHED: 1,
  'SYN-SENT': 2,
  'SYN-RECEIVED': 3,
  'FIN-WAIT-1': 4,
  'FIN-WAIT-2': 5,
  'TIME-WAIT': 6,
  CLOSED: 7,
  'CLOSE-WAIT': 8,
  'LAST-ACK': 9,
  LISTEN: 10,
  CLOSING: 11,
};
const OPTION_TIMESTAMPS = 1;
const OPTION_SACK = 2;
const OPTION_WINDOW_SCALE = 4;
const OPTION_ECN = 8;
const OPTION_ECN_SEEN = 16;
const OPTION_SYN_DATA = 32;
/** TCP_CA_Open and so on. */
const CONGESTION_STATE = { open: 0, disorder: 1, cwr: 2, recovery: 3, loss: 4 } as const;
/** What an infinite threshold and an unlimited pace are said to be. */
const INFINITE_THRESHOLD = 0x7fffffff;
const UNLIMITED = 2 ** 64;
/** The pace that cwnd and SRTT make: twice that while the window doubles, then a fifth more. */
const PACE_STARTING = 2;
const PACE_LATER = 1.2;
/** What timestamps take of each segment. */
const TIMESTAMPS_BYTES = 12;
/** No more reordering than that is told of: tcp_max_reordering. */
const MOST_REORDERING = 300;

/**
 * The fields of Linux's struct tcp_info, under its names and in its units: times are microseconds, windows
 * segments.
 */
export interface TcpInfo {
  readonly tcpi_state: number;
  /** 0 open, 1 disorder, 2 cwr, 3 recovery, 4 loss. */
  readonly tcpi_ca_state: number;
  readonly tcpi_retransmits: number;
  readonly tcpi_probes: number;
  readonly tcpi_backoff: number;
  readonly tcpi_options: number;
  readonly tcpi_snd_wscale: number;
  readonly tcpi_rcv_wscale: number;
  readonly tcpi_rto: number;
  readonly tcpi_ato: number;
  readonly tcpi_snd_mss: number;
  readonly tcpi_rcv_mss: number;
  /** Segments, this and the next four. */
  readonly tcpi_unacked: number;
  readonly tcpi_sacked: number;
  readonly tcpi_lost: number;
  readonly tcpi_retrans: number;
  readonly tcpi_fackets: number;
  /** Milliseconds ago, this and the next three. */
  readonly tcpi_last_data_sent: number;
  readonly tcpi_last_ack_sent: number;
  readonly tcpi_last_data_recv: number;
  readonly tcpi_last_ack_recv: number;
  readonly tcpi_pmtu: number;
  readonly tcpi_rcv_ssthresh: number;
  readonly tcpi_rtt: number;
  readonly tcpi_rttvar: number;
  readonly tcpi_snd_ssthresh: number;
  readonly tcpi_snd_cwnd: number;
  readonly tcpi_advmss: number;
  readonly tcpi_reordering: number;
  readonly tcpi_rcv_rtt: number;
  readonly tcpi_rcv_space: number;
  readonly tcpi_total_retrans: number;
  /** Bytes per second, this and the next. */
  readonly tcpi_pacing_rate: number;
  readonly tcpi_max_pacing_rate: number;
  readonly tcpi_bytes_acked: number;
  readonly tcpi_bytes_received: number;
  readonly tcpi_segs_out: number;
  readonly tcpi_segs_in: number;
  readonly tcpi_notsent_bytes: number;
  readonly tcpi_min_rtt: number;
  readonly tcpi_data_segs_in: number;
  readonly tcpi_data_segs_out: number;
  /** Bytes per second, of the last round trip; 1 = the application kept it low. */
  readonly tcpi_delivery_rate: number;
  readonly tcpi_delivery_rate_app_limited: number;
  readonly tcpi_busy_time: number;
  readonly tcpi_rwnd_limited: number;
  readonly tcpi_sndbuf_limited: number;
  /** Segments that the peer has, and those of them of which it echoed a mark. */
  readonly tcpi_delivered: number;
  readonly tcpi_delivered_ce: number;
  /** With those that were sent again. */
  readonly tcpi_bytes_sent: number;
  readonly tcpi_bytes_retrans: number;
  readonly tcpi_dsack_dups: number;
  readonly tcpi_reord_seen: number;
  readonly tcpi_rcv_ooopack: number;
  readonly tcpi_snd_wnd: number;
  readonly tcpi_rcv_wnd: number;
  /** No path is chosen anew here: 0. */
  readonly tcpi_rehash: number;
  readonly tcpi_total_rto: number;
  /** Spells of timeouts with nothing acknowledged in between, and milliseconds from the first of each to its end. */
  readonly tcpi_total_rto_recoveries: number;
  readonly tcpi_total_rto_time: number;
}

const micro = (ms: number): number => Math.round(ms * 1000);

/**
 * A function, not a method of `Connection`, so that a bundle has it only where it is asked.
 * @param now when it is asked, in ms as everywhere in the engine.
 */
export function tcpInfo(tcb: Tcb, now: number): TcpInfo {
  return {
    ...ofConnection(tcb),
    ...ofTime(tcb, now),
    ...ofWindows(tcb),
    ...ofCounts(tcb, now),
    ...ofFlight(tcb),
  };
}

function ofConnection(tcb: Tcb) {
  const { rcv, rto, snd } = tcb;
  return {
    tcpi_state: STATE_NUMBER[tcb.state],
    tcpi_ca_state: CONGESTION_STATE[stateOfCongestion(tcb)],
    tcpi_retransmits: rto.inRow,
    tcpi_probes: Math.max(snd.unansweredProbes, tcb.keepAliveProbes),
    tcpi_backoff: Math.max(rto.backoffs, snd.probes),
    tcpi_options: options(tcb),
    tcpi_snd_wscale: snd.scale,
    tcpi_rcv_wscale: rcv.scale,
    tcpi_snd_mss: effectiveSendMss(tcb, 0),
    tcpi_rcv_mss: rcv.mss,
    tcpi_advmss: tcb.announcedMss - (tcb.timestamps.on ? TIMESTAMPS_BYTES : 0),
    tcpi_pmtu: tcb.pathMtu,
    tcpi_reordering: reordering(tcb),
    tcpi_rehash: 0,
  };
}

function options({ ecn, fastOpen, sack, snd, timestamps }: Tcb): number {
  return (
    (timestamps.on ? OPTION_TIMESTAMPS : 0) |
    (sack ? OPTION_SACK : 0) |
    (snd.scaling ? OPTION_WINDOW_SCALE : 0) |
    (ecn.on ? OPTION_ECN : 0) |
    (ecn.seen ? OPTION_ECN_SEEN : 0) |
    (fastOpen?.taken === true ? OPTION_SYN_DATA : 0)
  );
}

/** A SYN that goes again is a loss to Linux too. */
function stateOfCongestion(tcb: Tcb): keyof typeof CONGESTION_STATE {
  if (!isSynchronized(tcb.state)) return tcb.rto.backoffs > 0 ? 'loss' : 'open';
  const state = congestionState(tcb);
  return tcb.ecn.reducing && state !== 'recovery' ? 'cwr' : state;
}

/** How far apart, in segments, what the network reordered has been. */
function reordering(tcb: Tcb): number {
  const { farthest } = tcb.rack;
  // With what came late itself.
  const seen = farthest > 0 ? Math.ceil(farthest / effectiveSendMss(tcb, 0)) + 1 : 0;
  return Math.max(Math.min(seen, MOST_REORDERING), tcb.parameters.reordering);
}

function ofTime(tcb: Tcb, now: number) {
  const { ack, rcv, rto, snd } = tcb;
  const ago = (at: number): number => (Number.isFinite(at) ? Math.trunc(now - at) : 0);
  return {
    tcpi_rto: micro(rto.value),
    tcpi_ato: tcb.parameters.quickAcks > 0 ? micro(ack.patience) : micro(tcb.parameters.delayedAck),
    tcpi_last_data_sent: ago(snd.lastText),
    tcpi_last_ack_sent: 0,
    tcpi_last_data_recv: ago(ack.lastText),
    tcpi_last_ack_recv: ago(tcb.lastHeard),
    tcpi_rtt: micro(rto.srtt),
    tcpi_rttvar: micro(rto.linux ? rto.deviation / 4 : rto.rttvar),
    tcpi_rcv_rtt: rcv.tuning === null ? 0 : micro(rcv.tuning.rtt),
    tcpi_min_rtt: Number.isFinite(rto.minRtt) ? micro(rto.minRtt) : 0xffffffff,
    tcpi_busy_time: micro(
      snd.busy.of(BUSY, now) + snd.busy.of(WINDOW_LIMITED, now) + snd.busy.of(BUFFER_LIMITED, now),
    ),
    tcpi_rwnd_limited: micro(snd.busy.of(WINDOW_LIMITED, now)),
    tcpi_sndbuf_limited: micro(snd.busy.of(BUFFER_LIMITED, now)),
  };
}

function ofWindows(tcb: Tcb) {
  const { congestion, rcv, rto, snd } = tcb;
  const smss = effectiveSendMss(tcb, 0);
  const factor = congestion.cwnd < congestion.ssthresh / 2 ? PACE_STARTING : PACE_LATER;
  const flying = Math.max(congestion.cwnd, diff(snd.nxt, snd.una));
  const initial = tcb.parameters.initialWindow;
  return {
    tcpi_snd_cwnd: congestion.cwnd === 0 ? initial : Math.floor(congestion.cwnd / smss),
    tcpi_snd_ssthresh: Number.isFinite(congestion.ssthresh)
      ? Math.floor(congestion.ssthresh / smss)
      : INFINITE_THRESHOLD,
    tcpi_pacing_rate: rto.srtt > 0 ? Math.floor((1000 * factor * flying) / rto.srtt) : 0,
    tcpi_max_pacing_rate: UNLIMITED,
    tcpi_delivery_rate: Math.floor(tcb.delivery.rate),
    tcpi_delivery_rate_app_limited: tcb.delivery.limited ? 1 : 0,
    tcpi_rcv_ssthresh: rcv.tuning === null ? room(tcb) : rcv.tuning.threshold,
    tcpi_rcv_space: rcv.tuning === null ? room(tcb) : rcv.tuning.space,
    tcpi_snd_wnd: snd.wnd,
    tcpi_rcv_wnd: receiveWindow(tcb),
  };
}

function ofCounts(tcb: Tcb, now: number) {
  const { counters, rto } = tcb;
  return {
    tcpi_total_retrans: counters.retransmissions,
    // A listener's half-open connection is not told of its own SYN,ACK.
    tcpi_bytes_acked: Math.max(counters.acknowledged - (tcb.passive ? 1 : 0), 0),
    tcpi_bytes_received: counters.bytesReceived + (tcb.rcv.finished ? 1 : 0),
    // Nor does a listener's count its SYN,ACK.
    tcpi_segs_out: Math.max(counters.segmentsSent - (tcb.passive ? 1 : 0), 0),
    tcpi_segs_in: counters.segmentsReceived,
    tcpi_notsent_bytes: notSent(tcb),
    tcpi_data_segs_in: counters.textSegmentsReceived,
    tcpi_data_segs_out: counters.textSegmentsSent,
    tcpi_delivered: counters.delivered,
    tcpi_delivered_ce: tcb.ecn.deliveredCe,
    tcpi_bytes_sent: counters.bytesSent + counters.bytesRetransmitted,
    tcpi_bytes_retrans: counters.bytesRetransmitted,
    tcpi_dsack_dups: counters.dsackDuplicates,
    tcpi_reord_seen: counters.reorderings,
    tcpi_rcv_ooopack: counters.outOfOrder,
    tcpi_total_rto: counters.timeouts,
    tcpi_total_rto_recoveries: rto.rows,
    tcpi_total_rto_time: Math.trunc(rto.rowTime + (rto.inRow > 0 ? now - rto.rowBegan : 0)),
  };
}

/** What is in flight, in segments as the link cut them. What was lost stays so until the peer has it, sent again or not. */
function ofFlight(tcb: Tcb) {
  const { board, recovery, snd, tlp } = tcb;
  const smss = effectiveSendMss(tcb, 0);
  const repairing = recovery.isRepairing(snd.una);
  const flight = { tcpi_unacked: 0, tcpi_sacked: 0, tcpi_lost: 0, tcpi_retrans: 0, tcpi_fackets: 0 };
  for (let i = 0; i < board.count; i++) {
    const segments = Math.ceil(board.lengthOf(i) / smss);
    const again = board.isRetransmitted(i) && !board.isLost(i) && !board.isSacked(i);
    flight.tcpi_unacked += segments;
    if (board.isSacked(i)) flight.tcpi_sacked += segments;
    if (board.isLost(i) || (again && repairing)) flight.tcpi_lost += segments;
    if (again && !tlp.is(board.endOf(i))) flight.tcpi_retrans += segments;
  }
  // Without SACK, duplicate ACKs stand for what would have been reported.
  if (!tcb.sack) flight.tcpi_sacked = Math.min(recovery.duplicates, flight.tcpi_unacked);
  return flight;
}
