// §3.10.6 STATUS: what a program may ask about a connection, as one plain object. Times in ms, sizes in bytes.

import { queued } from './closing.ts';
import type { ConnectionError } from './errors.ts';
import { effectiveSendMss } from './mss.ts';
import { unsigned } from './seq.ts';
import type { State } from './state.ts';
import type { Tcb } from './tcb.ts';
import { deadlineOf, Timer } from './timers.ts';
import type { Counters } from './variables.ts';
import { receiveWindow } from './window.ts';

/** §3.9.1.5 STATUS: one connection, as it is now. Bytes, milliseconds; sequence numbers are unsigned. */
export interface ConnectionInfo {
  readonly state: State;
  readonly error: ConnectionError | null;
  readonly softError: ConnectionError | null;
  /** Sequence numbers, unsigned. */
  readonly iss: number;
  readonly irs: number;
  readonly sndUna: number;
  readonly sndNxt: number;
  readonly sndWnd: number;
  readonly rcvNxt: number;
  readonly rcvWnd: number;
  /** Effective send MSS, and what we announced. */
  readonly sendMss: number;
  readonly announcedMss: number;
  readonly sendScale: number;
  readonly receiveScale: number;
  readonly timestamps: boolean;
  readonly sack: boolean;
  /** RFC 3168 was negotiated; text came as ECT or CE. */
  readonly ecn: boolean;
  readonly ecnSeen: boolean;
  /** Full segments' worth of what was delivered, by ACKs with ECE. */
  readonly deliveredCe: number;
  /** The text of a SYN, ours or the peer's, was taken (RFC 7413). */
  readonly synData: boolean;
  readonly pathMtu: number;
  readonly congestionControl: string;
  readonly cwnd: number;
  readonly ssthresh: number;
  /** 0 before the first sample. */
  readonly srtt: number;
  readonly rttvar: number;
  readonly minRtt: number;
  readonly rto: number;
  /** Bytes not yet acknowledged, sent or not; bytes received and not yet read. */
  readonly sendQueue: number;
  readonly receiveQueue: number;
  /** Until TIME-WAIT ends, ms from now; 0 in any other state. */
  readonly timeWaitLeft: number;
  readonly counters: Readonly<Counters>;
}

export function info(tcb: Tcb, now: number): ConnectionInfo {
  const { snd, rcv, rto, congestion } = tcb;
  return {
    state: tcb.state,
    error: tcb.error,
    softError: tcb.softError,
    iss: unsigned(tcb.iss),
    irs: unsigned(tcb.irs),
    sndUna: unsigned(snd.una),
    sndNxt: unsigned(snd.nxt),
    sndWnd: snd.wnd,
    rcvNxt: unsigned(rcv.nxt),
    rcvWnd: receiveWindow(tcb),
    sendMss: effectiveSendMss(tcb, 0),
    announcedMss: tcb.announcedMss,
    sendScale: snd.scale,
    receiveScale: rcv.scale,
    timestamps: tcb.timestamps.on,
    sack: tcb.sack,
    ecn: tcb.ecn.on,
    ecnSeen: tcb.ecn.seen,
    deliveredCe: tcb.ecn.deliveredCe,
    synData: tcb.fastOpen?.taken ?? false,
    pathMtu: tcb.pathMtu,
    congestionControl: congestion.name,
    cwnd: congestion.cwnd,
    ssthresh: congestion.ssthresh,
    srtt: rto.srtt,
    rttvar: rto.rttvar,
    minRtt: rto.minRtt,
    rto: rto.value,
    sendQueue: queued(tcb),
    receiveQueue: rcv.queue === null ? 0 : rcv.queue.length,
    timeWaitLeft: tcb.state === 'TIME-WAIT' ? Math.max(deadlineOf(tcb, Timer.timeWait) - now, 0) : 0,
    counters: { ...tcb.counters },
  };
}
