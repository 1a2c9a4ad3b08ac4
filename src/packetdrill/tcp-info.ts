// TCP_INFO by the names of Linux's struct tcp_info: src/tcp/tcp-info.ts has them. Which number stands for a state
// depends on the system.

import type { TcpSocket } from '../host/socket.ts';
import type { State } from '../tcp/state.ts';
import { tcpInfo } from '../tcp/tcp-info.ts';
import type { Program } from './program.ts';

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

/** A field of tcp_info for a socket in `state`; undefined: the stack does not know it, or there is no connection. */
export function tcpInfoOf(
  socket: TcpSocket | null,
  state: State,
  name: string,
  program: Program,
): number | undefined {
  const states = program.settings.profile === 'linux' ? LINUX_STATES : FREEBSD_STATES;
  if (name === 'tcpi_state') return program.reader.constant(states[state]);
  const info: Readonly<Record<string, number>> =
    socket === null ? {} : { ...tcpInfo(socket.connection.tcb, program.now) };
  return Object.hasOwn(info, name) ? info[name] : undefined;
}
