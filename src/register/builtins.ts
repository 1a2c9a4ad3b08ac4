// The one file that changes what Node's own modules do. Where it can it relies on what is documented: the exports of a
// built-in module are an object that may be written to, and `module.syncBuiltinESMExports` has ES modules see it;
// `tls.connect({ socket })`, `new tls.TLSSocket(duplex)` and a server's 'connection' event take any Duplex;
// `agent.createConnection` may be replaced. What is not documented, and is read or relied on here:
//   - Node's modules take net.connect, net.Socket and tls.connect from those objects when they are called, not when
//     they are loaded; and http, https, http2 and tls servers inherit from net.Server.prototype;
//   - a TLSSocket takes a net.Socket without a `_handle` for one that has yet to connect, and any other Duplex not;
//   - what carries a TLSSocket or an HTTP/2 session is found at `_handle._parentWrap.stream` and `stream`, and its
//     addresses are asked of `_getsockname` and `_getpeername`; a session calls `setNoDelay` before it looks whether
//     its socket is connecting;
//   - a stream's `autoDestroy` can be changed later, in its two states.
// Tested on Node 20.20 (test/register runs on whatever Node runs the tests).

import http from 'node:http';
import 'node:http2';
import 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import tls from 'node:tls';
import 'node:tty';
import type { Net } from '../net/net.ts';
import type { Socket as OurSocket } from '../net/socket.ts';
import { connectsByTcp } from './destinations.ts';
import { handOver } from './hand-over.ts';
import { serverMethods } from './server.ts';
import { programSockets, type Sockets } from './socket.ts';

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

/** Has the program's sockets and servers be those of `ours`, whatever module it makes them by. */
export function replaceTcp(ours: Net): void {
  const sockets = programSockets(net, ours);
  const connect = replaceNet(ours, sockets);
  replaceTls(connect, sockets);
  http.Agent.prototype.createConnection = connect;
  syncBuiltinESMExports();
}

type Connect = (...args: unknown[]) => net.Socket;

function replaceNet(ours: Net, { Socket, isOurs }: Sockets): Connect {
  const native = net.connect as Connect;
  const connect: Connect = (...args) =>
    connectsByTcp(args) ? Reflect.apply(ours.connect, ours, args) : native(...args);
  forwardToCarrier(net.Socket.prototype, isOurs);
  define(net.Server.prototype, serverMethods(net.Server.prototype, ours));
  Object.assign(net, { connect, createConnection: connect, Socket, Stream: Socket });
  return connect;
}

/** The documented forms of tls.connect's arguments, as one options object. */
function tlsArguments(args: readonly unknown[]): [Record<string, unknown>, unknown] {
  const [first, second, third] = args;
  const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
  const listener = args.find((argument) => typeof argument === 'function');
  if (isObject(first)) return [{ ...first }, listener];
  const host = typeof second === 'string' ? { host: second } : {};
  const more = [second, third].find(isObject) ?? {};
  const isPort = typeof first === 'number' || Number(first) >= 0;
  return [{ ...(isPort ? { port: first } : { path: first }), ...host, ...more }, listener];
}

function replaceTls(connect: Connect, sockets: Sockets): void {
  const native = tls.connect as Connect;
  const secure: Connect = (...args) => {
    const [options, listener] = tlsArguments(args);
    if (options.socket) return carrying(options.socket, sockets, () => native(...args));
    if (options.path) return native(...args);
    // Of the transport's options these would act twice; the others it knows, or does not look at.
    const { signal: _, timeout, onread: __, ...rest } = options;
    const socket = connect(rest);
    const all = [{ ...options, socket }, ...(listener ? [listener] : [])];
    const secured = carrying(socket, sockets, () => native(...all));
    if (timeout) secured.setTimeout(timeout as number);
    return secured;
  };
  Object.assign(tls, { connect: secure, TLSSocket: tlsSocketConstructor(sockets) });
  // A server makes a TLSSocket of what it accepts, and of what a program gives it.
  const { emit } = tls.Server.prototype;
  define(tls.Server.prototype, {
    emit(this: tls.Server, name: string, ...args: unknown[]): boolean {
      const work = (): boolean => Reflect.apply(emit, this, [name, ...args]);
      return name === 'connection' ? carrying(args[0], sockets, work) : work();
    },
  });
}

