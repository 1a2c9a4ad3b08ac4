// The node:net shaped API of one host: the same names, arguments, events and errors, over our own TCP.

import { channel } from 'node:diagnostics_channel';
import type * as nodeNet from 'node:net';
import { normalizeArguments } from './arguments.ts';
import { Liveness } from './liveness.ts';
import * as native from './native.ts';
import { ReusePort } from './reuse-port.ts';
import { type ConnectionListener, Server as HostServer, type ServerOptions } from './server.ts';
import { Socket as HostSocket } from './socket.ts';
import type { ConnectOptions, SocketOptions } from './socket-options.ts';
import type { Accepted, Context, NetHost } from './transport.ts';

/** Of `net.connect`: those of a socket, and those of its connection. */
export type ConnectionOptions = ConnectOptions &
  SocketOptions & {
    /** For setTimeout, milliseconds. */
    readonly timeout?: number | undefined;
  };

/** `net.connect`, in all its forms; for errors see the event `error`, which has the codes of node:net. */
export interface Connect {
  /** A pipe is the kernel's: the socket is Node's own. */
  (options: nodeNet.IpcNetConnectOpts, listener?: () => void): nodeNet.Socket;
  /** Misuse throws what node:net throws, here and below: TypeError and RangeError with a code. */
  (options: ConnectionOptions, listener?: () => void): HostSocket;
  /** To a port of a host, `localhost` unless given. */
  (port: number | string, host?: string, listener?: () => void): HostSocket;
  /** To a port of `localhost`. */
  (port: number | string, listener?: () => void): HostSocket;
  /** A pipe of the kernel's: the socket is Node's own. */
  (path: string, listener?: () => void): nodeNet.Socket;
}

type Statics<Class> = { [Name in keyof Class]: Class[Name] };

/** `net.Socket` itself. */
export type SocketClass = Statics<typeof HostSocket> & {
  new (options?: SocketOptions): HostSocket;
  (options?: SocketOptions): HostSocket;
};

type ServerArguments = [options?: ServerOptions | ConnectionListener | null, listener?: ConnectionListener];

/** `net.Server` itself. */
export type ServerClass = Statics<typeof HostServer> & {
  new (...args: ServerArguments): HostServer;
  (...args: ServerArguments): HostServer;
};

type Shared =
  | 'BlockList'
  | 'SocketAddress'
  | 'getDefaultAutoSelectFamily'
  | 'getDefaultAutoSelectFamilyAttemptTimeout'
  | 'isIP'
  | 'isIPv4'
  | 'isIPv6'
  | 'setDefaultAutoSelectFamily'
  | 'setDefaultAutoSelectFamilyAttemptTimeout';

/** What `import net from 'node:net'` gives, for one host. What has nothing to do with a host is Node's own. */
export interface Net extends Pick<typeof nodeNet, Shared> {
  readonly Socket: SocketClass;
  /** The same, under the name that it had once. */
  readonly Stream: SocketClass;
  readonly Server: ServerClass;
  readonly connect: Connect;
  readonly createConnection: Connect;
  /** A server that does not listen yet. */
  createServer(listener?: ConnectionListener): HostServer;
  /** The same, with what its connections are to have. */
  createServer(options?: ServerOptions, listener?: ConnectionListener): HostServer;
}

/** Sockets and servers that live on `host`; a `Host` is one. */
export function createNet(host: NetHost): Net {
  const context: Context = {
    host,
    liveness: new Liveness(),
    reusePort: new ReusePort(),
    accept: (accepted, options) => new Socket(options, accepted),
  };
  class Socket extends HostSocket {
    constructor(options?: SocketOptions, accepted: Accepted | null = null) {
      super(context, options, accepted);
    }
  }
  class Server extends HostServer {
    constructor(...args: ServerArguments) {
      super(context, ...args);
    }
  }
  const PublicSocket = published(Socket, native.NativeSocket, isKernels) as unknown as SocketClass;
  const PublicServer = published(Server, native.NativeServer, () => false) as unknown as ServerClass;
  const connect = (...args: unknown[]) => {
    const [options] = normalizeArguments(args);
    if (options.path) return (native.nativeConnect as (...args: unknown[]) => nodeNet.Socket)(...args);
    const socket = new PublicSocket(options);
    if (CONNECTS.hasSubscribers) CONNECTS.publish({ socket });
    if (options.timeout) socket.setTimeout(options.timeout as number);
    return socket.connect(...(args as Parameters<HostSocket['connect']>));
  };
  const { BlockList, SocketAddress, isIP, isIPv4, isIPv6 } = native;
  return {
    BlockList,
    SocketAddress,
    connect: connect as Connect,
    createConnection: connect as Connect,
    createServer: (...args: ServerArguments) => new PublicServer(...args),
    isIP,
    isIPv4,
    isIPv6,
    Server: PublicServer,
    Socket: PublicSocket,
    Stream: PublicSocket,
    getDefaultAutoSelectFamily: native.getDefaultAutoSelectFamily,
    setDefaultAutoSelectFamily: native.setDefaultAutoSelectFamily,
    getDefaultAutoSelectFamilyAttemptTimeout: native.getDefaultAutoSelectFamilyAttemptTimeout,
    setDefaultAutoSelectFamilyAttemptTimeout: native.setDefaultAutoSelectFamilyAttemptTimeout,
  };
}

/** Told of each socket that connects, as Node's own tells it. */
const CONNECTS = channel('net.client.socket');

type Class = abstract new (...args: never[]) => object;

/** Descriptors and handles are the kernel's. */
function isKernels(options: unknown): boolean {
  if (typeof options === 'number') return true;
  if (typeof options !== 'object' || options === null) return false;
  const { fd, handle } = options as { fd?: unknown; handle?: unknown };
  return fd !== undefined || Boolean(handle);
}

/**
 * A class as Node publishes it: `new` may be left out, Node's own objects, which stand in for ours where the kernel
 * is meant, are instances of it, and are made by it where `isNative` says so.
 */
function published<T extends Class>(own: T, other: Class, isNative: (options: unknown) => boolean): T {
  const create = (args: unknown[], target: unknown): object =>
    Reflect.construct(isNative(args[0]) ? (other as never) : (own as never), args, target as never);
  const facade: T = new Proxy(own, {
    apply: (_target, _this, args) => create(args, isNative(args[0]) ? other : own),
    // Not `facade` itself: V8 makes a hidden class anew for each object that a proxy constructs (18 us, not 5).
    construct: (_target, args, target) =>
      create(args, target !== facade ? target : isNative(args[0]) ? other : own),
  });
  Object.defineProperty(own, Symbol.hasInstance, {
    value(this: unknown, object: unknown): boolean {
      if (Function.prototype[Symbol.hasInstance].call(this as never, object)) return true;
      return (this === facade || this === own) && object instanceof (other as never);
    },
  });
  Object.defineProperty(own.prototype, 'constructor', { value: facade, writable: true, configurable: true });
  return facade;
}
