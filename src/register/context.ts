// What a socket has to tell is told in the asynchronous context that it was made in, as with Node's own, and not in
// that of whoever happened to send the packet: AsyncLocalStorage and what is built on it go by that.

import { AsyncResource } from 'node:async_hooks';
import { TcpListener } from '../host/listener.ts';
import { TcpSocket } from '../host/socket.ts';

/** `notify` is called in the context in which it is set. */
export function socketInContext(socket: TcpSocket): TcpSocket {
  const { prototype } = TcpSocket;
  Object.defineProperty(socket, 'notify', {
    get: () => Reflect.get(prototype, 'notify', socket),
    set: (notify: TcpSocket['notify']) =>
      Reflect.set(prototype, 'notify', notify && AsyncResource.bind(notify), socket),
  });
  return socket;
}

/** The same, for the listener and all that it accepts. */
export function listenerInContext(listener: TcpListener): TcpListener {
  let told: TcpListener['notify'] = null;
  Object.defineProperty(listener, 'notify', {
    get: () => told,
    set: (notify: TcpListener['notify']) => {
      told = notify && AsyncResource.bind(notify);
    },
  });
  listener.accept = (): TcpSocket | null => {
    const socket = TcpListener.prototype.accept.call(listener);
    return socket === null ? null : socketInContext(socket);
  };
  return listener;
}