function tlsSocketConstructor(sockets: Sockets): AnyFunction {
  const Native = tls.TLSSocket as unknown as AnyFunction;
  function TLSSocket(this: unknown, socket: unknown, options: unknown): unknown {
    const target = new.target;
    return carrying(socket, sockets, () =>
      target === undefined && this instanceof Native
        ? Reflect.apply(Native, this, [socket, options])
        : Reflect.construct(Native, [socket, options], target ?? Native),
    );
  }
  Object.setPrototypeOf(TLSSocket, Native);
  Object.defineProperty(TLSSocket, 'prototype', { value: Native.prototype });
  return TLSSocket;
}

/**
 * `work` has a TLSSocket carried by `socket`. That ends and destroys what carries it once it has sent and given the
 * program everything: until then a socket of ours must not do either because its peer has come to its end.
 */
function carrying<T>(socket: unknown, { isOurs, withoutClass }: Sockets, work: () => T): T {
  if (!isOurs(socket)) return work();
  const carried = withoutClass(socket, () => handOver(socket, work));
  const { _readableState, _writableState } = socket as unknown as Record<string, object>;
  for (const state of [_readableState, _writableState]) Object.assign(state!, { autoDestroy: false });
  socket.allowHalfOpen = true;
  // Asking for its address has it meet its carrier.
  if (carried instanceof net.Socket) carried.address();
  return carried;
}

/** What connects by itself says so, and must not be written to before. */
function followConnect(carried: net.Socket, carrier: OurSocket): void {
  if (!carrier.connecting) return;
  Object.assign(carried, { connecting: true });
  carrier.once('connect', () => {
    Object.assign(carried, { connecting: false });
    carried.emit('connect');
  });
}

/** What a TLSSocket or an HTTP/2 session is asked of its connection, or tells it, goes to the socket that carries it. */
function forwardToCarrier(prototype: net.Socket, isOurs: Sockets['isOurs']): void {
  const known = new WeakMap<object, OurSocket>();
  const carrierOf = (socket: net.Socket): OurSocket | null => {
    const before = known.get(socket);
    if (before !== undefined) return before;
    const found = findCarrier(socket as unknown as Inside, isOurs);
    if (found === null) return null;
    known.set(socket, found);
    followConnect(socket, found);
    return found;
  };
  const { _getsockname: local, _getpeername: remote } = prototype as unknown as Record<string, AnyFunction>;
  define(prototype, {
    _getsockname(this: net.Socket): unknown {
      const carrier = carrierOf(this);
      return carrier === null ? Reflect.apply(local!, this, []) : carrier.address();
    },
    _getpeername(this: net.Socket): unknown {
      const carrier = carrierOf(this);
      if (carrier === null) return Reflect.apply(remote!, this, []);
      return { address: carrier.remoteAddress, port: carrier.remotePort, family: carrier.remoteFamily };
    },
  });
  for (const name of ['ref', 'unref', 'setNoDelay', 'setKeepAlive'] as const) {
    const native = prototype[name] as AnyFunction;
    define(prototype, {
      [name](this: net.Socket, ...args: unknown[]): unknown {
        const carrier = carrierOf(this);
        if (carrier !== null) Reflect.apply(carrier[name] as AnyFunction, carrier, args);
        return Reflect.apply(native, this, args);
      },
    });
  }
}

interface Inside {
  readonly _handle?: { readonly _parentWrap?: Inside | null } | null;
  readonly stream?: unknown;
}

/** Null: it is carried by the kernel, or by something of the program's own. */
function findCarrier(socket: Inside, isOurs: Sockets['isOurs']): OurSocket | null {
  if (isOurs(socket.stream)) return socket.stream;
  const wrap = socket._handle?._parentWrap ?? null;
  return wrap === null ? null : findCarrier(wrap, isOurs);
}

/** Like methods of a class: not enumerable, and to be replaced by whoever wants to. */
function define(target: object, members: object): void {
  const descriptors = Object.getOwnPropertyDescriptors(members);
  for (const key of Reflect.ownKeys(descriptors) as (keyof typeof descriptors)[]) {
    Object.defineProperty(target, key, { ...(descriptors[key] as PropertyDescriptor), enumerable: false });
  }
}
