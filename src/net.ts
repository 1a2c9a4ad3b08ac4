// `synfin/net`: the node:net shaped API over a `Host`; by itself, over a network in the process.

import { DEFAULT_HOST } from './net/loopback.ts';
import { createNet } from './net/net.ts';
import type { Server as HostServer } from './net/server.ts';
import type { Socket as HostSocket } from './net/socket.ts';

export type { AddressInfo } from './net/address-info.ts';
export type { StackOptions } from './net/connecting.ts';
export type { SystemError } from './net/errors.ts';
export { defaultHost, LoopbackLink, loopbackHost } from './net/loopback.ts';
export { type Connect, type ConnectionOptions, createNet, type Net } from './net/net.ts';
export type { ConnectionListener, ListenOptions, ServerOptions } from './net/server.ts';
export type { ConnectOptions, ReadyState, SocketOptions } from './net/socket-options.ts';
export type { TcpOptions } from './net/tcp-options.ts';
export type { LadderStyle, SocketTrace, TraceOptions } from './net/trace.ts';
export type { NetHost } from './net/transport.ts';

const net = createNet(DEFAULT_HOST);

export default net;
export const {
  BlockList,
  Server,
  Socket,
  SocketAddress,
  Stream,
  connect,
  createConnection,
  createServer,
  getDefaultAutoSelectFamily,
  getDefaultAutoSelectFamilyAttemptTimeout,
  isIP,
  isIPv4,
  isIPv6,
  setDefaultAutoSelectFamily,
  setDefaultAutoSelectFamilyAttemptTimeout,
} = net;
export type Server = HostServer;
export type Socket = HostSocket;
export type BlockList = InstanceType<typeof BlockList>;
export type SocketAddress = InstanceType<typeof SocketAddress>;
