// TCP_INFO as Linux has it (struct tcp_info, include/uapi/linux/tcp.h): names, units and what of it the stack knows.

import type { TcpSocket } from '../host/socket.ts';
import type { ConnectionInfo } from '../tcp/info.ts';
import type { State } from '../tcp/state.ts';
import type { Tcb } from '../tcp/tcb.ts';
import type { Program } from './program.ts';

const MICROSECONDS = 1000;

const LINUX_STATES: Readonly<Record<State, string>> = {
  ESTABLISHED: 'TCP_ESTABLISHED',
  'SYN-SENT': 'TCP_SYN_SENT',
  'SYN-RECEIVED': 'TCP_SYN_RECV',
  'FIN-WAIT-1': 'TCP_FIN_WAIT1',
  'FIN-WAIT-2': 'TCP_FIN_WAIT2',
  'TIME-WAIT': 'TCP_TIME_WAIT',
  CLOSED: 'TCP_CLOSE',
  'CLOSE-WAIT': 'TCP_CLOSE_WAIT',
  'LAST-ACK': 'TCP_LAST_ACK',
  LISTEN: 'TCP_LISTEN',
  CLOSING: 'TCP_CLOSING',
};

const FREEBSD_STATES: Readonly<Record<State, string>> = {
  CLOSED: 'TCPS_CLOSED',
  LISTEN: 'TCPS_LISTEN',
  'SYN-SENT': 'TCPS_SYN_SENT',
  'SYN-RECEIVED': 'TCPS_SYN_RECEIVED',
  ESTABLISHED: 'TCPS_ESTABLISHED',
  'CLOSE-WAIT': 'TCPS_CLOSE_WAIT',
  'FIN-WAIT-1': 'TCPS_FIN_WAIT_1',
  CLOSING: 'TCPS_CLOSING',
  'LAST-ACK': 'TCPS_LAST_ACK',
  'FIN-WAIT-2': 'TCPS_FIN_WAIT_2',
  'TIME-WAIT': 'TCPS_TIME_WAIT',
};

type Row = (info: ConnectionInfo, tcb: Tcb) => number;

const microseconds = (ms: number): number => Math.round(ms * MICROSECONDS);
const inFlight = (tcb: Tcb): number => Math.max((tcb.snd.nxt - tcb.snd.una) | 0, 0);

/** Fields but tcpi_state, which differs between systems. */
const FIELDS: Readonly<Record<string, Row>> = {
  tcpi_options: (info) =>
    (info.timestamps ? 1 : 0) |
    (info.sack ? 2 : 0) |
    (info.sendScale !== 0 || info.receiveScale !== 0 ? 4 : 0),
  tcpi_snd_wscale: (info) => info.sendScale,
  tcpi_rcv_wscale: (info) => info.receiveScale,
  tcpi_rto: (info) => microseconds(info.rto),
  tcpi_snd_mss: (info) => info.sendMss,
  tcpi_rcv_mss: (_info, tcb) => tcb.rcv.mss,
  tcpi_pmtu: (info) => info.pathMtu,
  tcpi_rtt: (info) => microseconds(info.srtt),
  tcpi_rttvar: (info) => microseconds(info.rttvar),
  tcpi_min_rtt: (info) => (Number.isFinite(info.minRtt) ? microseconds(info.minRtt) : 0xffffffff),
  tcpi_snd_ssthresh: (info) =>
    Number.isFinite(info.ssthresh) ? Math.floor(info.ssthresh / info.sendMss) : 0x7fffffff,
  tcpi_snd_cwnd: (info) => Math.floor(info.cwnd / info.sendMss),
  tcpi_advmss: (info) => info.announcedMss,
  tcpi_snd_wnd: (info) => info.sndWnd,
  tcpi_rcv_wnd: (info) => info.rcvWnd,
  tcpi_total_retrans: (info) => info.counters.retransmissions,
  tcpi_backoff: (_info, tcb) => tcb.rto.backoffs,
  tcpi_probes: (_info, tcb) => tcb.snd.probes,
  tcpi_segs_out: (info) => info.counters.segmentsSent,
  tcpi_segs_in: (info) => info.counters.segmentsReceived,
  tcpi_bytes_received: (info) => info.counters.bytesReceived,
  tcpi_bytes_acked: (info) => info.counters.acknowledged,
  tcpi_notsent_bytes: (info, tcb) => Math.max(0, info.sendQueue - inFlight(tcb)),
  tcpi_rcv_ooopack: (info) => info.counters.outOfOrder,
};

/** Whether the stack has something to say for this name. */
export function hasTcpInfo(name: string): boolean {
  return name === 'tcpi_state' || Object.hasOwn(FIELDS, name);
}

/** The names of the fields of tcp_info that can be asked for. */
export const TCP_INFO_NAMES: readonly string[] = ['tcpi_state', ...Object.keys(FIELDS)];

/** A field of tcp_info for a connection in `state`; undefined: the stack does not know it. */
export function tcpInfoOf(
  socket: TcpSocket | null,
  state: State,
  name: string,
  program: Program,
): number | undefined {
  const states = program.settings.profile === 'linux' ? LINUX_STATES : FREEBSD_STATES;
  if (name === 'tcpi_state') return program.reader.constant(states[state]);
  if (!Object.hasOwn(FIELDS, name)) return undefined;
  return socket === null ? 0 : FIELDS[name]!(socket.info(), socket.connection.tcb);
}
