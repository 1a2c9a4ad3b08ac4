// A server that listens where no stack of ours is: on a path, a descriptor or a handle. Node's own server does, and
// its connections are Node's own sockets; the server in front repeats its events.

import type { EventEmitter } from 'node:events';
import type { AddressInfo, ServerOpts } from 'node:net';
import { NativeServer } from './native.ts';

interface Front extends EventEmitter {
  readonly maxConnections: number;
}

const REPEATED = ['listening', 'drop', 'close'] as const;

/** Whether these arguments of listen() are for the kernel. */
export function isNative(options: Readonly<Record<string, unknown>>): boolean {
  const { fd, handle, _handle, path, port } = options;
  if (isObject(handle) || isObject(_handle)) return true;
  if (typeof fd === 'number' && fd >= 0) return true;
  return port == null && typeof path === 'string' && path !== '';
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

export class NativeListener {
  private readonly server: NativeServer;

  /** `failed` is called before the error is emitted. @throws what Node's listen throws */
  constructor(front: Front, options: ServerOpts, args: readonly unknown[], failed: () => void) {
    const server = new NativeServer(options);
    this.server = server;
    Object.defineProperty(server, 'maxConnections', { get: () => front.maxConnections });
    for (const event of REPEATED) server.on(event, (...args: unknown[]) => front.emit(event, ...args));
    server.on('connection', (socket) => {
      Object.assign(socket, { server: front });
      front.emit('connection', socket);
    });
    server.on('error', (error) => {
      if (!server.listening) failed();
      front.emit('error', error);
    });
    const withoutListener = args.filter((argument) => typeof argument !== 'function');
    (server.listen as (...args: unknown[]) => unknown)(...withoutListener);
  }

  get listening(): boolean {
    return this.server.listening;
  }

  address(): AddressInfo | string | null {
    return this.server.address();
  }

  close(): void {
    this.server.close();
  }

  count(callback: (error: Error | null, count: number) => void): void {
    this.server.getConnections(callback);
  }

  hold(wanted: boolean): void {
    if (wanted) this.server.ref();
    else this.server.unref();
  }
}
