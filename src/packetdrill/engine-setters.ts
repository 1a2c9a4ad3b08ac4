// The doors to the engine that setsockopt() and send() need beyond parameters, one small function each. What can't be
// done is refused: a script that asks for it is skipped.

import type { SocketFile } from './sockets.ts';
import type { ParameterName } from './sysctls.ts';
import { UnsupportedError } from './unsupported.ts';

/** TCP_CORK, TCP_NOPUSH. Before there is a connection, attach() does it. */
export function setCork(file: SocketFile, on: boolean): void {
  if (file.socket !== null) file.socket.setCork(on);
}

/** SO_KEEPALIVE, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT, of a connection. */
export function setKeepAlive(file: SocketFile, on: boolean): void {
  const { keepAliveIdle, keepAliveInterval, keepAliveCount } = file.own;
  if (file.socket !== null) file.socket.setKeepAlive(on, keepAliveIdle, keepAliveInterval, keepAliveCount);
}

/** TCP_USER_TIMEOUT, ms; 0 = as configured. */
export function setUserTimeout(file: SocketFile, timeout: number): void {
  if (file.socket === null) setParameter(file, 'userTimeout', timeout, false);
  else file.socket.setUserTimeout(timeout);
}

/** TCP_LINGER2, ms. */
export function setFinWait2(file: SocketFile, limit: number): void {
  file.choose('finWait2', limit);
  if (file.socket !== null) file.socket.setFinWait2(limit);
}

/** IP_TOS, IPV6_TCLASS: the byte without its ECN bits. Before there is a connection, it begins with it. */
export function setTrafficClass(file: SocketFile, trafficClass: number): void {
  if (file.listener !== null) file.listener.trafficClass = trafficClass;
  if (file.socket !== null) file.socket.setDiffserv(trafficClass >> 2);
}

/** IP_TTL, IPV6_UNICAST_HOPS. */
export function setHopLimit(file: SocketFile, hopLimit: number): void {
  if (file.listener !== null) file.listener.hopLimit = hopLimit;
  if (file.socket !== null) file.socket.setHopLimit(hopLimit);
}

/** What listen() and connect() begin with of IP_TOS and IP_TTL. */
export function headerOptions(file: SocketFile): { readonly hopLimit: number; readonly diffserv: number } {
  const { values } = file;
  const hopLimit = values.get('IP_TTL') ?? values.get('IPV6_UNICAST_HOPS') ?? 64;
  const trafficClass = values.get('IP_TOS') ?? values.get('IPV6_TCLASS') ?? 0;
  return { hopLimit, diffserv: trafficClass >> 2 };
}

/** TCP_QUICKACK: false: ACKs may wait. It speaks of the moment: there must be a connection. */
export function setQuickAck(file: SocketFile, on: boolean): void {
  const { socket } = file;
  if (socket === null) return;
  socket.connection.setQuickAck(on);
  socket.receive(0); // An ACK may be due now.
}

/** TCP_NOTSENT_LOWAT, bytes; 0 = no bound. Before there is a connection, attach() does it. */
export function setNotSentLowWater(file: SocketFile, bytes: number): void {
  if (file.socket === null) return;
  file.socket.connection.setNotSentLowWater(bytes === 0 ? Number.POSITIVE_INFINITY : bytes);
}

/** TCP_WINDOW_CLAMP, bytes. */
export function setWindowClamp(file: SocketFile, bytes: number): void {
  if (file.socket === null) throw new UnsupportedError('no TCP_WINDOW_CLAMP before there is a connection');
  file.socket.connection.setWindowClamp(bytes);
}

/** SO_RCVBUF, SO_SNDBUF, bytes. A buffer that the program chose does not grow. */
export function setBuffer(file: SocketFile, which: 'receiveBuffer' | 'sendBuffer', bytes: number): void {
  file.choose(which, bytes);
  file.choose(`${which}Max`, 0);
  if (file.socket === null) return;
  if (which === 'receiveBuffer') file.socket.connection.setReceiveBuffer(bytes);
  else file.socket.connection.setSendBuffer(bytes);
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
  file.choose(name, value);
}
