// `synfin/net`: the node:net shaped API over a `Host`.

export type { AddressInfo } from './net/address-info.ts';
export type { ConnectOptions } from './net/connecting.ts';
export type { SystemError } from './net/errors.ts';
export { type Connect, type ConnectionOptions, createNet, type Net } from './net/net.ts';
export type { ConnectionListener, ListenOptions, Server, ServerOptions } from './net/server.ts';
export type { ReadyState, Socket, SocketOptions } from './net/socket.ts';
export type { NetHost } from './net/transport.ts';
