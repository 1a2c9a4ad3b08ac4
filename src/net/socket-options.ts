// What a socket can be given: to its constructor, and to connect.

import type { BlockList, IpcSocketConnectOpts, OnReadOpts, TcpSocketConnectOpts } from 'node:net';
import type { DuplexOptions } from 'node:stream';
import { checkNumber } from './arguments.ts';
import type { StackOptions } from './connecting.ts';
import { invalidArgument } from './errors.ts';

/** What a socket can be given before there is a connection. */
export interface SocketOptions {
  /** The peer's FIN does not end our side (§3.6: half-closed). Default false. */
  readonly allowHalfOpen?: boolean | undefined;
  readonly noDelay?: boolean | undefined;
  readonly keepAlive?: boolean | undefined;
  /** Milliseconds of silence before the first keep-alive; whole seconds count. 0 = as configured. */
  readonly keepAliveInitialDelay?: number | undefined;
  readonly highWaterMark?: number | undefined;
  readonly readableHighWaterMark?: number | undefined;
  readonly writableHighWaterMark?: number | undefined;
  /** Aborting it destroys the socket. */
  readonly signal?: AbortSignal | undefined;
  /** A buffer of the program's own for what is received, in place of `data`. */
  readonly onread?: OnReadOpts | undefined;
  /** The IP header's octet of that name, 0 to 255, without ECN's bits. */
  readonly typeOfService?: number | undefined;
  /** Addresses that are not connected to: ERR_IP_BLOCKED. */
  readonly blockList?: BlockList | undefined;
  /** Not a socket of this stack: Node's own is made for a descriptor. */
  readonly fd?: number | undefined;
}

/** What Node's own takes, from any version up to 24, and beyond it `StackOptions`. */
export type ConnectOptions =
  | (Omit<TcpSocketConnectOpts, 'port' | 'family'> &
      StackOptions & {
        port: number | string;
        /** Of a name, which addresses are wanted; 0 = of both families. */
        family?: number | 'IPv4' | 'IPv6' | undefined;
      })
  | IpcSocketConnectOpts;

/** Which directions are open. */
export type ReadyState = 'opening' | 'open' | 'readOnly' | 'writeOnly' | 'closed';

export type StreamOptions = DuplexOptions & {
  /** The stream's own `close` comes too early: a socket's says whether it failed, too. */
  readonly emitClose: false;
  /** A string is encoded once, with all that waits beside it. */
  readonly decodeStrings: false;
};

/** Of the options, what concerns the stream. @throws for what no socket can be. */
export function streamOptions(options: SocketOptions): StreamOptions {
  const { highWaterMark, readableHighWaterMark, writableHighWaterMark } = options;
  for (const name of ['objectMode', 'readableObjectMode', 'writableObjectMode']) {
    const value = (options as Record<string, unknown>)[name];
    if (value) throw invalidArgument(`options.${name}`, value, 'is not supported');
  }
  if (options.keepAliveInitialDelay !== undefined) {
    checkNumber(options.keepAliveInitialDelay, 'options.keepAliveInitialDelay');
  }
  // All that Duplex is given, at once: `{ ...options, emitClose: false }` later would take 2.6 us.
  return {
    allowHalfOpen: Boolean(options.allowHalfOpen),
    highWaterMark,
    readableHighWaterMark,
    writableHighWaterMark,
    emitClose: false,
    autoDestroy: true,
    decodeStrings: false,
  };
}
