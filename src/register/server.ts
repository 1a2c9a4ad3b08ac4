// Node's own net.Server, listening on our network: whatever extends it (http, https, http2, tls, a program's class)
// does, too. Behind a server that listens by TCP is one of ours, which accepts for it.

import cluster from 'node:cluster';
import { addAbortListener } from 'node:events';
import type net from 'node:net';
import { promisify } from 'node:util';
import type { Net } from '../net/net.ts';
import type { Server as OurServer } from '../net/server.ts';
import { listensByTcp } from './destinations.ts';

type Listener = (...args: unknown[]) => void;
type Closed = (this: net.Server, ...error: Error[]) => void;
type Counted = (error: Error | null, count: number) => void;

/** What a net.Server keeps of its options, as its own properties. */
interface Options {
  readonly allowHalfOpen: boolean;
  readonly pauseOnConnect: boolean;
  readonly noDelay: boolean;
  readonly keepAlive: boolean;
  /** Seconds. */
  readonly keepAliveInitialDelay: number;
  readonly highWaterMark: number;
  readonly _unref: boolean;
  readonly _handle: unknown;
}

type NodeServer = net.Server & Options;

/** Methods for net.Server.prototype that know of servers of ours; of the others Node's own take care. */
export function serverMethods(prototype: net.Server, { Server }: Net): object {
  const servers = new ListeningServers(prototype, Server);
  return {
    listen(this: NodeServer, ...args: unknown[]): unknown {
      return servers.listen(this, args);
    },
    close(this: NodeServer, callback?: Closed): unknown {
      return servers.close(this, callback);
    },
    address(this: NodeServer): unknown {
      return servers.ours.get(this)?.address() ?? servers.native('address', this);
    },
    getConnections(this: NodeServer, callback: Counted): unknown {
      return servers.getConnections(this, callback);
    },
    ref(this: NodeServer): unknown {
      servers.ours.get(this)?.ref();
      return servers.native('ref', this);
    },
    unref(this: NodeServer): unknown {
      servers.ours.get(this)?.unref();
      return servers.native('unref', this);
    },
    async [Symbol.asyncDispose](this: NodeServer): Promise<void> {
      if (this.listening) await promisify(this.close).call(this);
    },
    get listening(): boolean {
      const server = this as unknown as NodeServer;
      return servers.ours.get(server)?.listening || Boolean(servers.native('listening', server));
    },
  };
}

class ListeningServers {
  /** What listens, or has listened, for a server of Node's. */
  readonly ours = new WeakMap<net.Server, OurServer>();
  private readonly members: Readonly<Record<string, PropertyDescriptor>>;
  private readonly Server: Net['Server'];

  constructor(prototype: net.Server, Server: Net['Server']) {
    this.members = Object.getOwnPropertyDescriptors(prototype);
    this.Server = Server;
  }

  /** What the method or the getter of this name does in Node. */
  native(name: string, server: net.Server, ...args: unknown[]): unknown {
    const { value, get } = this.members[name]!;
    return Reflect.apply(value ?? get, server, args);
  }

  listen(server: NodeServer, args: readonly unknown[]): unknown {
    const before = this.ours.get(server);
    const isOurs = listensByTcp(args) && !isForWorkers(server);
    if (server._handle || !(isOurs || before?.listening)) return this.native('listen', server, ...args);
    const inner = before ?? innerServer(server, this.Server);
    this.ours.set(server, inner);
    const { signal, rest, listener } = splitArguments(args);
    // It checks the arguments: what it throws has changed nothing.
    Reflect.apply(inner.listen, inner, rest);
    if (listener !== null) server.once('listening', listener);
    const close = (): void => void server.close();
    if (signal?.aborted) process.nextTick(close);
    else if (signal) server.once('close', disposer(addAbortListener(signal, close)));
    return server;
  }

  close(server: NodeServer, callback?: Closed): unknown {
    const inner = this.ours.get(server);
    if (inner === undefined || server._handle) return this.native('close', server, callback);
    const closed = (error?: Error): void => callback?.apply(server, error === undefined ? [] : [error]);
    inner.close(typeof callback === 'function' ? closed : undefined);
    return server;
  }

  getConnections(server: NodeServer, callback: Counted): unknown {
    const inner = this.ours.get(server);
    if (inner === undefined || server._handle) return this.native('getConnections', server, callback);
    inner.getConnections(callback);
    return server;
  }
}

/**
 * In the primary of a cluster a server listens on behalf of the workers, who are other processes: Node hands them the
 * kernel's connections. Such a server is known by its one connection listener, an assertion that is never called.
 */
function isForWorkers(server: net.Server): boolean {
  if (Object.keys(cluster.workers ?? {}).length === 0) return false;
  const listeners = server.listeners('connection');
  return listeners.length === 1 && listeners[0]!.name === 'fail';
}

function innerServer(outer: NodeServer, Server: Net['Server']): OurServer {
  const { allowHalfOpen, pauseOnConnect, noDelay, keepAlive, highWaterMark } = outer;
  const keepAliveInitialDelay = outer.keepAliveInitialDelay * 1000;
  const inner = new Server({
    allowHalfOpen,
    pauseOnConnect,
    noDelay,
    keepAlive,
    keepAliveInitialDelay,
    highWaterMark,
  });
  for (const name of ['maxConnections', 'dropMaxConnection']) {
    Object.defineProperty(inner, name, { get: () => Reflect.get(outer, name) });
  }
  if (outer._unref) inner.unref();
  inner.on('connection', (socket) => {
    Object.assign(socket, { server: outer, _server: outer });
    outer.emit('connection', socket as unknown as net.Socket);
  });
  for (const name of ['listening', 'drop', 'error', 'close']) {
    inner.on(name, (...args: unknown[]) => void outer.emit(name, ...args));
  }
  return inner;
}

/** The program's listener belongs to its own server, and so does the end that its signal brings. */
function splitArguments(args: readonly unknown[]): {
  rest: unknown[];
  signal: AbortSignal | undefined;
  listener: Listener | null;
} {
  const last = args.at(-1);
  const listener = typeof last === 'function' ? (last as Listener) : null;
  const rest = listener === null ? [...args] : args.slice(0, -1);
  const [first] = rest;
  if (typeof first !== 'object' || first === null) return { rest, signal: undefined, listener };
  const { signal, ...options } = first as { signal?: AbortSignal };
  return { rest: [options, ...rest.slice(1)], signal, listener };
}

const disposer = (disposable: Disposable) => (): void => disposable[Symbol.dispose]();
