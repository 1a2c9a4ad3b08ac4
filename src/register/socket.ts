// What `net.Socket` is in the program: a constructor that makes a socket of ours, unless one is asked for that only
// the kernel can give. It is called in all the ways that Node's own is: with `new`, by a class that extends it, and
// without `new` by constructors of old style, among them those of Node's TLSSocket and tty streams.

import type net from 'node:net';
import { Duplex } from 'node:stream';
import type { Net } from '../net/net.ts';
import type { Socket as OurSocket } from '../net/socket.ts';
import { connectsByTcp, isOpenAlready } from './destinations.ts';

type AnyConstructor = abstract new (...args: never[]) => object;

export interface Sockets {
  /** For `net.Socket`. */
  readonly Socket: typeof net.Socket;
  isOurs(value: unknown): value is OurSocket;
  /** Does what `work` does while `socket` does not pass for a net.Socket. */
  withoutClass<T>(socket: unknown, work: () => T): T;
}

export function programSockets({ Socket: Native }: typeof net, { Socket: Ours }: Net): Sockets {
  let classless: unknown = null;
  const isOurs = (value: unknown): value is OurSocket =>
    typeof value === 'object' && value !== null && Object.prototype.isPrototypeOf.call(Ours.prototype, value);
  const Socket = makeConstructor(Native, Ours, isOurs);
  const isInstance = Function.prototype[Symbol.hasInstance];
  Object.defineProperty(Socket, Symbol.hasInstance, {
    value(this: AnyConstructor, value: unknown): boolean {
      if (value === classless) return false;
      return isInstance.call(this, value) || (this === Socket && value instanceof Native);
    },
  });
  connectToPaths(Native, Ours);
  const withoutClass = <T>(socket: unknown, work: () => T): T => {
    const before = classless;
    classless = socket;
    try {
      return work();
    } finally {
      classless = before;
    }
  };
  return { Socket, isOurs, withoutClass };
}

function makeConstructor(
  Native: typeof net.Socket,
  Ours: Net['Socket'],
  isOurs: Sockets['isOurs'],
): typeof net.Socket {
  const adopt = adopter(Ours);
  function Socket(this: unknown, options?: unknown): unknown {
    if (new.target === undefined) {
      if (this instanceof Native) return Reflect.apply(Native as unknown as () => void, this, [options]);
      return isOurs(this) ? adopt(this, options) : Reflect.construct(Made, [options]);
    }
    if (isOpenAlready(options)) return Reflect.construct(Native, [options]);
    return Reflect.construct(Ours, [options], new.target === (Made as unknown) ? Ours : new.target);
  }
  const Made = Socket as unknown as typeof net.Socket;
  Object.setPrototypeOf(Socket, Ours);
  Object.defineProperty(Socket, 'prototype', { value: Ours.prototype });
  Object.defineProperty(Ours.prototype, 'constructor', { value: Socket, writable: true, configurable: true });
  return Made;
}

/** Where `connect` is to lead is known late: a socket of ours that is sent to a pipe becomes one of Node's own. */
function connectToPaths(Native: typeof net.Socket, Ours: Net['Socket']): void {
  const { connect } = Ours.prototype;
  Object.defineProperty(Ours.prototype, 'connect', {
    writable: true,
    configurable: true,
    value(this: OurSocket, ...args: unknown[]): unknown {
      const isPlain = Object.getPrototypeOf(this) === Ours.prototype;
      if (connectsByTcp(args) || !isPlain) return Reflect.apply(connect, this, args);
      const { allowHalfOpen, timeout } = this;
      Object.setPrototypeOf(this, Native.prototype);
      const socket = this as unknown as net.Socket;
      Reflect.apply(Native as unknown as () => void, socket, [{ allowHalfOpen }]);
      if (timeout) socket.setTimeout(timeout);
      return Reflect.apply(socket.connect, socket, args);
    },
  });
}

/**
 * Makes an object that exists already a socket of ours, as `Socket.call(this)` does with Node's. Classes cannot be
 * called so, but what they are derived from can give them the object that they then equip.
 */
function adopter(Ours: Net['Socket']): (object: object, options: unknown) => void {
  let foundling: object | null = null;
  function Base(this: unknown, options: unknown): unknown {
    const object = foundling;
    if (object === null) return Reflect.construct(Duplex, [options], new.target);
    foundling = null;
    Reflect.apply(Duplex as unknown as () => void, object, [options]);
    return object;
  }
  let lowest: object = Ours;
  while (Object.getPrototypeOf(lowest) !== Duplex) lowest = Object.getPrototypeOf(lowest) as object;
  Object.setPrototypeOf(
    lowest,
    Object.assign(Object.setPrototypeOf(Base, Duplex), { prototype: Duplex.prototype }),
  );
  return (object, options) => {
    foundling = object;
    try {
      Reflect.construct(Ours, [options]);
    } finally {
      foundling = null;
    }
  };
}
