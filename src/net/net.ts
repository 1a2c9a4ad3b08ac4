// The node:net shaped API of one host: the same names, arguments, events and errors, over our own TCP.

import { normalizeArguments } from './arguments.ts';
import type { ConnectOptions } from './connecting.ts';
import { Liveness } from './liveness.ts';
import { type ConnectionListener, Server as HostServer, type ServerOptions } from './server.ts';
import { Socket as HostSocket, type SocketOptions } from './socket.ts';
import type { Accepted, Context, NetHost } from './transport.ts';

export type ConnectionOptions = ConnectOptions &
  SocketOptions & {
    /** For setTimeout, milliseconds. */
    readonly timeout?: number | undefined;
  };

export interface Connect {
  (options: ConnectionOptions, listener?: () => void): HostSocket;
  (port: number | string, host: string, listener?: () => void): HostSocket;
  (port: number | string, listener?: () => void): HostSocket;
}

/** What `import net from 'node:net'` gives, for one host. */
export interface Net {
  readonly Socket: new (options?: SocketOptions) => HostSocket;
  readonly Server: new (
    options?: ServerOptions | ConnectionListener | null,
    listener?: ConnectionListener,
  ) => HostServer;
  readonly connect: Connect;
  readonly createConnection: Connect;
  createServer(listener?: ConnectionListener): HostServer;
  createServer(options: ServerOptions, listener?: ConnectionListener): HostServer;
}

/** Sockets and servers that live on `host`; a `Host` is one. */
export function createNet(host: NetHost): Net {
  const context: Context = {
    host,
    liveness: new Liveness(),
    accept: (accepted, options) => new Socket(options, accepted),
  };
  class Socket extends HostSocket {
    constructor(options?: SocketOptions, accepted: Accepted | null = null) {
      super(context, options, accepted);
    }
  }
  class Server extends HostServer {
    constructor(options?: ServerOptions | ConnectionListener | null, listener?: ConnectionListener) {
      super(context, options, listener);
    }
  }
  const connect = (...args: unknown[]): HostSocket => {
    const [options] = normalizeArguments(args);
    const socket = new Socket(options);
    if (options.timeout) socket.setTimeout(options.timeout as number);
    return socket.connect(...(args as Parameters<HostSocket['connect']>));
  };
  return {
    Socket,
    Server,
    connect,
    createConnection: connect,
    createServer: (options?: ServerOptions | ConnectionListener, listener?: ConnectionListener) =>
      new Server(options, listener),
  };
}
