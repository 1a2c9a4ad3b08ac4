// The doors to the engine that setsockopt() and send() need and that the host's sockets do not have yet, one small
// function each. What can't be done is refused: a script that asks for it is skipped.

import type { TcpSocket } from '../host/socket.ts';
import type { SocketFile } from './sockets.ts';
import type { ParameterName } from './sysctls.ts';
import { UnsupportedError } from './unsupported.ts';

/** MSG_MORE holds back what does not fill a segment; MSG_OOB marks the last byte urgent. */
export function sendOption(socket: TcpSocket, data: Uint8Array, how: 'plain' | 'more' | 'urgent'): number {
  if (how === 'more') throw new UnsupportedError('the stack cannot hold back a partial segment: MSG_MORE');
  if (how === 'urgent') throw new UnsupportedError('the stack does not send urgent data: MSG_OOB');
  return socket.send(data);
}

/** TCP_CORK, TCP_NOPUSH. */
export function setCork(_file: SocketFile, on: boolean): void {
  if (on) throw new UnsupportedError('the stack cannot hold back a partial segment: TCP_CORK');
}

/** TCP_QUICKACK: false: ACKs may wait. */
export function setQuickAck(_file: SocketFile, _on: boolean): void {
  throw new UnsupportedError('the stack has no TCP_QUICKACK');
}

/** TCP_NOTSENT_LOWAT, bytes. */
export function setNotSentLowWater(_file: SocketFile, bytes: number): void {
  if (bytes !== 0) throw new UnsupportedError('the stack has no TCP_NOTSENT_LOWAT');
}

/** TCP_WINDOW_CLAMP, bytes. */
export function setWindowClamp(_file: SocketFile, _bytes: number): void {
  throw new UnsupportedError('the stack has no TCP_WINDOW_CLAMP');
}

/** connect() with the first data in the SYN (RFC 7413): MSG_FASTOPEN, TCP_FASTOPEN_CONNECT. */
export function fastOpenConnect(what: string): never {
  throw new UnsupportedError(`the stack has no Fast Open for clients: ${what}`);
}

/**
 * A parameter of this socket alone. Before there is a connection any will do; afterwards only one that the
 * connection reads each time, and only where it is not shared with others of the same listener.
 */
export function setParameter(
  file: SocketFile,
  name: ParameterName,
  value: number | boolean | string,
  live: boolean,
): void {
  const { socket } = file;
  if (socket !== null && !live) {
    throw new UnsupportedError(`${name} cannot be set on a connection`);
  }
  if (socket !== null && socket.connection.tcb.parameters !== file.own) {
    throw new UnsupportedError(`${name} cannot be set on a connection that was accepted`);
  }
  if (!file.choose(name, value)) throw new UnsupportedError(`the stack has no parameter ${name}`);
}
