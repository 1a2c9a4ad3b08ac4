// `synfin/net`: the node:net shaped API over a `Host`; by itself, over a network in the process.

import { DEFAULT_HOST } from './net/loopback.ts';
import { createNet } from './net/net.ts';
import type { Server as HostServer } from './net/server.ts';
import type { Socket as HostSocket } from './net/socket.ts';

export type { AddressInfo } from './net/address-info.ts';
export type { StackOptions } from './net/connecting.ts';
export type { KeepAliveOptions } from './net/connection-options.ts';
export type { SystemError } from './net/errors.ts';
export { defaultHost, LoopbackLink, loopbackHost } from './net/loopback.ts';
export {
  type Connect,
  type ConnectionOptions,
  createNet,
  type Net,
  type ServerClass,
  type SocketClass,
} from './net/net.ts';
export type { ConnectionListener, ListenOptions, ServerOptions } from './net/server.ts';
export type { ConnectOptions, ReadyState, SocketOptions } from './net/socket-options.ts';
export type { TcpOptions } from './net/tcp-options.ts';
export type { LadderStyle, SocketTrace, TraceOptions } from './net/trace.ts';
export type {
  ConnectRequest,
  ListenRequest,
  NetHost,
  PassiveTransport,
  Transport,
  TransportOptions,
} from './net/transport.ts';

/** The API of node:net on a network in the process; each of its parts can be imported by name, too. */
const net = createNet(DEFAULT_HOST);

export default net;
export const {
  /** Node's own. */
  BlockList,
  /** Of a server that `createServer` makes; `new` may be left out, as in Node. */
  Server,
  /** Of a socket that `connect` makes, or a server accepts; `new` may be left out, as in Node. */
  Socket,
  /** Node's own. */
  SocketAddress,
  /** `Socket`, under the name that it had once. */
  Stream,
  /** A socket that is on its way to a connection; for errors see its event `error`. */
  connect,
  /** `connect`. */
  createConnection,
  /** A server that does not listen yet. */
  createServer,
  /** Node's own, shared with it: whether both families of a name are tried (RFC 8305). */
  getDefaultAutoSelectFamily,
  /** Node's own, shared with it: how long one address is tried before the next, milliseconds. */
  getDefaultAutoSelectFamilyAttemptTimeout,
  /** 4, 6, or 0 for what is no address. */
  isIP,
  /** Whether it is the text of an IPv4 address. */
  isIPv4,
  /** Whether it is the text of an IPv6 address. */
  isIPv6,
  /** Node's own, shared with it. */
  setDefaultAutoSelectFamily,
  /** Node's own, shared with it: milliseconds, at least 10 are used. */
  setDefaultAutoSelectFamilyAttemptTimeout,
} = net;
/** @interface What `createServer` makes: node:net's Server, over a listener of the stack. */
export type Server = HostServer;
/** @interface What `connect` makes: node:net's Socket, over a connection of the stack. */
export type Socket = HostSocket;
/** Node's own. */
export type BlockList = InstanceType<typeof BlockList>;
/** Node's own. */
export type SocketAddress = InstanceType<typeof SocketAddress>;
