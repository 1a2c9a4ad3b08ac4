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

/** Methods of net.Server.prototype that know of servers of ours; for the others they do what Node's own do. */
export function serverMethods(node: net.Server, { Server }: Net): Record<string, unknown> {
  const ours = new WeakMap<net.Server, OurServer>();
  const native = { ...Object.getOwnPropertyDescriptors(node) };
  const call = (name: keyof typeof native, server: net.Server, ...args: unknown[]): unknown =>
    Reflect.apply(native[name]!.value ?? native[name]!.get, server, args);

  const methods = {
    listen(this: NodeServer, ...args: unknown[]): unknown {
      if (this._handle || !listensByTcp(args) || isForWorkers(this)) return call('listen', this, ...args);
      let inner = ours.get(this);
      if (inner === undefined) {
        inner = innerServer(this, Server);
        ours.set(this, inner);
      }
      const { signal, rest, listener } = splitArguments(args);
      const close = (): void => void this.close();
      // As `listen` is called the arguments are checked: what it throws has changed nothing.
      Reflect.apply(inner.listen, inner, rest);
      if (listener !== null) this.once('listening', listener);
      if (signal?.aborted) process.nextTick(close);
      else if (signal) this.once('close', disposer(addAbortListener(signal, close)));
      return this;
    },
    close(this: NodeServer, callback?: (error?: Error) => void): unknown {
      const inner = ours.get(this);
      if (inner === undefined || this._handle) return call('close', this, callback);
      inner.close(
        typeof callback === 'function' ? (error) => callback.call(this, ...compact(error)) : undefined,
      );
      return this;
    },
    address(this: NodeServer): unknown {
      return ours.get(this)?.address() ?? call('address', this);
    },
    getConnections(this: NodeServer, callback: (error: Error | null, count: number) => void): unknown {
      const inner = ours.get(this);
      if (inner === undefined || this._handle) return call('getConnections', this, callback);
      inner.getConnections(callback);
      return this;
    },
    ref(this: NodeServer): unknown {
      ours.get(this)?.ref();
      return call('ref', this);
    },
    unref(this: NodeServer): unknown {
      ours.get(this)?.unref();
      return call('unref', this);
    },
    async [Symbol.asyncDispose](this: NodeServer): Promise<void> {
      if (this.listening) await promisify(this.close).call(this);
    },
    get listening(): boolean {
      const server = this as unknown as NodeServer;
      return ours.get(server)?.listening || Boolean(call('listening', server));
    },
  };
  return methods;
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

const compact = (error: Error | undefined): Error[] => (error === undefined ? [] : [error]);
